package visit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nara/auth"
	"nara/internal/bus"
	"nara/internal/postgres/postgrestest"
	"nara/scheduling"
)

// clock is a clock that only the test moves.
type clock struct{ nanoseconds atomic.Int64 }

func (c *clock) Now() time.Time          { return time.Unix(0, c.nanoseconds.Load()).UTC() }
func (c *clock) Set(t time.Time)         { c.nanoseconds.Store(t.UnixNano()) }
func (c *clock) Advance(d time.Duration) { c.nanoseconds.Add(int64(d)) }

// The resources of the county: two physicians, a nurse at Närpes, one at Vasa, a room with a dermatoscope.
const (
	anna, jonas, eva, maria = auth.ResourceID(1), auth.ResourceID(2), auth.ResourceID(3), auth.ResourceID(4)
	room2, scope            = auth.ResourceID(11), auth.ResourceID(21)
)

const narpes, vasa = auth.SiteID("narpes-halsostation"), auth.SiteID("vasa-halsostation")

// county is a small county on a real database and a real bus.
type county struct {
	*clock
	pool    *pgxpool.Pool
	bus     *bus.Bus
	auth    *auth.Service
	booking *scheduling.Service
	visits  *Service

	annaHolm, jonasNyman, evaSjo, mariaBack auth.Principal
}

const countySQL = `
INSERT INTO municipalities (id, name, latitude, longitude)
VALUES ('narpes', '{"sv":"Närpes","fi":"Närpiö","en":"Närpes"}', 62.47, 21.33);
INSERT INTO sites (id, municipality, name, address, phone, latitude, longitude)
VALUES
    ('narpes-halsostation', 'narpes', '{"sv":"a","fi":"b","en":"c"}', 'Vasavägen 12', '06 555 0120', 62.47, 21.33),
    ('vasa-halsostation', 'narpes', '{"sv":"a","fi":"b","en":"c"}', 'Strandgatan 1', '06 555 0121', 62.47, 21.33);
INSERT INTO units (id, name)
VALUES ('allmanmedicin', '{"sv":"Allmänmedicin","fi":"Yleislääketiede","en":"General medicine"}');
INSERT INTO services (id, position, name, summary, minutes, grid_minutes, modalities, profession)
VALUES
    ('lakare', 1, '{"sv":"a","fi":"b","en":"c"}', '{"sv":"a","fi":"b","en":"c"}', 20, 10,
        '{video,phone,in_person}', 'physician'),
    ('hudbesvar', 2, '{"sv":"a","fi":"b","en":"c"}', '{"sv":"a","fi":"b","en":"c"}', 20, 10, '{hosted}', 'physician');
INSERT INTO service_needs (service, modality, need, detail)
VALUES ('hudbesvar', 'hosted', 'nurse', ''), ('hudbesvar', 'hosted', 'room', 'exam'),
    ('hudbesvar', 'hosted', 'device', 'dermatoscope');
INSERT INTO resources (id, kind)
VALUES (1, 'practitioner'), (2, 'practitioner'), (3, 'practitioner'), (4, 'practitioner'), (11, 'room'), (21, 'device');
INSERT INTO practitioners (id, name, profession, title, unit, municipality, languages)
SELECT id, name, profession, '{"sv":"a","fi":"b","en":"c"}', 'allmanmedicin', 'narpes', '{sv,fi}'
FROM (VALUES (1, 'Anna Holm', 'physician'), (2, 'Jonas Nyman', 'physician'), (3, 'Eva Sjö', 'nurse'),
    (4, 'Maria Back', 'nurse')) AS p (id, name, profession);
INSERT INTO practitioner_services (practitioner, service)
VALUES (1, 'lakare'), (1, 'hudbesvar'), (2, 'lakare');
INSERT INTO rooms (id, site, name, usage)
VALUES (11, 'narpes-halsostation', 'Rum 2', 'exam');
INSERT INTO devices (id, site, room, name, device_kind)
VALUES (21, 'narpes-halsostation', 11, '{"sv":"a","fi":"b","en":"c"}', 'dermatoscope');
INSERT INTO schedules (resource, weekday, start_minute, end_minute, modalities, site, effective)
SELECT resource, weekday, 0, 1440, modalities::text[], site, '[2026-01-01,2030-01-01)'
FROM (VALUES (1, '{video,phone,hosted}', NULL), (2, '{video,phone}', NULL),
    (2, '{in_person}', 'narpes-halsostation'), (3, '{hosted}', 'narpes-halsostation'),
    (11, '{hosted}', 'narpes-halsostation'), (21, '{hosted}', 'narpes-halsostation')) AS s (resource, modalities, site)
CROSS JOIN generate_series(1, 7) AS weekday`

// tenFifteen is a quarter past ten in Helsinki on a Thursday.
var tenFifteen = time.Date(2026, 12, 3, 10, 10, 0, 0, scheduling.Zone)

func newCounty(t testing.TB) *county {
	t.Helper()
	c := &county{clock: &clock{}, pool: postgrestest.New(t)}
	c.Set(tenFifteen.Add(-2 * time.Hour))
	if _, err := c.pool.Exec(t.Context(), countySQL); err != nil {
		t.Fatal(err)
	}
	var err error
	if c.bus, err = bus.Start(t.Context(), bus.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.bus.Close)
	c.auth = auth.New(auth.Options{Pool: c.pool, Now: c.Now, Demo: true, Log: slog.New(slog.DiscardHandler)})
	c.booking = scheduling.New(scheduling.Options{Pool: c.pool, Now: c.Now})
	c.visits = c.service(t)
	c.annaHolm = c.staff(t, "anna", "Anna Holm", anna, auth.RolePhysician, "")
	c.jonasNyman = c.staff(t, "jonas", "Jonas Nyman", jonas, auth.RolePhysician, "")
	c.evaSjo = c.staff(t, "eva", "Eva Sjö", eva, auth.RoleNurse, narpes)
	c.mariaBack = c.staff(t, "maria", "Maria Back", maria, auth.RoleNurse, vasa)
	return c
}

// service is another server process on the same database and bus.
func (c *county) service(t testing.TB) *Service {
	t.Helper()
	return New(Options{Pool: c.pool, Bus: c.bus, Auth: c.auth, Scheduling: c.booking, Now: c.Now, Refresh: time.Hour, Opens: 12 * time.Hour,
		Log: slog.New(slog.DiscardHandler)})
}

// signIn makes a demo account and returns its principal.
func (c *county) signIn(t testing.TB, a auth.Account) auth.Principal {
	t.Helper()
	a.Language, a.Demo = "sv", true
	err := pgx.BeginFunc(t.Context(), c.pool, func(tx pgx.Tx) error { return c.auth.PutAccount(t.Context(), tx, a) })
	if err != nil {
		t.Fatal(err)
	}
	started, err := c.auth.SignInDemo(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return started.Principal
}

func (c *county) staff(t testing.TB, id auth.AccountID, name string, practitioner auth.ResourceID, role auth.Role, site auth.SiteID) auth.Principal {
	t.Helper()
	a := auth.Account{
		ID: id, Kind: auth.KindStaff, Name: name, Practitioner: practitioner,
		Roles: []auth.Role{role}, Units: []auth.UnitID{"allmanmedicin"},
	}
	if site != "" {
		a.Sites = []auth.SiteID{site}
	}
	return c.signIn(t, a)
}

// patient makes a patient with an account.
func (c *county) patient(t testing.TB, name string) auth.Principal {
	t.Helper()
	id := auth.PatientID(uuid.Must(uuid.NewV7()).String())
	_, err := c.pool.Exec(t.Context(), `
INSERT INTO patients (id, name, born, municipality, language)
VALUES (@id, @name, '1955-04-12', 'narpes', 'sv')`, pgx.StrictNamedArgs{"id": id, "name": name})
	if err != nil {
		t.Fatal(err)
	}
	return c.signIn(t, auth.Account{ID: auth.AccountID("patient-" + id), Kind: auth.KindPatient, Name: name, Patient: id})
}

// book books a time for the patient: at Närpes when it is hosted or in person, or else from home.
func (c *county) book(t testing.TB, p auth.Principal, m scheduling.Modality, with auth.ResourceID, start time.Time) scheduling.Appointment {
	t.Helper()
	req := scheduling.HoldRequest{Service: "lakare", Start: start, Modality: m, Practitioner: with, Language: "sv"}
	if m == scheduling.Hosted {
		req.Service = "hudbesvar"
	}
	if m.AtSite() {
		req.Site = narpes
	}
	hold, err := c.booking.Hold(t.Context(), p, req)
	if err != nil {
		t.Fatal(err)
	}
	a, err := c.booking.Book(t.Context(), p, scheduling.BookRequest{Hold: hold.ID, IdempotencyKey: uuid.NewString()})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// grant is what a redeemed ticket of p would say.
func (c *county) grant(t testing.TB, p auth.Principal, id ID) auth.Grant {
	t.Helper()
	g, err := c.visits.Grant(t.Context(), p, id, "")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// arrive connects p to the visit's call.
func (c *county) arrive(t testing.TB, p auth.Principal, id ID) auth.Grant {
	t.Helper()
	g := c.grant(t, p, id)
	if _, err := c.visits.Arrived(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	return g
}

// begin brings a video visit to where the patient was admitted.
func (c *county) begin(t testing.TB, patient, host auth.Principal, id ID) {
	t.Helper()
	g := c.arrive(t, patient, id)
	c.arrive(t, host, id)
	if err := c.visits.Admit(t.Context(), host, id, g.Participant); err != nil {
		t.Fatal(err)
	}
}

func (c *county) snapshot(t testing.TB, p auth.Principal, id ID) Visit {
	t.Helper()
	v, err := c.visits.Snapshot(t.Context(), p, id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// watch watches a visit until the test ends.
func (c *county) watch(t testing.TB, p auth.Principal, id ID) <-chan Visit {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	changes, err := c.visits.Watch(ctx, p, id)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		for range changes { // until the watch has ended
		}
	})
	return changes
}

// await reads a channel until something on it is as wanted. A busy machine gets its time.
func await[T any](t testing.TB, from <-chan T, what string, wanted func(T) bool) T {
	t.Helper()
	const limit = time.Minute
	deadline := time.After(limit)
	var last T
	for {
		select {
		case v, open := <-from:
			if !open {
				t.Fatalf("%s: the watch ended", what)
			}
			if last = v; wanted(v) {
				return v
			}
		case <-deadline:
			t.Fatalf("%s: not told within %v; last was %+v", what, limit, last)
		}
	}
}

func (c *county) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	if err := c.pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (c *county) status(t testing.TB, id ID) scheduling.Status {
	t.Helper()
	a, err := c.booking.AppointmentByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a.Status
}

// audited lists what the audit log has of a visit, "actor action" in order.
func (c *county) audited(t testing.TB, id ID, action string) []string {
	t.Helper()
	rows, err := c.pool.Query(t.Context(), `
SELECT actor || ' ' || action || ' ' || outcome
FROM audit_log
WHERE resource_id = @id AND resource_kind = 'visit' AND (@action = '' OR action = @action)
ORDER BY id`, pgx.StrictNamedArgs{"id": id, "action": action})
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func wantActions(t testing.TB, who string, v Visit, want ...Action) {
	t.Helper()
	if !slices.Equal(v.You.Actions, want) {
		t.Errorf("%s in a visit that is %s: offered %v, want %v", who, v.State, v.You.Actions, want)
	}
}

// kind is the letter of an outcome in the tables.
func kind(err error) string {
	switch {
	case err == nil:
		return "x"
	case errors.Is(err, ErrWrongState):
		return "w"
	case errors.Is(err, auth.ErrNotAllowed):
		return "-"
	case errors.Is(err, ErrNotFound):
		return "?"
	case errors.Is(err, ErrNoSuchParticipant):
		return "p"
	default:
		return fmt.Sprintf("(%v)", err)
	}
}
