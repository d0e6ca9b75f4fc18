package scheduling

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/internal/audit"
	"nara/internal/postgres"
)

// BookRequest confirms a hold.
type BookRequest struct {
	Hold           HoldID
	IdempotencyKey string // 8–200 characters; a repetition with the same key has no second effect
	Reason         string // at most 500 characters
	Phone          string // "" is the one the patient has given before
	Email          string
}

// Book turns a hold into an appointment, in one transaction with its audit row and visit link.
//
// Errors: *ValidationError, ErrNotFound (no such hold, or not this patient's), ErrHoldExpired, ErrPatientBusy,
// ErrKeyReused.
func (s *Service) Book(ctx context.Context, by auth.Principal, req BookRequest) (Appointment, error) {
	if err := req.check(); err != nil {
		return Appointment{}, err
	}
	hold, err := readHold(ctx, s.pool, req.Hold)
	if err != nil {
		return Appointment{}, err
	}
	slot := auth.Resource{
		Kind: auth.KindSlot, ID: string(hold.Slot.Service), Site: hold.Slot.Site, Patient: hold.Patient,
		Host: hold.Slot.Practitioner, Practitioners: []ResourceID{hold.Slot.Practitioner}, End: hold.Slot.End, At: s.now(),
	}
	if err := s.allow(ctx, by, auth.BookAppointment, slot); errors.Is(err, auth.ErrNotAllowed) {
		return Appointment{}, ErrNotFound
	} else if err != nil {
		return Appointment{}, err
	}
	if hold.Moving != "" {
		return Appointment{}, &ValidationError{Fields: []FieldError{{"hold", "for-moving", "the hold is for moving an appointment"}}}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Appointment{}, fmt.Errorf("make an appointment's id: %w", err)
	}
	key := idempotent{by.Actor(), req.IdempotencyKey, fingerprint("book", string(req.Hold), req.Reason, req.Phone, req.Email)}

	var booked Appointment
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		earlier, err := key.claim(ctx, tx, s.now())
		if err != nil {
			return err
		}
		if earlier != "" {
			booked, err = s.replay(ctx, tx, earlier)
			return err
		}
		hold, err = s.lockHold(ctx, tx, hold, nil)
		if err != nil {
			return err
		}
		now := s.now()
		if err := insertAppointment(ctx, tx, by, AppointmentID(id.String()), hold, req, now); err != nil {
			return err
		}
		if err := s.useHold(ctx, tx, hold, AppointmentID(id.String())); err != nil {
			return err
		}
		if booked, err = readAppointment(ctx, tx, AppointmentID(id.String())); err != nil {
			return err
		}
		if booked.LinkSecret, err = s.links.Create(ctx, tx, linkFor(booked)); err != nil {
			return err
		}
		if err := key.complete(ctx, tx, booked.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Actor:    by.Actor(),
			Action:   string(auth.BookAppointment),
			Resource: audit.Resource{Kind: "appointment", ID: string(booked.ID)},
			Patient:  string(booked.Patient.ID),
			Detail:   map[string]any{"service": booked.Service, "start": booked.Start, "practitioner": booked.Practitioner},
		})
	})
	if err != nil {
		return Appointment{}, bookingFault("book an appointment", err)
	}
	return booked, nil
}

// bookingFault names what the database refused.
func bookingFault(doing string, err error) error {
	switch postgres.Constraint(err) {
	case "appointments_patient_no_overlap":
		return ErrPatientBusy
	case "reservations_no_overlap":
		return &SlotTakenError{}
	}
	for _, kind := range []error{ErrNotFound, ErrHoldExpired, ErrKeyReused, ErrWrongStatus} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	var invalid *ValidationError
	if errors.As(err, &invalid) {
		return invalid
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func (r *BookRequest) check() error {
	if !wellFormed(r.Hold) {
		return ErrNotFound
	}
	var wrong faults
	checkKey(&wrong, r.IdempotencyKey)
	checkText(&wrong, "reason", r.Reason, 500)
	checkText(&wrong, "phone", r.Phone, 32)
	checkText(&wrong, "email", r.Email, 254)
	if strings.IndexFunc(r.Phone, func(c rune) bool { return !strings.ContainsRune("+0123456789 ()-", c) }) >= 0 {
		wrong.add("phone", "malformed", "a phone number holds digits, spaces and + ( ) -")
	}
	if r.Email != "" {
		if parsed, err := mail.ParseAddress(r.Email); err != nil || parsed.Address != r.Email {
			wrong.add("email", "malformed", "not an e-mail address")
		}
	}
	return wrong.err()
}

func checkKey(wrong *faults, key string) {
	if n := utf8.RuneCountInString(key); n < 8 || n > 200 || !utf8.ValidString(key) || strings.IndexFunc(key, unicode.IsControl) >= 0 {
		wrong.add("idempotencyKey", "malformed", "an idempotency key of 8 to 200 characters is required")
	}
}

// checkText refuses what PostgreSQL cannot keep or nobody types: NUL, broken UTF-8, control characters.
func checkText(wrong *faults, field, text string, longest int) {
	switch {
	case !utf8.ValidString(text):
		wrong.add(field, "malformed", "not valid UTF-8")
	case utf8.RuneCountInString(text) > longest:
		wrong.add(field, "too-long", fmt.Sprintf("at most %d characters", longest))
	case strings.IndexFunc(text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t' }) >= 0:
		wrong.add(field, "malformed", "control characters are not allowed")
	}
}

// lockHold takes every lock that the hold (and an old appointment, when it moves) needs, and reads the hold again under
// them. ErrHoldExpired when it is used, given back or too old.
func (s *Service) lockHold(ctx context.Context, tx pgx.Tx, hold storedHold, more []ResourceID) (storedHold, error) {
	if err := lockPatient(ctx, tx, hold.Patient); err != nil {
		return storedHold{}, err
	}
	if err := lockResources(ctx, tx, append(hold.Slot.resources(), more...)); err != nil {
		return storedHold{}, err
	}
	hold, err := readHold(ctx, tx, hold.ID)
	if err != nil {
		return storedHold{}, err
	}
	if hold.state != holdActive || !s.now().Before(hold.ExpiresAt) {
		return storedHold{}, ErrHoldExpired
	}
	return hold, nil
}

// resources lists what a slot takes.
func (sl *Slot) resources() []ResourceID {
	all := append([]ResourceID{sl.Practitioner}, sl.Devices...)
	for _, id := range []ResourceID{sl.Nurse, sl.Room} {
		if id != 0 {
			all = append(all, id)
		}
	}
	return all
}

// useHold makes the hold's reservations the appointment's.
func (s *Service) useHold(ctx context.Context, tx pgx.Tx, hold storedHold, id AppointmentID) error {
	const take = `
		UPDATE reservations
		SET hold = NULL, expires_at = NULL, appointment = @appointment, changed_by = pg_current_xact_id()
		WHERE hold = @hold AND released_at IS NULL`
	tag, err := tx.Exec(ctx, take, pgx.StrictNamedArgs{"hold": hold.ID, "appointment": id})
	if err != nil {
		return fmt.Errorf("take over the reservations: %w", err)
	}
	if int(tag.RowsAffected()) != len(hold.Slot.resources()) {
		return ErrHoldExpired
	}
	const use = `
		UPDATE holds
		SET state = 'used'
		WHERE id = @hold`
	if _, err := tx.Exec(ctx, use, pgx.StrictNamedArgs{"hold": hold.ID}); err != nil {
		return fmt.Errorf("mark the hold as used: %w", err)
	}
	return nil
}

func insertAppointment(ctx context.Context, tx pgx.Tx, by auth.Principal, id AppointmentID, h storedHold, req BookRequest, now time.Time) error {
	const insert = `
		INSERT INTO appointments (id, patient, service, practitioner, nurse, room, devices, site, modality, language, during,
			reason, phone, email, booked_by, created_at, updated_at)
		SELECT @id, p.id, @service, @practitioner, nullif(@nurse::bigint, 0), nullif(@room::bigint, 0), @devices,
			nullif(@site, ''), @modality, @language, tstzrange(@start, @end), @reason,
			coalesce(nullif(@phone, ''), p.phone), coalesce(nullif(@email, ''), p.email), @by, @now, @now
		FROM patients AS p
		WHERE p.id = @patient`
	_, err := tx.Exec(ctx, insert, pgx.StrictNamedArgs{
		"id":           id,
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
		"reason":       req.Reason,
		"phone":        req.Phone,
		"email":        req.Email,
		"by":           by.Actor(),
		"now":          now,
	})
	if err != nil {
		return fmt.Errorf("insert appointment: %w", err)
	}
	return nil
}

func linkFor(a Appointment) auth.LinkFor {
	return auth.LinkFor{
		Appointment: a.ID,
		Patient:     a.Patient.ID,
		Name:        a.Patient.Name,
		YearOfBirth: a.Patient.Born.Year,
		Language:    a.Patient.Language,
		Start:       a.Start,
		End:         a.End,
	}
}

// replay answers a repeated request: the appointment as it is now, and another secret for its link, since the
// first is not stored anywhere.
func (s *Service) replay(ctx context.Context, tx pgx.Tx, id AppointmentID) (Appointment, error) {
	a, err := readAppointment(ctx, tx, id)
	if err != nil {
		return Appointment{}, err
	}
	if a.Status == Booked || a.Status == Arrived {
		if a.LinkSecret, err = s.links.Create(ctx, tx, linkFor(a)); err != nil {
			return Appointment{}, err
		}
	}
	return a, nil
}

// idempotent is one request that must have one effect.
type idempotent struct {
	principal   string
	key         string
	fingerprint []byte
}

// fingerprint is the SHA-256 of what was asked; lengths keep the parts apart.
func fingerprint(parts ...string) []byte {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return h.Sum(nil)
}

// claim returns the appointment of an earlier equal request, or "" when this is the first. It waits for an equal
// request that is under way.
func (i idempotent) claim(ctx context.Context, tx pgx.Tx, now time.Time) (AppointmentID, error) {
	args := pgx.StrictNamedArgs{"principal": i.principal, "key": i.key, "fingerprint": i.fingerprint, "now": now}
	const insert = `
		INSERT INTO idempotency_keys (principal, key, fingerprint, created_at)
		VALUES (@principal, @key, @fingerprint, @now)
		ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO NOTHING`
	tag, err := tx.Exec(ctx, insert, args)
	if err != nil {
		return "", fmt.Errorf("claim the idempotency key: %w", err)
	}
	if tag.RowsAffected() == 1 {
		return "", nil
	}
	const read = `
		SELECT fingerprint = @fingerprint, coalesce(appointment::text, '')
		FROM idempotency_keys
		WHERE principal = @principal AND key = @key`
	var (
		same        bool
		appointment AppointmentID
	)
	delete(args, "now")
	if err := tx.QueryRow(ctx, read, args).Scan(&same, &appointment); err != nil {
		return "", fmt.Errorf("read the idempotency key: %w", err)
	}
	if !same {
		return "", ErrKeyReused
	}
	return appointment, nil
}

func (i idempotent) complete(ctx context.Context, tx pgx.Tx, id AppointmentID) error {
	const update = `
		UPDATE idempotency_keys
		SET appointment = @appointment
		WHERE principal = @principal AND key = @key`
	args := pgx.StrictNamedArgs{"principal": i.principal, "key": i.key, "appointment": id}
	if _, err := tx.Exec(ctx, update, args); err != nil {
		return fmt.Errorf("complete the idempotency key: %w", err)
	}
	return nil
}
