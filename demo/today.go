package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"nara/auth"
	"nara/scheduling"
)

// WaitingRoomOpens is how long before a visit the demo's waiting rooms open: as far ahead as times can be booked.
const WaitingRoomOpens = scheduleDays * 24 * time.Hour

// bookedForToday marks the visits that Refresh makes.
const bookedForToday = "demo:today"

// refreshLock makes processes that refresh the same demo take turns.
const refreshLock = 0x64656d6f // "demo"

// scene is a visit that there should always be one of soon.
type scene struct {
	patient auth.AccountID
	after   time.Duration // from now, at the earliest
	service string
	hosted  bool
	lang    string
	reason  string
}

// scenes are what a person who shows the demo needs next: a patient at home, a patient at Närpes with the nurse, and one in
// Finnish. All are with Anna Holm.
var scenes = []scene{
	{"gun-britt", 10 * time.Minute, "lakare", false, "sv", "Utslag efter medicin"},
	{"lars-erik", 35 * time.Minute, "hudbesvar", true, "sv", "Märke på underarmen"},
	{"aino", 60 * time.Minute, "lakare", false, "fi", "Verenpaineen seuranta"},
}

// Refresh sees to it that each scene is ahead or going on: what is missing is booked for the next free minutes, what was
// booked so and is over without anybody having come is cancelled. Made-up bookings that are over count as fulfilled, so
// that past days look like past days. It does nothing when nothing is missing, and nothing without the demo's people, and
// may run as often as one likes.
func Refresh(ctx context.Context, pool *pgxpool.Pool, now time.Time) error {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		const lock = `SELECT pg_advisory_xact_lock(@lock)`
		if _, err := tx.Exec(ctx, lock, pgx.StrictNamedArgs{"lock": int64(refreshLock)}); err != nil {
			return fmt.Errorf("take the lock: %w", err)
		}
		if there, err := demoIsThere(ctx, tx); err != nil || !there {
			return err
		}
		if err := endPast(ctx, tx, now); err != nil {
			return err
		}
		for _, s := range scenes {
			if err := s.play(ctx, tx, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("refresh the demo's day: %w", err)
	}
	return nil
}

func demoIsThere(ctx context.Context, tx pgx.Tx) (there bool, err error) {
	const anna = `SELECT EXISTS (SELECT FROM patients WHERE id = @patient)`
	err = tx.QueryRow(ctx, anna, pgx.StrictNamedArgs{"patient": patientID(0)}).Scan(&there)
	if err != nil {
		return false, fmt.Errorf("look for the demo's people: %w", err)
	}
	return there, nil
}

func endPast(ctx context.Context, tx pgx.Tx, now time.Time) error {
	for _, statement := range []string{
		// Appointments come before their reservations, as everywhere.
		`UPDATE appointments
		SET status = CASE booked_by WHEN @today THEN 'cancelled' ELSE 'fulfilled' END, version = version + 1, updated_at = @now
		WHERE booked_by IN (@demo, @today) AND status = 'booked' AND upper(during) < @now`,
		`UPDATE reservations AS r
		SET released_at = @now, changed_by = pg_current_xact_id()
		FROM appointments AS a
		WHERE a.id = r.appointment AND r.released_at IS NULL
			AND a.booked_by = @today AND a.status = 'cancelled' AND upper(a.during) < @now`,
	} {
		// The two statements need different sets of names.
		args := pgx.NamedArgs{"now": now, "today": bookedForToday, "demo": bookedByDemo}
		if _, err := tx.Exec(ctx, statement, args); err != nil {
			return fmt.Errorf("end what is over: %w", err)
		}
	}
	return nil
}

// play books the scene unless it is ahead already.
func (s scene) play(ctx context.Context, tx pgx.Tx, now time.Time) error {
	patient, anna := account(s.patient).Patient, account("anna").Practitioner
	const ahead = `
		SELECT EXISTS (
			SELECT
			FROM appointments
			WHERE patient = @patient AND practitioner = @anna AND modality = @modality
				AND status IN ('booked', 'arrived')
				AND upper(during) > @now AND lower(during) < @soon)`
	modality := "video"
	if s.hosted {
		modality = "hosted"
	}
	var there bool
	err := tx.QueryRow(ctx, ahead, pgx.StrictNamedArgs{
		"patient": patient, "anna": anna, "modality": modality, "now": now, "soon": now.Add(2 * time.Hour),
	}).Scan(&there)
	if err != nil || there {
		return err
	}
	b := booking{patient: patient, service: s.service, practitioner: anna, modality: modality, language: s.lang, reason: s.reason}
	resources := []scheduling.ResourceID{anna}
	if s.hosted {
		b.site = "narpes-halsostation"
		b.nurse = account("eva").Practitioner
		b.room, b.devices = roomTwo()
		resources = append(append(resources, b.nurse, b.room), b.devices...)
	}
	if b.start, err = nextFree(ctx, tx, patient, resources, now.Add(s.after), now); err != nil {
		return err
	}
	b.end = b.start.Add(20 * time.Minute)
	return b.insert(ctx, tx, resources, now)
}

// roomTwo is the room at Närpes with the dermatoscope.
func roomTwo() (room scheduling.ResourceID, devices []scheduling.ResourceID) {
	rooms, all := placeRooms()
	at := slices.IndexFunc(rooms, func(r placedRoom) bool { return r.site == "narpes-halsostation" && r.name == "Rum 2" })
	for _, d := range all {
		if d.room == rooms[at].id && d.kind == "dermatoscope" {
			devices = append(devices, d.id)
		}
	}
	return rooms[at].id, devices
}

// nextFree returns the first five minutes from which patient and resources are all free for twenty. What is in the way is
// locked out by the exclusion constraint alone: a collision undoes the refresh, and the next one tries again.
func nextFree(ctx context.Context, tx pgx.Tx, patient scheduling.PatientID, resources []scheduling.ResourceID, from, now time.Time) (time.Time, error) {
	const expire = `
		UPDATE reservations
		SET released_at = @now, changed_by = pg_current_xact_id()
		WHERE resource = ANY (@resources::bigint[]) AND released_at IS NULL AND expires_at <= @now`
	if _, err := tx.Exec(ctx, expire, pgx.StrictNamedArgs{"resources": resources, "now": now}); err != nil {
		return time.Time{}, fmt.Errorf("end expired holds: %w", err)
	}
	const busy = `
		SELECT lower(during), upper(during)
		FROM reservations
		WHERE resource = ANY (@resources::bigint[]) AND released_at IS NULL AND upper(during) > @from
		UNION ALL
		SELECT lower(during), upper(during)
		FROM appointments
		WHERE patient = @patient AND status IN ('booked', 'arrived') AND upper(during) > @from
		ORDER BY 1`
	rows, err := tx.Query(ctx, busy, pgx.StrictNamedArgs{"resources": resources, "patient": patient, "from": from})
	if err != nil {
		return time.Time{}, fmt.Errorf("look for a free time: %w", err)
	}
	start := from.Add(5*time.Minute - 1).Truncate(5 * time.Minute)
	var begins, ends time.Time
	_, err = pgx.ForEachRow(rows, []any{&begins, &ends}, func() error {
		if begins.Before(start.Add(20*time.Minute)) && ends.After(start) {
			start = ends.Add(5*time.Minute - 1).Truncate(5 * time.Minute)
		}
		return nil
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("look for a free time: %w", err)
	}
	return start, nil
}

// insert writes one booking and what it takes.
func (b *booking) insert(ctx context.Context, tx pgx.Tx, resources []scheduling.ResourceID, now time.Time) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	const appointment = `
		INSERT INTO appointments (id, patient, service, practitioner, nurse, room, devices, site, modality, language, during,
			reason, phone, booked_by, created_at, updated_at)
		SELECT @id, p.id, @service, @practitioner, @nurse, @room, @devices, @site, @modality, @language, @during, @reason,
			p.phone, @by, @now, @now
		FROM patients AS p
		WHERE p.id = @patient`
	_, err = tx.Exec(ctx, appointment, pgx.StrictNamedArgs{
		"id": id.String(), "patient": b.patient, "service": b.service, "practitioner": b.practitioner,
		"nurse": numberOrNull(b.nurse), "room": numberOrNull(b.room), "devices": numbers(b.devices), "site": orNull(b.site),
		"modality": b.modality, "language": b.language, "during": during(b.start, b.end), "reason": b.reason,
		"by": bookedForToday, "now": now,
	})
	if err != nil {
		return fmt.Errorf("insert an appointment: %w", err)
	}
	const reservations = `
		INSERT INTO reservations (resource, during, appointment)
		SELECT resource, @during, @id
		FROM unnest(@resources::bigint[]) AS resource`
	_, err = tx.Exec(ctx, reservations, pgx.StrictNamedArgs{
		"resources": resources, "during": pgtype.Range[pgtype.Timestamptz](during(b.start, b.end)), "id": id.String(),
	})
	if err != nil {
		return fmt.Errorf("reserve the resources: %w", err)
	}
	return nil
}
