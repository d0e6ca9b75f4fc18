package signaling

import (
	"context"
	"errors"
	"time"

	"nara/auth"
	"nara/internal/bus"
)

// handle serves one message of the client. It returns an ending when the session is over.
func (s *session) handle(m ClientMessage) *Ending {
	if join, ok := m.(*Join); ok != !s.joined {
		s.refuse(m, WrongState, "")
		if !s.joined {
			return &EndBadMessage
		}
		return nil
	} else if ok {
		return s.join(join)
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.g.Ask)
	defer cancel()
	var v verdict
	switch m := m.(type) {
	case *Ping:
		s.tell(&Pong{m.Numbered})
	case *Offer:
		v = s.ask(ctx, verbOffer, asked[Offer]{s.from(), *m})
	case *Mute:
		v = s.ask(ctx, verbMute, asked[Mute]{s.from(), *m})
	case *PostChat:
		v = s.ask(ctx, verbChat, asked[PostChat]{s.from(), *m})
	case *Admit:
		v = s.admit(ctx, m)
	case *Leave:
		v = s.ask(ctx, verbLeave, asked[Leave]{s.from(), *m})
	}
	if v.Code != "" {
		s.refuse(m, v.Code, v.Message)
	}
	return nil
}

func (s *session) from() sender {
	return sender{Gateway: s.g.id, Session: s.id, Participant: ParticipantID(s.grant.Participant)}
}

// ask puts something to the room's node.
func (s *session) ask(ctx context.Context, verb string, body any) verdict {
	var v verdict
	err := s.g.Bus.Request(ctx, nodeSubject(*s.place.Load(), RoomID(s.grant.Room), verb), body, &v)
	if err != nil && s.ctx.Err() == nil {
		s.g.Log.Warn("node does not answer", "room", s.grant.Room, "verb", verb, "error", err)
	}
	if err != nil || v.Code == moved {
		return verdict{Code: Unavailable}
	}
	return v
}

// join redeems the ticket, asks the visit, finds the room's node and joins there. The node's answer comes through the
// session's stream.
func (s *session) join(m *Join) *Ending {
	s.extend(time.Minute) // everything below has its own limit
	if code := s.enter(m); code != "" {
		s.refuse(m, code, "")
		end := code.ending()
		return &end
	}
	v := s.settle(m)
	if v.Code != "" {
		s.refuse(m, v.Code, v.Message)
		end := v.Code.ending()
		return &end
	}
	s.joined = true
	s.settled.Store(s.place.Load())
	s.g.Log.Info("session joined", "session", s.id, "room", s.grant.Room, "participant", s.grant.Participant)
	if s.grant.RoomKind == auth.RoomVisit {
		ctx, cancel := context.WithTimeout(s.ctx, s.g.Ask)
		defer cancel()
		if err := s.g.Visits.Arrived(ctx, s.grant); err != nil && s.ctx.Err() == nil {
			s.g.Log.Error("visit does not know who arrived", "room", s.grant.Room, "error", err)
		}
	}
	return nil
}

// enter sets s.grant and gives the writer the visit, or says why not.
func (s *session) enter(m *Join) Code {
	ctx, cancel := context.WithTimeout(s.ctx, s.g.Ask)
	defer cancel()
	grant, err := s.g.Tickets.Redeem(ctx, auth.TicketOf(m.Ticket))
	switch {
	case errors.Is(err, auth.ErrTicketUsed):
		return TicketUsed
	case errors.Is(err, auth.ErrBadTicket):
		return BadTicket
	case err != nil:
		s.g.Log.Error("ticket not redeemed", "error", err)
		return Unavailable
	}
	if !isToken(grant.Room) || validID("participant", grant.Participant) != nil {
		return BadTicket
	}
	s.g.known(s)
	s.grant = grant
	s.admitted = true
	if grant.RoomKind == auth.RoomCheck {
		return ""
	}
	if s.admitted, err = s.g.Visits.Enter(ctx, grant); err != nil {
		return s.codeOf("enter visit", err)
	}
	// The watch lives as long as the session.
	next, err := s.g.Visits.Watch(s.ctx, grant)
	if err != nil {
		return s.codeOf("watch visit", err)
	}
	select {
	case now, ok := <-next:
		if !ok {
			return NotAllowed
		}
		if now.Over {
			return RoomClosed
		}
		s.watch <- feed{now, next}
		return ""
	case <-ctx.Done():
		return Unavailable
	}
}

// settle joins at the room's node. A room without a place gets one at home; a place whose node is gone is taken over.
func (s *session) settle(m *Join) verdict {
	ctx, cancel := context.WithTimeout(s.ctx, 2*s.g.Ask)
	defer cancel()
	room := s.grant.Room
	body := joining{asked: asked[Join]{s.from(), *m}, Name: s.grant.Name, Role: Role(s.grant.Role),
		Visit: s.grant.RoomKind == auth.RoomVisit, Admitted: s.admitted}
	body.Message.Ticket = "" // it has done its work
	var missing time.Time    // since when nobody hears at the place
	for pause := time.Millisecond; ; pause = min(2*pause, maxPause) {
		place, err := s.g.Bus.Placement().Lookup(ctx, room)
		if errors.Is(err, bus.ErrNotPlaced) {
			place, err = s.g.Bus.Placement().Claim(ctx, room, s.g.Home)
		}
		if err != nil {
			s.g.Log.Error("room has no place", "room", room, "error", err)
			return verdict{Code: Unavailable}
		}
		s.place.Store(&place)
		var v verdict
		err = s.g.Bus.Request(ctx, nodeSubject(place, RoomID(room), verbJoin), body, &v)
		switch {
		case errors.Is(err, bus.ErrNobody) && place.Node == s.g.Home:
			return verdict{Code: Unavailable} // there is no node at all
		case errors.Is(err, bus.ErrNobody) && missing.IsZero():
			missing = time.Now()
		case errors.Is(err, bus.ErrNobody) && time.Since(missing) < takeoverAfter:
		case errors.Is(err, bus.ErrNobody):
			_, err = s.g.Bus.Placement().Takeover(ctx, room, place, s.g.Home)
			if err != nil && !errors.Is(err, bus.ErrMoved) {
				s.g.Log.Error("room not taken over", "room", room, "error", err)
				return verdict{Code: Unavailable}
			}
		case err != nil:
			s.g.Log.Error("node does not answer", "room", room, "error", err)
			s.lost() // it may have joined all the same
			return verdict{Code: Unavailable}
		case v.Code == leaving:
			if body.Admitted, err = s.g.Visits.Enter(ctx, s.grant); err != nil {
				return verdict{Code: s.codeOf("enter visit", err)}
			}
		case v.Code != moved:
			return v
		}
		select {
		case <-time.After(pause): // the room ends or moves just now
		case <-ctx.Done():
			return verdict{Code: Unavailable}
		}
	}
}

const (
	// maxPause is between two attempts to join a room that is moving.
	maxPause = 100 * time.Millisecond
	// takeoverAfter is how long nobody must hear at a room's node before another takes the room: a node that only lost
	// its bus is back by then.
	takeoverAfter = 500 * time.Millisecond
)

// admit asks the node whether there is somebody to admit, then the visit whether this host may, then does it.
func (s *session) admit(ctx context.Context, m *Admit) verdict {
	if v := s.ask(ctx, verbWaiting, asked[Admit]{s.from(), *m}); v.Code != "" {
		return v
	}
	if s.grant.RoomKind == auth.RoomVisit {
		if err := s.g.Visits.Admit(ctx, s.grant, m.Participant); err != nil {
			return verdict{Code: s.codeOf("admit", err)}
		}
	}
	return s.ask(ctx, verbAdmit, asked[Admit]{s.from(), *m})
}

// detach tells the node that the WebSocket is gone, unless the node ended it.
func (s *session) detach() {
	if s.joined && !s.detached.Load() {
		s.lost()
	}
}

func (s *session) lost() {
	subject := nodeSubject(*s.place.Load(), RoomID(s.grant.Room), verbLost)
	if err := s.g.Bus.Publish(subject, asked[struct{}]{From: s.from()}); err != nil {
		s.g.Log.Warn("node does not know of a lost session", "room", s.grant.Room, "error", err)
	}
}

// codeOf is the code of a neighbour's refusal; a failure is logged and told as internal.
func (s *session) codeOf(what string, err error) Code {
	var c Code
	if errors.As(err, &c) {
		return c
	}
	if s.ctx.Err() == nil {
		s.g.Log.Error("visit failed", "room", s.grant.Room, "step", what, "error", err)
	}
	return Internal
}

// ending is how a session ends whose join is refused with the code.
func (c Code) ending() Ending {
	switch c {
	case BadTicket, TicketUsed:
		return EndBadTicket
	case NotAllowed:
		return EndNotAllowed
	case RoomClosed:
		return EndClosed
	case Unavailable, Internal:
		return EndUnavailable
	}
	return EndBadMessage
}
