package scheduling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/internal/audit"
	"nara/internal/postgres"
)

// HoldRequest asks to keep a slot. Nurse, room and devices are chosen by the service.
type HoldRequest struct {
	Patient      PatientID // for whom; "" is the principal's own
	Service      ServiceID
	Start        time.Time
	Modality     Modality
	Site         SiteID // required for hosted and in person
	Practitioner ResourceID
	Language     Language
	Moving       AppointmentID // the appointment that is to move to the slot, "" for none; what it takes is not in the way
}

// holdTries is how often Hold looks for another nurse, room or device when somebody took the one it had chosen.
const holdTries = 4

// errRaced says that something of the chosen slot was taken between looking and locking.
var errRaced = errors.New("taken meanwhile")

// Hold keeps all resources of a slot for HoldTime, after computing anew that the slot exists. An earlier hold of the
// same patient is given back. A hold for moving an appointment is good for that alone.
//
// Errors: *ValidationError, auth.ErrNotAllowed, ErrNotFound (no such patient, no such appointment to move),
// *SlotTakenError, ErrPatientBusy, ErrWrongStatus (the appointment does not move any more).
func (s *Service) Hold(ctx context.Context, by auth.Principal, req HoldRequest) (Hold, error) {
	if req.Patient == "" {
		req.Patient = by.Patient
	}
	if req.Patient != "" && !wellFormed(req.Patient) {
		return Hold{}, ErrNotFound
	}
	resource := auth.Resource{
		Kind:          auth.KindSlot,
		ID:            string(req.Service),
		Site:          req.Site,
		Patient:       req.Patient,
		Host:          req.Practitioner,
		Practitioners: []ResourceID{req.Practitioner},
		At:            s.now(),
	}
	if err := s.allow(ctx, by, auth.HoldSlot, resource); err != nil {
		return Hold{}, err
	}
	if err := s.checkMoving(ctx, by, req); err != nil {
		return Hold{}, err
	}
	for tries := 0; tries < holdTries; {
		turn := s.turns.of(req.Practitioner)
		seen := turn.taken.Load()
		slot, service, err := s.exact(ctx, req)
		if err != nil {
			return Hold{}, s.withAlternatives(ctx, err, req)
		}
		hold, err := turn.take(ctx, seen, func() (Hold, error) { return s.keep(ctx, by, req, slot, service) })
		switch {
		case errors.Is(err, errAnotherTurn):
			continue
		case errors.Is(err, errRaced):
			tries++
			continue
		}
		return hold, err
	}
	return Hold{}, s.withAlternatives(ctx, ErrSlotTaken, req)
}

// withAlternatives turns a bare ErrSlotTaken into a *SlotTakenError.
func (s *Service) withAlternatives(ctx context.Context, err error, req HoldRequest) error {
	if !errors.Is(err, ErrSlotTaken) {
		return err
	}
	near, searchErr := s.nearest(ctx, req)
	if searchErr != nil {
		s.log.Warn("no alternatives found for a taken slot", "service", req.Service, "error", searchErr)
	}
	return &SlotTakenError{Alternatives: near}
}

// exact computes the one slot that is asked for, and returns the service as it was then. A slot that the hours do not
// offer is a *ValidationError, one that they offer and somebody has is ErrSlotTaken.
func (s *Service) exact(ctx context.Context, req HoldRequest) (Slot, *Offering, error) {
	now := s.now()
	date := DateOf(req.Start)
	if distance := date.number() - DateOf(now).number(); distance < -1 || distance > 3*366 {
		return Slot{}, nil, &ValidationError{Fields: []FieldError{{"start", "not-offered", "the start is far from today"}}}
	}
	v, err := s.board.sync(ctx, date.number(), date.number())
	if err != nil {
		return Slot{}, nil, err
	}
	if err := req.check(v.snapshot); err != nil {
		return Slot{}, nil, err
	}
	q := SlotQuery{
		Service:      req.Service,
		Language:     req.Language,
		Modality:     req.Modality,
		Site:         req.Site,
		Practitioner: req.Practitioner,
	}
	ready, err := q.prepare(v.snapshot, now)
	if err != nil {
		return Slot{}, nil, err
	}
	ready.only = req.Start.Unix()
	if ready.only < ready.soonest {
		return Slot{}, nil, &ValidationError{Fields: []FieldError{{"start", "too-soon", "the start has passed or is too near"}}}
	}
	minute, onGrid := clockOf(date).wallMinute(ready.only)
	if req.Start.Nanosecond() != 0 || !onGrid || minute%ready.service.GridMinutes != 0 {
		return Slot{}, nil, &ValidationError{Fields: []FieldError{{"start", "not-offered", "no slot begins at that time"}}}
	}
	ready.fromMinute, ready.untilMinute = minute, minute+1
	if slot := ready.one(v, date); slot != nil {
		return *slot, ready.service, nil
	}
	ready.ignoreTaken = true
	if ready.one(v, date) == nil {
		return Slot{}, nil, &ValidationError{Fields: []FieldError{{"start", "not-offered", "nobody works at that time"}}}
	}
	// Somebody has it: perhaps the patient themselves, who now chooses a time that overlaps the one they keep or move.
	ready.ignoreTaken = false
	var busy bool
	if ready.own, busy, err = s.ownOf(ctx, req, time.Duration(ready.service.Minutes)*time.Minute); err != nil {
		return Slot{}, nil, err
	}
	if busy {
		return Slot{}, nil, ErrPatientBusy
	}
	if len(ready.own) > 0 {
		if slot := ready.one(v, date); slot != nil {
			return *slot, ready.service, nil
		}
	}
	return Slot{}, nil, ErrSlotTaken
}

// one returns the only slot of a search for one start, nil when there is none.
func (q *search) one(v view, date Date) (found *Slot) {
	q.day(v, date, func(slot Slot) {
		if found == nil {
			found = &slot
		}
	})
	return found
}

// selectBusy says whether the patient has another appointment at a time than the one that moves.
const selectBusy = `
	SELECT EXISTS (
		SELECT
		FROM appointments
		WHERE patient = @patient AND status IN ('booked', 'arrived')
			AND during && tstzrange(@start, @end)
			AND id IS DISTINCT FROM @moving::uuid)`

// ownOf returns the reservations of the patient's active hold and of the appointment that moves, and whether the patient
// is busy at the time with another one.
func (s *Service) ownOf(ctx context.Context, req HoldRequest, length time.Duration) (own map[int64]bool, busy bool, err error) {
	const reserved = `
		SELECT r.id
		FROM holds AS h
		JOIN reservations AS r ON r.hold = h.id AND r.released_at IS NULL
		WHERE h.patient = @patient AND h.state = 'active'
		UNION ALL
		SELECT id
		FROM reservations
		WHERE appointment = @moving::uuid AND released_at IS NULL`
	own = map[int64]bool{}
	batch := &pgx.Batch{}
	batch.Queue(reserved, pgx.StrictNamedArgs{"patient": req.Patient, "moving": orNull(req.Moving)}).Query(func(rows pgx.Rows) error {
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		for _, id := range ids {
			own[id] = true
		}
		return err
	})
	batch.Queue(selectBusy, pgx.StrictNamedArgs{
		"patient": req.Patient, "moving": orNull(req.Moving), "start": req.Start, "end": req.Start.Add(length),
	}).QueryRow(func(row pgx.Row) error { return row.Scan(&busy) })
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return nil, false, fmt.Errorf("read what the patient has: %w", err)
	}
	return own, busy, nil
}

// checkMoving sees that the appointment to move is the patient's, moves at all, and stays with its service.
func (s *Service) checkMoving(ctx context.Context, by auth.Principal, req HoldRequest) error {
	if req.Moving == "" {
		return nil
	}
	a, err := s.allowed(ctx, by, auth.MoveAppointment, req.Moving)
	switch {
	case err != nil:
		return err
	case a.Patient.ID != req.Patient:
		return ErrNotFound
	case a.Status != Booked:
		return ErrWrongStatus
	case a.Service != req.Service:
		return &ValidationError{Fields: []FieldError{{"moving", "other-service", "the appointment is for another service"}}}
	}
	return nil
}

// orNull is NULL for PostgreSQL when the id is "".
func orNull[T ~string](id T) *T {
	if id == "" {
		return nil
	}
	return &id
}

// check finds the faults that a search would let pass.
func (r *HoldRequest) check(snap *snapshot) error {
	var wrong faults
	switch r.Modality {
	case Video, Phone:
		if r.Site != "" {
			wrong.add("site", "not-allowed", "video and phone have no site")
		}
	case Hosted, InPerson:
		if r.Site == "" {
			wrong.add("site", "required", "hosted and in person need a site")
		}
	default:
		wrong.add("modality", "unknown", "the modalities are video, hosted, in_person and phone")
	}
	switch r.Language {
	case Swedish, Finnish, English:
	default:
		wrong.add("language", "unknown", "the languages of service are sv, fi and en")
	}
	p := snap.Practitioner(r.Practitioner)
	switch {
	case p == nil:
		wrong.add("practitioner", "unknown", "no such practitioner")
	case snap.Service(r.Service) != nil && !slices.Contains(p.Services, r.Service):
		wrong.add("practitioner", "not-offered", "the practitioner does not give this service")
	case len(wrong) == 0 && !p.Speaks(r.Language):
		wrong.add("language", "not-offered", "the practitioner does not give service in this language")
	}
	return wrong.err()
}

// footprint is one resource and the time it is taken, which offsets make longer than the slot.
type footprint struct {
	resource ResourceID
	span
}

// footprints returns what a slot takes, in ascending order of resource.
func (sl *Slot) footprints(o *Offering) []footprint {
	from, to := sl.Start.Unix(), sl.End.Unix()
	taken := []footprint{{sl.Practitioner, span{from, to}}}
	devices := sl.Devices
	for _, need := range o.needsOf(sl.Modality) {
		around := span{from - minutes(need.BeforeMinutes), to + minutes(need.AfterMinutes)}
		switch need.Kind {
		case NeedNurse:
			taken = append(taken, footprint{sl.Nurse, around})
		case NeedRoom:
			taken = append(taken, footprint{sl.Room, around})
		case NeedDevice:
			taken = append(taken, footprint{devices[0], around})
			devices = devices[1:]
		}
	}
	slices.SortFunc(taken, func(a, b footprint) int { return int(a.resource - b.resource) })
	return taken
}

// keep writes the hold, or returns errRaced or ErrPatientBusy.
func (s *Service) keep(ctx context.Context, by auth.Principal, req HoldRequest, slot Slot, service *Offering) (Hold, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Hold{}, fmt.Errorf("make a hold's id: %w", err)
	}
	now := s.now()
	hold := Hold{ID: HoldID(id.String()), Slot: slot, Patient: req.Patient, Moving: req.Moving, ExpiresAt: now.Add(HoldTime).UTC().Truncate(time.Microsecond)}
	footprints := slot.footprints(service)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := clearWay(ctx, tx, hold, footprints, now); err != nil {
			return err
		}
		if err := insertHold(ctx, tx, by, hold, now); err != nil {
			return err
		}
		if err := insertReservations(ctx, tx, hold, footprints); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Actor:    by.Actor(),
			Action:   string(auth.HoldSlot),
			Resource: audit.Resource{Kind: "hold", ID: string(hold.ID)},
			Patient:  string(hold.Patient),
			Detail:   map[string]any{"service": slot.Service, "start": slot.Start, "practitioner": slot.Practitioner},
		})
	})
	switch postgres.Constraint(err) {
	case "holds_patient_fkey":
		return Hold{}, ErrNotFound
	case "reservations_no_overlap":
		return Hold{}, errRaced
	}
	switch {
	case errors.Is(err, errRaced):
		return Hold{}, errRaced
	case errors.Is(err, ErrPatientBusy):
		return Hold{}, ErrPatientBusy
	case err != nil:
		return Hold{}, fmt.Errorf("hold a slot: %w", err)
	}
	return hold, nil
}

func insertHold(ctx context.Context, tx pgx.Tx, by auth.Principal, h Hold, now time.Time) error {
	const insert = `
		INSERT INTO holds (id, holder, patient, service, practitioner, nurse, room, devices, site, modality, language,
			during, created_at, expires_at, moving)
		VALUES (@id, @holder, @patient, @service, @practitioner, nullif(@nurse::bigint, 0), nullif(@room::bigint, 0),
			@devices, nullif(@site, ''), @modality, @language, tstzrange(@start, @end), @now, @expires, @moving)`
	_, err := tx.Exec(ctx, insert, pgx.StrictNamedArgs{
		"id":           h.ID,
		"holder":       by.Actor(),
		"patient":      h.Patient,
		"service":      h.Slot.Service,
		"practitioner": h.Slot.Practitioner,
		"nurse":        h.Slot.Nurse,
		"room":         h.Slot.Room,
		"devices":      devicesOrNone(h.Slot.Devices),
		"site":         h.Slot.Site,
		"modality":     h.Slot.Modality,
		"language":     h.Slot.Language,
		"start":        h.Slot.Start,
		"end":          h.Slot.End,
		"now":          now,
		"expires":      h.ExpiresAt,
		"moving":       orNull(h.Moving),
	})
	if err != nil {
		return fmt.Errorf("insert hold: %w", err)
	}
	return nil
}

// devicesOrNone keeps an empty list from becoming NULL.
func devicesOrNone(devices []ResourceID) []ResourceID {
	if devices == nil {
		return []ResourceID{}
	}
	return devices
}
