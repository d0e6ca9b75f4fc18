package visit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/scheduling"
)

// comeback is how soon somebody who lost the connection must be back to have waited all along.
const comeback = 5 * time.Minute

// entrance is the action that lets somebody take a chair. There is none for guests, nor for a chair that does not
// exist: mayTake refuses those, as what would let a patient in.
func entrance(role auth.CallRole) auth.Action {
	switch role {
	case auth.CallHost:
		return auth.HostVisit
	case auth.CallRoom:
		return auth.OpenRoom
	default:
		return auth.EnterVisit
	}
}

// mayEnter reports whether the state has a use for somebody on that chair. A hosted visit's professional comes when
// the nurse says that it is ready.
func mayEnter(m scheduling.Modality, s State, role auth.CallRole) bool {
	switch {
	case m == scheduling.Video && (role == auth.CallPatient || role == auth.CallHost):
		return s == Planned || s == Arrived || s == InProgress
	case m == scheduling.Hosted && role == auth.CallHost:
		return s == Ready || s == InProgress || s == WrapUp
	case m == scheduling.Hosted && role == auth.CallRoom:
		return !s.Over()
	default:
		return false
	}
}

// early reports whether somebody comes before the waiting room opens. Whoever is in it, or was, may come back; the
// professional may always prepare.
func early(f *Facts, role auth.CallRole, now time.Time) bool {
	return role == auth.CallPatient && f.State == Planned && now.Before(f.OpensAt)
}

// opensAt is when the waiting room of an appointment opens; zero when there is none.
func (s *Service) opensAt(a *scheduling.Appointment) time.Time {
	if a.Modality != scheduling.Video {
		return time.Time{}
	}
	return a.Start.Add(-s.opens)
}

// Grant returns what a room ticket for p's place in the visit's call says. role "" is p's own place; auth.CallRoom is
// the site's screen and cameras, opened by a nurse.
func (s *Service) Grant(ctx context.Context, p auth.Principal, id ID, role auth.CallRole) (auth.Grant, error) {
	a, r, err := s.known(ctx, p, id)
	if err != nil {
		return auth.Grant{}, err
	}
	if role == "" {
		role = roleOf(p, &a)
	}
	g := auth.Grant{
		Room:        string(id),
		RoomKind:    auth.RoomVisit,
		Participant: participantID(id, role, p),
		Role:        role,
		Name:        p.Name,
		Session:     p.Session,
		Principal:   p,
	}
	if role == auth.CallRoom {
		if g.Name, err = s.roomName(ctx, a.Room); err != nil {
			return auth.Grant{}, err
		}
	}
	_, err = s.enter(ctx, g, a, r)
	return g, err
}

// roomName is what is written on the site's door.
func (s *Service) roomName(ctx context.Context, id auth.ResourceID) (string, error) {
	d, err := s.booking.Directory(ctx)
	if err != nil {
		return "", fmt.Errorf("read directory: %w", err)
	}
	if room := d.Room(id); room != nil {
		return room.Name, nil
	}
	return "", nil
}

// Admission says how somebody comes into a call.
type Admission struct {
	Participant string
	Role        auth.CallRole
	Name        string
	Admitted    bool // false: into the waiting room
}

// Enter decides whether the holder of a redeemed ticket may come in now, and how. It changes nothing.
func (s *Service) Enter(ctx context.Context, g auth.Grant) (Admission, error) {
	a, r, err := s.known(ctx, g.Principal, ID(g.Room))
	if err != nil {
		return Admission{}, err
	}
	return s.enter(ctx, g, a, r)
}

func (s *Service) enter(ctx context.Context, g auth.Grant, a scheduling.Appointment, r auth.Resource) (Admission, error) {
	d := mayTake(g, r)
	if !d.Allowed {
		action := entrance(g.Role)
		if err := s.auth.Refused(ctx, g.Principal, action, r, d); err != nil {
			return Admission{}, err
		}
		return Admission{}, d.Err(action)
	}
	all, err := s.facts(ctx, []scheduling.Appointment{a})
	if err != nil {
		return Admission{}, err
	}
	f := all[0]
	if !mayEnter(a.Modality, f.State, g.Role) {
		return Admission{}, &WrongStateError{State: f.State}
	}
	if early(&f, g.Role, r.At) {
		return Admission{}, &TooEarlyError{OpensAt: f.OpensAt}
	}
	admitted := g.Role != auth.CallPatient
	if !admitted {
		if admitted, err = s.admitted(ctx, f.ID, g.Participant); err != nil {
			return Admission{}, err
		}
	}
	return Admission{Participant: g.Participant, Role: g.Role, Name: g.Name, Admitted: admitted}, nil
}

const admittedSQL = `
SELECT EXISTS (
    SELECT FROM visit_participants
    WHERE visit = @visit AND id = @id AND admitted_at IS NOT NULL)`

// admitted reports whether somebody was let in before, and only lost the connection.
func (s *Service) admitted(ctx context.Context, id ID, participant string) (bool, error) {
	var admitted bool
	err := s.pool.QueryRow(ctx, admittedSQL, pgx.StrictNamedArgs{"visit": id, "id": participant}).Scan(&admitted)
	if err != nil {
		return false, fmt.Errorf("read admission: %w", err)
	}
	return admitted, nil
}

// mayTake asks the policy about a chair. The participant must be the person's own: a ticket cannot name another.
func mayTake(g auth.Grant, r auth.Resource) auth.Decision {
	d := auth.Allow(g.Principal, entrance(g.Role), r)
	exists := g.Role == auth.CallPatient || g.Role == auth.CallHost || g.Role == auth.CallRoom
	if d.Allowed && (!exists || g.Participant != participantID(ID(r.ID), g.Role, g.Principal)) {
		return auth.Decision{Reason: auth.ReasonRole}
	}
	return d
}

// Arrived notes that a participant is connected: a patient's visit becomes arrived, and a hosted visit that is ready
// begins when its professional comes.
func (s *Service) Arrived(ctx context.Context, g auth.Grant) (Admission, error) {
	admission := Admission{Participant: g.Participant, Role: g.Role, Name: g.Name}
	err := s.change(ctx, g.Principal, ID(g.Room), func(ctx context.Context, c *change) error {
		if err := mayTake(g, c.r).Err(entrance(g.Role)); err != nil {
			return err
		}
		if !mayEnter(c.a.Modality, c.row.state, g.Role) {
			return &WrongStateError{State: c.row.state}
		}
		if f := (Facts{State: c.row.state, OpensAt: s.opensAt(&c.a)}); early(&f, g.Role, c.at) {
			return &TooEarlyError{OpensAt: f.OpensAt}
		}
		p, err := c.participant(ctx, g)
		if err != nil {
			return err
		}
		p.arrive(c.at)
		switch {
		case g.Role == auth.CallPatient && p.WaitingSince.Equal(c.at):
			c.row.seen = time.Time{} // a new wait, that nobody has seen yet
		case g.Role != auth.CallPatient:
			p.AdmittedAt = c.at
		}
		admission.Admitted = p.Admitted()
		if err := c.arriving(ctx, g.Role); err != nil {
			return err
		}
		c.touched = true
		if err := p.save(ctx, c.tx, c.a.ID, s.node); err != nil {
			return err
		}
		return c.record(ctx, string(entrance(g.Role)), map[string]any{"participant": p.ID, "admitted": p.Admitted()})
	})
	if err != nil {
		return Admission{}, err
	}
	return admission, nil
}

// arriving takes the step that somebody's coming means, if it means one.
func (c *change) arriving(ctx context.Context, role auth.CallRole) error {
	switch {
	case role == auth.CallPatient && c.row.state == Planned:
		return c.step(ctx, Arrived, auth.EnterVisit)
	case role == auth.CallHost && c.row.state == Ready:
		return c.step(ctx, InProgress, auth.HostVisit)
	}
	return nil
}

// arrive is a connection made.
func (p *Participant) arrive(now time.Time) {
	if p.Role == auth.CallPatient && !p.Admitted() {
		if away := !p.Present() && now.Sub(p.LeftAt) > comeback; p.WaitingSince.IsZero() || away {
			p.WaitingSince = now
		}
	}
	p.PresentSince, p.LeftAt = now, time.Time{}
}

// participant reads the participant of a grant, as it is or new.
func (c *change) participant(ctx context.Context, g auth.Grant) (Participant, error) {
	people, err := participants(ctx, c.tx, c.a.ID)
	if err != nil {
		return Participant{}, err
	}
	i := slices.IndexFunc(people, func(p Participant) bool { return p.ID == g.Participant })
	if i < 0 {
		return Participant{ID: g.Participant, Role: g.Role}, nil
	}
	return people[i], nil
}

// Admit lets a waiting participant in: a visit at home begins. Admitting somebody who is admitted changes nothing and
// is no fault.
func (s *Service) Admit(ctx context.Context, p auth.Principal, id ID, participant string) error {
	return s.change(ctx, p, id, func(ctx context.Context, c *change) error {
		if err := c.allow(auth.AdmitToVisit); err != nil {
			return err
		}
		if c.row.state.Over() {
			return &WrongStateError{State: c.row.state}
		}
		waits, err := c.participant(ctx, auth.Grant{Participant: participant}) // no role: nobody by that id was ever here
		switch {
		case err != nil:
			return err
		case waits.Role == "" || !waits.Present():
			return ErrNoSuchParticipant
		case waits.Admitted():
			return nil
		}
		if c.row.state != InProgress {
			if err := c.step(ctx, InProgress, auth.AdmitToVisit); err != nil {
				return err
			}
		}
		waits.AdmittedAt = c.at
		c.touched = true
		if err := waits.save(ctx, c.tx, id, s.node); err != nil {
			return err
		}
		return c.record(ctx, string(auth.AdmitToVisit), map[string]any{"participant": participant})
	})
}

// Departure is why a participant is no longer connected, in the signalling protocol's words.
type Departure string

// The departures.
const (
	DepartLeft     Departure = "left"     // went for good: must be admitted anew
	DepartGone     Departure = "gone"     // lost the connection
	DepartReplaced Departure = "replaced" // is connected elsewhere: changes nothing
	DepartRemoved  Departure = "removed"  // was sent out: must be admitted anew
	DepartClosed   Departure = "closed"   // the visit ended
)

// Left notes that a participant is no longer connected. It asks nothing of the policy: whoever was in may go.
func (s *Service) Left(ctx context.Context, g auth.Grant, why Departure) error {
	if why == DepartReplaced {
		return nil
	}
	return s.change(ctx, g.Principal, ID(g.Room), func(ctx context.Context, c *change) error {
		p, err := c.participant(ctx, g)
		if err != nil || !p.Present() {
			return err
		}
		p.PresentSince, p.LeftAt = time.Time{}, c.at
		if why == DepartLeft || why == DepartRemoved {
			p.AdmittedAt, p.WaitingSince = time.Time{}, time.Time{}
		}
		c.touched = true
		return p.save(ctx, c.tx, c.a.ID, s.node)
	})
}
