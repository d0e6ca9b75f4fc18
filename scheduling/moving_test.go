package scheduling_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/scheduling"
)

// toMove asks to keep a slot for moving an appointment to it.
func toMove(a scheduling.Appointment, req scheduling.HoldRequest) scheduling.HoldRequest {
	req.Moving = a.ID
	return req
}

// taken lists what stands taken now, "resource from–to owner", the owner "a" for an appointment and "h" for a hold.
func (c *county) taken(t testing.TB) string {
	t.Helper()
	var text string
	err := c.pool.QueryRow(t.Context(), `
		SELECT coalesce(string_agg(concat(resource, ' ', to_char(lower(during) AT TIME ZONE 'Europe/Helsinki', 'HH24:MI'), '–',
			to_char(upper(during) AT TIME ZONE 'Europe/Helsinki', 'HH24:MI'), ' ', CASE WHEN hold IS NULL THEN 'a' ELSE 'h' END),
			E'\n' ORDER BY resource, during), '')
		FROM reservations
		WHERE released_at IS NULL`).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMove_ToATimeThatOverlapsItsOwn(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by, other := c.patient(t), c.patient(t)
	a := c.book(t, by, skin(c.anna, at(9, 0)))
	if _, err := c.service.Hold(t.Context(), by, skin(c.anna, at(9, 10))); !errors.Is(err, scheduling.ErrPatientBusy) {
		t.Fatalf("not for moving: %v", err)
	}
	hold := c.hold(t, by, toMove(a, skin(c.anna, at(9, 10))))
	if hold.Moving != a.ID || hold.Slot.Nurse != c.eva || hold.Slot.Room != c.room2 {
		t.Fatalf("held %+v", hold)
	}
	if _, err := c.service.Hold(t.Context(), other, video(c.anna, at(9, 20))); !errors.Is(err, scheduling.ErrSlotTaken) {
		t.Errorf("another patient while it is held: %v", err)
	}
	moved, err := c.service.Move(t.Context(), by, scheduling.MoveRequest{Appointment: a.ID, Hold: hold.ID, IdempotencyKey: key()})
	if err != nil || !moved.Start.Equal(at(9, 10)) || !moved.End.Equal(at(9, 30)) {
		t.Fatalf("moved to %v, %v", moved.Start, err)
	}
	first := c.taken(t)
	if strings.Count(first, " a") != 4 || strings.Contains(first, " h") || !strings.Contains(first, "09:10–09:30 a") || !strings.Contains(first, "09:00–09:35 a") {
		t.Errorf("taken:\n%s", first)
	}
	// Given back or expired, such a hold leaves the appointment as it was.
	back := c.hold(t, by, toMove(moved, skin(c.anna, at(9, 0))))
	if err := c.service.Release(t.Context(), by, back.ID); err != nil {
		t.Fatal(err)
	}
	if after := c.taken(t); after != first {
		t.Errorf("after the release:\n%s\nwas:\n%s", after, first)
	}
	late := c.hold(t, by, toMove(moved, skin(c.anna, at(9, 20))))
	c.clock.add(scheduling.HoldTime)
	_, err = c.service.Move(t.Context(), by, scheduling.MoveRequest{Appointment: a.ID, Hold: late.ID, IdempotencyKey: key()})
	if !errors.Is(err, scheduling.ErrHoldExpired) {
		t.Errorf("too late: %v", err)
	}
	c.book(t, other, video(c.anna, at(9, 30)))
}

func TestSearch_LeavesOutThePatientsOtherVisits(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	a := c.book(t, by, video(c.anna, at(9, 0)))
	c.book(t, by, video(c.jonas, at(11, 0)))
	offered := func(moving scheduling.AppointmentID, practitioner scheduling.ResourceID) map[string]bool {
		t.Helper()
		found := map[string]bool{}
		for _, s := range c.search(t, scheduling.SlotQuery{
			Service: "lakare", Modality: scheduling.Video, Practitioner: practitioner, Patient: by.Patient, Moving: moving,
			From: scheduling.DateOf(monday), To: scheduling.DateOf(monday), Limit: 500,
		}).Slots {
			found[s.Start.In(scheduling.Zone).Format("15:04")] = true
		}
		return found
	}
	with := offered("", c.jonas)
	for _, start := range []string{"08:50", "09:00", "09:10", "10:50", "11:00", "11:10"} {
		if with[start] {
			t.Errorf("%s is offered although the patient is in a visit", start)
		}
	}
	if !with["08:40"] || !with["09:20"] || !with["11:20"] {
		t.Errorf("not offered around them: %v", with)
	}
	if moving := offered(a.ID, c.anna); !moving["08:50"] || !moving["09:10"] || moving["11:10"] {
		t.Errorf("to move the first: %v", moving)
	}
	// Another's appointment is as much in the way as ever.
	if theirs := c.search(t, scheduling.SlotQuery{
		Service: "lakare", Modality: scheduling.Video, Practitioner: c.anna, Patient: c.patient(t).Patient, Moving: a.ID,
	}).Slots; slices.ContainsFunc(theirs, func(s scheduling.Slot) bool { return s.Start.Equal(at(9, 0)) }) {
		t.Error("a stranger moves it")
	}
}

func TestMove_FromHomeToASiteAtTheSameTime(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	req := skin(c.anna, at(9, 0))
	req.Modality, req.Site = scheduling.Video, ""
	a := c.book(t, by, req)
	hold := c.hold(t, by, toMove(a, skin(c.anna, at(9, 0)))) // the physician's time is the appointment's own already
	moved, err := c.service.Move(t.Context(), by, scheduling.MoveRequest{Appointment: a.ID, Hold: hold.ID, IdempotencyKey: key()})
	if err != nil || moved.Modality != scheduling.Hosted || moved.Nurse != c.eva {
		t.Fatalf("moved to %+v, %v", moved, err)
	}
	if taken := c.taken(t); strings.Count(taken, " a") != 4 || strings.Contains(taken, " h") {
		t.Errorf("taken:\n%s", taken)
	}
}

func TestHold_ForMovingIsGoodForThatAlone(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by, other := c.patient(t), c.patient(t)
	a, b := c.book(t, by, video(c.anna, at(9, 0))), c.book(t, by, video(c.jonas, at(11, 0)))
	theirs := c.book(t, other, video(c.anna, at(10, 0)))
	if _, err := c.service.Hold(t.Context(), by, toMove(theirs, video(c.anna, at(12, 0)))); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("to move another's: %v", err)
	}
	if _, err := c.service.Hold(t.Context(), by, toMove(scheduling.Appointment{ID: "urn:uuid:x"}, video(c.anna, at(12, 0)))); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("to move nothing: %v", err)
	}
	var invalid *scheduling.ValidationError
	if _, err := c.service.Hold(t.Context(), by, toMove(a, skin(c.anna, at(12, 0)))); !errors.As(err, &invalid) || invalid.Fields[0].Field != "moving" {
		t.Errorf("to another service: %v", err)
	}
	if _, err := c.service.Hold(t.Context(), by, toMove(a, video(c.anna, at(11, 10)))); !errors.Is(err, scheduling.ErrPatientBusy) {
		t.Errorf("on top of a third: %v", err)
	}
	hold := c.hold(t, by, toMove(a, video(c.anna, at(9, 10))))
	if _, err := c.service.Book(t.Context(), by, scheduling.BookRequest{Hold: hold.ID, IdempotencyKey: key()}); !errors.As(err, &invalid) || invalid.Fields[0].Slug != "for-moving" {
		t.Errorf("booked instead: %v", err)
	}
	if _, err := c.service.Move(t.Context(), by, scheduling.MoveRequest{Appointment: b.ID, Hold: hold.ID, IdempotencyKey: key()}); !errors.As(err, &invalid) {
		t.Errorf("another moved: %v", err)
	}
	if _, err := c.service.Cancel(t.Context(), by, a.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := c.service.Move(t.Context(), by, scheduling.MoveRequest{Appointment: a.ID, Hold: hold.ID, IdempotencyKey: key()}); !errors.Is(err, scheduling.ErrWrongStatus) {
		t.Errorf("a cancelled one moved: %v", err)
	}
	if _, err := c.service.Hold(t.Context(), by, toMove(a, video(c.anna, at(12, 0)))); !errors.Is(err, scheduling.ErrWrongStatus) {
		t.Errorf("to move a cancelled one: %v", err)
	}
}

func TestHold_APatientWithAnotherVisitHearsItAtOnce(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	c.book(t, by, video(c.anna, at(9, 0)))
	kept := c.hold(t, by, video(c.jonas, at(10, 0)))
	for _, req := range []scheduling.HoldRequest{video(c.jonas, at(9, 10)), video(c.anna, at(9, 0)), skin(c.jonas, at(8, 50))} {
		if _, err := c.service.Hold(t.Context(), by, req); !errors.Is(err, scheduling.ErrPatientBusy) {
			t.Errorf("%v: %v", req.Start, err)
		}
	}
	if _, err := c.service.HoldByID(t.Context(), by, kept.ID); err != nil {
		t.Errorf("a refusal gave the earlier hold back: %v", err)
	}
	c.hold(t, by, video(c.anna, at(9, 20))) // right after is no overlap
}

func TestFulfil_GivesTheRestOfTheTimeBack(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	anna := staff(c.anna, auth.RolePhysician)
	fulfil := func(a scheduling.Appointment, now time.Time) {
		t.Helper()
		c.clock.set(now)
		err := pgx.BeginFunc(t.Context(), c.pool, func(tx pgx.Tx) error { return c.service.Fulfil(t.Context(), tx, anna, a.ID) })
		if err != nil {
			t.Fatal(err)
		}
	}
	c.hold(t, c.patient(t), video(c.jonas, at(15, 0))) // the copy of what is taken has been made
	early := c.book(t, c.patient(t), skin(c.anna, at(9, 0)))
	fulfil(early, at(9, 5))
	taken := c.taken(t)
	if strings.Count(taken, "09:00–09:05 a") != 2 || strings.Count(taken, "08:50–09:10 a") != 2 { // five minutes to clean the room
		t.Errorf("after fifteen minutes less:\n%s", taken)
	}
	c.book(t, c.patient(t), video(c.anna, at(9, 10)))
	before := c.book(t, c.patient(t), video(c.anna, at(11, 0)))
	fulfil(before, at(10, 0))
	c.book(t, c.patient(t), video(c.anna, at(11, 0)))
	over := c.book(t, c.patient(t), video(c.jonas, at(12, 0)))
	fulfil(over, at(13, 0))
	if taken := c.taken(t); !strings.Contains(taken, "12:00–12:20 a") {
		t.Errorf("what has passed was changed:\n%s", taken)
	}
}

func TestSearch_OffersHostedVisitsInALanguageThatBothSpeak(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	c.hours(t, c.siri, 1, 8*60, 16*60, "{hosted}", "") // Siri speaks English only, Eva does not
	c.exec(t, `UPDATE practitioners SET languages = '{en,fi}' WHERE id = $1`, c.anna)
	result := c.search(t, scheduling.SlotQuery{Service: "lakare", Modality: scheduling.Hosted, Site: "narpes-halsostation", Limit: 500})
	if len(result.Slots) == 0 {
		t.Fatal("nothing is offered")
	}
	languages := map[scheduling.ResourceID]scheduling.Language{}
	for _, s := range result.Slots {
		if s.Practitioner == c.siri {
			t.Fatalf("offered although nurse and physician do not understand each other: %+v", s)
		}
		languages[s.Practitioner] = s.Language
	}
	if languages[c.anna] != "fi" || languages[c.jonas] != "sv" {
		t.Errorf("offered in %v", languages)
	}
	// Whatever is offered can be held.
	for i, s := range result.Slots {
		if i%20 != 0 {
			continue
		}
		c.hold(t, c.patient(t), scheduling.HoldRequest{
			Service: s.Service, Start: s.Start, Modality: s.Modality, Site: s.Site, Practitioner: s.Practitioner, Language: s.Language,
		})
	}
}

func TestSearch_DoesNotOfferASlotBeforeItsHoldHasEnded(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	c.clock.set(monday.Add(700 * time.Millisecond))
	c.hold(t, c.patient(t), video(c.anna, at(9, 0)))
	offered := func() bool {
		result := c.search(t, scheduling.SlotQuery{Service: "lakare", Practitioner: c.anna, Modality: scheduling.Video})
		return slices.ContainsFunc(result.Slots, func(s scheduling.Slot) bool { return s.Start.Equal(at(9, 0)) })
	}
	c.clock.set(monday.Add(scheduling.HoldTime + 500*time.Millisecond))
	if offered() {
		t.Error("offered while it is still kept")
	}
	c.clock.set(monday.Add(scheduling.HoldTime + time.Second))
	if !offered() {
		t.Error("not offered although nobody keeps it")
	}
	c.hold(t, c.patient(t), video(c.anna, at(9, 0)))
}

func TestMove_TakesTheNewAndFreesTheOld(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	a := c.book(t, by, skin(c.anna, at(9, 0)))
	hold := c.hold(t, by, skin(c.jonas, at(11, 0)))
	req := scheduling.MoveRequest{Appointment: a.ID, Hold: hold.ID, IdempotencyKey: key()}
	moved, err := c.service.Move(t.Context(), by, req)
	if err != nil {
		t.Fatal(err)
	}
	if moved.ID != a.ID || moved.Version != 2 || !moved.Start.Equal(at(11, 0)) || moved.Practitioner != c.jonas || moved.LinkSecret.Empty() {
		t.Fatalf("moved to %+v", moved)
	}
	if again, err := c.service.Move(t.Context(), by, req); err != nil || again.Version != 2 {
		t.Fatalf("repeated: %+v, %v", again, err)
	}
	links := auth.NewLinks(c.pool, c.clock.now)
	_, err = links.Exchange(t.Context(), auth.ExchangeRequest{Secret: a.LinkSecret, YearOfBirth: 1955, Address: "127.0.0.1"})
	var gone *auth.LinkMovedError
	if !errors.As(err, &gone) || !gone.Start.Equal(at(11, 0)) {
		t.Errorf("the old link: %v", err)
	}
	c.book(t, c.patient(t), skin(c.anna, at(9, 0)))
	if _, err := c.service.Hold(t.Context(), c.patient(t), skin(c.anna, at(11, 0))); !errors.Is(err, scheduling.ErrSlotTaken) {
		t.Errorf("the nurse at the new time: %v", err)
	}
}

func TestMove_ChangesNothingWhenItFails(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by, other := c.patient(t), c.patient(t)
	a := c.book(t, by, skin(c.anna, at(9, 0)))
	late := c.hold(t, by, skin(c.jonas, at(11, 0)))
	before := c.state(t)
	move := func(by auth.Principal, hold scheduling.HoldID) error {
		_, err := c.service.Move(t.Context(), by, scheduling.MoveRequest{Appointment: a.ID, Hold: hold, IdempotencyKey: key()})
		return err
	}
	theirs := c.hold(t, other, skin(c.jonas, at(12, 0)))
	if err := c.service.Release(t.Context(), other, theirs.ID); err != nil {
		t.Fatal(err)
	}
	if err := move(by, theirs.ID); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("to another's hold: %v", err)
	}
	if err := move(other, late.ID); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("another's appointment: %v", err)
	}
	if err := move(by, "nothing"); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("to nothing: %v", err)
	}
	c.clock.add(scheduling.HoldTime)
	if err := move(by, late.ID); !errors.Is(err, scheduling.ErrHoldExpired) {
		t.Errorf("to an expired hold: %v", err)
	}
	if after := c.state(t); after != before {
		t.Errorf("was %s, is %s", before, after)
	}
}

func (c *county) state(t *testing.T) (text string) {
	t.Helper()
	const everything = `
		SELECT coalesce(string_agg(concat_ws(' ', a.id, a.status, a.version, a.during, r.resource, r.during), E'\n' ORDER BY a.id, r.resource), '')
		FROM appointments AS a
		LEFT JOIN reservations AS r ON r.appointment = a.id AND r.released_at IS NULL`
	if err := c.pool.QueryRow(t.Context(), everything).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}
