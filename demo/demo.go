package demo

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nara/auth"
)

// ErrNotEmpty says that the database has a directory already; seeding would mix two counties.
var ErrNotEmpty = errors.New("the database is not empty: the demo county is only put into an empty one")

// Seed fills an empty, migrated database with the demo county, as of now. ErrNotEmpty when it is not empty.
func Seed(ctx context.Context, pool *pgxpool.Pool, now time.Time) error {
	return errors.New("not built")
}

// Refresh gives the demo's named people their visits of today, if they have none yet. It may run at every start.
func Refresh(ctx context.Context, pool *pgxpool.Pool, now time.Time) error {
	return errors.New("not built")
}

// Seeded reports whether the database holds a directory, the demo's or another.
func Seeded(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	return false, errors.New("not built")
}

// Accounts returns the people that one can be with one click. The same are in the database after Seed.
func Accounts() []auth.Account { return nil }
