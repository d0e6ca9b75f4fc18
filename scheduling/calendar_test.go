package scheduling_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/emersion/go-ical"

	"nara/scheduling"
)

func TestCalendar_SaysWhenAndWhereAndNothingElse(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	// Whatever stands in an address or a link stays inside its line.
	c.exec(t, `UPDATE sites SET address = E'Vasavägen 12, Närpes;\r\nATTENDEE:mailto:x@example.com'`)
	a, err := c.service.Book(t.Context(), by, scheduling.BookRequest{
		Hold: c.hold(t, by, skin(c.anna, at(9, 0))).ID, IdempotencyKey: key(), Reason: "Hemligt märke",
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.service.Calendar(t.Context(), by, a.ID, "http://localhost:8080/v#abc\r\nX-EVIL:1")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\r\n"), "\r\n") {
		if strings.ContainsAny(line, "\r\n") || len(line) > 75 {
			t.Errorf("line %q", line)
		}
		if strings.HasPrefix(line, "ATTENDEE") || strings.HasPrefix(line, "X-EVIL") {
			t.Errorf("a line was smuggled in: %q", line)
		}
	}
	unfolded := strings.ReplaceAll(string(text), "\r\n ", "")
	for _, secret := range []string{"Hud", "Läkare", "Anna", "Eva", "Hemligt", "Patient", "allmanmedicin", "hudbesvar"} {
		if strings.Contains(unfolded, secret) {
			t.Errorf("tells %q:\n%s", secret, unfolded)
		}
	}
	event := decode(t, text)
	start, err := event.DateTimeStart(scheduling.Zone)
	if err != nil || !start.Equal(a.Start) {
		t.Errorf("starts at %v, %v", start, err)
	}
	end, err := event.DateTimeEnd(scheduling.Zone)
	if err != nil || !end.Equal(a.End) {
		t.Errorf("ends at %v, %v", end, err)
	}
	if zone := event.Props.Get(ical.PropDateTimeStart).Params.Get(ical.ParamTimezoneID); zone != "Europe/Helsinki" {
		t.Errorf("in zone %q", zone)
	}
	if !strings.Contains(unfolded, "BEGIN:VTIMEZONE") || !strings.Contains(unfolded, "TZOFFSETTO:+0300") {
		t.Error("no zone for those who do not know its name")
	}
}

func TestCalendar_KeepsItsUIDAndCountsWhenItMoves(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	a := c.book(t, by, video(c.anna, at(9, 0)))
	calendar := func() *ical.Event {
		t.Helper()
		text, err := c.service.Calendar(t.Context(), by, a.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		return decode(t, text)
	}
	first := calendar()
	hold := c.hold(t, by, video(c.jonas, at(11, 0)))
	_, err := c.service.Move(t.Context(), by, scheduling.MoveRequest{Appointment: a.ID, Hold: hold.ID, IdempotencyKey: key()})
	if err != nil {
		t.Fatal(err)
	}
	second := calendar()
	if _, err := c.service.Cancel(t.Context(), by, a.ID, ""); err != nil {
		t.Fatal(err)
	}
	third := calendar()
	for i, e := range []*ical.Event{first, second, third} {
		if e.Props.Get(ical.PropUID).Value != string(a.ID)+"@nara" {
			t.Errorf("UID %d is %s", i, e.Props.Get(ical.PropUID).Value)
		}
		if want := string(rune('0' + i)); e.Props.Get(ical.PropSequence).Value != want {
			t.Errorf("SEQUENCE %d is %s", i, e.Props.Get(ical.PropSequence).Value)
		}
	}
	if status, err := third.Status(); err != nil || status != ical.EventCancelled {
		t.Errorf("status %s, %v", status, err)
	}
	if _, err := c.service.Calendar(t.Context(), c.patient(t), a.ID, ""); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("for another: %v", err)
	}
}

func decode(t *testing.T, text []byte) *ical.Event {
	t.Helper()
	calendar, err := ical.NewDecoder(bytes.NewReader(text)).Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	events := calendar.Events()
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	return &events[0]
}
