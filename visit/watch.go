package visit

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"nara/auth"
	"nara/scheduling"
)

// Watch returns a channel with the visit as p sees it: as it is now, then anew at each change, and every Refresh while
// the patient waits. Who reads slowly gets the newest only. The channel closes when ctx ends, or when p may no longer
// see the visit.
func (s *Service) Watch(ctx context.Context, p auth.Principal, id ID) (<-chan Visit, error) {
	if !wellFormed(id) {
		return nil, ErrNotFound // or it would name other subjects of the bus
	}
	changed := make(chan struct{}, 1) // one is enough: whoever reads it reads everything
	end, err := s.listen(subjectPrefix+string(id), func(event) { nudge(changed) })
	if err != nil {
		return nil, err
	}
	first, err := s.Snapshot(ctx, p, id)
	if err != nil {
		end()
		return nil, err
	}
	out := make(chan Visit)
	s.watchers.Go(func() {
		defer close(out)
		defer end()
		s.watch(ctx, p, first, changed, out)
	})
	return out, nil
}

// watch sends first, then every later state until ctx ends.
func (s *Service) watch(ctx context.Context, p auth.Principal, first Visit, changed <-chan struct{}, out chan<- Visit) {
	refresh := time.NewTicker(s.refresh)
	defer refresh.Stop()
	next, sent := first, Visit{}
	send := out // nil while there is nothing to send
	for {
		select {
		case <-ctx.Done():
			return
		case send <- next:
			sent, send = next, nil
			continue
		case <-changed:
		case <-refresh.C:
		}
		now, err := s.Snapshot(ctx, p, next.ID)
		switch {
		case errors.Is(err, ErrNotFound):
			return
		case err != nil:
			if ctx.Err() == nil {
				s.log.Warn("watched visit not read", "visit", next.ID, "error", err)
			}
		case now.Patient == Waiting || !same(now, sent):
			next, send = now, out
		default: // what was waiting to be sent is no longer so
			next, send = now, nil
		}
	}
}

// same reports whether two snapshots say the same, at whatever times.
func same(a, b Visit) bool {
	a.UpdatedAt, b.UpdatedAt = time.Time{}, time.Time{}
	return reflect.DeepEqual(a, b)
}

// WatchDay returns a channel with every visit that changes and that p leads, is booked for, or that is at a site where
// p works, of any date. It closes when ctx ends.
func (s *Service) WatchDay(ctx context.Context, p auth.Principal) (<-chan Facts, error) {
	if p.Kind != auth.KindStaff {
		d := auth.Decision{Reason: auth.ReasonRole}
		if err := s.auth.Refused(ctx, p, auth.ReadDay, auth.Resource{Kind: auth.KindDay, ID: "events"}, d); err != nil {
			return nil, err
		}
		return nil, d.Err(auth.ReadDay)
	}
	pending := newPending()
	end, err := s.listen(subjectPrefix+"*", pending.add)
	if err != nil {
		return nil, err
	}
	out := make(chan Facts)
	s.watchers.Go(func() {
		defer close(out)
		defer end()
		for {
			select {
			case <-ctx.Done():
				return
			case <-pending.some:
			}
			s.tell(ctx, p, pending.take(), out)
		}
	})
	return out, nil
}

// tell reads the visits that p may see and sends them one by one.
func (s *Service) tell(ctx context.Context, p auth.Principal, ids []ID, out chan<- Facts) {
	var appointments []scheduling.Appointment
	for _, id := range ids {
		a, r, err := s.appointment(ctx, id)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			if ctx.Err() == nil {
				s.log.Warn("changed visit not read", "visit", id, "error", err)
			}
		case auth.Allow(p, auth.ReadAppointment, r).Allowed: // nobody asked: a refusal is not audited
			appointments = append(appointments, a)
		}
	}
	visits, err := s.facts(ctx, appointments)
	if err == nil {
		err = s.noteSeen(ctx, visits)
	}
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("changed visits not read", "error", err)
		}
		return
	}
	for _, v := range visits {
		select {
		case <-ctx.Done():
			return
		case out <- v:
		}
	}
}

// listen calls handle for each event on the subject until end is called.
func (s *Service) listen(subject string, handle func(event)) (end func(), err error) {
	subscription, err := s.bus.Subscribe(subject, func(m *nats.Msg) {
		e, err := readEvent(m.Data)
		if err != nil {
			s.log.Warn("visit event not understood", "error", err)
			return
		}
		handle(e)
	})
	if err != nil {
		return nil, fmt.Errorf("listen to visits: %w", err)
	}
	// Until the server has seen the subscription, what another connection publishes is lost.
	if err := s.bus.Conn().FlushTimeout(5 * time.Second); err != nil {
		_ = subscription.Unsubscribe() // the connection is gone, and the subscription with it
		return nil, fmt.Errorf("listen to visits: %w", err)
	}
	return func() {
		if err := subscription.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
			s.log.Warn("visit subscription not ended", "error", err)
		}
	}, nil
}

// nudge wakes whoever reads c, if they are not awake already.
func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pending is a set of visits that changed since somebody last took them, however often they did.
type pending struct {
	some chan struct{} // has a token when the set has something

	mu  sync.Mutex // guards ids
	ids []ID       // in the order they changed first
}

func newPending() *pending { return &pending{some: make(chan struct{}, 1)} }

func (p *pending) add(e event) {
	p.mu.Lock()
	if !slices.Contains(p.ids, e.Visit) {
		p.ids = append(p.ids, e.Visit)
	}
	p.mu.Unlock()
	nudge(p.some)
}

func (p *pending) take() []ID {
	p.mu.Lock()
	defer p.mu.Unlock()
	ids := p.ids
	p.ids = nil
	return ids
}
