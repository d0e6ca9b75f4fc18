package scheduling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// The name spaces of advisory locks.
const (
	lockSpaceResource = 0x6e61 // "na"
	lockSpacePatient  = 0x7261 // "ra"
)

// lockPatient makes everything that concerns one patient's times take turns. Two patients with the same hash only wait
// for each other.
func lockPatient(ctx context.Context, tx pgx.Tx, patient PatientID) error {
	const lock = `SELECT pg_advisory_xact_lock(@space, hashtext(@patient))`
	args := pgx.StrictNamedArgs{"space": lockSpacePatient, "patient": string(patient)}
	if _, err := tx.Exec(ctx, lock, args); err != nil {
		return fmt.Errorf("lock the patient: %w", err)
	}
	return nil
}

// lockResources locks all resources in ascending order of id. Any other order deadlocks sooner or later.
func lockResources(ctx context.Context, tx pgx.Tx, resources []ResourceID) error {
	ids := slices.Clone(resources)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	const lock = `
		SELECT pg_advisory_xact_lock(@space, id::int)
		FROM unnest(@ids::bigint[]) AS id`
	if _, err := tx.Exec(ctx, lock, pgx.StrictNamedArgs{"space": lockSpaceResource, "ids": ids}); err != nil {
		return fmt.Errorf("lock the resources: %w", err)
	}
	return nil
}

// heldResources names an active hold and what it takes.
type heldResources struct {
	id        HoldID // "" when there is none
	resources []ResourceID
}

// activeHoldOf returns the patient's active hold, expired or not. The patient is locked.
func activeHoldOf(ctx context.Context, tx pgx.Tx, patient PatientID) (held heldResources, err error) {
	const active = `
		SELECT h.id::text, array_remove(array_agg(r.resource), NULL)
		FROM holds AS h
		LEFT JOIN reservations AS r ON r.hold = h.id AND r.released_at IS NULL
		WHERE h.patient = @patient AND h.state = 'active'
		GROUP BY h.id`
	err = tx.QueryRow(ctx, active, pgx.StrictNamedArgs{"patient": patient}).Scan(&held.id, &held.resources)
	if errors.Is(err, pgx.ErrNoRows) {
		return heldResources{}, nil
	}
	if err != nil {
		return heldResources{}, fmt.Errorf("read the patient's hold: %w", err)
	}
	return held, nil
}

// releaseHold gives an active hold back. Its patient and resources are locked.
func releaseHold(ctx context.Context, tx pgx.Tx, id HoldID, now time.Time) error {
	batch := &pgx.Batch{}
	const release = `
		UPDATE reservations
		SET released_at = @now, changed_by = pg_current_xact_id()
		WHERE hold = @hold AND released_at IS NULL`
	batch.Queue(release, pgx.StrictNamedArgs{"hold": id, "now": now})
	const end = `
		UPDATE holds
		SET state = 'released'
		WHERE id = @hold AND state = 'active'`
	batch.Queue(end, pgx.StrictNamedArgs{"hold": id})
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("give a hold back: %w", err)
	}
	return nil
}

// clearWay locks the patient, the resources and those of the patient's earlier hold, gives that hold back, removes expired
// holds from the way and sees that all is free, the patient (ErrPatientBusy) and the resources (errRaced). One round trip:
// each statement sees what was committed when it began, so those after the locks see everything.
func clearWay(ctx context.Context, tx pgx.Tx, hold Hold, footprints []footprint, now time.Time) error {
	patient := hold.Patient
	resources, froms, tos := columns(footprints)
	batch := &pgx.Batch{}
	batch.Queue(`SELECT pg_advisory_xact_lock(@space, hashtext(@patient))`,
		pgx.StrictNamedArgs{"space": lockSpacePatient, "patient": string(patient)})
	const lock = `
		WITH wanted AS MATERIALIZED (
			SELECT id
			FROM unnest(@resources::bigint[]) AS id
			UNION
			SELECT r.resource
			FROM holds AS h
			JOIN reservations AS r ON r.hold = h.id AND r.released_at IS NULL
			WHERE h.patient = @patient AND h.state = 'active'
			ORDER BY 1)
		SELECT pg_advisory_xact_lock(@space, id::int)
		FROM wanted`
	batch.Queue(lock, pgx.StrictNamedArgs{"space": lockSpaceResource, "resources": resources, "patient": patient})
	const release = `
		WITH ended AS (
			UPDATE holds
			SET state = 'released'
			WHERE patient = @patient AND state = 'active'
			RETURNING id)
		UPDATE reservations
		SET released_at = @now, changed_by = pg_current_xact_id()
		WHERE released_at IS NULL
			AND (hold IN (SELECT id FROM ended)
				OR (resource = ANY (@resources::bigint[]) AND expires_at <= @now))`
	batch.Queue(release, pgx.StrictNamedArgs{"patient": patient, "resources": resources, "now": now})
	const check = `
		SELECT EXISTS (
			SELECT
			FROM unnest(@resources::bigint[], @froms::timestamptz[], @tos::timestamptz[]) AS wanted (resource, begins, ends)
			JOIN reservations AS r
				ON r.resource = wanted.resource
				AND r.during && tstzrange(wanted.begins, wanted.ends)
				AND r.released_at IS NULL
				AND r.appointment IS DISTINCT FROM @moving::uuid)`
	var taken, busy bool
	batch.Queue(check, pgx.StrictNamedArgs{"resources": resources, "froms": froms, "tos": tos, "moving": orNull(hold.Moving)}).
		QueryRow(func(row pgx.Row) error { return row.Scan(&taken) })
	batch.Queue(selectBusy, pgx.StrictNamedArgs{
		"patient": patient, "moving": orNull(hold.Moving), "start": hold.Slot.Start, "end": hold.Slot.End,
	}).QueryRow(func(row pgx.Row) error { return row.Scan(&busy) })
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("lock and check the resources: %w", err)
	}
	switch {
	case busy:
		return ErrPatientBusy
	case taken:
		return errRaced
	}
	return nil
}

// insertReservations takes all resources for a hold, in one statement. What the appointment that moves has already, it
// keeps: the hold takes the rest of the time.
func insertReservations(ctx context.Context, tx pgx.Tx, hold Hold, footprints []footprint) error {
	resources, froms, tos := columns(footprints)
	const insert = `
		INSERT INTO reservations (resource, during, hold, expires_at)
		SELECT w.resource, rest, @hold, @expires
		FROM unnest(@resources::bigint[], @froms::timestamptz[], @tos::timestamptz[]) AS w (resource, begins, ends)
		CROSS JOIN LATERAL (
			SELECT coalesce(range_agg(r.during), '{}') AS during
			FROM reservations AS r
			WHERE r.appointment = @moving::uuid AND r.resource = w.resource AND r.released_at IS NULL) AS had
		CROSS JOIN LATERAL unnest(tstzmultirange(tstzrange(w.begins, w.ends)) - had.during) AS rest`
	_, err := tx.Exec(ctx, insert, pgx.StrictNamedArgs{
		"hold":      hold.ID,
		"moving":    orNull(hold.Moving),
		"expires":   hold.ExpiresAt,
		"resources": resources,
		"froms":     froms,
		"tos":       tos,
	})
	if err != nil {
		return fmt.Errorf("reserve the resources: %w", err)
	}
	return nil
}

func columns(footprints []footprint) (resources []ResourceID, froms, tos []time.Time) {
	for _, f := range footprints {
		resources = append(resources, f.resource)
		froms = append(froms, time.Unix(f.from, 0))
		tos = append(tos, time.Unix(f.to, 0))
	}
	return resources, froms, tos
}

// The states of a hold.
const (
	holdActive   = "active"
	holdUsed     = "used"
	holdReleased = "released"
)

// storedHold is a hold as the database has it.
type storedHold struct {
	Hold
	state string
}

// querier is a pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// readHold returns a hold in whatever state; ErrNotFound when there is none.
func readHold(ctx context.Context, db querier, id HoldID) (h storedHold, err error) {
	const read = `
		SELECT h.id::text, h.patient::text, h.service, h.practitioner, coalesce(h.nurse, 0), coalesce(h.room, 0), h.devices,
			coalesce(h.site, ''), h.modality, h.language, lower(h.during), upper(h.during), h.expires_at, h.state,
			coalesce(h.moving::text, '')
		FROM holds AS h
		WHERE h.id = @id`
	sl := &h.Slot
	err = db.QueryRow(ctx, read, pgx.StrictNamedArgs{"id": id}).Scan(&h.ID, &h.Patient, &sl.Service, &sl.Practitioner,
		&sl.Nurse, &sl.Room, &sl.Devices, &sl.Site, &sl.Modality, &sl.Language, &sl.Start, &sl.End, &h.ExpiresAt, &h.state,
		&h.Moving)
	if errors.Is(err, pgx.ErrNoRows) {
		return storedHold{}, ErrNotFound
	}
	if err != nil {
		return storedHold{}, fmt.Errorf("read a hold: %w", err)
	}
	sl.Start, sl.End, h.ExpiresAt = sl.Start.UTC(), sl.End.UTC(), h.ExpiresAt.UTC()
	return h, nil
}
