package scheduling

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/internal/audit"
)

// Arrive, Fulfil and Missed change the status within the caller's transaction, which also holds the caller's own change.
// The caller has asked the policy. Each writes its audit row; repeating one is no error. Fulfil and Missed free what was
// booked and is not needed any more. Errors: ErrNotFound, ErrWrongStatus.

// Arrive says that the patient is there.
func (s *Service) Arrive(ctx context.Context, tx pgx.Tx, by auth.Principal, id AppointmentID) error {
	return s.setStatus(ctx, tx, by, "appointment.arrive", id, Arrived, "")
}

// Fulfil says that the visit took place.
func (s *Service) Fulfil(ctx context.Context, tx pgx.Tx, by auth.Principal, id AppointmentID) error {
	return s.setStatus(ctx, tx, by, "appointment.fulfil", id, Fulfilled, "")
}

// Missed says that the patient did not come.
func (s *Service) Missed(ctx context.Context, tx pgx.Tx, by auth.Principal, id AppointmentID) error {
	return s.setStatus(ctx, tx, by, "appointment.missed", id, NoShow, "")
}

// setStatus moves an appointment along. What a patient typed as a reason is not for the audit log: only that they did.
func (s *Service) setStatus(ctx context.Context, tx pgx.Tx, by auth.Principal, action auth.Action, id AppointmentID, next Status, reason string) error {
	if !wellFormed(id) {
		return ErrNotFound
	}
	const read = `
		SELECT status, patient::text
		FROM appointments
		WHERE id = @id
		FOR UPDATE`
	var (
		status  Status
		patient string
	)
	err := tx.QueryRow(ctx, read, pgx.StrictNamedArgs{"id": id}).Scan(&status, &patient)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("read the status: %w", err)
	}
	if status == next {
		return nil
	}
	if !status.May(next) {
		return ErrWrongStatus
	}
	const update = `
		UPDATE appointments
		SET status = @status, version = version + 1, updated_at = @now
		WHERE id = @id`
	if _, err := tx.Exec(ctx, update, pgx.StrictNamedArgs{"id": id, "status": next, "now": s.now()}); err != nil {
		return fmt.Errorf("set the status: %w", err)
	}
	if next == Fulfilled || next == NoShow {
		if err := freeRest(ctx, tx, id, s.now()); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Entry{
		Actor:    by.Actor(),
		Action:   string(action),
		Resource: audit.Resource{Kind: "appointment", ID: string(id)},
		Patient:  patient,
		Detail:   map[string]any{"from": status, "to": next, "reasonGiven": reason != ""},
	})
}

// freeRest gives back the time that an appointment does not need any more because it ended before its booked end. What is
// taken after the end, to clean a room, is then taken that much earlier. It takes no locks of resources, which come before
// the appointment's row that the caller has locked: it takes nothing from anybody.
func freeRest(ctx context.Context, tx pgx.Tx, id AppointmentID, now time.Time) error {
	const shorten = `
		UPDATE reservations AS r
		SET released_at = CASE WHEN upper(r.during) - (upper(a.during) - @now) <= lower(r.during) THEN @now END,
			during = CASE
				WHEN upper(r.during) - (upper(a.during) - @now) <= lower(r.during) THEN r.during
				ELSE tstzrange(lower(r.during), upper(r.during) - (upper(a.during) - @now))
			END,
			changed_by = pg_current_xact_id()
		FROM appointments AS a
		WHERE a.id = @id AND r.appointment = a.id AND r.released_at IS NULL AND upper(a.during) > @now`
	if _, err := tx.Exec(ctx, shorten, pgx.StrictNamedArgs{"id": id, "now": now}); err != nil {
		return fmt.Errorf("free the rest of the time: %w", err)
	}
	return nil
}
