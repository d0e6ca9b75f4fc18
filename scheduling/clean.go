package scheduling

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// How long Sweep keeps what has done its work. The boards of all processes have long seen it by then.
const (
	keepKeysFor     = 48 * time.Hour
	keepReleasedFor = 24 * time.Hour
)

// Sweep ends expired holds and forgets old holds, given-back reservations and idempotency keys. Run it
// every minute or so; nothing depends on it but the tables' size.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	const expired = `
		SELECT id::text, patient::text
		FROM holds
		WHERE state = 'active' AND expires_at <= @now
		LIMIT 500`
	rows, err := s.pool.Query(ctx, expired, pgx.StrictNamedArgs{"now": now})
	if err != nil {
		return fmt.Errorf("look for expired holds: %w", err)
	}
	type over struct {
		ID      HoldID
		Patient PatientID
	}
	holds, err := pgx.CollectRows(rows, pgx.RowToStructByPos[over])
	if err != nil {
		return fmt.Errorf("look for expired holds: %w", err)
	}
	for _, h := range holds {
		if err := s.end(ctx, h.ID, h.Patient, now); err != nil {
			return fmt.Errorf("end an expired hold: %w", err)
		}
	}
	for _, remove := range []string{
		`DELETE FROM idempotency_keys WHERE created_at < @keys`,
		`DELETE FROM reservations WHERE released_at < @released`,
		`DELETE FROM holds AS h
		WHERE h.created_at < @released AND h.state <> 'active'
			AND NOT EXISTS (SELECT FROM reservations AS r WHERE r.hold = h.id)`,
	} {
		args := pgx.NamedArgs{"keys": now.Add(-keepKeysFor), "released": now.Add(-keepReleasedFor)}
		if _, err := s.pool.Exec(ctx, remove, args); err != nil {
			return fmt.Errorf("forget what is old: %w", err)
		}
	}
	return nil
}

// end gives one expired hold back, under the same locks as everybody.
func (s *Service) end(ctx context.Context, id HoldID, patient PatientID, now time.Time) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := lockPatient(ctx, tx, patient); err != nil {
			return err
		}
		active, err := activeHoldOf(ctx, tx, patient)
		if err != nil || active.id != id {
			return err
		}
		if err := lockResources(ctx, tx, active.resources); err != nil {
			return err
		}
		return releaseHold(ctx, tx, id, now)
	})
}
