package scheduling

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"nara/internal/postgres/postgrestest"
)

var (
	march   = Date{2027, time.March, 28}   // 03:00 becomes 04:00
	october = Date{2027, time.October, 31} // 04:00 becomes 03:00
)

func TestDayClock_BothFinnishNights(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		day    Date
		minute int
		want   string // UTC
		exists bool
	}{
		{march, 0, "2027-03-27T22:00:00Z", true},
		{march, 2*60 + 59, "2027-03-28T00:59:00Z", true},
		{march, 3 * 60, "2027-03-28T01:00:00Z", false},
		{march, 3*60 + 30, "2027-03-28T01:00:00Z", false},
		{march, 4 * 60, "2027-03-28T01:00:00Z", true},
		{march, 23 * 60, "2027-03-28T20:00:00Z", true},
		{march, 24 * 60, "2027-03-28T21:00:00Z", true},
		{october, 0, "2027-10-30T21:00:00Z", true},
		{october, 2*60 + 59, "2027-10-30T23:59:00Z", true},
		{october, 3 * 60, "2027-10-31T00:00:00Z", true},    // the first of two
		{october, 3*60 + 59, "2027-10-31T00:59:00Z", true}, // the first of two
		{october, 4 * 60, "2027-10-31T02:00:00Z", true},    // the only one
		{october, 24 * 60, "2027-10-31T22:00:00Z", true},
		{Date{2027, time.June, 1}, 3*60 + 30, "2027-06-01T00:30:00Z", true},
	} {
		at, exists := clockOf(test.day).instant(test.minute)
		if got := time.Unix(at, 0).UTC().Format(time.RFC3339); got != test.want || exists != test.exists {
			t.Errorf("%v minute %d: %s %v, want %s %v", test.day, test.minute, got, exists, test.want, test.exists)
		}
	}
}

func TestDayClock_AnyDayOfTheCentury(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := Date{2000, 1, 1}.AddDays(rapid.IntRange(0, 36500).Draw(t, "day"))
		if rapid.Bool().Draw(t, "atAChange") {
			month := rapid.SampledFrom([]time.Month{time.March, time.October}).Draw(t, "month")
			day = Date{day.Year, month, 31}
			for day.Weekday() != 7 {
				day = day.AddDays(-1)
			}
		}
		clock := clockOf(day)
		minute := rapid.IntRange(0, 24*60-1).Draw(t, "minute")
		at, exists := clock.instant(minute)
		local := time.Unix(at, 0).In(Zone)
		if exists {
			if DateOf(local) != day || local.Hour()*60+local.Minute() != minute {
				t.Fatalf("%v minute %d is %v", day, minute, local)
			}
			if hour := local.Add(-time.Hour); hour.Hour() == local.Hour() {
				t.Fatalf("%v minute %d is the second of two: %v", day, minute, local)
			}
			if back, exact := clock.wallMinute(at); back != minute || !exact {
				t.Fatalf("%v minute %d comes back as %d, %v", day, minute, back, exact)
			}
		}
		if later, _ := clock.instant(minute + 1); later < at {
			t.Fatalf("%v: minute %d is before the one it follows", day, minute+1)
		}
		next, _ := clockOf(day.AddDays(1)).instant(0)
		if end, _ := clock.instant(24 * 60); end != next {
			t.Fatalf("%v does not end where the next day begins", day)
		}
		if back, err := ParseDate(day.String()); err != nil || back != day || dateOfNumber(day.number()) != day {
			t.Fatalf("%v comes back as %v, %v", day, back, err)
		}
	})
}

// TestZone_GoAndPostgreSQLAgree compares both programs' zone data hour by hour around every change of thirty years.
func TestZone_GoAndPostgreSQLAgree(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	const hours = `
		SELECT at, to_char(at AT TIME ZONE 'Europe/Helsinki', 'YYYY-MM-DD HH24:MI')
		FROM generate_series(1995, 2037) AS year,
			unnest(ARRAY[make_date(year, 3, 24), make_date(year, 10, 24), make_date(year, 7, 1)]) AS day,
			generate_series(day::timestamptz, day::timestamptz + interval '9 days', interval '30 minutes') AS at`
	rows, err := pool.Query(t.Context(), hours)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	compared := 0
	for rows.Next() {
		var at time.Time
		var theirs string
		if err := rows.Scan(&at, &theirs); err != nil {
			t.Fatal(err)
		}
		if ours := at.In(Zone).Format("2006-01-02 15:04"); ours != theirs {
			t.Fatalf("%v is %s for Go and %s for PostgreSQL", at.UTC(), ours, theirs)
		}
		compared++
	}
	if err := rows.Err(); err != nil || compared < 50_000 {
		t.Fatalf("compared %d, %v", compared, err)
	}
}

// TestFreeSpans_AreHoursWithoutWhatIsTaken compares the sweep's arithmetic with a second-by-second model.
func TestFreeSpans_AreHoursWithoutWhatIsTaken(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const length = 60
		var want [length]bool
		var windows []window
		for from := int64(0); from < length; {
			w := window{span{from, min(length, from+rapid.Int64Range(1, 20).Draw(t, "window"))}, Video.bit(), ""}
			if rapid.Bool().Draw(t, "other modality") {
				w.modalities = Phone.bit()
			} else {
				for i := w.from; i < w.to; i++ {
					want[i] = true
				}
			}
			windows = append(windows, w)
			from += rapid.Int64Range(1, 25).Draw(t, "next")
		}
		var busy []taken
		for from := rapid.Int64Range(0, 10).Draw(t, "first"); from < length; {
			b := taken{span: span{from, from + rapid.Int64Range(1, 9).Draw(t, "taken")}}
			if rapid.Bool().Draw(t, "expired") {
				b.expires = 100
			} else {
				for i := b.from; i < min(b.to, length); i++ {
					want[i] = false
				}
			}
			busy = append(busy, b)
			from = b.to + rapid.Int64Range(0, 12).Draw(t, "gap")
		}
		var got [length]bool
		last := int64(-1)
		for _, s := range new(arena).freeSpans(merged(windows, Video, ""), busy, 100) {
			if s.from >= s.to || s.from < last {
				t.Fatalf("span %v after %d", s, last)
			}
			last = s.to
			for i := s.from; i < s.to; i++ {
				got[i] = true
			}
		}
		if got != want {
			t.Fatalf("free %v\nwant %v", got, want)
		}
	})
}
