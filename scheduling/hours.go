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
	days map[int]map[ResourceID]plan
}

// plan is when one resource works around one day, by modality, without absences: for each modality sorted and disjoint.
type plan struct {
	anywhere [4][]span
	at       []sitePlan
}

// sitePlan is the part of a plan that is spent at one site.
type sitePlan struct {
	site  SiteID
	spans [4][]span
}

// spans returns the plan for a modality, at a site when one is given. It is shared and must not be changed.
func (p *plan) spans(m Modality, site SiteID) []span {
	if site == "" {
		return p.anywhere[m.index()]
	}
	for i := range p.at {
		if p.at[i].site == site {
			return p.at[i].spans[m.index()]
		}
	}
	return nil
}

// planOf sorts windows, which are in order of their beginnings, by modality and site.
func planOf(windows []window) plan {
	var p plan
	var sites []SiteID
	for _, w := range windows {
		if w.site != "" && !slices.Contains(sites, w.site) {
			sites = append(sites, w.site)
		}
	}
	for _, m := range []Modality{Video, Hosted, InPerson, Phone} {
		p.anywhere[m.index()] = merged(windows, m, "")
	}
	for _, site := range sites {
		there := sitePlan{site: site}
		for _, m := range []Modality{Video, Hosted, InPerson, Phone} {
			there.spans[m.index()] = merged(windows, m, site)
		}
		p.at = append(p.at, there)
	}
	return p
}

// merged returns the windows that serve the modality (and the site, when one is given), those that touch or overlap as one.
func merged(windows []window, m Modality, site SiteID) []span {
	var out []span
	for _, w := range windows {
		if w.modalities&m.bit() == 0 || (site != "" && w.site != site) {
			continue
		}
		if n := len(out); n > 0 && w.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, w.to)
			continue
		}
		out = append(out, w.span)
	}
	return out
}

// How far around a day its windows reach, so that what begins on the day can run over midnight.
const (
	reachBefore = 2 * 3600
	reachAfter  = 10 * 3600
)

// day returns the plan of every resource around one day.
func (s *snapshot) day(number int) map[ResourceID]plan {
	s.mu.Lock()
	plans, known := s.days[number]
	s.mu.Unlock()
	if known {
		return plans
	}
	plans = s.expand(number)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.days) >= maxCachedDays {
		clear(s.days)
	}
	s.days[number] = plans
	return plans
}

// maxCachedDays bounds the cache against searches that wander through the years.
const maxCachedDays = 400

func (s *snapshot) expand(number int) map[ResourceID]plan {
	date := dateOfNumber(number)
	from := date.Start().Unix() - reachBefore
	to := date.AddDays(1).Start().Unix() + reachAfter
	plans := make(map[ResourceID]plan, len(s.hours))
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
		plans[resource] = planOf(withoutAbsences(list, s.absences[resource]))
	}
	return plans
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
