package scheduling

import (
	"slices"
	"time"
)

// search is a query made ready: looked up, with its defaults filled in.
type search struct {
	service     *Offering
	modalities  []Modality
	needs       [4][]Need // by modality
	language    Language
	site        SiteID
	candidates  []*Practitioner // preferred ones first
	preferred   int             // how many of them
	sites       []*Site         // nearest first; only those asked for
	fromMinute  int
	untilMinute int
	cap         int   // slots for each start and modality besides the preferred practitioners'
	only        int64 // the one start that matters, 0 for all
	ignoreTaken bool  // as if nothing were booked
	now         int64
	soonest     int64
	asker
}

// day sweeps one day in ascending order of start and hands every slot to emit.
func (q *search) day(v view, date Date, emit func(Slot)) {
	a, _ := arenas.Get().(*arena) // it holds nothing else
	defer arenas.Put(a)
	a.reset()
	d := q.open(v, date, a)
	clock := clockOf(date)
	grid := q.service.GridMinutes
	length := minutes(q.service.Minutes)
	first := (q.fromMinute + grid - 1) / grid * grid
	for minute := first; minute < q.untilMinute; minute += grid {
		start, exists := clock.instant(minute)
		if !exists || start < q.soonest || (q.only != 0 && start != q.only) {
			continue
		}
		if q.isAway(start, start+length) {
			continue
		}
		d.at(start, start+length, minute/grid, emit)
	}
}

// sweepDay is the opened streams of one day.
type sweepDay struct {
	*search
	remote [4][]stream // by modality; video, phone and hosted: the professionals
	there  []stream    // in person: a stream for each professional and site
	places [4][]*place // by modality; hosted and in person, nearest first
}

// freeTime computes when a resource is free for a modality, at a site when one is given.
type freeTime func(resource ResourceID, m Modality, site SiteID) []span

// open computes the free time of everybody and everything that the search may need on the day.
func (q *search) open(v view, date Date, a *arena) *sweepDay {
	d := &sweepDay{search: q}
	plans := v.snapshot.day(date.number())
	free := func(resource ResourceID, m Modality, site SiteID) []span {
		p := plans[resource]
		if q.ignoreTaken {
			return p.spans(m, site)
		}
		return a.freeSpans(p.spans(m, site), withoutOwn(v.taken[resource], q.own), q.now)
	}
	for _, m := range q.modalities {
		if m != InPerson {
			begin := len(a.streams)
			for _, p := range q.candidates {
				a.streams = append(a.streams, stream{resource: p.ID, speaks: p, spans: free(p.ID, m, "")})
			}
			d.remote[m.index()] = a.streams[begin:len(a.streams):len(a.streams)]
		} else {
			d.there = q.openThere(a, free)
		}
		if !m.AtSite() || (m == InPerson && len(d.there) == 0) {
			continue
		}
		for _, site := range q.sites {
			if m == InPerson && !slices.ContainsFunc(d.there, func(s stream) bool { return s.site == site.ID }) {
				continue
			}
			if p := q.openPlace(v, a, site.ID, m, free); p != nil {
				d.places[m.index()] = append(d.places[m.index()], p)
			}
		}
	}
	return d
}

// openThere opens the professionals at the sites where they are.
func (q *search) openThere(a *arena, free freeTime) []stream {
	begin := len(a.streams)
	for _, p := range q.candidates {
		for _, site := range p.Sites {
			if q.site != "" && site != q.site {
				continue
			}
			if spans := free(p.ID, InPerson, site); len(spans) > 0 {
				a.streams = append(a.streams, stream{resource: p.ID, speaks: p, site: site, spans: spans})
			}
		}
	}
	return a.streams[begin:len(a.streams):len(a.streams)]
}

func withoutOwn(list []taken, own map[int64]bool) []taken {
	if len(own) == 0 {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(t taken) bool { return own[t.id] })
}

// openPlace returns nil when the site can never serve the needs.
func (q *search) openPlace(v view, a *arena, site SiteID, m Modality, free freeTime) *place {
	p := a.place(site, q.needs[m.index()])
	for _, need := range p.needs {
		switch need.Kind {
		case NeedNurse:
			for _, nurse := range v.snapshot.hosts[site] {
				if q.language != "" && !nurse.Speaks(q.language) {
					continue
				}
				if spans := free(nurse.ID, m, site); len(spans) > 0 {
					p.nurses = append(p.nurses, stream{resource: nurse.ID, speaks: nurse, spans: spans})
				}
			}
			if len(p.nurses) == 0 {
				return nil
			}
		case NeedRoom:
			for _, room := range v.snapshot.roomsOf[site] {
				if need.Detail == "" || need.Detail == room.Usage {
					if spans := free(room.ID, m, ""); len(spans) > 0 {
						p.rooms = append(p.rooms, stream{resource: room.ID, spans: spans})
					}
				}
			}
			if len(p.rooms) == 0 {
				return nil
			}
		case NeedDevice:
			before := len(p.devices)
			for _, device := range v.snapshot.devicesOf[site] {
				if string(device.Kind) != need.Detail {
					continue
				}
				if spans := free(device.ID, m, ""); len(spans) > 0 {
					one := stream{resource: device.ID, spans: spans}
					p.devices = append(p.devices, deviceStream{stream: one, room: device.Room, kind: device.Kind})
				}
			}
			if len(p.devices) == before {
				return nil
			}
		}
	}
	return p
}

// at emits the slots of one start. The turn rotates who comes first, so that the load is shared.
func (d *sweepDay) at(from, to int64, turn int, emit func(Slot)) {
	for _, m := range d.modalities {
		switch m {
		case Video, Phone:
			d.professionals(d.remote[m.index()], from, to, turn, d.cap, func(p *stream) bool {
				emit(d.slot(m, from, to, p, "", choice{}, d.inLanguage(p.speaks)))
				return true
			})
		case Hosted:
			d.hosted(from, to, turn, emit)
		case InPerson:
			d.inPerson(from, to, turn, emit)
		}
	}
}

// inLanguage is the language that somebody gives the service in: the one asked for, or their best.
func (d *sweepDay) inLanguage(p *Practitioner) Language {
	if d.language != "" {
		return d.language
	}
	return p.Languages[0]
}

// professionals calls found for each preferred professional who is free, and for others until up to limit of them were
// of use.
func (d *sweepDay) professionals(streams []stream, from, to int64, turn, limit int, found func(*stream) bool) {
	preferred := min(d.preferred, len(streams))
	for i := range preferred {
		if streams[i].free(from, to) {
			found(&streams[i])
		}
	}
	others := streams[preferred:]
	for i := 0; i < len(others) && limit > 0; i++ {
		if p := &others[(turn+i)%len(others)]; p.free(from, to) && found(p) {
			limit--
		}
	}
}

// hosted emits, for a search of one site, several professionals; otherwise one professional for each of the nearest sites.
func (d *sweepDay) hosted(from, to int64, turn int, emit func(Slot)) {
	sites, each := d.cap, 1
	if d.site != "" {
		sites, each = 1, d.cap
	}
	for _, p := range d.places[Hosted.index()] {
		if sites == 0 {
			return
		}
		c, found := p.choose(from, to)
		if !found {
			continue
		}
		free, any := false, false
		d.professionals(d.remote[Hosted.index()], from, to, turn, each, func(s *stream) bool {
			free = true
			with, language, found := p.hostFor(c, s.speaks, d.language, from, to)
			if !found {
				return false
			}
			any = true
			emit(d.slot(Hosted, from, to, s, p.site, with, language))
			return true
		})
		switch {
		case !free:
			return // nobody is free at this time, wherever the patient is
		case !any:
			continue
		}
		sites--
		turn++
	}
}

func (d *sweepDay) inPerson(from, to int64, turn int, emit func(Slot)) {
	if len(d.there) == 0 {
		return
	}
	limit := d.cap
	try := func(s *stream, counts bool) {
		if !s.free(from, to) {
			return
		}
		for _, p := range d.places[InPerson.index()] {
			if p.site != s.site {
				continue
			}
			c, found := p.choose(from, to)
			if !found {
				return
			}
			c, language, found := p.hostFor(c, s.speaks, d.language, from, to)
			if !found {
				return
			}
			emit(d.slot(InPerson, from, to, s, p.site, c, language))
			if counts {
				limit--
			}
			return
		}
	}
	preferred := d.candidates[:min(d.preferred, len(d.candidates))]
	for i := range d.there {
		if slices.Contains(preferred, d.there[i].speaks) {
			try(&d.there[i], false)
		}
	}
	for i := 0; i < len(d.there) && limit > 0; i++ {
		if s := &d.there[(turn+i)%len(d.there)]; !slices.Contains(preferred, s.speaks) {
			try(s, true)
		}
	}
}

func (d *sweepDay) slot(m Modality, from, to int64, p *stream, site SiteID, c choice, language Language) Slot {
	return Slot{
		Service:      d.service.ID,
		Start:        time.Unix(from, 0).UTC(),
		End:          time.Unix(to, 0).UTC(),
		Modality:     m,
		Site:         site,
		Room:         c.room,
		Devices:      c.devices,
		Practitioner: p.resource,
		Nurse:        c.nurse,
		Language:     language,
	}
}
