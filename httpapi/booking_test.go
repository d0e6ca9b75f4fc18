package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"nara/httpapi"
)

func TestBooking_FromSearchToCalendar(t *testing.T) {
	t.Parallel()
	s := start(t)
	b := s.as(t, "gun-britt")
	directory := decode[httpapi.Directory](b.get("/v1/directory").want(200))
	if len(directory.Services) != 2 || len(directory.Practitioners) == 0 || directory.Sites[0].Phone == "" {
		t.Errorf("the directory is not whole: %+v", directory)
	}
	slot := b.slots("service=lakare&language=sv&modality=video&practitioner=1")[0]
	if slot.Practitioner.Name != "Anna Holm" || slot.Modality != "video" || slot.Start.Location() != time.UTC || !slot.Start.After(s.now()) {
		t.Errorf("not what was asked for: %+v", slot)
	}
	made := b.hold(slot).want(201)
	hold := decode[httpapi.Hold](made)
	if made.header.Get("Location") != "/v1/holds/"+hold.ID || hold.ExpiresAt.Sub(s.now()).Round(time.Minute) != 5*time.Minute {
		t.Errorf("the hold is %+v at %s", hold, made.header.Get("Location"))
	}
	if again := decode[httpapi.Hold](b.get("/v1/holds/" + hold.ID).want(200)); !again.Slot.Start.Equal(slot.Start) {
		t.Errorf("the hold is of %v", again.Slot.Start)
	}
	booked := decode[httpapi.Appointment](b.post("/v1/appointments", httpapi.NewAppointment{
		Hold: hold.ID, Reason: "Hosta sedan en vecka", Phone: "+358 40 000 0001", Email: "gb@example.org",
	}, "Idempotency-Key", "a-key-of-mine").want(201))
	if booked.Status != "booked" || booked.Patient.Name != "Gun-Britt Lindqvist" || booked.Patient.YearOfBirth != 0 || booked.SupportPhone == "" || booked.Service.Minutes != 20 {
		t.Errorf("booked %+v", booked)
	}
	if !strings.HasPrefix(booked.Link, s.URL+"/v#") {
		t.Errorf("the link is %q", booked.Link)
	}
	shown := b.get("/v1/appointments/" + booked.ID).want(200)
	if decode[httpapi.Appointment](shown).Link != "" {
		t.Error("the link's secret is shown again")
	}
	if list := decode[httpapi.Appointments](b.get("/v1/appointments").want(200)); len(list.Appointments) != 1 || list.Appointments[0].ID != booked.ID {
		t.Errorf("the list is %+v", list)
	}
	calendar := b.get("/v1/appointments/" + booked.ID + "/calendar.ics").want(200)
	if !strings.HasPrefix(calendar.header.Get("Content-Type"), "text/calendar") || !strings.Contains(calendar.header.Get("Content-Disposition"), "attachment") ||
		!strings.Contains(string(calendar.body), "BEGIN:VEVENT") || strings.Contains(string(calendar.body), "Hosta") {
		t.Errorf("the calendar is %s", calendar.body)
	}
}

func TestBooking_TakenTimeNamesThreeOthers(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, second := s.as(t, "gun-britt"), s.as(t, "aino")
	slot := first.slots("service=lakare&practitioner=1")[0]
	first.hold(slot).want(201)
	p := second.hold(slot).problem(409, "slot-taken")
	if len(p.Alternatives) != 3 {
		t.Fatalf("%d alternatives: %+v", len(p.Alternatives), p)
	}
	for _, other := range p.Alternatives {
		if other.Start.Equal(slot.Start) && other.Practitioner.ID == slot.Practitioner.ID {
			t.Errorf("the taken time is offered again: %+v", other)
		}
	}
	second.hold(p.Alternatives[0]).want(201)
}

func TestBooking_ReleasedHoldIsFreeAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, second := s.as(t, "gun-britt"), s.as(t, "aino")
	slot := first.slots("service=lakare&practitioner=1")[0]
	hold := decode[httpapi.Hold](first.hold(slot).want(201))
	second.get("/v1/holds/"+hold.ID).problem(404, "not-found")
	first.remove("/v1/holds/" + hold.ID).want(204)
	second.hold(slot).want(201)
}

func TestBooking_ExpiredHold(t *testing.T) {
	t.Parallel()
	s := start(t)
	b := s.as(t, "gun-britt")
	hold := decode[httpapi.Hold](b.hold(b.slots("service=lakare&practitioner=1")[3]).want(201))
	s.pass(5*time.Minute + time.Second)
	b.get("/v1/holds/"+hold.ID).problem(410, "hold-expired")
	b.post("/v1/appointments", httpapi.NewAppointment{Hold: hold.ID}, "Idempotency-Key", "12345678").problem(410, "hold-expired")
}

func TestBooking_SameKeyOneEffect(t *testing.T) {
	t.Parallel()
	s := start(t)
	b := s.as(t, "gun-britt")
	hold := decode[httpapi.Hold](b.hold(b.slots("service=lakare")[0]).want(201))
	var group sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		group.Go(func() {
			r := b.post("/v1/appointments", httpapi.NewAppointment{Hold: hold.ID}, "Idempotency-Key", "the same key")
			if r.status == http.StatusCreated {
				ids[i] = decode[httpapi.Appointment](r).ID
			} else {
				ids[i] = fmt.Sprintf("%d %s", r.status, r.body)
			}
		})
	}
	group.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("different answers: %q", ids)
		}
	}
	if list := decode[httpapi.Appointments](b.get("/v1/appointments").want(200)); len(list.Appointments) != 1 {
		t.Errorf("%d appointments", len(list.Appointments))
	}
	b.post("/v1/appointments", httpapi.NewAppointment{Hold: hold.ID, Reason: "another"}, "Idempotency-Key", "the same key").problem(422, "key-reused")
}

func TestBooking_HostedTakesEveryResourceAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t).as(t, "gun-britt")
	booked := b.book("service=hudbesvar&site=narpes-halsostation")
	if booked.Nurse == nil || booked.Nurse.Name != "Eva Sjö" || booked.Room == nil || booked.Room.Name != "Rum 1" || len(booked.Devices) != 1 ||
		booked.Devices[0].Kind != "dermatoscope" || booked.Site == nil || booked.Practitioner.Name != "Anna Holm" {
		t.Errorf("booked %+v", booked)
	}
}

func TestBooking_MoveAndCancel(t *testing.T) {
	t.Parallel()
	s := start(t)
	b, other := s.as(t, "gun-britt"), s.as(t, "aino")
	booked := b.book("service=lakare&practitioner=1")
	later := b.slots("service=lakare&practitioner=1")[5]
	hold := decode[httpapi.Hold](b.hold(later).want(201))
	other.post("/v1/appointments/"+booked.ID+"/move", httpapi.MoveAppointment{Hold: hold.ID}, "Idempotency-Key", "foreign1").problem(404, "not-found")
	moved := decode[httpapi.Appointment](b.post("/v1/appointments/"+booked.ID+"/move", httpapi.MoveAppointment{Hold: hold.ID}, "Idempotency-Key", "move one").want(200))
	if moved.ID != booked.ID || !moved.Start.Equal(later.Start) || moved.Version <= booked.Version || moved.Link == "" || moved.Link == booked.Link {
		t.Errorf("moved %+v", moved)
	}
	// The old link knows where the visit went, after the second factor.
	secret := booked.Link[strings.Index(booked.Link, "#")+1:]
	guest := s.browser(t)
	guest.post("/v1/links/exchange", httpapi.ExchangeLink{Secret: secret}).problem(401, "factor-needed")
	p := guest.post("/v1/links/exchange", httpapi.ExchangeLink{Secret: secret, YearOfBirth: 1955}).problem(410, "link-moved")
	if p.Moved == nil || !p.Moved.Start.Equal(later.Start) || p.Moved.Service == nil || p.SupportPhone == "" {
		t.Errorf("moved to %+v", p)
	}
	other.post("/v1/appointments/"+booked.ID+"/cancel", httpapi.CancelAppointment{}).problem(404, "not-found")
	cancelled := decode[httpapi.Appointment](b.post("/v1/appointments/"+booked.ID+"/cancel", httpapi.CancelAppointment{Reason: "Frisk"}).want(200))
	if cancelled.Status != "cancelled" {
		t.Errorf("cancelled is %s", cancelled.Status)
	}
	secret = moved.Link[strings.Index(moved.Link, "#")+1:]
	guest.post("/v1/links/exchange", httpapi.ExchangeLink{Secret: secret, YearOfBirth: 1955}).problem(410, "link-cancelled")
	other.hold(later).want(201) // free again
}

func TestBooking_MoveToATimeThatOverlapsItsOwn(t *testing.T) {
	t.Parallel()
	s := start(t)
	if _, err := s.pool.Exec(t.Context(), `UPDATE services SET grid_minutes = 10 WHERE id = 'lakare'`); err != nil {
		t.Fatal(err)
	}
	b := s.as(t, "gun-britt")
	slot := b.slots("service=lakare&practitioner=1")[0]
	booked := b.bookSlot(slot)
	later := slot
	later.Start = slot.Start.Add(10 * time.Minute)
	b.hold(later).problem(409, "patient-busy")
	request := httpapi.NewHold{
		Service: later.Service, Start: later.Start, Modality: later.Modality, Practitioner: 1, Language: later.Language, Moving: booked.ID,
	}
	s.as(t, "aino").post("/v1/holds", request).problem(404, "not-found")
	hold := decode[httpapi.Hold](b.post("/v1/holds", request).want(201))
	b.post("/v1/appointments", httpapi.NewAppointment{Hold: hold.ID}, "Idempotency-Key", "12345678").problem(422, "invalid")
	moved := decode[httpapi.Appointment](b.post("/v1/appointments/"+booked.ID+"/move", httpapi.MoveAppointment{Hold: hold.ID}, "Idempotency-Key", "move one").want(200))
	if !moved.Start.Equal(later.Start) {
		t.Errorf("moved to %v", moved.Start)
	}
	b.post("/v1/appointments/"+booked.ID+"/cancel", httpapi.CancelAppointment{}).want(200)
	s.as(t, "aino").hold(slot).want(201)
}

func TestBooking_NobodySeesAnothersAppointment(t *testing.T) {
	t.Parallel()
	s := start(t)
	booked := s.as(t, "gun-britt").book("service=lakare&practitioner=1")
	for _, stranger := range []string{"aino", "jonas"} {
		b := s.as(t, stranger)
		b.get("/v1/appointments/"+booked.ID).problem(404, "not-found")
		b.get("/v1/appointments/"+booked.ID+"/calendar.ics").problem(404, "not-found")
		b.get("/v1/visits/"+booked.ID).problem(404, "not-found")
	}
	seen := decode[httpapi.Appointment](s.as(t, "anna").get("/v1/appointments/" + booked.ID).want(200))
	if seen.Patient.YearOfBirth != 1955 {
		t.Errorf("the physician establishes the identity and sees %+v", seen.Patient)
	}
}
