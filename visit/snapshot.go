package visit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/scheduling"
)

// Snapshot returns the visit as p sees it: ErrNotFound also when p may not know of it.
func (s *Service) Snapshot(ctx context.Context, p auth.Principal, id ID) (Visit, error) {
	a, r, err := s.known(ctx, p, id)
	if err != nil {
		return Visit{}, err
	}
	all, err := s.facts(ctx, []scheduling.Appointment{a})
	if err != nil {
		return Visit{}, err
	}
	return seenBy(p, all[0], r), nil
}

// Open is Snapshot for somebody who opens the visit's page: a look by the staff is logged.
func (s *Service) Open(ctx context.Context, p auth.Principal, id ID) (Visit, error) {
	v, err := s.Snapshot(ctx, p, id)
	if err != nil {
		return Visit{}, err
	}
	return v, s.looked(ctx, p, auth.ReadAppointment, []Facts{v.Facts})
}

// looked logs that a member of staff has these visits on a page.
func (s *Service) looked(ctx context.Context, p auth.Principal, action auth.Action, visits []Facts) error {
	resources := make([]auth.Resource, len(visits))
	for i := range visits {
		resources[i] = auth.Resource{Kind: auth.KindVisit, ID: string(visits[i].ID), Patient: visits[i].Appointment.Patient.ID}
	}
	return s.auth.Looked(ctx, p, action, resources...)
}

// known reads an appointment that p may know of, and the resource that the policy sees. ErrNotFound for any other.
func (s *Service) known(ctx context.Context, p auth.Principal, id ID) (scheduling.Appointment, auth.Resource, error) {
	a, r, err := s.appointment(ctx, id)
	if err != nil {
		return scheduling.Appointment{}, auth.Resource{}, err
	}
	if d := auth.Allow(p, auth.ReadAppointment, r); !d.Allowed {
		if err := s.auth.Refused(ctx, p, auth.ReadAppointment, r, d); err != nil {
			return scheduling.Appointment{}, auth.Resource{}, err
		}
		return scheduling.Appointment{}, auth.Resource{}, ErrNotFound
	}
	return a, r, nil
}

// appointment reads an appointment and the resource that the policy sees, without asking it.
func (s *Service) appointment(ctx context.Context, id ID) (scheduling.Appointment, auth.Resource, error) {
	if !wellFormed(id) {
		return scheduling.Appointment{}, auth.Resource{}, ErrNotFound
	}
	a, err := s.booking.AppointmentByID(ctx, id)
	if errors.Is(err, scheduling.ErrNotFound) {
		return scheduling.Appointment{}, auth.Resource{}, ErrNotFound
	}
	if err != nil {
		return scheduling.Appointment{}, auth.Resource{}, fmt.Errorf("read appointment of visit: %w", err)
	}
	d, err := s.booking.Directory(ctx)
	if err != nil {
		return scheduling.Appointment{}, auth.Resource{}, fmt.Errorf("read directory: %w", err)
	}
	return a, a.Resource(auth.KindVisit, d, s.now()), nil
}

// wellFormed reports whether an id from outside is a uuid as we write them, and so no pattern of the bus.
func wellFormed(id ID) bool {
	parsed, err := uuid.Parse(string(id))
	return err == nil && parsed.String() == string(id)
}

const rowsSQL = `
SELECT ` + rowColumns + `
FROM visits
WHERE id = ANY(@ids::uuid[])`

const peopleSQL = `
SELECT visit, ` + participantColumns + `
FROM visit_participants
WHERE visit = ANY(@ids::uuid[])`

// commitmentsSQL leaves out what nobody ended: after a day it keeps no one waiting.
const commitmentsSQL = `
SELECT v.id, v.practitioner, v.state, v.starts_at, v.ends_at, v.started_at,
    EXISTS (
        SELECT FROM visit_participants h
        WHERE h.visit = v.id AND h.role = 'host' AND h.present_since IS NOT NULL),
    v.state IN ('arrived', 'rooming', 'ready') AND (v.modality <> 'video' OR EXISTS (
        SELECT FROM visit_participants w
        WHERE w.visit = v.id AND w.role = 'patient' AND w.present_since IS NOT NULL))
FROM visits v
WHERE v.practitioner = ANY(@practitioners)
    AND v.state NOT IN ('finished', 'cancelled')
    AND v.updated_at > @since`

// facts reads what is known of visits, in one round trip however many they are and in their order.
func (s *Service) facts(ctx context.Context, appointments []scheduling.Appointment) ([]Facts, error) {
	if len(appointments) == 0 {
		return nil, nil
	}
	ids := make([]ID, 0, len(appointments))
	var practitioners []auth.ResourceID
	for i := range appointments {
		ids = append(ids, appointments[i].ID)
		if p := appointments[i].Practitioner; !slices.Contains(practitioners, p) {
			practitioners = append(practitioners, p)
		}
	}
	now := s.now()
	rows := make(map[ID]row, len(ids))
	people := make(map[ID][]Participant, len(ids))
	others := make(map[auth.ResourceID][]commitment, len(practitioners))

	var batch pgx.Batch
	batch.Queue(rowsSQL, pgx.StrictNamedArgs{"ids": ids}).Query(each(func(from pgx.Row) error {
		var r row
		err := r.scan(from)
		rows[r.id] = r
		return err
	}))
	batch.Queue(peopleSQL, pgx.StrictNamedArgs{"ids": ids}).Query(each(func(from pgx.Row) error {
		var id ID
		var p Participant
		err := p.scan(from, &id)
		people[id] = append(people[id], p)
		return err
	}))
	batch.Queue(commitmentsSQL, pgx.StrictNamedArgs{
		"practitioners": practitioners,
		"since":         now.Add(-24 * time.Hour),
	}).Query(each(func(from pgx.Row) error {
		var c commitment
		var started *time.Time
		err := from.Scan(&c.id, &c.practitioner, &c.state, &c.starts, &c.ends, &started, &c.hostPresent, &c.patientThere)
		c.started = orZero(started)
		others[c.practitioner] = append(others[c.practitioner], c)
		return err
	}))
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, fmt.Errorf("read visits: %w", err)
	}

	all := make([]Facts, 0, len(appointments))
	for i := range appointments {
		a := &appointments[i]
		r, has := rows[a.ID]
		if !has {
			r = newRow(a)
		}
		r.follow(a, a.UpdatedAt) // a move or a cancellation shows before Changed has written it
		f := facts(a, r, people[a.ID], others[a.Practitioner], now)
		f.OpensAt = s.opensAt(a)
		all = append(all, f)
	}
	return all, nil
}

// each makes a batch callback of what is done with one row.
func each(read func(pgx.Row) error) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		for rows.Next() {
			if err := read(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}
}

// seenBy adds the person's own place to the facts.
func seenBy(p auth.Principal, f Facts, r auth.Resource) Visit {
	role := roleOf(p, &f.Appointment)
	return Visit{Facts: f, You: You{
		Participant: participantID(f.ID, role, p),
		Role:        role,
		Name:        p.Name,
		Actions:     offers(p, f, role, r),
	}}
}

// offers lists what a page may offer the person now: what the policy allows and the state has a use for.
func offers(p auth.Principal, f Facts, role auth.CallRole, r auth.Resource) []Action {
	may := func(a auth.Action) bool { return auth.Allow(p, a, r).Allowed }
	steps := func(to State, via ...auth.Action) bool {
		return slices.ContainsFunc(actionsFor(f.Appointment.Modality, step{f.State, to}), func(a auth.Action) bool {
			return slices.Contains(via, a) && may(a)
		})
	}
	actions := []Action{}
	offer := func(a Action, when bool) {
		if when {
			actions = append(actions, a)
		}
	}
	offer(ActEnter, mayEnter(f.Appointment.Modality, f.State, role) && !early(&f, role, r.At) && may(entrance(role)))
	offer(ActCheckIn, steps(Arrived, auth.CheckIn))
	offer(ActRooming, steps(Rooming, auth.PrepareVisit))
	offer(ActReady, steps(Ready, auth.PrepareVisit))
	offer(ActAdmit, f.Appointment.Modality == scheduling.Video && f.Patient == Waiting && !f.State.Over() && may(auth.AdmitToVisit))
	offer(ActWrapUp, steps(WrapUp, auth.CloseVisit, auth.PrepareVisit))
	offer(ActClose, steps(Finished, auth.CloseVisit, auth.PrepareVisit))
	before := f.State == Planned || f.State == Arrived
	offer(ActMove, before && f.Appointment.Status == scheduling.Booked && may(auth.MoveAppointment))
	offer(ActCancel, before && f.Appointment.Status.May(scheduling.Cancelled) && may(auth.CancelAppointment))
	return actions
}

// Day returns p's own visits of a day, today's for the zero date. It is logged as a look at each of them.
func (s *Service) Day(ctx context.Context, p auth.Principal, date scheduling.Date) (Day, error) {
	date = s.orToday(date)
	appointments, err := s.booking.DayOf(ctx, p, p.Practitioner, date)
	if err != nil {
		return Day{}, fmt.Errorf("read day: %w", err)
	}
	visits, err := s.facts(ctx, appointments)
	if err != nil {
		return Day{}, err
	}
	if err := s.looked(ctx, p, auth.ReadDay, visits); err != nil {
		return Day{}, err
	}
	if err := s.noteSeen(ctx, visits); err != nil {
		return Day{}, err
	}
	return Day{Date: date, Now: s.now(), Visits: visits}, nil
}

func (s *Service) orToday(date scheduling.Date) scheduling.Date {
	if date.IsZero() {
		return scheduling.DateOf(s.now())
	}
	return date
}

// SiteDay returns the visits of a day, today's for the zero date, at a site where p works. It is logged as a look at each
// of them.
func (s *Service) SiteDay(ctx context.Context, p auth.Principal, site auth.SiteID, date scheduling.Date) (SiteDay, error) {
	date = s.orToday(date)
	appointments, err := s.booking.SiteDay(ctx, p, site, date)
	if err != nil {
		return SiteDay{}, fmt.Errorf("read day of site: %w", err)
	}
	visits, err := s.facts(ctx, appointments)
	if err != nil {
		return SiteDay{}, err
	}
	if err := s.looked(ctx, p, auth.ReadSiteDay, visits); err != nil {
		return SiteDay{}, err
	}
	d, err := s.booking.Directory(ctx)
	if err != nil {
		return SiteDay{}, fmt.Errorf("read directory: %w", err)
	}
	day := SiteDay{Date: date, Now: s.now(), Site: d.Site(site)}
	for _, room := range d.RoomsOf(site) {
		r := RoomDay{Room: room, Devices: d.DevicesIn(room.ID)}
		for _, v := range visits {
			if v.Appointment.Room == room.ID {
				r.Visits = append(r.Visits, v)
			}
		}
		day.Rooms = append(day.Rooms, r)
	}
	return day, nil
}

const noteSeenSQL = `
UPDATE visits
SET seen_at = @now, version = version + 1, updated_at = @now
WHERE id = ANY(@ids::uuid[]) AND seen_at IS NULL
RETURNING id, practitioner, coalesce(site, '')`

// noteSeen remembers that the staff have waiting patients on a screen, and tells those patients.
func (s *Service) noteSeen(ctx context.Context, visits []Facts) error {
	var ids []ID
	for i := range visits {
		if visits[i].Patient == Waiting && !visits[i].NurseKnows {
			ids = append(ids, visits[i].ID)
			visits[i].NurseKnows = true
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := s.pool.Query(ctx, noteSeenSQL, pgx.StrictNamedArgs{"ids": ids, "now": s.now()})
	if err != nil {
		return fmt.Errorf("note who is seen to wait: %w", err)
	}
	seen, err := pgx.CollectRows(rows, pgx.RowToStructByPos[event])
	if err != nil {
		return fmt.Errorf("note who is seen to wait: %w", err)
	}
	s.publish(seen...)
	return nil
}
