package visit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/scheduling"
)

// row is a visit as the database has it. The zero times are NULL.
type row struct {
	id           ID
	practitioner auth.ResourceID
	site         auth.SiteID
	modality     scheduling.Modality
	starts, ends time.Time
	state        State
	arrived      time.Time
	rooming      time.Time
	ready        time.Time
	started      time.Time
	wrapUp       time.Time
	finished     time.Time
	cancelled    time.Time
	identity     Identity
	seen         time.Time
	version      int
}

// newRow is the row that a visit without one would have.
func newRow(a *scheduling.Appointment) row {
	r := row{id: a.ID, state: Planned}
	r.follow(a, time.Time{})
	return r
}

// follow brings the row up to date with its appointment and reports whether that ended the visit. (An appointment only
// moves until the patient has come.)
func (r *row) follow(a *scheduling.Appointment, now time.Time) (ended bool) {
	r.practitioner, r.site, r.modality = a.Practitioner, a.Site, a.Modality
	r.starts, r.ends = a.Start, a.End
	if r.state.Over() || (a.Status != scheduling.Cancelled && a.Status != scheduling.NoShow) {
		return false
	}
	r.enter(Cancelled, now)
	return true
}

// enter sets the state and when it began.
func (r *row) enter(to State, now time.Time) {
	r.state = to
	switch to {
	case Arrived:
		r.arrived = now
	case Rooming:
		r.rooming = now
	case Ready:
		r.ready = now
	case InProgress:
		r.started = now
	case WrapUp:
		r.wrapUp = now
	case Finished:
		r.finished = now
	case Cancelled:
		r.cancelled = now
	case Planned:
	}
}

const rowColumns = `id, practitioner, coalesce(site, ''), modality, starts_at, ends_at, state,
    arrived_at, rooming_at, ready_at, started_at, wrap_up_at, finished_at, cancelled_at,
    coalesce(identity, ''), seen_at, version`

// scan reads rowColumns.
func (r *row) scan(from pgx.Row) error {
	var arrived, rooming, ready, started, wrapUp, finished, cancelled, seen *time.Time
	err := from.Scan(&r.id, &r.practitioner, &r.site, &r.modality, &r.starts, &r.ends, &r.state,
		&arrived, &rooming, &ready, &started, &wrapUp, &finished, &cancelled,
		&r.identity, &seen, &r.version)
	if err != nil {
		return err
	}
	r.arrived, r.rooming, r.ready, r.started = orZero(arrived), orZero(rooming), orZero(ready), orZero(started)
	r.wrapUp, r.finished, r.cancelled, r.seen = orZero(wrapUp), orZero(finished), orZero(cancelled), orZero(seen)
	return nil
}

const insertRowSQL = `
INSERT INTO visits (id, practitioner, site, modality, starts_at, ends_at, updated_at)
VALUES (@id, @practitioner, @site, @modality, @starts, @ends, @now)
ON CONFLICT ON CONSTRAINT visits_pkey DO NOTHING`

const lockRowSQL = `
SELECT ` + rowColumns + `
FROM visits
WHERE id = @id
FOR UPDATE`

// lockRow makes the row if there is none, and locks it until the transaction ends.
func lockRow(ctx context.Context, tx pgx.Tx, a *scheduling.Appointment, now time.Time) (row, error) {
	_, err := tx.Exec(ctx, insertRowSQL, pgx.StrictNamedArgs{
		"id":           a.ID,
		"practitioner": a.Practitioner,
		"site":         orNull(a.Site),
		"modality":     a.Modality,
		"starts":       a.Start,
		"ends":         a.End,
		"now":          now,
	})
	if err != nil {
		return row{}, fmt.Errorf("insert visit: %w", err)
	}
	var r row
	if err := r.scan(tx.QueryRow(ctx, lockRowSQL, pgx.StrictNamedArgs{"id": a.ID})); err != nil {
		return row{}, fmt.Errorf("lock visit: %w", err)
	}
	return r, nil
}

const updateRowSQL = `
UPDATE visits
SET practitioner = @practitioner,
    site = @site,
    modality = @modality,
    starts_at = @starts,
    ends_at = @ends,
    state = @state,
    arrived_at = @arrived,
    rooming_at = @rooming,
    ready_at = @ready,
    started_at = @started,
    wrap_up_at = @wrapUp,
    finished_at = @finished,
    cancelled_at = @cancelled,
    identity = @identity,
    seen_at = @seen,
    version = version + 1,
    updated_at = @now
WHERE id = @id AND version = @version`

var errLockLost = errors.New("visit changed under its lock")

// save writes a row that lockRow locked.
func (r *row) save(ctx context.Context, tx pgx.Tx, now time.Time) error {
	tag, err := tx.Exec(ctx, updateRowSQL, pgx.StrictNamedArgs{
		"id":           r.id,
		"practitioner": r.practitioner,
		"site":         orNull(r.site),
		"modality":     r.modality,
		"starts":       r.starts,
		"ends":         r.ends,
		"state":        r.state,
		"arrived":      orNull(r.arrived),
		"rooming":      orNull(r.rooming),
		"ready":        orNull(r.ready),
		"started":      orNull(r.started),
		"wrapUp":       orNull(r.wrapUp),
		"finished":     orNull(r.finished),
		"cancelled":    orNull(r.cancelled),
		"identity":     orNull(r.identity),
		"seen":         orNull(r.seen),
		"version":      r.version,
		"now":          now,
	})
	if err != nil {
		return fmt.Errorf("update visit: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errLockLost
	}
	r.version++
	return nil
}

// orNull returns nil for a zero value, which PostgreSQL stores as NULL.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// orZero is the way back.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
