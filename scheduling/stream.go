package scheduling

import (
	"cmp"
	"slices"
	"sync"
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

// arena is the memory of one day's sweep, used again by the next.
type arena struct {
	spans   []span
	streams []stream
	places  []*place
	used    int // of places
}

// arenas are shared by searches: a day of a county is some ten kilobytes.
var arenas = sync.Pool{New: func() any { return &arena{} }}

func (a *arena) reset() {
	a.spans, a.streams, a.used = a.spans[:0], a.streams[:0], 0
}

// place returns an empty place.
func (a *arena) place(site SiteID, needs []Need) *place {
	if a.used == len(a.places) {
		a.places = append(a.places, &place{})
	}
	p := a.places[a.used]
	a.used++
	p.site, p.needs = site, needs
	p.nurses, p.rooms, p.devices = p.nurses[:0], p.rooms[:0], p.devices[:0]
	return p
}

// freeSpans returns planned time minus what is taken. Both are sorted and disjoint. When nothing is in the way the
// plan itself is the answer.
func (a *arena) freeSpans(planned []span, busy []taken, now int64) []span {
	if len(planned) == 0 {
		return nil
	}
	first, _ := slices.BinarySearchFunc(busy, planned[0].from, func(t taken, at int64) int { return cmp.Compare(t.to, at+1) })
	busy = busy[first:]
	if len(busy) == 0 || busy[0].from >= planned[len(planned)-1].to {
		return planned
	}
	begin := len(a.spans)
	for _, w := range planned {
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

// hostFor sees that the choice's nurse is not the professional and speaks a language with them (the one asked for, when one
// is), or chooses another nurse who is free. It returns the language, the professional's best that both speak.
func (p *place) hostFor(c choice, leads *Practitioner, asked Language, from, to int64) (choice, Language, bool) {
	i := slices.IndexFunc(p.needs, func(n Need) bool { return n.Kind == NeedNurse })
	if i < 0 {
		if asked == "" {
			asked = leads.Languages[0]
		}
		return c, asked, true
	}
	for _, language := range leads.Languages {
		if asked != "" && language != asked {
			continue
		}
		for j := range p.nurses {
			n := &p.nurses[j]
			if n.resource != leads.ID && n.speaks.Speaks(language) &&
				n.free(from-minutes(p.needs[i].BeforeMinutes), to+minutes(p.needs[i].AfterMinutes)) {
				c.nurse = n.resource
				return c, language, true
			}
		}
	}
	return choice{}, "", false
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
