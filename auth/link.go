package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// LinkFor is what a visit link knows of its appointment.
type LinkFor struct {
	Appointment AppointmentID
	Patient     PatientID
	Name        string // the patient's, shown to them and to the host
	YearOfBirth int    // the second factor
	Language    Language
	Start, End  time.Time // the booked time; the link ends VisitLinkAfterEnd later
}

// Links makes visit links and exchanges them for sessions.
//
// An appointment may have several live links (a repeated booking request gets another secret, since the first is not
// stored). All of them move, are cancelled and end together.
type Links struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// NewLinks returns the Links of a migrated database; now may be nil.
func NewLinks(pool *pgxpool.Pool, now func() time.Time) *Links {
	if now == nil {
		now = time.Now
	}
	return &Links{pool: pool, now: now}
}

const insertLinkSQL = `
INSERT INTO visit_links
    (id, secret_digest, appointment_id, patient_id, name, year_of_birth, language,
     starts_at, ends_at, valid_until, created_at)
VALUES
    (@id, @digest, @appointment, @patient, @name, @year, @language,
     @start, @end, @until, @now)`

// Create makes a link in the transaction that books the appointment. The secret exists only in its answer.
func (l *Links) Create(ctx context.Context, tx pgx.Tx, f LinkFor) (LinkSecret, error) {
	secret := LinkSecretOf(random(16))
	id, err := uuid.NewV7()
	if err != nil {
		return LinkSecret{}, fmt.Errorf("make link id: %w", err)
	}
	_, err = tx.Exec(ctx, insertLinkSQL, pgx.StrictNamedArgs{
		"id":          id.String(),
		"digest":      digest(secret.Reveal()),
		"appointment": f.Appointment,
		"patient":     f.Patient,
		"name":        f.Name,
		"year":        f.YearOfBirth,
		"language":    f.Language,
		"start":       f.Start,
		"end":         f.End,
		"until":       f.End.Add(VisitLinkAfterEnd),
		"now":         l.now(),
	})
	if err != nil {
		return LinkSecret{}, fmt.Errorf("insert visit link: %w", err)
	}
	return secret, nil
}

// moveLinksSQL also takes along what had moved to the old appointment, so that the first of many links leads to the
// last time; a retired link can be asked as long as the new one.
const moveLinksSQL = `
UPDATE visit_links
SET moved_to = @new,
    moved_at = coalesce(moved_at, @now),
    valid_until = greatest(valid_until, @until)
WHERE (appointment_id = @old OR moved_to = @old)
    AND cancelled_at IS NULL`

const moveLinkSessionsSQL = `
UPDATE sessions
SET link_id = (SELECT id FROM visit_links WHERE secret_digest = @digest)
WHERE ended_at IS NULL
    AND link_id IN (SELECT id FROM visit_links WHERE appointment_id = @old OR moved_to = @new)`

// Move retires every link of the old appointment in the transaction that moves it, and makes a new one. Who opens an
// old link hears, after the second factor, the new time. f.Appointment may be the old one or another. A session that
// an old link gave was proven by the same person and goes on under the new one.
func (l *Links) Move(ctx context.Context, tx pgx.Tx, old AppointmentID, f LinkFor) (LinkSecret, error) {
	_, err := tx.Exec(ctx, moveLinksSQL, pgx.StrictNamedArgs{
		"old":   old,
		"new":   f.Appointment,
		"until": f.End.Add(VisitLinkAfterEnd),
		"now":   l.now(),
	})
	if err != nil {
		return LinkSecret{}, fmt.Errorf("retire moved visit links: %w", err)
	}
	secret, err := l.Create(ctx, tx, f)
	if err != nil {
		return LinkSecret{}, err
	}
	_, err = tx.Exec(ctx, moveLinkSessionsSQL, pgx.StrictNamedArgs{
		"old":    old,
		"new":    f.Appointment,
		"digest": digest(secret.Reveal()),
	})
	if err != nil {
		return LinkSecret{}, fmt.Errorf("take sessions along to moved visit link: %w", err)
	}
	return secret, nil
}

const cancelLinksSQL = `
UPDATE visit_links
SET cancelled_at = coalesce(cancelled_at, @now)
WHERE appointment_id = @id OR moved_to = @id`

// Cancel retires every link of an appointment in the transaction that cancels it, and ends their sessions.
func (l *Links) Cancel(ctx context.Context, tx pgx.Tx, id AppointmentID) error {
	_, err := tx.Exec(ctx, cancelLinksSQL, pgx.StrictNamedArgs{"id": id, "now": l.now()})
	if err != nil {
		return fmt.Errorf("retire cancelled visit links: %w", err)
	}
	return nil
}
