package scheduling_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"nara/auth"
	"nara/internal/postgres"
	"nara/scheduling"
)

// take holds and books in one go.
func (c *county) take(t testing.TB, by auth.Principal, req scheduling.HoldRequest) (scheduling.Appointment, error) {
	hold, err := c.service.Hold(t.Context(), by, req)
	if err != nil {
		return scheduling.Appointment{}, err
	}
	return c.service.Book(t.Context(), by, scheduling.BookRequest{Hold: hold.ID, IdempotencyKey: key()})
}

func TestBook_AThousandWantOneSlotAndOneGetsIt(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	const n = 1000
	won, refused, alternatives, took := c.race(t, c.patients(t, n))
	t.Logf("%d answers in %v", n, took.Round(time.Millisecond))
	if won != 1 || refused != n-1 {
		t.Errorf("%d won, %d were refused", won, refused)
	}
	if alternatives != 3*(n-1) {
		t.Errorf("%d alternatives for %d refusals", alternatives, n-1)
	}
	if taken := c.count(t, `SELECT count(*) FROM reservations WHERE released_at IS NULL AND appointment IS NOT NULL`); taken != 4 {
		t.Errorf("%d resources are taken, want 4", taken)
	}
	if all := c.count(t, `SELECT count(*) FROM reservations WHERE released_at IS NULL`); all != 4 {
		t.Errorf("%d reservations in all", all)
	}
}

// race lets everybody want the same slot over four resources at the same moment.
func (c *county) race(t testing.TB, people []auth.Principal) (won, refused, alternatives int64, took time.Duration) {
	var (
		group           sync.WaitGroup
		winners, losers atomic.Int64
		offered         atomic.Int64
		start           = make(chan struct{})
	)
	for _, by := range people {
		group.Go(func() {
			<-start
			_, err := c.take(t, by, skin(c.anna, at(9, 0)))
			var taken *scheduling.SlotTakenError
			switch {
			case err == nil:
				winners.Add(1)
			case errors.As(err, &taken):
				losers.Add(1)
				offered.Add(int64(len(taken.Alternatives)))
			default:
				t.Errorf("an answer that is neither: %v", err)
			}
		})
	}
	began := time.Now()
	close(start)
	group.Wait()
	return winners.Load(), losers.Load(), offered.Load(), time.Since(began)
}

func BenchmarkBook_AThousandWantOneSlot(b *testing.B) {
	c := newCounty(b)
	people := c.patients(b, 1000)
	c.race(b, people[:1]) // the pool's connections, the plans, the copies
	for b.Loop() {
		b.StopTimer()
		c.clearBookings(b)
		b.StartTimer()
		if won, _, _, _ := c.race(b, people); won != 1 {
			b.Fatalf("%d won", won)
		}
	}
}

func (c *county) clearBookings(t testing.TB) {
	c.exec(t, `
		TRUNCATE reservations, holds, idempotency_keys, visit_links, appointments CASCADE`)
	c.service = c.newService() // a TRUNCATE is no change that a board can see
}

// TestBook_RandomOperationsNeverOverlap lets several processes hold, book, move, cancel and give back at random, with holds
// that expire under them, and then looks at everything that was ever taken.
func TestBook_RandomOperationsNeverOverlap(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	people := c.patients(t, 12)
	var group sync.WaitGroup
	var booked atomic.Int64
	for worker := range 6 {
		service := c.newService()
		group.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(worker)))
			for range 60 {
				by := people[random.IntN(len(people))]
				req := video([]scheduling.ResourceID{c.anna, c.jonas}[random.IntN(2)], at(8+random.IntN(2), 10*random.IntN(6)))
				if random.IntN(2) == 0 && req.Start.After(monday) { // the nurse begins at eight, and is there ten minutes before
					req = skin(req.Practitioner, req.Start)
				}
				if random.IntN(3) == 0 { // to move what they have, often to a time that overlaps it
					if list, err := service.AppointmentsOf(t.Context(), by, by.Patient); err == nil && len(list) > 0 && list[0].Service == req.Service {
						req.Moving = list[0].ID
					}
				}
				hold, err := service.Hold(t.Context(), by, req)
				if err != nil {
					if !acceptable(err) {
						t.Errorf("hold: %v", err)
					}
					continue
				}
				switch random.IntN(6) {
				case 0:
					err = service.Release(t.Context(), by, hold.ID)
				case 1:
					c.clock.add(time.Minute) // sooner or later somebody is too late
				case 2:
					err = moveOne(t, service, by, hold)
				case 3:
					err = service.Sweep(t.Context())
				default:
					if hold.Moving != "" {
						_, err = service.Move(t.Context(), by, scheduling.MoveRequest{Appointment: hold.Moving, Hold: hold.ID, IdempotencyKey: key()})
					} else if _, err = service.Book(t.Context(), by, scheduling.BookRequest{Hold: hold.ID, IdempotencyKey: key()}); err == nil {
						booked.Add(1)
					}
				}
				if err != nil && !acceptable(err) {
					t.Errorf("after the hold: %v", err)
				}
			}
		})
	}
	group.Wait()
	if booked.Load() == 0 {
		t.Error("nothing was booked at all")
	}
	overlaps := c.count(t, `
		SELECT count(*)
		FROM reservations AS a
		JOIN reservations AS b ON a.resource = b.resource AND a.id < b.id AND a.during && b.during
		WHERE a.released_at IS NULL AND b.released_at IS NULL`)
	partials := c.count(t, `
		SELECT count(*)
		FROM appointments AS a
		WHERE (SELECT count(*) FROM reservations AS r WHERE r.appointment = a.id AND r.released_at IS NULL)
			<> CASE WHEN a.status = 'cancelled' THEN 0 WHEN a.modality = 'hosted' THEN 4 ELSE 1 END`)
	audited := c.count(t, `SELECT count(*) FROM audit_log WHERE action = 'appointment.book'`)
	if overlaps != 0 || partials != 0 || audited != int(booked.Load()) {
		t.Errorf("%d overlaps, %d partial bookings, %d of %d bookings in the audit log", overlaps, partials, audited, booked.Load())
	}
}

// moveOne moves one of the patient's appointments to the hold's slot, or cancels it, or does nothing.
func moveOne(t *testing.T, s *scheduling.Service, by auth.Principal, hold scheduling.Hold) error {
	list, err := s.AppointmentsOf(t.Context(), by, by.Patient)
	if err != nil || len(list) == 0 {
		return err
	}
	if list[0].Service != hold.Slot.Service || (hold.Moving != "" && hold.Moving != list[0].ID) {
		_, err = s.Cancel(t.Context(), by, list[0].ID, "")
		return err
	}
	_, err = s.Move(t.Context(), by, scheduling.MoveRequest{Appointment: list[0].ID, Hold: hold.ID, IdempotencyKey: key()})
	return err
}

func acceptable(err error) bool {
	var invalid *scheduling.ValidationError
	if errors.As(err, &invalid) { // the clock has passed the start
		return invalid.Fields[0].Field == "start" && invalid.Fields[0].Slug == "too-soon"
	}
	return slices.ContainsFunc([]error{
		scheduling.ErrSlotTaken, scheduling.ErrHoldExpired, scheduling.ErrPatientBusy, scheduling.ErrWrongStatus, auth.ErrNotAllowed,
	}, func(kind error) bool { return errors.Is(err, kind) })
}

func TestBook_AThousandEqualRequestsHaveOneEffect(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	req := scheduling.BookRequest{Hold: c.hold(t, by, skin(c.anna, at(9, 0))).ID, IdempotencyKey: key(), Reason: "Märke"}
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		ids   = map[scheduling.AppointmentID]int{}
	)
	for range 1000 {
		group.Go(func() {
			a, err := c.service.Book(t.Context(), by, req)
			if err != nil {
				t.Error(err)
				return
			}
			if a.LinkSecret.Empty() {
				t.Error("a repetition without a link")
			}
			mu.Lock()
			defer mu.Unlock()
			ids[a.ID]++
		})
	}
	group.Wait()
	if len(ids) != 1 {
		t.Errorf("%d appointments were answered", len(ids))
	}
	if n := c.count(t, `SELECT count(*) FROM appointments`); n != 1 {
		t.Errorf("%d appointments", n)
	}
	if n := c.count(t, `SELECT count(*) FROM audit_log WHERE action = 'appointment.book'`); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	req.Reason = "Something else"
	if _, err := c.service.Book(t.Context(), by, req); !errors.Is(err, scheduling.ErrKeyReused) {
		t.Errorf("the key with another body: %v", err)
	}
	// Another person's equal key is another key.
	other := c.patient(t)
	hold := c.hold(t, other, skin(c.anna, at(10, 0)))
	if _, err := c.service.Book(t.Context(), other, scheduling.BookRequest{Hold: hold.ID, IdempotencyKey: req.IdempotencyKey}); err != nil {
		t.Errorf("another's key: %v", err)
	}
}

// state is all appointments and what they take, as text.
// TestBook_AConnectionThatDiesLeavesAllOrNothing ends the server's processes at random moments while people book.
func TestBook_AConnectionThatDiesLeavesAllOrNothing(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	people := c.patients(t, 60)
	stop := make(chan struct{})
	var killer sync.WaitGroup
	killer.Go(func() {
		tick := time.NewTicker(3 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				// One connection at a time; the killer's own is among those that are left alone.
				_, _ = c.pool.Exec(t.Context(), `
					SELECT pg_terminate_backend(pid)
					FROM pg_stat_activity
					WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
					ORDER BY random()
					LIMIT 1`)
			}
		}
	})
	confirmed := map[scheduling.AppointmentID]bool{}
	var mu sync.Mutex
	var group sync.WaitGroup
	for i, by := range people {
		group.Go(func() {
			req := skin(c.anna, at(8+i%8, 0).AddDate(0, 0, i%5))
			if i%8 == 0 {
				req.Start = req.Start.Add(30 * time.Minute)
			}
			if a, err := c.take(t, by, req); err == nil {
				mu.Lock()
				defer mu.Unlock()
				confirmed[a.ID] = true
			}
		})
	}
	group.Wait()
	close(stop)
	killer.Wait()
	t.Logf("%d of %d bookings were confirmed under fire", len(confirmed), len(people))
	rows, err := c.pool.Query(t.Context(), `
		SELECT a.id::text, (SELECT count(*) FROM reservations AS r WHERE r.appointment = a.id),
			(SELECT count(*) FROM audit_log AS l WHERE l.resource_id = a.id::text),
			(SELECT count(*) FROM visit_links AS v WHERE v.appointment_id = a.id)
		FROM appointments AS a`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id scheduling.AppointmentID
		var taken, audited, linked int
		if err := rows.Scan(&id, &taken, &audited, &linked); err != nil {
			t.Fatal(err)
		}
		if taken != 4 || audited != 1 || linked != 1 {
			t.Errorf("half a booking: %d resources, %d audit rows, %d links", taken, audited, linked)
		}
		delete(confirmed, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if len(confirmed) != 0 {
		t.Errorf("%d confirmed bookings are lost", len(confirmed))
	}
}

func TestReservations_NoCodeCanDoubleBook(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	a := c.book(t, c.patient(t), video(c.anna, at(9, 0)))
	during := pgtype.Range[pgtype.Timestamptz]{
		Lower: pgtype.Timestamptz{Time: at(9, 19), Valid: true}, LowerType: pgtype.Inclusive,
		Upper: pgtype.Timestamptz{Time: at(9, 40), Valid: true}, UpperType: pgtype.Exclusive, Valid: true,
	}
	_, err := c.pool.Exec(t.Context(), `INSERT INTO reservations (resource, during, appointment) VALUES ($1, $2, $3)`,
		c.anna, during, a.ID)
	if postgres.Constraint(err) != "reservations_no_overlap" {
		t.Fatalf("got %v", err)
	}
	// Nor can the patient be in two places.
	_, err = c.pool.Exec(t.Context(), `
		INSERT INTO appointments (id, patient, service, practitioner, modality, language, during, booked_by, created_at, updated_at)
		SELECT gen_random_uuid(), patient, service, $1, modality, language, $2, booked_by, created_at, updated_at
		FROM appointments
		WHERE id = $3`, c.jonas, during, a.ID)
	if postgres.Constraint(err) != "appointments_patient_no_overlap" {
		t.Fatalf("got %v", err)
	}
}
