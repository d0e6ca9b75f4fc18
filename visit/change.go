package visit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/internal/audit"
	"nara/scheduling"
)

// change is one transaction on one visit, whose row and appointment it holds locked.
type change struct {
	s  *Service
	tx pgx.Tx
	by auth.Principal
	a  scheduling.Appointment
	r  auth.Resource
	at time.Time

	row     row
	touched bool // the row must be written and the change told
}

// errStale says that the appointment changed between reading and locking it.
var errStale = errors.New("appointment has changed")

// change runs work in a transaction on the visit, and tells of it when work touched the visit and it committed.
// Refusals by policy are audited.
func (s *Service) change(ctx context.Context, by auth.Principal, id ID, work func(context.Context, *change) error) error {
	for {
		err := s.tryChange(ctx, by, id, work)
		if !errors.Is(err, errStale) {
			return err
		}
	}
}

func (s *Service) tryChange(ctx context.Context, by auth.Principal, id ID, work func(context.Context, *change) error) error {
	a, r, err := s.appointment(ctx, id)
	if err != nil {
		return err
	}
	var told []event
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		c := change{s: s, tx: tx, by: by, a: a, r: r, at: r.At}
		if err := c.begin(ctx); err != nil {
			return err
		}
		if err := work(ctx, &c); err != nil {
			return err
		}
		told, err = c.end(ctx)
		return err
	})
	var refusal *auth.RefusalError
	if errors.As(err, &refusal) {
		d := auth.Decision{Reason: refusal.Reason}
		if err := s.auth.Refused(ctx, by, refusal.Action, r, d); err != nil {
			return err
		}
		if !auth.Allow(by, auth.ReadAppointment, r).Allowed {
			return ErrNotFound // who may not know of it does not learn that it is there
		}
	}
	if err != nil {
		return err
	}
	s.publish(told...)
	return nil
}

// lockAppointmentSQL comes first, so that every transaction takes the two locks in the same order.
const lockAppointmentSQL = `
SELECT version
FROM appointments
WHERE id = @id
FOR UPDATE`

func (c *change) begin(ctx context.Context) error {
	var version int
	err := c.tx.QueryRow(ctx, lockAppointmentSQL, pgx.StrictNamedArgs{"id": c.a.ID}).Scan(&version)
	if err != nil {
		return fmt.Errorf("lock appointment of visit: %w", err)
	}
	if version != c.a.Version {
		return errStale
	}
	if c.row, err = lockRow(ctx, c.tx, &c.a, c.at); err != nil {
		return err
	}
	if ended := c.row.follow(&c.a, c.at); !ended {
		return nil
	}
	c.touched = true
	return c.record(ctx, "visit."+string(Cancelled), map[string]any{"appointment": c.a.Status})
}

// end writes the row and returns whom to tell.
func (c *change) end(ctx context.Context) ([]event, error) {
	if !c.touched {
		return nil, nil
	}
	if err := c.row.save(ctx, c.tx, c.at); err != nil {
		return nil, err
	}
	others, err := neighbours(ctx, c.tx, &c.row)
	return append([]event{{c.a.ID, c.a.Practitioner, c.a.Site}}, others...), err
}

// allow asks the policy.
func (c *change) allow(action auth.Action) error {
	return auth.Allow(c.by, action, c.r).Err(action)
}

// step brings the visit to a state, through one of these actions. It asks the policy before it tells of the state.
func (c *change) step(ctx context.Context, to State, via ...auth.Action) error {
	allowed := slices.DeleteFunc(slices.Clone(via), func(a auth.Action) bool { return c.allow(a) != nil })
	if len(allowed) == 0 {
		return c.allow(via[0])
	}
	needed := actionsFor(c.a.Modality, step{c.row.state, to})
	i := slices.IndexFunc(allowed, func(a auth.Action) bool { return slices.Contains(needed, a) })
	if i < 0 {
		return &WrongStateError{State: c.row.state}
	}
	from := c.row.state
	c.row.enter(to, c.at)
	c.touched = true
	if err := c.follow(ctx, to); err != nil {
		return err
	}
	detail := map[string]any{"from": from, "to": to, "through": allowed[i]}
	if to == Arrived && c.row.identity != "" {
		detail["identity"] = c.row.identity
	}
	return c.record(ctx, "visit."+string(to), detail)
}

// follow gives the appointment the status that follows from the visit's state, in the same transaction.
func (c *change) follow(ctx context.Context, to State) error {
	var err error
	switch to {
	case Arrived:
		err = c.s.booking.Arrive(ctx, c.tx, c.by, c.a.ID)
	case Finished:
		err = c.s.booking.Fulfil(ctx, c.tx, c.by, c.a.ID)
	case Planned, Rooming, Ready, InProgress, WrapUp, Cancelled:
	}
	if errors.Is(err, scheduling.ErrWrongStatus) {
		return &WrongStateError{State: c.row.state}
	}
	if err != nil {
		return fmt.Errorf("change status of appointment: %w", err)
	}
	return nil
}

func (c *change) record(ctx context.Context, action string, detail map[string]any) error {
	actor := c.by.Actor()
	if !c.by.SignedIn() {
		actor = "system" // Changed: who changed the appointment stands with the appointment
	}
	return audit.Record(ctx, c.tx, audit.Entry{
		Actor:    actor,
		Action:   action,
		Resource: audit.Resource{Kind: string(auth.KindVisit), ID: string(c.a.ID)},
		Patient:  string(c.a.Patient.ID),
		Detail:   detail,
	})
}

// CheckIn notes that the patient stands at the site's desk and how their identity was established: planned → arrived.
func (s *Service) CheckIn(ctx context.Context, p auth.Principal, id ID, identity Identity) (Visit, error) {
	err := s.change(ctx, p, id, func(ctx context.Context, c *change) error {
		if err := c.allow(auth.CheckIn); err != nil {
			return err
		}
		if !identity.Valid() {
			return ErrIdentityNeeded
		}
		c.row.identity = identity
		return c.step(ctx, Arrived, auth.CheckIn)
	})
	return s.after(ctx, p, id, err)
}

// Transition brings the visit to the state to: rooming, ready, wrapUp or finished. Arrived is for CheckIn, inProgress
// follows from Admit or from the professional's entering.
func (s *Service) Transition(ctx context.Context, p auth.Principal, id ID, to State) (Visit, error) {
	via := []auth.Action{auth.PrepareVisit, auth.CloseVisit}
	switch to {
	case Rooming, Ready:
		via = via[:1]
	case WrapUp, Finished:
	case Arrived:
		return s.CheckIn(ctx, p, id, "")
	case Planned, InProgress, Cancelled:
		v, err := s.Snapshot(ctx, p, id)
		if err != nil {
			return Visit{}, err
		}
		return Visit{}, &WrongStateError{State: v.State}
	default:
		return Visit{}, fmt.Errorf("%q is no state: %w", to, ErrWrongState)
	}
	err := s.change(ctx, p, id, func(ctx context.Context, c *change) error {
		return c.step(ctx, to, via...)
	})
	return s.after(ctx, p, id, err)
}

// Finish ends the visit; its appointment becomes fulfilled in the same transaction and its call closes.
func (s *Service) Finish(ctx context.Context, p auth.Principal, id ID) (Visit, error) {
	return s.Transition(ctx, p, id, Finished)
}

// after is the visit as the change left it.
func (s *Service) after(ctx context.Context, p auth.Principal, id ID, err error) (Visit, error) {
	if err != nil {
		return Visit{}, err
	}
	return s.Snapshot(ctx, p, id)
}

const beginsSQL = `
SELECT state
FROM visits
WHERE id = @id`

// Cancel cancels the visit's appointment, unless the visit has begun, and tells whoever watches. Errors as for
// scheduling.CancelIf, and *WrongStateError.
func (s *Service) Cancel(ctx context.Context, p auth.Principal, id ID, reason string) (scheduling.Appointment, error) {
	a, err := s.booking.CancelIf(ctx, p, id, reason, func(ctx context.Context, tx pgx.Tx) error {
		var state State // whoever changes it locks the appointment first, which is locked by now
		err := tx.QueryRow(ctx, beginsSQL, pgx.StrictNamedArgs{"id": id}).Scan(&state)
		switch {
		case errors.Is(err, pgx.ErrNoRows), err == nil && (state == Planned || state == Arrived):
			return nil
		case err != nil:
			return fmt.Errorf("read the visit's state: %w", err)
		}
		return &WrongStateError{State: state}
	})
	if err != nil {
		return scheduling.Appointment{}, err
	}
	s.follow(ctx, id)
	return a, nil
}

// Move moves the visit's appointment and tells whoever watches. Errors as for scheduling.Move.
func (s *Service) Move(ctx context.Context, p auth.Principal, req scheduling.MoveRequest) (scheduling.Appointment, error) {
	a, err := s.booking.Move(ctx, p, req)
	if err != nil {
		return scheduling.Appointment{}, err
	}
	s.follow(ctx, a.ID)
	return a, nil
}

// follow is Changed after a change that stands whatever becomes of this: the next reading of the visit finds it.
func (s *Service) follow(ctx context.Context, id ID) {
	if err := s.Changed(context.WithoutCancel(ctx), id); err != nil {
		s.log.Warn("visit does not follow its appointment yet", "visit", id, "error", err)
	}
}

// Changed brings the visit up to date with its appointment and tells whoever watches. Call it after
// an appointment has changed elsewhere.
func (s *Service) Changed(ctx context.Context, id ID) error {
	return s.change(ctx, auth.Principal{}, id, func(_ context.Context, c *change) error {
		c.touched = true // begin has done the rest
		return nil
	})
}
