package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"nara/httpapi"
	"nara/internal/postgres"
	"nara/signaling"
	"nara/signaling/client"
)

// One data folder lives through everything that can happen to a server: a first start, a day's work, a kill in the
// middle of it, a second start, an orderly stop.
func TestServe_ADataFoldersLife(t *testing.T) {
	dataDir := dataFolder(t)
	began := time.Now()
	p := launch(t, dataDir, "--demo")
	if status, text := p.statusOf("/readyz"); status != 200 {
		t.Fatalf("/readyz: %d %s", status, text)
	}
	t.Logf("first start on an empty folder, with the demo county: %v", time.Since(began).Round(time.Millisecond))
	p.stdout.await(t, p.webLocal(), "Anna Holm") // where to click

	patient := p.signedIn("gun-britt")
	anna := practitioner(patient, "Anna Holm")
	booked := patient.book(fmt.Sprintf("service=lakare&modality=video&practitioner=%d", anna))
	meet(t, p, booked)
	if seen := ask[httpapi.Appointment](patient, "GET", "/v1/appointments/"+booked.ID, nil); seen.Status != "fulfilled" {
		t.Errorf("after the visit the appointment is %s", seen.Status)
	}
	if status, text := p.statusOf("/metrics"); status != 200 || !strings.Contains(text, `nara_http_request_seconds_count{method="POST",route="POST /v1/appointments",status="201"} 1`) {
		t.Errorf("/metrics: %d\n%s", status, text)
	} else {
		documented(t, text)
	}
	if status, _ := p.statusOf("/livez"); status != 200 {
		t.Errorf("/livez: %d", status)
	}

	// A confirmed booking survives a kill at any moment: here right after the answer.
	other := p.signedIn("lars-erik")
	confirmed := other.book("service=lakare&modality=video")
	if err := p.signal(syscall.SIGKILL); exitCode(err) != -1 {
		t.Fatalf("killed: %v", err)
	}
	p = launch(t, dataDir, "--demo")
	other = p.signedIn("lars-erik")
	if kept := ask[httpapi.Appointment](other, "GET", "/v1/appointments/"+confirmed.ID, nil); kept.Status != "booked" || !kept.Start.Equal(confirmed.Start) {
		t.Errorf("the confirmed booking is %+v", kept)
	}
	if met := ask[httpapi.Appointment](p.signedIn("gun-britt"), "GET", "/v1/appointments/"+booked.ID, nil); met.Status != "fulfilled" {
		t.Errorf("the visit before the kill is %s", met.Status)
	}

	// An orderly stop, with an open stream and a call that go on: both hear of it, and nothing is left behind.
	staff := p.signedIn("anna")
	events := listen(t, staff)
	caller := join(t, p, other, confirmed.ID)
	began = time.Now()
	if err := p.signal(syscall.SIGTERM); exitCode(err) != 0 {
		t.Fatalf("stopped: %v\n%s", err, p.log)
	}
	t.Logf("an orderly stop took %v", time.Since(began).Round(time.Millisecond))
	for range events {
	}
	<-caller.Done()
	var ended *client.Ended
	if !errors.As(caller.Err(), &ended) || ended.Code != 1001 {
		t.Errorf("the call ended with %v, want 1001", caller.Err())
	}
	if databaseRuns(t, dataDir) {
		t.Error("a PostgreSQL server is left over")
	}
	if _, err := postgres.RunningURL(dataDir); !errors.Is(err, postgres.ErrNotRunning) {
		t.Errorf("the data folder says that a server runs: %v", err)
	}
}

// meet is the visit of a booking: the patient comes by the link, waits, is admitted, and the physician ends it.
func meet(t *testing.T, p *program, booked httpapi.Appointment) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	physician := p.signedIn("anna")
	events := listen(t, physician)

	guest := p.person() // another browser, without the patient's session
	_, secret, _ := strings.Cut(booked.Link, "#")
	opened := ask[httpapi.ExchangedLink](guest, "POST", "/v1/links/exchange", httpapi.ExchangeLink{Secret: secret, YearOfBirth: 1955})
	patient := join(t, p, guest, opened.Visit)
	if state := patient.Joined().You.State; state != signaling.Waiting {
		t.Fatalf("the patient is %s", state)
	}
	if err := patient.Connected(ctx); err != nil {
		t.Fatal(err)
	}
	awaitVisit(t, events, booked.ID, "the patient waits", func(v httpapi.VisitFacts) bool { return v.Patient == "waiting" && v.State == "arrived" })
	date := booked.Start.In(helsinki(t)).Format(time.DateOnly)
	day := ask[httpapi.Day](physician, "GET", "/v1/day?date="+date, nil)
	if !slices.ContainsFunc(day.Visits, func(v httpapi.VisitFacts) bool { return v.ID == booked.ID && v.WaitingSince != nil }) {
		t.Errorf("the day does not show who waits")
	}

	host := join(t, p, physician, booked.ID)
	if err := host.Admit(ctx, patient.ID()); err != nil {
		t.Fatal(err)
	}
	await(t, ctx, patient, "its admission", func(m signaling.ServerMessage) bool {
		changed, ok := m.(*signaling.ParticipantChanged)
		return ok && changed.Participant.ID == patient.ID() && changed.Participant.State == signaling.Admitted
	})
	if _, err := host.Chat(ctx, "Hej!"); err != nil {
		t.Fatal(err)
	}
	await(t, ctx, patient, "the chat", func(m signaling.ServerMessage) bool {
		chat, ok := m.(*signaling.Chat)
		return ok && chat.Message.Text == "Hej!"
	})
	awaitVisit(t, events, booked.ID, "the visit goes on", func(v httpapi.VisitFacts) bool { return v.State == "inProgress" })
	ended := ask[httpapi.Visit](physician, "POST", "/v1/visits/"+booked.ID+"/transitions", httpapi.Transition{To: "finished"})
	if ended.State != "finished" {
		t.Errorf("the visit is %s", ended.State)
	}
	select {
	case <-patient.Done():
	case <-ctx.Done():
		t.Error("the call does not close with the visit")
	}
	var closed *client.Ended
	if !errors.As(patient.Err(), &closed) || closed.Code != 4005 {
		t.Errorf("the call ended with %v, want 4005", patient.Err())
	}
}

// join enters the call of a visit over the real signalling and media.
func join(t *testing.T, p *program, who *person, visit string) *client.Participant {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	ticket := ask[httpapi.Ticket](who, "POST", "/v1/visits/"+visit+"/ticket", httpapi.NewTicket{})
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "audio", "microphone")
	if err != nil {
		t.Fatal(err)
	}
	participant, err := client.Join(ctx, client.Options{
		URL: signalingURL(p.web), Origin: p.web, Ticket: ticket.Ticket, Audio: 2, Video: 2,
		Tracks: []client.Track{{Source: signaling.Microphone, Local: track}},
	})
	if err != nil {
		t.Fatalf("join: %v\n%s", err, p.log)
	}
	t.Cleanup(participant.Close)
	return participant
}

// await reads a participant's messages until one is meant.
func await(t *testing.T, ctx context.Context, p *client.Participant, what string, meant func(signaling.ServerMessage) bool) {
	t.Helper()
	for {
		select {
		case m, open := <-p.Events():
			if !open {
				t.Fatalf("ended before %s: %v", what, p.Err())
			}
			if meant(m) {
				return
			}
		case <-ctx.Done():
			t.Fatalf("no news of %s", what)
		}
	}
}

// awaitVisit reads the stream of events until a visit is as meant.
func awaitVisit(t *testing.T, events <-chan httpapi.VisitFacts, id, what string, meant func(httpapi.VisitFacts) bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case v, open := <-events:
			if !open {
				t.Fatalf("the stream ended before %s", what)
			}
			if v.ID == id && meant(v) {
				return
			}
		case <-deadline:
			t.Fatalf("no news that %s", what)
		}
	}
}

// listen opens the stream of events; the channel closes when the stream ends.
func listen(t *testing.T, who *person) <-chan httpapi.VisitFacts {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, "GET", who.server+"/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Jar: who.http.Jar}).Do(request)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("open events: %v %v", response, err)
	}
	events := make(chan httpapi.VisitFacts, 1000)
	go func() { // ends with the stream
		defer close(events)
		defer response.Body.Close()
		for scanner := bufio.NewScanner(response.Body); scanner.Scan(); {
			data, found := strings.CutPrefix(scanner.Text(), "data: ")
			var facts httpapi.VisitFacts
			if found && json.Unmarshal([]byte(data), &facts) == nil {
				events <- facts
			}
		}
	}()
	return events
}

// practitioner finds somebody by name.
func practitioner(who *person, name string) int64 {
	who.t.Helper()
	for _, p := range ask[httpapi.Directory](who, "GET", "/v1/directory", nil).Practitioners {
		if p.Name == name {
			return p.ID
		}
	}
	who.t.Fatalf("no %s in the directory", name)
	return 0
}

// webLocal is the address that a person on this machine is told.
func (p *program) webLocal() string { return strings.Replace(p.web, "127.0.0.1", "localhost", 1) }

func helsinki(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}
