package scheduling

import (
	"fmt"
	"time"
	_ "time/tzdata" // the binary must know Helsinki's clock on machines without zone data
)

// Zone is the county's clock. All hours in the directory are wall-clock time here.
var Zone = mustLoad("Europe/Helsinki")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // cannot happen: the zone data is compiled in
	}
	return zone
}

// Date is a day in Helsinki.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day in Helsinki on which t falls.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Zone).Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("read date: %w", err)
	}
	y, m, d := t.Date()
	return Date{y, m, d}, nil
}

// String returns YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// IsZero reports whether the date is unset.
func (d Date) IsZero() bool { return d == Date{} }

// AddDays returns the date n days later.
func (d Date) AddDays(n int) Date {
	y, m, day := time.Date(d.Year, d.Month, d.Day+n, 12, 0, 0, 0, time.UTC).Date()
	return Date{y, m, day}
}

// Weekday returns the ISO number of the day: 1 for Monday, 7 for Sunday.
func (d Date) Weekday() int {
	if w := time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).Weekday(); w != time.Sunday {
		return int(w)
	}
	return 7
}

// Before reports whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.number() < other.number() }

// Start is the first instant of the day. Helsinki changes its clocks at night but never at midnight.
func (d Date) Start() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Zone) }

// number counts days, so that dates can be compared and used as keys.
func (d Date) number() int {
	return int(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}
