package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nara/auth"
	"nara/httpapi"
	"nara/internal/bus"
	"nara/internal/postgres/postgrestest"
	"nara/scheduling"
	"nara/visit"
)

// county is a small one that is open day and night, so that no test depends on when it runs.
const county = `
INSERT INTO municipalities (id, name, latitude, longitude) VALUES
    ('narpes', '{"sv": "Närpes", "fi": "Närpiö", "en": "Närpes"}', 62.47, 21.34),
    ('vasa', '{"sv": "Vasa", "fi": "Vaasa", "en": "Vaasa"}', 63.10, 21.61);
INSERT INTO sites (id, municipality, name, address, phone, latitude, longitude) VALUES
    ('narpes-halsostation', 'narpes', '{"sv": "Närpes hälsostation", "fi": "Närpiön terveysasema", "en": "Närpes health station"}',
     'Vårdvägen 1', '06 000 1001', 62.47, 21.34),
    ('vasa-halsostation', 'vasa', '{"sv": "Vasa hälsostation", "fi": "Vaasan terveysasema", "en": "Vaasa health station"}',
     'Skolgatan 1', '06 000 1002', 63.10, 21.61);
INSERT INTO units (id, name) VALUES
    ('mottagning', '{"sv": "Mottagningen", "fi": "Vastaanotto", "en": "Clinic"}');
INSERT INTO resources (id, kind) VALUES
    (1, 'practitioner'), (2, 'practitioner'), (3, 'practitioner'), (11, 'room'), (12, 'room'), (21, 'device');
INSERT INTO practitioners (id, name, profession, title, unit, municipality, languages) VALUES
    (1, 'Anna Holm', 'physician', '{"sv": "läkare", "fi": "lääkäri", "en": "physician"}', 'mottagning', 'vasa', '{sv,fi,en}'),
    (2, 'Jonas Nyman', 'physician', '{"sv": "läkare", "fi": "lääkäri", "en": "physician"}', 'mottagning', 'vasa', '{sv}'),
    (3, 'Eva Sjö', 'nurse', '{"sv": "sjukskötare", "fi": "sairaanhoitaja", "en": "nurse"}', 'mottagning', 'narpes', '{sv,fi}');
INSERT INTO rooms (id, site, name, usage) VALUES
    (11, 'narpes-halsostation', 'Rum 1', 'exam'), (12, 'narpes-halsostation', 'Rum 2', 'talk');
INSERT INTO devices (id, site, room, name, device_kind) VALUES
    (21, 'narpes-halsostation', 11, '{"sv": "Dermatoskop", "fi": "Dermatoskooppi", "en": "Dermatoscope"}', 'dermatoscope');
INSERT INTO services (id, position, name, summary, minutes, grid_minutes, modalities, profession, own_professional) VALUES
    ('lakare', 1, '{"sv": "Läkare", "fi": "Lääkäri", "en": "Physician"}', '{"sv": "s", "fi": "s", "en": "s"}', 20, 20,
     '{video,phone}', 'physician', true),
    ('hudbesvar', 2, '{"sv": "Hudbesvär", "fi": "Ihovaivat", "en": "Skin"}', '{"sv": "s", "fi": "s", "en": "s"}', 20, 20,
     '{hosted}', 'physician', false);
INSERT INTO service_needs (service, modality, need, detail) VALUES
    ('hudbesvar', 'hosted', 'nurse', ''), ('hudbesvar', 'hosted', 'room', 'exam'), ('hudbesvar', 'hosted', 'device', 'dermatoscope');
INSERT INTO practitioner_services (practitioner, service) VALUES
    (1, 'lakare'), (2, 'lakare'), (1, 'hudbesvar');
INSERT INTO schedules (resource, weekday, start_minute, end_minute, modalities, site, on_closures, effective)
SELECT r.id, d, 0, 1440, r.modalities, r.site, true, '[2020-01-01,)'
FROM generate_series(1, 7) AS d,
    (VALUES (1, '{video,phone,hosted}'::text[], NULL), (2, '{video,phone}', NULL), (3, '{hosted}', 'narpes-halsostation'),
        (11, '{hosted}', 'narpes-halsostation'), (12, '{hosted}', 'narpes-halsostation'), (21, '{hosted}', 'narpes-halsostation')) AS r (id, modalities, site);
INSERT INTO patients (id, name, born, municipality, language, phone) VALUES
    ('019b0000-0000-7000-8000-000000000001', 'Gun-Britt Lindqvist', '1955-04-02', 'narpes', 'sv', '040 000 0001'),
    ('019b0000-0000-7000-8000-000000000002', 'Aino Kallio', '1988-09-12', 'vasa', 'fi', '040 000 0002');
`

// people can be signed in as by one click.
var people = []auth.Account{
	{ID: "gun-britt", Kind: auth.KindPatient, Name: "Gun-Britt Lindqvist", Patient: "019b0000-0000-7000-8000-000000000001", Language: "sv", Demo: true},
	{ID: "aino", Kind: auth.KindPatient, Name: "Aino Kallio", Patient: "019b0000-0000-7000-8000-000000000002", Language: "fi", Demo: true},
	{ID: "anna", Kind: auth.KindStaff, Name: "Anna Holm", Practitioner: 1, Roles: []auth.Role{"physician"}, Units: []auth.UnitID{"mottagning"}, Language: "sv", Demo: true},
	{ID: "jonas", Kind: auth.KindStaff, Name: "Jonas Nyman", Practitioner: 2, Roles: []auth.Role{"physician"}, Units: []auth.UnitID{"mottagning"}, Language: "sv", Demo: true},
	{ID: "eva", Kind: auth.KindStaff, Name: "Eva Sjö", Practitioner: 3, Roles: []auth.Role{"nurse"}, Units: []auth.UnitID{"mottagning"}, Sites: []auth.SiteID{"narpes-halsostation"}, Language: "sv", Demo: true},
}

// pages stands for a built UI.
var pages = fstest.MapFS{
	"index.html":          {Data: []byte("<!doctype html><title>Nära</title>")},
	"assets/app-1a2b.js":  {Data: []byte(strings.Repeat("console.log(1);\n", 200))},
	"assets/app-1a2b.css": {Data: []byte("p{}")},
	"assets/big-3c.js":    {Data: []byte("plain")},
	"assets/big-3c.js.br": {Data: []byte("brotli")},
	"mark.svg":            {Data: []byte("<svg/>")},
	".keep":               {},
	".vite/manifest.json": {Data: []byte("{}")},
}

// server is the whole service behind the API, on a real database and a real bus.
type server struct {
	*httptest.Server
	t     testing.TB
	api   *httpapi.API
	pool  *pgxpool.Pool
	auth  *auth.Service
	clock atomic.Int64 // of the service: it stands still unless a test lets time pass
	logs  *lines
}

func (s *server) now() time.Time { return time.Unix(0, s.clock.Load()) }

// pass lets time pass for the service.
func (s *server) pass(d time.Duration) { s.clock.Add(int64(d)) }

// lines collects a log.
type lines struct {
	mu   sync.Mutex // guards the field below
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

type option func(*httpapi.Options)

// quickly makes streams show life every few milliseconds.
func quickly(o *httpapi.Options) { o.Heartbeat = 10 * time.Millisecond }

func start(t testing.TB, options ...option) *server {
	t.Helper()
	s := &server{t: t, pool: postgrestest.New(t), logs: &lines{}}
	// Tomorrow at 8.07 UTC, whenever the test runs: cookies must not have ended for the test's own browsers.
	s.clock.Store(time.Now().Truncate(24 * time.Hour).Add(32*time.Hour + 7*time.Minute).UnixNano())
	log := slog.New(slog.NewTextHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ctx := t.Context()
	if _, err := s.pool.Exec(ctx, county); err != nil {
		t.Fatal(err)
	}
	s.auth = auth.New(auth.Options{Pool: s.pool, Log: log, Now: s.now, Demo: true})
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, person := range people {
			if err := s.auth.PutAccount(ctx, tx, person); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := bus.Start(ctx, bus.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(messages.Close)
	tickets, err := auth.NewTickets(t.TempDir(), s.pool, s.now)
	if err != nil {
		t.Fatal(err)
	}
	links := auth.NewLinks(s.pool, s.now)
	bookings := scheduling.New(scheduling.Options{Pool: s.pool, Links: links, Auth: s.auth, Log: log, Now: s.now})
	visits := visit.New(visit.Options{Pool: s.pool, Bus: messages, Auth: s.auth, Scheduling: bookings, Log: log, Now: s.now})
	t.Cleanup(visits.Close)

	s.Server = httptest.NewUnstartedServer(nil)
	o := httpapi.Options{
		Auth: s.auth, Links: links, Tickets: tickets, Scheduling: bookings, Visits: visits, UI: pages, Demo: true, Log: log,
		Origins: []string{"http://" + s.Listener.Addr().String()},
		Rates:   httpapi.Rates{SignIn: httpapi.Rate{PerSecond: 100, Burst: 1000}, Link: httpapi.Rate{PerSecond: 100, Burst: 1000}, Search: httpapi.Rate{PerSecond: 100, Burst: 1000}},
	}
	for _, change := range options {
		change(&o)
	}
	if s.api, err = httpapi.New(o); err != nil {
		t.Fatal(err)
	}
	s.Config.Handler = s.api.Handler()
	s.Start()
	t.Cleanup(func() { s.api.Close(); s.Close() })
	return s
}

// browser is somebody with a cookie jar.
type browser struct {
	t      testing.TB
	server *server
	client *http.Client
}

func (s *server) browser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, server: s, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// as is a browser in which somebody has signed in.
func (s *server) as(t testing.TB, account string) *browser {
	t.Helper()
	b := s.browser(t)
	b.post("/v1/demo/sign-in", httpapi.DemoSignIn{Account: account}).want(200)
	return b
}

// reply is an answer that has been read.
type reply struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
}

func (b *browser) get(path string) reply    { b.t.Helper(); return b.do("GET", path, nil) }
func (b *browser) remove(path string) reply { b.t.Helper(); return b.do("DELETE", path, nil) }

func (b *browser) post(path string, body any, header ...string) reply {
	b.t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do("POST", path, encoded, append([]string{"Content-Type", "application/json"}, header...)...)
}

func (b *browser) do(method, path string, body []byte, header ...string) reply {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, b.server.URL+path, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply{b.t, method + " " + path, response.StatusCode, response.Header, content}
}

// want fails the test when the status is another.
func (r reply) want(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: status %d, want %d: %s", r.what, r.status, status, r.body)
	}
	return r
}

// problem fails the test unless the answer is that problem.
func (r reply) problem(status int, code string) httpapi.Problem {
	r.t.Helper()
	r.want(status)
	p := decode[httpapi.Problem](r)
	if contentType := r.header.Get("Content-Type"); contentType != "application/problem+json" {
		r.t.Errorf("%s: Content-Type %q", r.what, contentType)
	}
	if p.Code != code || p.Type != "/problems/"+code || p.Status != status || p.Title == "" || p.Request == "" {
		r.t.Fatalf("%s: got %s, want a %s", r.what, r.body, code)
	}
	return p
}

// decode reads an answer strictly: a field that the wire's types lack is a fault.
func decode[T any](r reply) T {
	r.t.Helper()
	var out T
	decoder := json.NewDecoder(bytes.NewReader(r.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&out); err != nil {
		r.t.Fatalf("%s: %v: %s", r.what, err, r.body)
	}
	return out
}

// slots are the earliest times of a service.
func (b *browser) slots(query string) []httpapi.Slot {
	b.t.Helper()
	found := decode[httpapi.Slots](b.get("/v1/slots?" + query).want(200)).Slots
	if len(found) == 0 {
		b.t.Fatalf("no free times for %s", query)
	}
	return found
}

// hold keeps a slot.
func (b *browser) hold(slot httpapi.Slot) reply {
	b.t.Helper()
	return b.post("/v1/holds", httpapi.NewHold{
		Service: slot.Service, Start: slot.Start, Modality: slot.Modality, Site: slot.Site, Practitioner: slot.Practitioner.ID, Language: slot.Language,
	})
}

// book keeps the first time of a service and confirms it.
func (b *browser) book(query string) httpapi.Appointment {
	b.t.Helper()
	return b.bookSlot(b.slots(query)[0])
}

func (b *browser) bookSlot(slot httpapi.Slot) httpapi.Appointment {
	b.t.Helper()
	hold := decode[httpapi.Hold](b.hold(slot).want(201))
	return decode[httpapi.Appointment](b.post("/v1/appointments", httpapi.NewAppointment{Hold: hold.ID, Reason: "Hosta"},
		"Idempotency-Key", "key-"+hold.ID).want(201))
}
