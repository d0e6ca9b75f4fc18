package demo_test

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nara/auth"
	"nara/demo"
	"nara/internal/postgres/postgrestest"
	"nara/scheduling"
)

// moments are when somebody might want to see the demo: an ordinary morning, deep in a weekend night, on a public holiday,
// on New Year's Eve, and in the hours when Helsinki changes its clocks.
var moments = map[string]time.Time{
	"a Tuesday morning":    time.Date(2026, 12, 1, 9, 43, 12, 0, scheduling.Zone),
	"a Sunday night":       time.Date(2026, 11, 22, 2, 48, 0, 0, scheduling.Zone),
	"Independence Day":     time.Date(2026, 12, 6, 14, 0, 0, 0, scheduling.Zone),
	"New Year's Eve":       time.Date(2026, 12, 31, 23, 50, 0, 0, scheduling.Zone),
	"the night in March":   time.Date(2027, 3, 28, 2, 40, 0, 0, scheduling.Zone),
	"the night of October": time.Date(2027, 10, 31, 2, 40, 0, 0, scheduling.Zone),
}

func TestSeed_ShowsSomethingWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	for name, now := range moments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := postgrestest.New(t)
			began := time.Now()
			if err := demo.Seed(t.Context(), pool, now); err != nil {
				t.Fatal(err)
			}
			t.Logf("seeded in %v", time.Since(began).Round(time.Millisecond))
			s := scheduling.New(scheduling.Options{Pool: pool, Now: func() time.Time { return now }})
			showsScenes(t, s, now)
			for _, q := range []scheduling.SlotQuery{
				{Service: "lakare", Modality: scheduling.Video},
				{Service: "lakare", Modality: scheduling.Hosted, Site: "narpes-halsostation"},
				{Service: "lakare", Modality: scheduling.InPerson},
				{Service: "lakare", Modality: scheduling.Phone, Language: scheduling.English},
				{Service: "hudbesvar", Modality: scheduling.Video, Language: scheduling.Finnish},
				{Service: "hudbesvar", Modality: scheduling.Hosted, Site: "narpes-halsostation", Language: scheduling.Swedish},
				{Service: "hudbesvar", Modality: scheduling.InPerson},
			} {
				result, err := s.Search(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if len(result.Slots) == 0 || result.Slots[0].Start.After(now.Add(4*time.Hour)) {
					t.Errorf("%s by %s: nothing in the next hours", q.Service, q.Modality)
				}
			}
		})
	}
}

// showsScenes looks at the day lists as the personas do.
func showsScenes(t *testing.T, s *scheduling.Service, now time.Time) {
	t.Helper()
	people := map[auth.AccountID]auth.Principal{}
	for _, a := range demo.Accounts() {
		people[a.ID] = auth.Principal{
			Account: a.ID, Kind: a.Kind, Patient: a.Patient, Practitioner: a.Practitioner, Roles: a.Roles, Units: a.Units, Sites: a.Sites,
		}
	}
	for _, want := range []struct {
		patient  auth.AccountID
		modality scheduling.Modality
	}{{"gun-britt", scheduling.Video}, {"lars-erik", scheduling.Hosted}, {"aino", scheduling.Video}} {
		list, err := s.AppointmentsOf(t.Context(), people[want.patient], people[want.patient].Patient)
		if err != nil {
			t.Fatal(err)
		}
		var next *scheduling.Appointment
		for i := range list {
			a := &list[i]
			if a.End.After(now) && a.Status == scheduling.Booked && a.Practitioner == people["anna"].Practitioner && a.Modality == want.modality {
				next = a
				break
			}
		}
		if next == nil || next.Start.After(now.Add(2*time.Hour)) {
			t.Errorf("%s has no visit with Anna soon: %+v", want.patient, next)
			continue
		}
		day, err := s.DayOf(t.Context(), people["anna"], people["anna"].Practitioner, scheduling.DateOf(next.Start))
		if err != nil || !holds(day, next.ID) {
			t.Errorf("Anna's day does not show %s: %v", want.patient, err)
		}
		if want.modality != scheduling.Hosted {
			continue
		}
		day, err = s.SiteDay(t.Context(), people["eva"], "narpes-halsostation", scheduling.DateOf(next.Start))
		if err != nil || !holds(day, next.ID) || next.Nurse != people["eva"].Practitioner || len(next.Devices) != 1 {
			t.Errorf("the day at Närpes does not show %s: %+v, %v", want.patient, next, err)
		}
	}
}

func holds(list []scheduling.Appointment, id scheduling.AppointmentID) bool {
	for i := range list {
		if list[i].ID == id {
			return true
		}
	}
	return false
}

func TestSeed_IsTheWholeCounty(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	now := moments["a Tuesday morning"]
	if err := demo.Seed(t.Context(), pool, now); err != nil {
		t.Fatal(err)
	}
	for what, least := range map[string]int{
		`SELECT count(*) FROM municipalities`:                          14,
		`SELECT count(*) FROM sites`:                                   30,
		`SELECT count(*) FROM services`:                                12,
		`SELECT count(*) FROM practitioners`:                           120,
		`SELECT count(*) FROM patients`:                                200,
		`SELECT count(*) FROM own_professionals`:                       200,
		`SELECT count(*) FROM accounts WHERE demo`:                     6,
		`SELECT count(*) FROM appointments WHERE status = 'booked'`:    300,
		`SELECT count(*) FROM appointments WHERE status = 'fulfilled'`: 200,
		`SELECT count(*) FROM appointments WHERE modality = 'hosted'`:  50,
		`SELECT count(DISTINCT practitioner) FROM appointments`:        100,
		`SELECT count(*) FROM closures`:                                30,
		`SELECT count(DISTINCT status) FROM appointments WHERE during && tstzrange('2026-11-30 22:00+00', '2026-12-01 22:00+00')`: 3,
	} {
		if n := count(t, pool, what); n < least {
			t.Errorf("%s: %d, want %d or more", what, n, least)
		}
	}
	if n := count(t, pool, `
		SELECT count(*)
		FROM appointments AS a
		WHERE a.status <> 'cancelled' AND NOT EXISTS (SELECT FROM reservations AS r WHERE r.appointment = a.id AND r.resource = a.practitioner)`); n != 0 {
		t.Errorf("%d appointments take nobody's time", n)
	}
	if err := demo.Seed(t.Context(), pool, now); !errors.Is(err, demo.ErrNotEmpty) {
		t.Errorf("seeding twice: %v", err)
	}
}

func TestSeed_NightsHaveATimeEachHourAndNotMore(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	now := moments["a Tuesday morning"]
	if err := demo.Seed(t.Context(), pool, now); err != nil {
		t.Fatal(err)
	}
	s := scheduling.New(scheduling.Options{Pool: pool, Now: func() time.Time { return now }})
	saturday := scheduling.DateOf(now).AddDays(4) // nobody but those on duty
	result, err := s.Search(t.Context(), scheduling.SlotQuery{Service: "lakare", Modality: scheduling.Video, From: saturday, To: saturday, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	each := map[int]int{} // hour → times
	for _, slot := range result.Slots {
		each[slot.Start.In(scheduling.Zone).Hour()]++
	}
	for hour := range 24 {
		least, most := 1, 2 // Anna's and Jonas's
		switch {
		case hour >= 8 && hour < 16:
			most = 8
		case hour >= 16 && hour < 22:
			most = 4
		}
		if n := each[hour]; n < least || n > most {
			t.Errorf("%d times in the hour from %d, want %d to %d", n, hour, least, most)
		}
	}
}

func TestSeed_WhatIsNearHomeComesFirst(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	now := moments["a Tuesday morning"]
	if err := demo.Seed(t.Context(), pool, now); err != nil {
		t.Fatal(err)
	}
	s := scheduling.New(scheduling.Options{Pool: pool, Now: func() time.Time { return now }})
	directory, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range demo.Accounts() {
		want, known := map[auth.AccountID]auth.SiteID{
			"gun-britt": "portom-mottagning", "lars-erik": "narpes-halsostation", "aino": "vasa-sandviken",
		}[a.ID]
		if !known {
			continue
		}
		p, err := s.Patient(t.Context(), a.Patient)
		if err != nil {
			t.Fatal(err)
		}
		nearest := slices.MinFunc(directory.Sites, func(a, b scheduling.Site) int { return cmp.Compare(away(p.Home, a), away(p.Home, b)) })
		if nearest.ID != want {
			t.Errorf("nearest to %s is %s, want %s", p.Place, nearest.ID, want)
		}
		result, err := s.Search(t.Context(), scheduling.SlotQuery{Service: "lakare", Modality: scheduling.Hosted, Home: p.Home, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		for i, slot := range result.Slots[1:] {
			before := result.Slots[i]
			if slot.Start.Equal(before.Start) && away(p.Home, *directory.Site(slot.Site)) < away(p.Home, *directory.Site(before.Site)) {
				t.Errorf("from %s, %s is offered after %s", p.Place, slot.Site, before.Site)
			}
		}
	}
	// No site is far outside of its municipality.
	for _, site := range directory.Sites {
		m := directory.Municipality(site.Municipality)
		if km := away(scheduling.Point{Latitude: m.Latitude, Longitude: m.Longitude}, site); km > 40 {
			t.Errorf("%s is %.0f km from the middle of %s", site.ID, km, m.ID)
		}
	}
}

// away is roughly the distance in kilometres, at 63° north.
func away(from scheduling.Point, to scheduling.Site) float64 {
	return 111 * math.Hypot(to.Latitude-from.Latitude, 0.45*(to.Longitude-from.Longitude))
}

func TestSeed_TheSameDayGivesTheSameCounty(t *testing.T) {
	t.Parallel()
	var digests [2]string
	for i := range digests {
		pool := postgrestest.New(t)
		if err := demo.Seed(t.Context(), pool, moments["a Tuesday morning"]); err != nil {
			t.Fatal(err)
		}
		const everything = `
			SELECT md5(concat(
				(SELECT string_agg(p::text, '|' ORDER BY p.id) FROM practitioners AS p),
				(SELECT string_agg(p::text, '|' ORDER BY p.id) FROM patients AS p),
				(SELECT string_agg(s::text, '|' ORDER BY s.id) FROM schedules AS s),
				(SELECT string_agg(a::text, '|' ORDER BY a.id) FROM appointments AS a WHERE booked_by = 'demo')))`
		if err := pool.QueryRow(t.Context(), everything).Scan(&digests[i]); err != nil {
			t.Fatal(err)
		}
	}
	if digests[0] != digests[1] {
		t.Error("two counties differ")
	}
}

func TestRefresh_FillsEachDayOnce(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	now := moments["a Tuesday morning"]
	if err := demo.Refresh(t.Context(), pool, now); err != nil {
		t.Fatalf("on an empty database: %v", err)
	}
	if err := demo.Seed(t.Context(), pool, now); err != nil {
		t.Fatal(err)
	}
	before := count(t, pool, `SELECT count(*) FROM appointments`)
	for range 3 {
		if err := demo.Refresh(t.Context(), pool, now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if after := count(t, pool, `SELECT count(*) FROM appointments`); after != before {
		t.Errorf("%d appointments became %d", before, after)
	}
	// Months later, past the end of all ordinary hours.
	later := now.AddDate(0, 5, 3)
	if err := demo.Refresh(t.Context(), pool, later); err != nil {
		t.Fatal(err)
	}
	s := scheduling.New(scheduling.Options{Pool: pool, Now: func() time.Time { return later }})
	showsScenes(t, s, later)
	if n := count(t, pool, `SELECT count(*) FROM appointments WHERE status = 'booked' AND upper(during) < '2027-05-01'`); n != 0 {
		t.Errorf("%d appointments of the past are still booked", n)
	}
}

func count(t *testing.T, pool *pgxpool.Pool, sql string) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
