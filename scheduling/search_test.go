package scheduling_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/scheduling"
)

func (c *county) search(t testing.TB, q scheduling.SlotQuery) scheduling.Result {
	t.Helper()
	result, err := c.service.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestSearch_EarliestFirstWithinTheFortnight(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	result := c.search(t, scheduling.SlotQuery{Service: "lakare", Modality: scheduling.Video, Language: "sv"})
	if len(result.Slots) != 50 || !result.Slots[0].Start.Equal(monday) {
		t.Fatalf("%d slots from %v", len(result.Slots), result.Slots[0].Start)
	}
	if !slices.IsSortedFunc(result.Slots, func(a, b scheduling.Slot) int { return a.Start.Compare(b.Start) }) {
		t.Error("not in order of start")
	}
	for _, s := range result.Slots {
		if s.Practitioner == c.siri || s.Site != "" || s.Room != 0 || s.End.Sub(s.Start) != 20*time.Minute || s.Language != "sv" {
			t.Errorf("slot %+v", s)
		}
	}
	if len(result.Days) != 14 || result.Days[0].Date != scheduling.DateOf(monday) {
		t.Fatalf("days %v", result.Days)
	}
	// Anna and Jonas, from 8.00 to 15.40 every ten minutes; nobody at the weekend speaks Swedish.
	for i, day := range result.Days {
		want := 2 * 47
		if day.Date.Weekday() > 5 {
			want = 0
		}
		if day.Count != want {
			t.Errorf("day %d has %d, want %d", i, day.Count, want)
		}
	}
	if result.NextFrom != scheduling.DateOf(monday).AddDays(1) {
		t.Errorf("next from %v", result.NextFrom)
	}
}

func TestSearch_NarrowsByEverything(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	first := func(q scheduling.SlotQuery) *scheduling.Slot {
		q.Service = "lakare"
		result := c.search(t, q)
		if len(result.Slots) == 0 {
			return nil
		}
		return &result.Slots[0]
	}
	if s := first(scheduling.SlotQuery{Language: "en", Practitioner: c.jonas}); s != nil {
		t.Errorf("Jonas speaks no English: %+v", s)
	}
	if s := first(scheduling.SlotQuery{Language: "fi", Modality: scheduling.InPerson}); s == nil || s.Practitioner != c.tuula || s.Room == 0 {
		t.Errorf("in person: %+v", s)
	}
	if s := first(scheduling.SlotQuery{Modality: scheduling.Hosted, Language: "en"}); s != nil {
		t.Errorf("the nurse who hosts speaks no English: %+v", s)
	}
	if s := first(scheduling.SlotQuery{Site: "narpes-halsostation", Modality: scheduling.Video}); s != nil {
		t.Errorf("video at a site: %+v", s)
	}
	if s := first(scheduling.SlotQuery{Practitioner: c.siri, TimeOfDay: scheduling.Evening}); s == nil || !s.Start.Equal(at(16, 0)) {
		t.Errorf("in the evening: %+v", s)
	}
	saturday := scheduling.DateOf(monday).AddDays(5)
	if s := first(scheduling.SlotQuery{From: saturday, To: saturday}); s == nil || s.Practitioner != c.siri || !s.Start.Equal(saturday.Start()) {
		t.Errorf("on Saturday: %+v", s)
	}
	result := c.search(t, scheduling.SlotQuery{Service: "lakare", Modality: scheduling.Video, Prefer: []scheduling.ResourceID{c.siri}})
	if result.Slots[0].Practitioner != c.siri {
		t.Errorf("the preferred one comes first: %+v", result.Slots[0])
	}
}

func TestSearch_NothingInThePast(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	c.exec(t, `UPDATE services SET lead_minutes = 15 WHERE id = 'lakare'`)
	c.clock.set(at(10, 7))
	result := c.search(t, scheduling.SlotQuery{Service: "lakare", From: scheduling.Date{Year: 2020, Month: 1, Day: 1}, Modality: scheduling.Phone})
	if !result.Slots[0].Start.Equal(at(10, 30)) {
		t.Errorf("the first is at %v", result.Slots[0].Start)
	}
	if _, err := c.service.Hold(t.Context(), c.patient(t), video(c.anna, at(10, 20))); err == nil {
		t.Error("a start within the lead time can be held")
	}
}

func TestSearch_OfThePastFindsNothing(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	for _, to := range []scheduling.Date{{Year: 1, Month: 1, Day: 1}, scheduling.DateOf(monday).AddDays(-1)} {
		result := c.search(t, scheduling.SlotQuery{Service: "lakare", To: to, Patient: c.patient(t).Patient})
		if len(result.Slots) != 0 || len(result.Days) != 0 || !result.NextFrom.IsZero() {
			t.Errorf("to %v: %+v", to, result)
		}
	}
}

func TestSearch_SeesEveryChangeOfAnotherProcessAtOnce(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	reader := c.newService()
	offered := func() bool {
		result, err := reader.Search(t.Context(), scheduling.SlotQuery{Service: "lakare", Practitioner: c.anna, Modality: scheduling.Video})
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(result.Slots, func(s scheduling.Slot) bool { return s.Start.Equal(at(9, 0)) })
	}
	expect := func(want bool, after string) {
		t.Helper()
		if offered() != want {
			t.Errorf("after %s: offered %v", after, !want)
		}
	}
	by := c.patient(t)
	expect(true, "nothing")
	hold := c.hold(t, by, video(c.anna, at(9, 0)))
	expect(false, "a hold")
	if err := c.service.Release(t.Context(), by, hold.ID); err != nil {
		t.Fatal(err)
	}
	expect(true, "its release")
	c.hold(t, by, video(c.anna, at(9, 0)))
	expect(false, "another hold")
	c.clock.add(scheduling.HoldTime)
	expect(true, "its end")
	a := c.book(t, by, video(c.anna, at(9, 0)))
	expect(false, "a booking")
	if _, err := c.service.Cancel(t.Context(), by, a.ID, ""); err != nil {
		t.Fatal(err)
	}
	expect(true, "its cancellation")
	a = c.book(t, by, video(c.anna, at(10, 0)))
	hold = c.hold(t, by, toMove(a, video(c.anna, at(9, 0))))
	expect(false, "a hold for moving to it")
	move := scheduling.MoveRequest{Appointment: a.ID, Hold: hold.ID, IdempotencyKey: key()}
	if _, err := c.service.Move(t.Context(), by, move); err != nil {
		t.Fatal(err)
	}
	expect(false, "the move")
	err := pgx.BeginFunc(t.Context(), c.pool, func(tx pgx.Tx) error {
		return c.service.Fulfil(t.Context(), tx, staff(c.anna, auth.RolePhysician), a.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	expect(true, "the visit's early end")
	c.exec(t, `INSERT INTO absences (resource, during, kind) VALUES ($1, tstzrange($2, $3), 'away')`, c.anna, at(8, 30), at(9, 10))
	expect(false, "an absence")
	c.exec(t, `DELETE FROM absences`)
	expect(true, "its end")
	c.exec(t, `INSERT INTO closures (day, name) VALUES ('2026-11-30', '{"sv":"a","fi":"b","en":"c"}')`)
	expect(false, "a holiday")
	c.exec(t, `UPDATE schedules SET on_closures = true`)
	expect(true, "a rota that knows no holidays")
	c.exec(t, `UPDATE schedules SET effective = '[2026-12-01,2030-01-01)'`)
	expect(false, "hours that begin tomorrow")
}

// TestSearch_SeesAChangeThatWasUnderWayWhenItLooked is what a copy gets wrong that only asks for newer numbers.
func TestSearch_SeesAChangeThatWasUnderWayWhenItLooked(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	a := c.book(t, c.patient(t), video(c.jonas, at(9, 0)))
	slow, err := c.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = slow.Exec(t.Context(), `INSERT INTO reservations (resource, during, appointment) VALUES ($1, tstzrange($2, $3), $4)`,
		c.anna, at(9, 0), at(9, 20), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	c.book(t, c.patient(t), video(c.jonas, at(10, 0))) // a later transaction that is finished
	c.search(t, scheduling.SlotQuery{Service: "lakare"})
	c.search(t, scheduling.SlotQuery{Service: "lakare"})
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = c.service.Hold(t.Context(), c.patient(t), video(c.anna, at(9, 0)))
	if !errors.Is(err, scheduling.ErrSlotTaken) {
		t.Fatalf("got %v", err)
	}
}

func TestSearch_RefusesHostileQueries(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	for field, q := range map[string]scheduling.SlotQuery{
		"service":      {Service: "' OR 1=1 --"},
		"modality":     {Service: "lakare", Modality: "x"},
		"language":     {Service: "lakare", Language: "xx"},
		"site":         {Service: "lakare", Site: "\x00"},
		"practitioner": {Service: "lakare", Practitioner: -1 << 63},
		"timeOfDay":    {Service: "lakare", TimeOfDay: "never"},
		"moving":       {Service: "lakare", Moving: "urn:uuid:' --"},
		"limit":        {Service: "lakare", Limit: 1 << 30},
		"to":           {Service: "lakare", To: scheduling.Date{Year: 2040, Month: 1, Day: 1}},
		"from":         {Service: "lakare", From: scheduling.Date{Year: 9999, Month: 12, Day: 31}},
	} {
		_, err := c.service.Search(t.Context(), q)
		var invalid *scheduling.ValidationError
		if !errors.As(err, &invalid) || invalid.Fields[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
