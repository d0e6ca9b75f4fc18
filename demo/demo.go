package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nara/auth"
	"nara/internal/postgres"
	"nara/scheduling"
)

// ErrNotEmpty says that the database has a directory already; seeding would mix two counties.
var ErrNotEmpty = errors.New("the database is not empty: the demo county is only put into an empty one")

// Seeded reports whether the database holds a directory, the demo's or another.
func Seeded(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	const anything = `
		SELECT EXISTS (SELECT FROM municipalities)
			OR EXISTS (SELECT FROM resources)
			OR EXISTS (SELECT FROM patients)`
	var seeded bool
	if err := pool.QueryRow(ctx, anything).Scan(&seeded); err != nil {
		return false, fmt.Errorf("look whether the database is empty: %w", err)
	}
	return seeded, nil
}

// county is all that Seed writes.
type county struct {
	staff    []practitioner
	patients []patient
	rooms    []placedRoom
	devices  []placedDevice
	weekly   []hours
	holidays []holiday
	*calendars
}

// Seed fills an empty, migrated database with the demo county, as of now: all of it, or nothing. ErrNotEmpty when it is
// not empty. The same day and hour give the same county.
func Seed(ctx context.Context, pool *pgxpool.Pool, now time.Time) error {
	seeded, err := Seeded(ctx, pool)
	if err != nil {
		return err
	}
	if seeded {
		return ErrNotEmpty
	}
	c := makeCounty(now)
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		return c.write(ctx, tx, auth.New(auth.Options{Pool: pool, Demo: true}))
	})
	if postgres.Constraint(err) == "municipalities_pkey" {
		return ErrNotEmpty // somebody else was seeding at the same time
	}
	if err != nil {
		return fmt.Errorf("seed the demo county: %w", err)
	}
	if _, err := pool.Exec(ctx, `ANALYZE`); err != nil {
		return fmt.Errorf("analyse the demo county: %w", err)
	}
	return Refresh(ctx, pool, now)
}

// makeCounty makes the whole county in memory.
func makeCounty(now time.Time) *county {
	random := rand.New(rand.NewPCG(14, 180000)) // municipalities, inhabitants
	today := scheduling.DateOf(now)
	c := &county{}
	c.staff = makeStaff(random)
	c.patients = makePatients(random, c.staff, today)
	c.rooms, c.devices = placeRooms()
	c.weekly = makeHours(random, c.staff, c.rooms, c.devices)
	for year := today.Year - 1; year <= today.Year+2; year++ {
		c.holidays = append(c.holidays, holidays(year)...)
	}
	c.calendars = newCalendars(random, now, c)
	c.fill()
	return c
}
