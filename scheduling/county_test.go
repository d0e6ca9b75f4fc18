package scheduling_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nara/auth"
	"nara/internal/postgres/postgrestest"
	"nara/scheduling"
)

// county is a small county on a real database: one site with a nurse, two rooms and a dermatoscope, and three
// physicians, all at work 8–16 on weekdays; and Siri, who is on duty around the clock.
type county struct {
	pool    *pgxpool.Pool
	service *scheduling.Service
	clock   *clock

	anna, jonas, tuula, siri scheduling.ResourceID // physicians; Jonas speaks Swedish only, Tuula sees patients at the site
	eva                      scheduling.ResourceID // nurse
	room1, room2, scope      scheduling.ResourceID // the dermatoscope stays in room 2
}

// clock is a clock that tests set.
type clock struct{ nanoseconds atomic.Int64 }

func (c *clock) now() time.Time      { return time.Unix(0, c.nanoseconds.Load()).UTC() }
func (c *clock) set(t time.Time)     { c.nanoseconds.Store(t.UnixNano()) }
func (c *clock) add(d time.Duration) { c.nanoseconds.Add(int64(d)) }

// monday is a Monday morning at eight in Helsinki.
var monday = time.Date(2026, 11, 30, 8, 0, 0, 0, scheduling.Zone)

func newCounty(t testing.TB) *county {
	t.Helper()
	c := &county{pool: postgrestest.New(t), clock: &clock{}}
	c.clock.set(monday)
	c.exec(t, `
		INSERT INTO municipalities (id, name, latitude, longitude)
		VALUES ('narpes', '{"sv":"Närpes","fi":"Närpiö","en":"Närpes"}', 62.47, 21.33),
			('vasa', '{"sv":"Vasa","fi":"Vaasa","en":"Vaasa"}', 63.09, 21.61);
		INSERT INTO sites (id, municipality, name, address, phone, latitude, longitude)
		VALUES ('narpes-halsostation', 'narpes', '{"sv":"Närpes hälsostation","fi":"Närpiön terveysasema","en":"Närpes health station"}',
			'Vasavägen 12', '06 555 0120', 62.47, 21.33);
		INSERT INTO units (id, name)
		VALUES ('allmanmedicin', '{"sv":"Allmänmedicin","fi":"Yleislääketiede","en":"General medicine"}');
		INSERT INTO services (id, position, name, summary, minutes, grid_minutes, modalities, profession)
		VALUES ('lakare', 1, '{"sv":"Läkare","fi":"Lääkäri","en":"Doctor"}', '{"sv":"a","fi":"b","en":"c"}', 20, 10,
				'{video,hosted,in_person,phone}', 'physician'),
			('hudbesvar', 2, '{"sv":"Hud","fi":"Iho","en":"Skin"}', '{"sv":"a","fi":"b","en":"c"}', 20, 10,
				'{video,hosted}', 'physician');
		INSERT INTO service_needs (service, modality, need, detail, before_minutes, after_minutes)
		VALUES ('lakare', 'hosted', 'nurse', '', 0, 0), ('lakare', 'hosted', 'room', '', 0, 0),
			('lakare', 'in_person', 'room', '', 0, 0),
			('hudbesvar', 'hosted', 'nurse', '', 10, 5), ('hudbesvar', 'hosted', 'room', 'exam', 10, 5),
			('hudbesvar', 'hosted', 'device', 'dermatoscope', 0, 0)`)
	for _, p := range []struct {
		id         *scheduling.ResourceID
		name       string
		profession string
		languages  string
	}{
		{&c.anna, "Anna Holm", "physician", "{sv,fi,en}"},
		{&c.jonas, "Jonas Nyman", "physician", "{sv}"},
		{&c.tuula, "Tuula Vesala", "physician", "{fi,sv}"},
		{&c.siri, "Siri Mitts", "physician", "{en}"},
		{&c.eva, "Eva Sjö", "nurse", "{sv,fi}"},
	} {
		*p.id = c.resource(t, "practitioner")
		c.exec(t, `
			INSERT INTO practitioners (id, name, profession, title, unit, municipality, languages)
			VALUES (@id, @name, @profession, '{"sv":"x","fi":"y","en":"z"}', 'allmanmedicin', 'vasa', @languages::text[])`,
			pgx.StrictNamedArgs{"id": *p.id, "name": p.name, "profession": p.profession, "languages": p.languages})
		if p.profession == "physician" {
			c.exec(t, `
				INSERT INTO practitioner_services (practitioner, service)
				VALUES (@id, 'lakare'), (@id, 'hudbesvar')`, pgx.StrictNamedArgs{"id": *p.id})
		}
	}
	for _, r := range []struct {
		id   *scheduling.ResourceID
		name string
	}{{&c.room1, "Rum 1"}, {&c.room2, "Rum 2"}} {
		*r.id = c.resource(t, "room")
		c.exec(t, `
			INSERT INTO rooms (id, site, name, usage)
			VALUES (@id, 'narpes-halsostation', @name, 'exam')`, pgx.StrictNamedArgs{"id": *r.id, "name": r.name})
	}
	c.scope = c.resource(t, "device")
	c.exec(t, `
		INSERT INTO devices (id, site, room, name, device_kind)
		VALUES (@id, 'narpes-halsostation', @room, '{"sv":"a","fi":"b","en":"c"}', 'dermatoscope')`,
		pgx.StrictNamedArgs{"id": c.scope, "room": c.room2})
	for weekday := 1; weekday <= 5; weekday++ {
		c.hours(t, c.anna, weekday, 8*60, 16*60, "{video,phone,hosted}", "")
		c.hours(t, c.jonas, weekday, 8*60, 16*60, "{video,phone,hosted}", "")
		c.hours(t, c.tuula, weekday, 8*60, 16*60, "{in_person,hosted}", "narpes-halsostation")
		c.hours(t, c.eva, weekday, 8*60, 16*60, "{hosted}", "narpes-halsostation")
		for _, r := range []scheduling.ResourceID{c.room1, c.room2, c.scope} {
			c.hours(t, r, weekday, 7*60, 17*60, "{hosted,in_person}", "narpes-halsostation")
		}
	}
	for weekday := 1; weekday <= 7; weekday++ {
		c.hours(t, c.siri, weekday, 0, 24*60, "{video}", "")
	}
	c.service = c.newService()
	return c
}

// newService is another process on the same database.
func (c *county) newService() *scheduling.Service {
	return scheduling.New(scheduling.Options{Pool: c.pool, Now: c.clock.now})
}

func (c *county) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := c.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (c *county) resource(t testing.TB, kind string) (id scheduling.ResourceID) {
	t.Helper()
	err := c.pool.QueryRow(t.Context(), `INSERT INTO resources (kind) VALUES (@kind) RETURNING id`,
		pgx.StrictNamedArgs{"kind": kind}).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (c *county) hours(t testing.TB, id scheduling.ResourceID, weekday, from, to int, modalities, site string) {
	t.Helper()
	c.exec(t, `
		INSERT INTO schedules (resource, weekday, start_minute, end_minute, modalities, site, effective)
		VALUES (@id, @weekday, @from, @to, @modalities::text[], nullif(@site, ''), '[2026-01-01,2030-01-01)')`,
		pgx.StrictNamedArgs{"id": id, "weekday": weekday, "from": from, "to": to, "modalities": modalities, "site": site})
}

// patient makes a patient and returns them as they sign in.
func (c *county) patient(t testing.TB) auth.Principal {
	t.Helper()
	return c.patients(t, 1)[0]
}

func (c *county) patients(t testing.TB, n int) []auth.Principal {
	t.Helper()
	principals := make([]auth.Principal, n)
	rows := make([][]any, n)
	for i := range principals {
		id := uuid.Must(uuid.NewV7())
		principals[i] = auth.Principal{
			Account: auth.AccountID("patient-" + id.String()),
			Kind:    auth.KindPatient,
			Patient: auth.PatientID(id.String()),
		}
		rows[i] = []any{id, fmt.Sprintf("Patient %d", i), time.Date(1955, 5, 17, 0, 0, 0, 0, time.UTC), "narpes", "sv", "06 555 0199"}
	}
	_, err := c.pool.CopyFrom(t.Context(), pgx.Identifier{"patients"},
		[]string{"id", "name", "born", "municipality", "language", "phone"}, pgx.CopyFromRows(rows))
	if err != nil {
		t.Fatal(err)
	}
	return principals
}

// staff is a practitioner as they sign in.
func staff(id scheduling.ResourceID, role auth.Role) auth.Principal {
	return auth.Principal{
		Account: auth.AccountID(fmt.Sprint("staff-", id)), Kind: auth.KindStaff, Practitioner: id, Roles: []auth.Role{role},
		Units: []auth.UnitID{"allmanmedicin"}, Sites: []auth.SiteID{"narpes-halsostation"},
	}
}

// at is a wall-clock time on the Monday.
func at(hour, minute int) time.Time {
	return time.Date(2026, 11, 30, hour, minute, 0, 0, scheduling.Zone)
}

// video asks for a video visit with a physician.
func video(practitioner scheduling.ResourceID, start time.Time) scheduling.HoldRequest {
	return scheduling.HoldRequest{
		Service: "lakare", Start: start, Modality: scheduling.Video, Practitioner: practitioner, Language: "sv",
	}
}

// skin asks for a hosted visit that takes physician, nurse, room and dermatoscope.
func skin(practitioner scheduling.ResourceID, start time.Time) scheduling.HoldRequest {
	return scheduling.HoldRequest{
		Service: "hudbesvar", Start: start, Modality: scheduling.Hosted, Site: "narpes-halsostation",
		Practitioner: practitioner, Language: "sv",
	}
}

// key is a fresh idempotency key.
func key() string { return uuid.NewString() }

func (c *county) hold(t testing.TB, by auth.Principal, req scheduling.HoldRequest) scheduling.Hold {
	t.Helper()
	h, err := c.service.Hold(t.Context(), by, req)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (c *county) book(t testing.TB, by auth.Principal, req scheduling.HoldRequest) scheduling.Appointment {
	t.Helper()
	a, err := c.service.Book(t.Context(), by, scheduling.BookRequest{Hold: c.hold(t, by, req).ID, IdempotencyKey: key()})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// count returns what a SELECT count(*) says.
func (c *county) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	if err := c.pool.QueryRow(context.WithoutCancel(t.Context()), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
