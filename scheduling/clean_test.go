package scheduling_test

import (
	"testing"
	"time"

	"nara/scheduling"
)

func TestSweep_ForgetsOnlyWhatIsOver(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	a := c.book(t, by, skin(c.anna, at(9, 0)))
	late := c.hold(t, c.patient(t), video(c.jonas, at(9, 0)))
	if err := c.service.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := c.count(t, `SELECT count(*) FROM holds WHERE state = 'active'`); n != 1 {
		t.Fatalf("%d active holds before the end", n)
	}
	c.clock.add(scheduling.HoldTime)
	if err := c.service.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := c.count(t, `SELECT count(*) FROM holds WHERE id = $1 AND state = 'released'`, late.ID); n != 1 {
		t.Fatal("the expired hold is not ended")
	}
	c.clock.add(72 * time.Hour)
	if err := c.service.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]int{
		`SELECT count(*) FROM holds`:            0,
		`SELECT count(*) FROM idempotency_keys`: 0,
		`SELECT count(*) FROM reservations`:     4,
		`SELECT count(*) FROM appointments`:     1,
	} {
		if n := c.count(t, what); n != want {
			t.Errorf("%s: %d, want %d", what, n, want)
		}
	}
	if got, err := c.service.AppointmentByID(t.Context(), a.ID); err != nil || got.Status != scheduling.Booked {
		t.Errorf("the appointment: %+v, %v", got, err)
	}
}
