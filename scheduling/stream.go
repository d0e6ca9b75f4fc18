package scheduling

import (
	"cmp"
	"slices"
)

// stream is the free time of one resource around one day, with a cursor. Questions must come in ascending order.
type stream struct {
	resource ResourceID
	speaks   *Practitioner // nil for rooms and devices
	site     SiteID        // where a professional is, for visits in person
	spans    []span        // sorted, disjoint
	cursor   int
}

// free reports whether the resource is free all of [from, to).
func (s *stream) free(from, to int64) bool {
	for s.cursor < len(s.spans) && s.spans[s.cursor].to < to {
		s.cursor++
	}
	return s.cursor < len(s.spans) && s.spans[s.cursor].from <= from
}

// arena is where a search keeps its spans: one growing piece of memory instead of many small ones.
type arena struct {
	spans []span
	work  []span
}

// freeSpans returns the windows that serve the modality (and the site, when one is given), joined, minus what is taken.
func (a *arena) freeSpans(windows []window, m Modality, site SiteID, busy []taken, now int64) []span {
	a.work = a.work[:0]
	bit := m.bit()
	for _, w := range windows {
		if w.modalities&bit == 0 || (site != "" && w.site != site) {
			continue
		}
		if n := len(a.work); n > 0 && w.from <= a.work[n-1].to {
			a.work[n-1].to = max(a.work[n-1].to, w.to)
			continue
		}
		a.work = append(a.work, w.span)
	}
	begin := len(a.spans)
	if len(a.work) > 0 {
		// Skip what ended before the first window.
		i, _ := slices.BinarySearchFunc(busy, a.work[0].from, func(t taken, at int64) int { return cmp.Compare(t.to, at) })
		busy = busy[i:]
	}
	for _, w := range a.work {
		for len(busy) > 0 && busy[0].to <= w.from {
			busy = busy[1:]
		}
		for _, t := range busy {
			if t.from >= w.to {
				break
			}
			if t.expires != 0 && t.expires <= now {
				continue
			}
			if t.from > w.from {
				a.spans = append(a.spans, span{w.from, t.from})
			}
			w.from = max(w.from, t.to)
		}
		if w.from < w.to {
			a.spans = append(a.spans, w)
		}
	}
	return a.spans[begin:len(a.spans):len(a.spans)]
}

// place is the free time of one site's nurses, rooms and devices for one service and modality.
type place struct {
	site    SiteID
	needs   []Need
	nurses  []stream
	rooms   []stream
	devices []deviceStream
}

type deviceStream struct {
	stream
	room ResourceID
	kind DeviceKind
}

// choice is who and what a place gives to one visit.
type choice struct {
	nurse   ResourceID
	room    ResourceID
	devices []ResourceID
}

// choose finds a nurse, a room and devices, as needed, that are all free for a visit in [from, to). Devices is only filled
// when the whole succeeds.
func (p *place) choose(from, to int64) (c choice, found bool) {
	var room *Need
	devices := 0
	for i := range p.needs {
		n := &p.needs[i]
		switch n.Kind {
		case NeedNurse:
			nurse := firstFree(p.nurses, from-minutes(n.BeforeMinutes), to+minutes(n.AfterMinutes))
			if nurse == 0 {
				return choice{}, false
			}
			c.nurse = nurse
		case NeedRoom:
			room = n
		case NeedDevice:
			devices++
		}
	}
	if room == nil {
		c.devices, found = p.devicesFor(0, devices, from, to)
		return c, found
	}
	for i := range p.rooms {
		r := &p.rooms[i]
		if !r.free(from-minutes(room.BeforeMinutes), to+minutes(room.AfterMinutes)) {
			continue
		}
		if c.devices, found = p.devicesFor(r.resource, devices, from, to); found {
			c.room = r.resource
			return c, true
		}
	}
	return choice{}, false
}

// devicesFor finds the needed devices that stay in the room, or are not tied to any.
func (p *place) devicesFor(room ResourceID, count int, from, to int64) ([]ResourceID, bool) {
	if count == 0 {
		return nil, true
	}
	var chosen [8]ResourceID
	found := 0
	for i := range p.needs {
		n := &p.needs[i]
		if n.Kind != NeedDevice {
			continue
		}
		device := ResourceID(0)
		for j := range p.devices {
			d := &p.devices[j]
			if d.kind == DeviceKind(n.Detail) && (d.room == 0 || room == 0 || d.room == room) &&
				d.free(from-minutes(n.BeforeMinutes), to+minutes(n.AfterMinutes)) {
				device = d.resource
				break
			}
		}
		if device == 0 || found == len(chosen) {
			return nil, false
		}
		chosen[found] = device
		found++
	}
	return slices.Clone(chosen[:found]), true
}

func firstFree(streams []stream, from, to int64) ResourceID {
	for i := range streams {
		if streams[i].free(from, to) {
			return streams[i].resource
		}
	}
	return 0
}

func minutes(n int) int64 { return int64(n) * 60 }
