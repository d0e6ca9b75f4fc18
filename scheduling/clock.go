package scheduling

import "time"

// dayClock turns the wall-clock minutes of one day into instants. Twice a year Helsinki's day is not 24 hours: in
// March the minutes from 03:00 to 04:00 do not exist, in October they exist twice.
type dayClock struct {
	wall   int64 // local midnight, counted as if local time were UTC
	before int64 // offset from UTC in seconds at the day's start
	after  int64 // and at its end
	change int64 // the instant of the change; meaningless when before == after
}

func clockOf(d Date) dayClock {
	c := dayClock{wall: int64(d.number()) * 86400}
	start, end := d.Start(), d.AddDays(1).Start()
	c.before, c.after = offset(start), offset(end)
	if c.before == c.after {
		return c
	}
	low, high := start.Unix(), end.Unix() // the change is in (low, high]
	for high-low > 1 {
		middle := (low + high) / 2
		if offset(time.Unix(middle, 0)) == c.before {
			low = middle
		} else {
			high = middle
		}
	}
	c.change = high
	return c
}

func offset(t time.Time) int64 {
	_, seconds := t.In(Zone).Zone()
	return int64(seconds)
}

// instant returns when the wall-clock minute begins, in Unix seconds: the first time when it begins twice. A minute
// that does not exist begins, for hours that run through it, at the change; exists is then false.
func (c dayClock) instant(minute int) (at int64, exists bool) {
	wall := c.wall + int64(minute)*60
	first := wall - c.before
	if c.before == c.after || first < c.change {
		return first, true
	}
	if second := wall - c.after; second >= c.change {
		return second, true
	}
	return c.change, false
}

// wallMinute returns the wall-clock minute of the day at an instant of it, and whether instant(minute) is that instant:
// it is not during the second pass of a repeated hour, nor between whole minutes.
func (c dayClock) wallMinute(at int64) (minute int, exact bool) {
	local := at + c.after
	if c.before == c.after || at < c.change {
		local = at + c.before
	}
	minute = int((local - c.wall) / 60)
	back, exists := c.instant(minute)
	return minute, exists && back == at
}

// LostStart is a start that the hours promise and the clock skips.
type LostStart struct {
	Resource ResourceID
	Date     Date
	Minute   int // wall-clock, after midnight
}

// lostMinutes returns the starts of a grid that do not exist on the day.
func (c dayClock) lostMinutes(grid int) []int {
	if c.before >= c.after {
		return nil
	}
	var lost []int
	for m := 0; m < 24*60; m += grid {
		if _, exists := c.instant(m); !exists {
			lost = append(lost, m)
		}
	}
	return lost
}
