package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nara/auth"
	"nara/httpapi"
)

func TestLink_BringsAPatientToTheVisitAndNowhereElse(t *testing.T) {
	t.Parallel()
	s := start(t)
	owner := s.as(t, "gun-britt")
	booked, other := owner.book("service=lakare&practitioner=1"), s.as(t, "aino").book("service=lakare&practitioner=2")
	secret := booked.Link[strings.Index(booked.Link, "#")+1:]
	guest := s.browser(t)
	guest.post("/v1/links/exchange", httpapi.ExchangeLink{Secret: "AAAAAAAAAAAAAAAAAAAAAA", YearOfBirth: 1955}).problem(404, "link-unknown")
	guest.post("/v1/links/exchange", httpapi.ExchangeLink{Secret: secret}).problem(401, "factor-needed")
	wrong := guest.post("/v1/links/exchange", httpapi.ExchangeLink{Secret: secret, YearOfBirth: 1956}).problem(401, "factor-wrong")
	if wrong.TriesLeft == nil || *wrong.TriesLeft != 4 {
		t.Errorf("tries left: %v", wrong.TriesLeft)
	}
	opened := decode[httpapi.ExchangedLink](guest.post("/v1/links/exchange", httpapi.ExchangeLink{Secret: secret, YearOfBirth: 1955}).want(200))
	if opened.Visit != booked.ID || opened.Name != "Gun-Britt Lindqvist" {
		t.Errorf("opened %+v", opened)
	}
	me := decode[httpapi.Me](guest.get("/v1/me").want(200))
	if me.Principal == nil || me.Principal.Kind != "link" || me.Principal.Visit != booked.ID {
		t.Errorf("the guest is %+v", me.Principal)
	}
	v := decode[httpapi.Visit](guest.get("/v1/visits/" + booked.ID).want(200))
	if v.State != "planned" || v.You.Role != "patient" || !slices.Contains(v.You.Actions, "enter") || v.Professional != "away" || v.Patient != "absent" {
		t.Errorf("the visit is %+v", v)
	}
	guest.get("/v1/visits/"+other.ID).problem(404, "not-found")
	guest.post("/v1/visits/"+other.ID+"/ticket", httpapi.NewTicket{}).problem(404, "not-found")
	guest.get("/v1/day").problem(403, "not-allowed")
	ticket := decode[httpapi.Ticket](guest.post("/v1/visits/"+booked.ID+"/ticket", httpapi.NewTicket{}).want(200))
	if strings.Count(ticket.Ticket, ".") != 2 || ticket.URL != "/v1/signaling" || ticket.ExpiresAt.Sub(s.now()) > time.Minute {
		t.Errorf("the ticket is %+v", ticket)
	}
	guest.post("/v1/visits/"+booked.ID+"/ticket", httpapi.NewTicket{Role: "room"}).problem(403, "not-allowed")
	s.pass(24*time.Hour + 13*time.Hour)
	s.browser(t).post("/v1/links/exchange", httpapi.ExchangeLink{Secret: secret, YearOfBirth: 1955}).problem(410, "link-expired")
}

func TestLink_GuessingMustWait(t *testing.T) {
	t.Parallel()
	s := start(t)
	booked := s.as(t, "gun-britt").book("service=lakare")
	secret := booked.Link[strings.Index(booked.Link, "#")+1:]
	guest := s.browser(t)
	for range 4 {
		guest.post("/v1/links/exchange", httpapi.ExchangeLink{Secret: secret, YearOfBirth: 1900}).problem(401, "factor-wrong")
	}
	r := guest.post("/v1/links/exchange", httpapi.ExchangeLink{Secret: secret, YearOfBirth: 1900})
	if p := r.problem(429, "too-many"); p.RetryAfter < 60 || r.header.Get("Retry-After") != strconv.Itoa(p.RetryAfter) {
		t.Errorf("wait %d s, header %q", p.RetryAfter, r.header.Get("Retry-After"))
	}
	guest.post("/v1/links/exchange", httpapi.ExchangeLink{Secret: secret, YearOfBirth: 1955}).problem(429, "too-many")
}

func TestVisit_HostedFromCheckInToReady(t *testing.T) {
	t.Parallel()
	s := start(t)
	booked := s.as(t, "gun-britt").book("service=hudbesvar&site=narpes-halsostation")
	eva, anna := s.as(t, "eva"), s.as(t, "anna")
	path := "/v1/visits/" + booked.ID + "/transitions"
	eva.post(path, httpapi.Transition{To: "ready"}).problem(409, "wrong-state")
	anna.post(path, httpapi.Transition{To: "arrived", Identity: "idCard"}).problem(403, "not-allowed")
	if p := eva.post(path, httpapi.Transition{To: "arrived"}).problem(422, "invalid"); len(p.Fields) != 1 || p.Fields[0].Field != "identity" {
		t.Errorf("faults %+v", p.Fields)
	}
	eva.post(path, map[string]string{"to": "inProgress"}).problem(422, "invalid")
	for _, step := range []httpapi.Transition{{To: "arrived", Identity: "idCard"}, {To: "rooming"}, {To: "ready"}} {
		if v := decode[httpapi.Visit](eva.post(path, step).want(200)); v.State != step.To {
			t.Errorf("after %s it is %s", step.To, v.State)
		}
	}
	eva.post("/v1/visits/"+booked.ID+"/ticket", httpapi.NewTicket{Role: "room"}).want(200)
	date := booked.Start.In(helsinki).Format(time.DateOnly)
	day := decode[httpapi.Day](anna.get("/v1/day?date=" + date).want(200))
	if len(day.Visits) != 1 || day.Visits[0].State != "ready" || day.Visits[0].ReadyAt == nil {
		t.Errorf("the physician's day is %+v", day)
	}
	site := decode[httpapi.SiteDay](eva.get("/v1/sites/narpes-halsostation/day?date=" + date).want(200))
	if len(site.Rooms) != 2 || len(site.Rooms[0].Visits) != 1 || len(site.Rooms[0].Devices) != 1 || site.Site.Name.SV != "Närpes hälsostation" {
		t.Errorf("the site's day is %+v", site)
	}
	eva.get("/v1/sites/vasa-halsostation/day").problem(403, "not-allowed")
}

func TestEvents_TellStaffOfTheirOwnVisitsOnly(t *testing.T) {
	t.Parallel()
	s := start(t)
	eva, jonas := s.as(t, "eva"), s.as(t, "jonas")
	mine, foreign := eva.listen(), jonas.listen()
	booked := s.as(t, "gun-britt").book("service=hudbesvar&site=narpes-halsostation")
	eva.post("/v1/visits/"+booked.ID+"/transitions", httpapi.Transition{To: "arrived", Identity: "known"}).want(200)
	for facts := range mine {
		if facts.ID == booked.ID && facts.State == "arrived" {
			break
		}
	}
	// The first that another physician hears of is a visit of his own.
	aino := s.as(t, "aino")
	own := aino.book("service=lakare&practitioner=2")
	aino.post("/v1/appointments/"+own.ID+"/cancel", httpapi.CancelAppointment{}).want(200)
	if facts := <-foreign; facts.ID != own.ID || facts.State != "cancelled" {
		t.Errorf("another physician hears of %s, which is %s", facts.ID, facts.State)
	}
	// A server that stops ends its streams.
	s.api.Close()
	for range mine {
	}
	for range foreign {
	}
}

func TestEvents_OutliveTheTimeoutsOfOtherRequests(t *testing.T) {
	t.Parallel()
	const short = time.Second
	s := start(t)
	front := http.Server{Handler: s.api.Handler(), ReadTimeout: short, WriteTimeout: short}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = front.Serve(listener) }() // ends with Close
	t.Cleanup(func() { _ = front.Close() })
	eva, patient := s.as(t, "eva"), s.as(t, "gun-britt")
	booked := patient.book("service=hudbesvar&site=narpes-halsostation")
	events := eva.listenAt("http://" + listener.Addr().String())
	<-time.After(2 * short) // the time itself is what is tested
	eva.post("/v1/visits/"+booked.ID+"/transitions", httpapi.Transition{To: "arrived", Identity: "known"}).want(200)
	if facts, open := <-events; !open || facts.ID != booked.ID {
		t.Errorf("open %v, %s", open, facts.ID)
	}
}

func TestEvents_AnOpenPageDoesNotKeepItsOwnerSignedIn(t *testing.T) {
	t.Parallel()
	s := start(t, quickly)
	eva := s.as(t, "eva")
	events := eva.listen()
	s.pass(auth.SessionIdle - time.Minute)
	booked := s.as(t, "gun-britt").book("service=hudbesvar&site=narpes-halsostation")
	s.as(t, "eva").post("/v1/visits/"+booked.ID+"/transitions", httpapi.Transition{To: "arrived", Identity: "known"}).want(200)
	if facts, open := <-events; !open || facts.ID != booked.ID { // it has looked at the session meanwhile
		t.Fatalf("open %v, %s", open, facts.ID)
	}
	s.pass(time.Minute)
	for range events { // until it ends
	}
	eva.get("/v1/day").problem(401, "sign-in-needed")
}

func TestEvents_EndWithTheirSession(t *testing.T) {
	t.Parallel()
	s := start(t, quickly)
	eva := s.as(t, "eva")
	events := eva.listen()
	eva.post("/v1/sign-out", struct{}{}).want(204)
	for range events {
	}
	eva = s.as(t, "eva")
	events = eva.listen()
	if _, err := s.pool.Exec(t.Context(), `DELETE FROM account_sites WHERE account_id = 'eva'`); err != nil {
		t.Fatal(err)
	}
	for range events { // who has other rights by now opens another
	}
	eva.get("/v1/sites/narpes-halsostation/day").problem(403, "not-allowed")
}

func TestVisit_WaitingRoomOpensHalfAnHourBefore(t *testing.T) {
	t.Parallel()
	s := start(t)
	b := s.as(t, "gun-britt")
	slots := b.slots("service=lakare&modality=video&practitioner=1")
	booked := b.bookSlot(slots[5]) // in almost two hours
	path := "/v1/visits/" + booked.ID
	opens := booked.Start.Add(-30 * time.Minute)
	v := decode[httpapi.Visit](b.get(path).want(200))
	if slices.Contains(v.You.Actions, "enter") || !slices.Contains(v.You.Actions, "move") || v.OpensAt == nil || !v.OpensAt.Equal(opens) {
		t.Errorf("early: %v, opens at %v", v.You.Actions, v.OpensAt)
	}
	if p := b.post(path+"/ticket", httpapi.NewTicket{}).problem(409, "too-early"); p.OpensAt == nil || !p.OpensAt.Equal(opens) {
		t.Errorf("opens at %v, want %v", p.OpensAt, opens)
	}
	s.as(t, "anna").post(path+"/ticket", httpapi.NewTicket{}).want(200) // the professional may prepare
	s.pass(opens.Sub(s.now()))
	b = s.as(t, "gun-britt")
	if v = decode[httpapi.Visit](b.get(path).want(200)); !slices.Contains(v.You.Actions, "enter") {
		t.Errorf("open: %v", v.You.Actions)
	}
	b.post(path+"/ticket", httpapi.NewTicket{}).want(200)
}

func TestLooks_OfStaffAreLoggedOnceForEachOpening(t *testing.T) {
	t.Parallel()
	s := start(t)
	patient := s.as(t, "gun-britt")
	home, hosted := patient.book("service=lakare&practitioner=1"), patient.bookSlot(patient.slots("service=hudbesvar&site=narpes-halsostation")[3])
	logged := func(actor, id string) (n int) {
		t.Helper()
		err := s.pool.QueryRow(t.Context(), `
SELECT count(*)
FROM audit_log
WHERE actor = $1 AND resource_id = $2 AND action IN ('appointment.read', 'day.read', 'siteDay.read')
    AND outcome = 'allowed' AND patient = '019b0000-0000-7000-8000-000000000001'`, "account:"+actor, id).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	anna, eva := s.as(t, "anna"), s.as(t, "eva")
	for range 3 { // a page that is loaded again is the same look
		anna.get("/v1/visits/" + home.ID).want(200)
	}
	if n := logged("anna", home.ID); n != 1 {
		t.Errorf("%d looks at the visit, want 1", n)
	}
	date := home.Start.In(helsinki).Format(time.DateOnly)
	anna.get("/v1/day?date=" + date).want(200)
	eva.get("/v1/sites/narpes-halsostation/day?date=" + date).want(200)
	if a, e := logged("anna", hosted.ID), logged("eva", hosted.ID); a != 1 || e != 1 {
		t.Errorf("%d and %d looks at the hosted visit in the day lists, want one each", a, e)
	}
	s.as(t, "anna").get("/v1/appointments/" + home.ID).want(200) // another session is another look
	if n := logged("anna", home.ID); n != 2 {
		t.Errorf("%d looks, want 2", n)
	}
	patient.get("/v1/visits/" + home.ID).want(200)
	if n := logged("gun-britt", home.ID); n != 0 {
		t.Errorf("%d looks of the patient at what is their own", n)
	}
}

func TestEvents_BoundedForEachPerson(t *testing.T) {
	t.Parallel()
	s := start(t)
	eva := s.as(t, "eva")
	for range 8 {
		eva.listen()
	}
	eva.get("/v1/events").problem(429, "too-many")
	s.as(t, "anna").listen()
}

// listen opens the stream of events; the channel closes when the stream ends.
func (b *browser) listen() <-chan httpapi.VisitFacts { b.t.Helper(); return b.listenAt(b.server.URL) }

// listenAt is listen at another listener of the same host, which gets the same cookies.
func (b *browser) listenAt(base string) <-chan httpapi.VisitFacts {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	b.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, "GET", base+"/v1/events", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		b.t.Fatalf("status %d, %s", response.StatusCode, response.Header.Get("Content-Type"))
	}
	scanner := bufio.NewScanner(response.Body)
	if !scanner.Scan() || scanner.Text() != ": open" {
		b.t.Fatalf("the stream begins with %q", scanner.Text())
	}
	events := make(chan httpapi.VisitFacts, 100)
	go func() {
		defer close(events)
		defer response.Body.Close()
		for scanner.Scan() {
			if data, found := strings.CutPrefix(scanner.Text(), "data: "); found {
				var facts httpapi.VisitFacts
				if json.Unmarshal([]byte(data), &facts) != nil {
					return
				}
				events <- facts
			}
		}
	}()
	return events
}

var helsinki = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		panic(err)
	}
	return zone
}()
