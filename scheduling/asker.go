package scheduling

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// asker is what a search leaves out, or does not, for the patient who asks.
type asker struct {
	away []span         // when they are in other visits
	own  map[int64]bool // reservations that are as good as free: of the visit that moves
}

// asker reads what the search must know of its patient. What is not theirs is not read.
func (s *Service) asker(ctx context.Context, q SlotQuery, first, last Date) (asker, error) {
	var a asker
	if !wellFormed(q.Patient) || last.Before(first) {
		return a, nil
	}
	const away = `
		SELECT lower(during), upper(during)
		FROM appointments
		WHERE patient = @patient AND status IN ('booked', 'arrived')
			AND during && tstzrange(@from, @to)
			AND id IS DISTINCT FROM @moving::uuid`
	const own = `
		SELECT r.id
		FROM appointments AS a
		JOIN reservations AS r ON r.appointment = a.id AND r.released_at IS NULL
		WHERE a.id = @moving::uuid AND a.patient = @patient`
	batch := &pgx.Batch{}
	batch.Queue(away, pgx.StrictNamedArgs{
		"patient": q.Patient, "moving": orNull(q.Moving),
		"from": first.Start(), "to": last.AddDays(2).Start(), // a visit can run over midnight
	}).Query(func(rows pgx.Rows) error {
		var from, to time.Time
		_, err := pgx.ForEachRow(rows, []any{&from, &to}, func() error {
			a.away = append(a.away, span{from.Unix(), to.Unix()})
			return nil
		})
		return err
	})
	if q.Moving != "" {
		batch.Queue(own, pgx.StrictNamedArgs{"patient": q.Patient, "moving": q.Moving}).Query(func(rows pgx.Rows) error {
			ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			a.own = make(map[int64]bool, len(ids))
			for _, id := range ids {
				a.own[id] = true
			}
			return err
		})
	}
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return asker{}, fmt.Errorf("read what the patient has: %w", err)
	}
	return a, nil
}

// isAway reports whether the patient is in another visit at some moment of [from, to).
func (a *asker) isAway(from, to int64) bool {
	for _, s := range a.away {
		if s.from < to && from < s.to {
			return true
		}
	}
	return false
}
