package scheduling

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/internal/audit"
)

// MoveRequest moves an appointment to the slot of a hold.
type MoveRequest struct {
	Appointment    AppointmentID
	Hold           HoldID
	IdempotencyKey string
}

// Move takes the hold's slot and frees the old one, or does neither. The appointment keeps its id, gets a new
// version and a new visit link; the old link answers that it moved. Errors as for Book, and ErrWrongStatus.
func (s *Service) Move(ctx context.Context, by auth.Principal, req MoveRequest) (Appointment, error) {
	var wrong faults
	checkKey(&wrong, req.IdempotencyKey)
	if err := wrong.err(); err != nil {
		return Appointment{}, err
	}
	if !wellFormed(req.Hold) {
		return Appointment{}, ErrNotFound
	}
	old, err := s.allowed(ctx, by, auth.MoveAppointment, req.Appointment)
	if err != nil {
		return Appointment{}, err
	}
	hold, err := readHold(ctx, s.pool, req.Hold)
	if err != nil {
		return Appointment{}, err
	}
	if hold.Patient != old.Patient.ID {
		return Appointment{}, ErrNotFound
	}
	if hold.Moving != "" && hold.Moving != old.ID {
		return Appointment{}, &ValidationError{Fields: []FieldError{{"hold", "for-moving", "the hold is for moving another appointment"}}}
	}
	if hold.Slot.Service != old.Service {
		return Appointment{}, &ValidationError{Fields: []FieldError{{"hold", "other-service", "the hold is for another service"}}}
	}
	directory, err := s.Directory(ctx) // before the transaction: never wait for a connection while having one
	if err != nil {
		return Appointment{}, err
	}
	key := idempotent{by.Actor(), req.IdempotencyKey, fingerprint("move", string(req.Appointment), string(req.Hold))}

	var moved Appointment
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		earlier, err := key.claim(ctx, tx, s.now())
		if err != nil {
			return err
		}
		if earlier != "" {
			moved, err = s.replay(ctx, tx, earlier)
			return err
		}
		hold, err = s.lockHold(ctx, tx, hold, old.resources())
		if err != nil {
			return err
		}
		now := s.now()
		if err := updateMoved(ctx, tx, old, hold, now); err != nil {
			return err
		}
		if err := freeAppointment(ctx, tx, old.ID, now); err != nil {
			return err
		}
		if err := s.moveHold(ctx, tx, hold, directory, old.ID, now); err != nil {
			return err
		}
		if moved, err = readAppointment(ctx, tx, old.ID); err != nil {
			return err
		}
		if moved.LinkSecret, err = s.links.Move(ctx, tx, old.ID, linkFor(moved)); err != nil {
			return err
		}
		if err := key.complete(ctx, tx, moved.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Actor:    by.Actor(),
			Action:   string(auth.MoveAppointment),
			Resource: audit.Resource{Kind: "appointment", ID: string(moved.ID)},
			Patient:  string(moved.Patient.ID),
			Detail:   map[string]any{"from": old.Start, "to": moved.Start, "version": moved.Version},
		})
	})
	if err != nil {
		return Appointment{}, bookingFault("move an appointment", err)
	}
	return moved, nil
}

// allowed reads an appointment for a change. Who may not know of it hears ErrNotFound; who may know of it but not
// change it gets the refusal.
func (s *Service) allowed(ctx context.Context, by auth.Principal, action auth.Action, id AppointmentID) (Appointment, error) {
	a, err := s.Appointment(ctx, by, id)
	if err != nil {
		return Appointment{}, err
	}
	directory, err := s.Directory(ctx)
	if err != nil {
		return Appointment{}, err
	}
	if err := s.allow(ctx, by, action, a.Resource(auth.KindAppointment, directory, s.now())); err != nil {
		return Appointment{}, err
	}
	return a, nil
}

// moveHold makes what the hold takes the appointment's, which has been freed. A hold for moving took only what the
// appointment did not have already: then the appointment takes the whole slot anew.
func (s *Service) moveHold(ctx context.Context, tx pgx.Tx, hold storedHold, d *Directory, id AppointmentID, now time.Time) error {
	if hold.Moving == "" {
		return s.useHold(ctx, tx, hold, id)
	}
	service := d.Service(hold.Slot.Service)
	if service == nil {
		return ErrHoldExpired // the service is no longer given
	}
	if err := releaseHold(ctx, tx, hold.ID, now); err != nil {
		return err
	}
	resources, froms, tos := columns(hold.Slot.footprints(service))
	const take = `
		INSERT INTO reservations (resource, during, appointment)
		SELECT resource, tstzrange(begins, ends), @appointment
		FROM unnest(@resources::bigint[], @froms::timestamptz[], @tos::timestamptz[]) AS wanted (resource, begins, ends)`
	args := pgx.StrictNamedArgs{"appointment": id, "resources": resources, "froms": froms, "tos": tos}
	if _, err := tx.Exec(ctx, take, args); err != nil {
		return fmt.Errorf("take the slot: %w", err)
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

// updateMoved gives the appointment the hold's slot, if it still is what the caller saw: its resources are locked
// only as of then.
func updateMoved(ctx context.Context, tx pgx.Tx, old Appointment, hold storedHold, now time.Time) error {
	const update = `
		UPDATE appointments
		SET practitioner = @practitioner, nurse = nullif(@nurse::bigint, 0), room = nullif(@room::bigint, 0),
			devices = @devices, site = nullif(@site, ''), modality = @modality, language = @language,
			during = tstzrange(@start, @end), version = version + 1, updated_at = @now
		WHERE id = @id AND status = 'booked' AND version = @version`
	tag, err := tx.Exec(ctx, update, pgx.StrictNamedArgs{
		"id":           old.ID,
		"version":      old.Version,
		"practitioner": hold.Slot.Practitioner,
		"nurse":        hold.Slot.Nurse,
		"room":         hold.Slot.Room,
		"devices":      devicesOrNone(hold.Slot.Devices),
		"site":         hold.Slot.Site,
		"modality":     hold.Slot.Modality,
		"language":     hold.Slot.Language,
		"start":        hold.Slot.Start,
		"end":          hold.Slot.End,
		"now":          now,
	})
	if err != nil {
		return fmt.Errorf("move the appointment: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrWrongStatus
	}
	return nil
}

// freeAppointment gives back what an appointment takes. The resources are locked.
func freeAppointment(ctx context.Context, tx pgx.Tx, id AppointmentID, now time.Time) error {
	const free = `
		UPDATE reservations
		SET released_at = @now, changed_by = pg_current_xact_id()
		WHERE appointment = @appointment AND released_at IS NULL`
	if _, err := tx.Exec(ctx, free, pgx.StrictNamedArgs{"appointment": id, "now": now}); err != nil {
		return fmt.Errorf("free the appointment's resources: %w", err)
	}
	return nil
}

// Cancel is CancelIf without a condition.
func (s *Service) Cancel(ctx context.Context, by auth.Principal, id AppointmentID, reason string) (Appointment, error) {
	return s.CancelIf(ctx, by, id, reason, func(context.Context, pgx.Tx) error { return nil })
}

// CancelIf frees the appointment's resources and retires its links, unless the condition, asked while the appointment
// is locked, returns an error: then nothing changes and that is the answer. Cancelling what is cancelled is no error.
//
// Errors: *ValidationError, ErrNotFound, auth.ErrNotAllowed, ErrWrongStatus.
func (s *Service) CancelIf(ctx context.Context, by auth.Principal, id AppointmentID, reason string, condition func(context.Context, pgx.Tx) error) (Appointment, error) {
	var wrong faults
	checkText(&wrong, "reason", reason, 500)
	if err := wrong.err(); err != nil {
		return Appointment{}, err
	}
	a, err := s.allowed(ctx, by, auth.CancelAppointment, id)
	if err != nil {
		return Appointment{}, err
	}
	if a.Status == Cancelled {
		return a, nil
	}
	var cancelled Appointment
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := lockPatient(ctx, tx, a.Patient.ID); err != nil {
			return err
		}
		if err := lockResources(ctx, tx, a.resources()); err != nil {
			return err
		}
		now := s.now()
		if err := s.setStatus(ctx, tx, by, auth.CancelAppointment, id, Cancelled, reason); err != nil {
			return err
		}
		if err := condition(ctx, tx); err != nil {
			return err
		}
		if err := freeAppointment(ctx, tx, id, now); err != nil {
			return err
		}
		if err := s.links.Cancel(ctx, tx, id); err != nil {
			return err
		}
		cancelled, err = readAppointment(ctx, tx, id)
		return err
	})
	if err != nil {
		return Appointment{}, bookingFault("cancel an appointment", err)
	}
	return cancelled, nil
}

// resources lists what the appointment takes.
func (a *Appointment) resources() []ResourceID {
	slot := Slot{Practitioner: a.Practitioner, Nurse: a.Nurse, Room: a.Room, Devices: a.Devices}
	return slot.resources()
}
