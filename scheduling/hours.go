package scheduling

import (
	"cmp"
	"slices"
	"sync"
)

// weekly is one row of a resource's hours.
type weekly struct {
	weekday          int
	startMinute      int
	endMinute        int // may be on the following day
	modalities       modalities
	site             SiteID
	onClosures       bool
	fromDay, lastDay int // numbers of dates, both included
}

// span is an interval [from, to) in Unix seconds.
type span struct{ from, to int64 }

// window is a span in which a resource works.
type window struct {
	span
	modalities modalities
	site       SiteID
}

// snapshot is the directory with everybody's hours: immutable, apart from a cache of the days asked for.
type snapshot struct {
	*Directory
	hours    map[ResourceID][]weekly
	absences map[ResourceID][]span // sorted
	closed   map[int][]SiteID      // by number of date; "" is the whole county
	offering map[ServiceID][]*Practitioner
	hosts    map[SiteID][]*Practitioner // nurses with hosted hours at the site

	mu   sync.Mutex // guards days
	days map[int]map[ResourceID][]window
}

// How far around a day its windows reach, so that what begins on the day can run over midnight.
const (
	reachBefore = 2 * 3600
	reachAfter  = 10 * 3600
)

// day returns the windows of every resource around one day, each list sorted.
func (s *snapshot) day(number int) map[ResourceID][]window {
	s.mu.Lock()
	windows, known := s.days[number]
	s.mu.Unlock()
	if known {
		return windows
	}
	windows = s.expand(number)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.days) >= maxCachedDays {
		clear(s.days)
	}
	s.days[number] = windows
	return windows
}

// maxCachedDays bounds the cache against searches that wander through the years.
const maxCachedDays = 400

func (s *snapshot) expand(number int) map[ResourceID][]window {
	date := dateOfNumber(number)
	from := date.Start().Unix() - reachBefore
	to := date.AddDays(1).Start().Unix() + reachAfter
	windows := make(map[ResourceID][]window, len(s.hours))
	var clocks [4]dayClock // of the day before, the day, the day after, and one more for nights
	for i := range clocks {
		clocks[i] = clockOf(date.AddDays(i - 1))
	}
	for resource, rows := range s.hours {
		var list []window
		for _, row := range rows {
			for i := range 3 {
				day := number + i - 1
				if w, works := s.window(row, day, date.AddDays(i-1).Weekday(), clocks[i], clocks[i+1]); works {
					w.from, w.to = max(w.from, from), min(w.to, to)
					if w.from < w.to {
						list = append(list, w)
					}
				}
			}
		}
		if len(list) == 0 {
			continue
		}
		slices.SortFunc(list, func(a, b window) int { return cmp.Compare(a.from, b.from) })
		windows[resource] = withoutAbsences(joined(list), s.absences[resource])
	}
	return windows
}

// window returns the instants of one row on one day.
func (s *snapshot) window(row weekly, day, weekday int, today, tomorrow dayClock) (window, bool) {
	if row.weekday != weekday || day < row.fromDay || day > row.lastDay {
		return window{}, false
	}
	if !row.onClosures {
		for _, site := range s.closed[day] {
			if site == "" || site == row.site {
				return window{}, false
			}
		}
	}
	from, _ := today.instant(row.startMinute)
	var to int64
	if row.endMinute <= 24*60 {
		to, _ = today.instant(row.endMinute)
	} else {
		to, _ = tomorrow.instant(row.endMinute - 24*60)
	}
	return window{span{from, to}, row.modalities, row.site}, from < to
}

// joined makes one window of two that follow each other without a gap and are alike, as at midnight on a rota.
func joined(list []window) []window {
	out := list[:0]
	for _, w := range list {
		merged := false
		for i := len(out) - 1; i >= 0; i-- {
			if out[i].to == w.from && out[i].modalities == w.modalities && out[i].site == w.site {
				out[i].to = w.to
				merged = true
				break
			}
		}
		if !merged {
			out = append(out, w)
		}
	}
	return out
}

func withoutAbsences(list []window, absences []span) []window {
	if len(absences) == 0 {
		return list
	}
	var out []window
	for _, w := range list {
		for _, a := range absences {
			if a.to <= w.from {
				continue
			}
			if a.from >= w.to {
				break
			}
			if a.from > w.from {
				before := w
				before.to = a.from
				out = append(out, before)
			}
			w.from = max(w.from, a.to)
			if w.from >= w.to {
				break
			}
		}
		if w.from < w.to {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b window) int { return cmp.Compare(a.from, b.from) })
	return out
}

// dateOfNumber is the inverse of Date.number.
func dateOfNumber(number int) Date { return Date{1970, 1, 1}.AddDays(number) }
