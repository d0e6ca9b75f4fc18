package scheduling

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// taken is one row of what is taken, in Unix seconds.
type taken struct {
	span
	expires int64 // a hold's end; 0 for an appointment
	id      int64
}

// view is what one search sees: both halves are immutable.
type view struct {
	snapshot *snapshot
	taken    map[ResourceID][]taken // each list sorted and without overlaps
}

// board is a copy of what is taken on the days that searches have asked for, and of the directory.
//
// Every row of reservations carries the transaction that changed it last. A sync asks, in one round trip, for
// the rows changed by transactions that were not finished at the sync before, and for the directory's version. So the copy
// is true as of the moment of asking, whoever made the changes, at the cost of the changes only.
type board struct {
	pool *pgxpool.Pool

	begun atomic.Uint64 // syncs begun so far

	syncing  sync.Mutex // guards the fields below and is held while asking the database
	finished uint64     // the number of the last sync that succeeded
	asked    time.Time  // when that was, on the monotonic clock
	born     time.Time  // when the copy was begun
	horizon  uint64     // transactions before this one are all in the copy
	days     map[int]bool
	now      view
}

// A copy is begun anew after some rest, long before Sweep deletes rows that were given back, and each day, so that it
// does not keep the past.
const (
	longestRest = 6 * time.Hour
	longestLife = 24 * time.Hour
)

func newBoard(pool *pgxpool.Pool) *board {
	return &board{pool: pool, days: map[int]bool{}}
}

// sync returns a view that is true as of some moment after the call began, with the days from first to last (numbers of
// dates, both included). Callers that wait for the same sync share its answer.
func (b *board) sync(ctx context.Context, first, last int) (view, error) {
	seen := b.begun.Load()
	b.syncing.Lock()
	defer b.syncing.Unlock()
	if b.finished > seen && b.has(first, last) {
		return b.now, nil
	}
	number := b.begun.Add(1)
	if err := b.ask(ctx, first, last); err != nil {
		return view{}, err
	}
	b.finished = number
	return b.now, nil
}

func (b *board) has(first, last int) bool {
	for day := first; day <= last; day++ {
		if !b.days[day] {
			return false
		}
	}
	return true
}

const (
	selectState = `
		SELECT version, pg_snapshot_xmin(pg_current_snapshot())
		FROM directory_version`
	selectChanged = `
		SELECT id, resource, lower(during), upper(during), expires_at, released_at IS NOT NULL
		FROM reservations
		WHERE changed_by >= @horizon`
	// The first bound is for the index: nothing that is booked lasts longer than a day.
	selectDays = `
		SELECT id, resource, lower(during), upper(during), expires_at, released_at IS NOT NULL
		FROM reservations
		WHERE released_at IS NULL
			AND lower(during) >= @from::timestamptz - interval '1 day'
			AND lower(during) < @to
			AND upper(during) > @from`
)

// ask brings the copy up to date.
func (b *board) ask(ctx context.Context, first, last int) error {
	asked := time.Now()
	if asked.Sub(b.asked) > longestRest || asked.Sub(b.born) > longestLife {
		clear(b.days)
		b.now.taken = nil
		b.horizon = 0
		b.born = asked
	}
	missingFirst, missingLast := b.missing(first, last)

	var (
		version, horizon uint64
		changes          []change
	)
	batch := &pgx.Batch{}
	batch.Queue(selectState).QueryRow(func(row pgx.Row) error { return row.Scan(&version, &horizon) })
	read := func(rows pgx.Rows) error {
		more, err := pgx.CollectRows(rows, scanChange)
		changes = append(changes, more...)
		return err
	}
	if b.horizon != 0 {
		batch.Queue(selectChanged, pgx.StrictNamedArgs{"horizon": b.horizon}).Query(read)
	}
	if missingFirst <= missingLast {
		batch.Queue(selectDays, pgx.StrictNamedArgs{
			"from": dateOfNumber(missingFirst).Start().Add(-reachBefore * time.Second),
			"to":   dateOfNumber(missingLast + 1).Start().Add(reachAfter * time.Second),
		}).Query(read)
	}
	if err := b.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("ask what is taken: %w", err)
	}
	if b.now.snapshot == nil || b.now.snapshot.Version != int64(version) {
		snapshot, err := loadSnapshot(ctx, b.pool)
		if err != nil {
			return err
		}
		b.now.snapshot = snapshot
	}
	b.now.taken = apply(b.now.taken, changes)
	for day := missingFirst; day <= missingLast; day++ {
		b.days[day] = true
	}
	b.horizon = horizon
	b.asked = asked
	return nil
}

// missing returns the smallest range of days that holds all those wanted and not there yet; an empty one when none.
func (b *board) missing(first, last int) (from, to int) {
	for first <= last && b.days[first] {
		first++
	}
	for first <= last && b.days[last] {
		last--
	}
	return first, last
}

type change struct {
	resource ResourceID
	taken
	released bool
}

func scanChange(row pgx.CollectableRow) (c change, err error) {
	var (
		from, to time.Time
		expires  *time.Time
	)
	err = row.Scan(&c.id, &c.resource, &from, &to, &expires, &c.released)
	c.from, c.to = from.Unix(), to.Unix()
	if expires != nil {
		c.expires = ceilSeconds(*expires) // never offered while the database still keeps it
	}
	return c, err
}

// apply returns the lists with the changes in them. The old map and its lists stay as they were: searches read them.
func apply(old map[ResourceID][]taken, changes []change) map[ResourceID][]taken {
	if len(changes) == 0 && old != nil {
		return old
	}
	lists := maps.Clone(old)
	if lists == nil {
		lists = map[ResourceID][]taken{}
	}
	of := map[ResourceID][]change{}
	for _, c := range changes {
		of[c.resource] = append(of[c.resource], c)
	}
	for resource, news := range of {
		last := map[int64]change{} // a row may come twice: as changed, and with its day
		for _, c := range news {
			last[c.id] = c
		}
		list := make([]taken, 0, len(lists[resource])+len(last))
		for _, t := range lists[resource] {
			if _, changed := last[t.id]; !changed {
				list = append(list, t)
			}
		}
		for _, c := range last {
			if !c.released {
				list = append(list, c.taken)
			}
		}
		slices.SortFunc(list, func(a, b taken) int { return cmp.Compare(a.from, b.from) })
		lists[resource] = list
	}
	return lists
}
