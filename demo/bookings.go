package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"nara/scheduling"
)

// How many days of bookings there are.
const (
	pastDays   = 14
	futureDays = 45
)

// booking is an appointment with what it takes.
type booking struct {
	id           scheduling.AppointmentID
	patient      scheduling.PatientID
	service      string
	practitioner scheduling.ResourceID
	nurse, room  scheduling.ResourceID
	devices      []scheduling.ResourceID
	site         string
	modality     string
	language     string
	start, end   time.Time
	status       string
	reason       string
	takes        []taking
}

type taking struct {
	resource   scheduling.ResourceID
	start, end time.Time
}

// absence is time that somebody's hours promise and other duties take.
type absence struct {
	resource   scheduling.ResourceID
	start, end time.Time
	kind       string
}

// calendars are everybody's, while they are being filled.
type calendars struct {
	random *rand.Rand
	today  scheduling.Date
	now    time.Time

	everybody []practitioner
	clients   []patient
	hoursOf   map[scheduling.ResourceID][]hours
	roomsAt   map[string][]placedRoom
	nursesAt  map[string][]practitioner
	devicesIn map[scheduling.ResourceID][]placedDevice
	closed    map[scheduling.Date]bool

	busy        map[scheduling.ResourceID][]taking
	busyPatient map[scheduling.PatientID][]taking
	bookings    []booking
	absences    []absence
}

func newCalendars(random *rand.Rand, now time.Time, c *county) *calendars {
	p := &calendars{
		random: random, today: scheduling.DateOf(now), now: now, everybody: c.staff, clients: c.patients,
		hoursOf:     map[scheduling.ResourceID][]hours{},
		roomsAt:     map[string][]placedRoom{},
		nursesAt:    map[string][]practitioner{},
		devicesIn:   map[scheduling.ResourceID][]placedDevice{},
		closed:      map[scheduling.Date]bool{},
		busy:        map[scheduling.ResourceID][]taking{},
		busyPatient: map[scheduling.PatientID][]taking{},
	}
	for _, h := range c.weekly {
		p.hoursOf[h.resource] = append(p.hoursOf[h.resource], h)
	}
	for _, r := range c.rooms {
		p.roomsAt[r.site] = append(p.roomsAt[r.site], r)
	}
	for _, d := range c.devices {
		p.devicesIn[d.room] = append(p.devicesIn[d.room], d)
	}
	for _, one := range c.staff {
		if one.profession == "nurse" {
			p.nursesAt[one.site] = append(p.nursesAt[one.site], one)
		}
	}
	for _, h := range c.holidays {
		p.closed[h.day] = true
	}
	return p
}

// fill makes the bookings and absences of all days.
func (p *calendars) fill() {
	for offset := -pastDays; offset <= futureDays; offset++ {
		day := p.today.AddDays(offset)
		for _, who := range p.everybody {
			for _, h := range p.hoursOf[who.id] {
				if h.weekday != day.Weekday() || (p.closed[day] && !h.always) {
					continue
				}
				if who.persona != "" {
					p.fillPersona(who, h, day, offset)
					continue
				}
				p.fillHours(who, h, day, offset)
			}
		}
	}
}

// fillHours walks through one stretch of work. The demo's 200 patients cannot fill the calendars of 120 professionals, so
// most of what is taken is taken by other duties: near days are full, later ones are free.
func (p *calendars) fillHours(who practitioner, h hours, day scheduling.Date, offset int) {
	full := 0.88 - 0.02*float64(max(0, offset))
	if full < 0.1 {
		full = 0.1
	}
	for minute := h.from; minute+20 <= h.to; {
		switch draw := p.random.Float64(); {
		case draw < 0.10*full:
			if b, made := p.book(who, h, day, minute); made {
				minute += int(b.end.Sub(b.start).Minutes()) + 10
				continue
			}
			minute += 15
		case draw < full:
			length := min(h.to-minute, 30+15*p.random.IntN(7))
			p.absences = append(p.absences, absence{who.id, wall(day, minute), wall(day, minute+length), "other"})
			p.busy[who.id] = append(p.busy[who.id], taking{who.id, wall(day, minute), wall(day, minute+length)})
			minute += length
		default:
			minute += 30
		}
	}
}

// fillPersona gives the personas a full but not overfull working day between eight and four, and nothing in the next two
// hours, which Refresh is for.
func (p *calendars) fillPersona(who practitioner, h hours, day scheduling.Date, offset int) {
	if day.Weekday() > 5 || len(h.modalities) == 1 || who.profession == "nurse" || h.from != dayFrom || h.to != dayTo {
		return
	}
	likely := 0.55 - 0.012*float64(max(0, offset))
	for minute := dayFrom; minute+30 <= dayTo; minute += 30 {
		start := wall(day, minute)
		if start.After(p.now.Add(-30*time.Minute)) && start.Before(p.now.Add(2*time.Hour)) {
			continue
		}
		if p.random.Float64() < likely && (minute < 11*60+30 || minute >= 12*60+15) {
			p.book(who, h, day, minute)
		}
	}
}

// book books a patient at a minute of the day, if everything needed is free.
func (p *calendars) book(who practitioner, h hours, day scheduling.Date, minute int) (booking, bool) {
	s := p.serviceOf(who)
	start := wall(day, minute)
	end := start.Add(time.Duration(s.minutes) * time.Minute)
	if end.After(wall(day, h.to)) || !p.free(who.id, start, end) {
		return booking{}, false
	}
	who2, found := p.patientFor(who, s, start, end)
	if !found {
		return booking{}, false
	}
	b := booking{
		patient: who2.id, service: s.slug, practitioner: who.id, language: who2.language, start: start, end: end,
		reason: reasonFor(p.random, s, who2.language),
	}
	if !slices.Contains(who.languages, b.language) {
		b.language = who.languages[0]
	}
	b.takes = []taking{{who.id, start, end}}
	if !p.place(&b, s, who, who2, h) {
		return booking{}, false
	}
	b.status = p.statusAt(b.start, b.end)
	id := uuid.NewSHA1(namespace, fmt.Appendf(nil, "appointment %s %d", start.UTC().Format(time.RFC3339), who.id))
	b.id = scheduling.AppointmentID(id.String())
	p.bookings = append(p.bookings, b)
	if b.status != "cancelled" {
		for _, t := range b.takes {
			p.busy[t.resource] = append(p.busy[t.resource], t)
		}
		p.busyPatient[b.patient] = append(p.busyPatient[b.patient], taking{0, start, end})
	}
	return b, true
}

func (p *calendars) serviceOf(who practitioner) service {
	slug := who.services[p.random.IntN(len(who.services))]
	i := slices.IndexFunc(services, func(s service) bool { return s.slug == slug })
	return services[i]
}

// patientFor draws a patient who is free: most often one of the professional's own.
func (p *calendars) patientFor(who practitioner, s service, start, end time.Time) (patient, bool) {
	for range 8 {
		candidate := p.clients[p.random.IntN(len(p.clients))]
		if p.random.IntN(100) < 65 {
			var own []patient
			for _, one := range p.clients {
				if one.own == who.id || one.nurse == who.id {
					own = append(own, one)
				}
			}
			if len(own) > 0 {
				candidate = own[p.random.IntN(len(own))]
			}
		}
		age := p.today.Year - candidate.born.Year
		switch {
		case slices.ContainsFunc(p.busyPatient[candidate.id], func(t taking) bool {
			return t.start.Before(end.Add(2*time.Hour)) && start.Before(t.end.Add(2*time.Hour))
		}):
		case s.slug == "radgivning" && age > 6, s.slug == "missbruk" && age < 18:
		case !slices.Contains(who.languages, candidate.language):
		default:
			return candidate, true
		}
	}
	return patient{}, false
}

// place chooses how they meet, and nurse, room and devices where that needs them.
func (p *calendars) place(b *booking, s service, who practitioner, whom patient, h hours) bool {
	order := slices.Clone(s.modalities)
	p.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for _, modality := range order {
		if !slices.Contains(h.modalities, modality) {
			continue
		}
		b.modality = modality
		switch modality {
		case "video", "phone":
			return true
		case "in_person":
			if p.takeRoom(b, s, h.site, false) {
				return true
			}
		case "hosted":
			for _, site := range sites {
				if site.municipality == whom.home && who.profession != "nurse" && p.takeRoom(b, s, site.slug, true) {
					return true
				}
			}
		}
	}
	return false
}

// takeRoom finds a room, what the service needs in it, and for a hosted visit a nurse.
func (p *calendars) takeRoom(b *booking, s service, site string, hosted bool) bool {
	for _, room := range p.roomsAt[site] {
		if !p.free(room.id, b.start, b.end) || !p.works(room.id, b.start, b.end) {
			continue
		}
		takes := []taking{{room.id, b.start, b.end}}
		var devices []scheduling.ResourceID
		for _, kind := range needsOf(s, hosted) {
			for _, d := range p.devicesIn[room.id] {
				if d.kind == kind && p.free(d.id, b.start, b.end) {
					devices = append(devices, d.id)
					takes = append(takes, taking{d.id, b.start, b.end})
					break
				}
			}
		}
		if len(devices) != len(needsOf(s, hosted)) {
			continue
		}
		if hosted {
			i := slices.IndexFunc(p.nursesAt[site], func(n practitioner) bool {
				return slices.Contains(n.languages, b.language) && p.free(n.id, b.start, b.end) && p.works(n.id, b.start, b.end)
			})
			if i < 0 {
				return false
			}
			b.nurse = p.nursesAt[site][i].id
			takes = append(takes, taking{b.nurse, b.start, b.end})
		}
		b.site, b.room, b.devices = site, room.id, devices
		b.takes = append(b.takes, takes...)
		return true
	}
	return false
}

// needsOf are the kinds of device that a visit at a site takes.
func needsOf(s service, hosted bool) []string {
	if hosted || s.slug == "hudbesvar" || s.slug == "oron-hals" {
		return s.needs
	}
	return nil
}

func (p *calendars) free(id scheduling.ResourceID, start, end time.Time) bool {
	return !slices.ContainsFunc(p.busy[id], func(t taking) bool { return t.start.Before(end) && start.Before(t.end) })
}

// works reports whether somebody's or something's hours cover the time.
func (p *calendars) works(id scheduling.ResourceID, start, end time.Time) bool {
	day := scheduling.DateOf(start)
	return slices.ContainsFunc(p.hoursOf[id], func(h hours) bool {
		return h.weekday == day.Weekday() && (h.always || !p.closed[day]) &&
			!start.Before(wall(day, h.from)) && !end.After(wall(day, h.to))
	})
}

// statusAt is how it stands with a booking at the moment of seeding.
func (p *calendars) statusAt(start, end time.Time) string {
	draw := p.random.IntN(100)
	switch {
	case draw < 4:
		return "cancelled"
	case end.After(p.now):
		return "booked"
	case draw < 8:
		return "noshow"
	}
	return "fulfilled"
}

// reasonFor is what the patient wrote, when they wrote anything. The more private services show none.
func reasonFor(random *rand.Rand, s service, language string) string {
	if s.profession != "physician" || random.IntN(3) == 0 {
		return ""
	}
	list := reasons[language]
	return list[random.IntN(len(list))]
}

// wall is a wall-clock minute of a day.
func wall(day scheduling.Date, minute int) time.Time {
	return time.Date(day.Year, day.Month, day.Day, 0, minute, 0, 0, scheduling.Zone)
}
