package demo

import (
	"math/rand/v2"

	"nara/scheduling"
)

// hours is a row of somebody's or something's weekly schedule.
type hours struct {
	resource   scheduling.ResourceID
	weekday    int // ISO
	from, to   int // minutes after midnight
	modalities []string
	site       string
	always     bool // on public holidays too, and without an end
}

var (
	anyway   = []string{"video", "phone", "hosted", "in_person"}
	remotely = []string{"video", "phone", "hosted"}
	hosting  = []string{"hosted", "in_person"}
)

// roundTheClock are the sites that never close: the demo must have a visit to show at any hour.
var roundTheClock = map[string]bool{"narpes-halsostation": true, "jakobstad-halsostation": true}

// makeHours returns everybody's weekly hours. The personas are on duty around the clock, Anna remotely and Jonas at
// Jakobstad, so that there is always a time to be found: by day like the others, in the evening at each half hour, at
// night at each full one. The others keep office hours.
func makeHours(random *rand.Rand, staff []practitioner, rooms []placedRoom, devices []placedDevice) []hours {
	var all []hours
	for _, p := range staff {
		switch p.persona {
		case "anna":
			all = append(all, callHours(p.id, remotely, "")...)
			for _, weekday := range []int{2, 4} {
				all = append(all, hours{p.id, weekday, 8 * 60, 16 * 60, []string{"in_person"}, "narpes-halsostation", true})
			}
		case "jonas":
			all = append(all, callHours(p.id, anyway, "jakobstad-halsostation")...)
		case "eva": // she hosts at any hour, and sees patients of her own by day
			all = append(all, dutyHours(p.id, []string{"hosted"}, p.site)...)
			for weekday := 1; weekday <= 5; weekday++ {
				all = append(all, hours{p.id, weekday, dayFrom, dayTo, anyway, p.site, false})
			}
		default:
			all = append(all, officeHours(random, p)...)
		}
	}
	for _, r := range rooms {
		all = append(all, siteHours(r.id, r.site)...)
	}
	for _, d := range devices {
		all = append(all, siteHours(d.id, d.site)...)
	}
	return all
}

// The personas' working day, and the evening of whoever is on duty, in minutes after midnight.
const (
	dayFrom   = 8 * 60
	dayTo     = 16 * 60
	eveningTo = 22 * 60
	callTime  = 20 // one visit
)

// callHours are a physician's on duty: every day and night of the year.
func callHours(id scheduling.ResourceID, modalities []string, site string) []hours {
	var rows []hours
	for weekday := 1; weekday <= 7; weekday++ {
		rows = append(rows, hours{id, weekday, dayFrom, dayTo, modalities, site, true})
		for minute := 0; minute < 24*60; minute += 30 {
			night := minute < dayFrom || minute >= eveningTo
			if (minute >= dayFrom && minute < dayTo) || (night && minute%60 != 0) {
				continue
			}
			rows = append(rows, hours{id, weekday, minute, minute + callTime, modalities, site, true})
		}
	}
	return rows
}

func dutyHours(id scheduling.ResourceID, modalities []string, site string) []hours {
	var rows []hours
	for weekday := 1; weekday <= 7; weekday++ {
		rows = append(rows, hours{id, weekday, 0, 24 * 60, modalities, site, true})
	}
	return rows
}

func siteHours(id scheduling.ResourceID, site string) []hours {
	if roundTheClock[site] {
		return dutyHours(id, hosting, site)
	}
	var rows []hours
	for weekday := 1; weekday <= 5; weekday++ {
		rows = append(rows, hours{id, weekday, 7 * 60, 20 * 60, hosting, site, false})
	}
	return rows
}

// officeHours are five days with a lunch break, some days at the site and some not; some work an evening.
func officeHours(random *rand.Rand, p practitioner) []hours {
	starts := []int{7*60 + 45, 8 * 60, 8 * 60, 8*60 + 30, 9 * 60}
	start := starts[random.IntN(len(starts))]
	lunch := 11*60 + 15*random.IntN(5)
	evening := random.IntN(12) // most have none
	var rows []hours
	for weekday := 1; weekday <= 5; weekday++ {
		if p.profession != "nurse" && random.IntN(12) == 0 {
			continue // a day off
		}
		modalities, site := remotely, ""
		if p.site != "" && (p.profession == "nurse" || random.IntN(2) == 0) {
			modalities, site = anyway, p.site
		}
		end := start + 8*60
		rows = append(rows,
			hours{p.id, weekday, start, lunch, modalities, site, false},
			hours{p.id, weekday, lunch + 45, end, modalities, site, false})
		if weekday == evening {
			rows = append(rows, hours{p.id, weekday, end, 20 * 60, modalities, site, false})
		}
	}
	return rows
}

// placedRoom and placedDevice are rooms and devices with their numbers.
type placedRoom struct {
	id    scheduling.ResourceID
	site  string
	name  string
	usage string
}

type placedDevice struct {
	id   scheduling.ResourceID
	site string
	room scheduling.ResourceID
	kind string
}

// placeRooms numbers all rooms and what stands in them. On the door is the language of most people there.
func placeRooms() (rooms []placedRoom, devices []placedDevice) {
	for _, s := range sites {
		for _, r := range s.rooms {
			placed := placedRoom{
				id: firstRoom + scheduling.ResourceID(len(rooms)), site: s.slug, name: r.name.sv, usage: "exam",
			}
			if swedishShare[s.municipality] < 3 {
				placed.name = r.name.fi
			}
			if len(r.devices) == 1 {
				placed.usage = "talk"
			}
			rooms = append(rooms, placed)
			for _, kind := range r.devices {
				devices = append(devices, placedDevice{
					id: firstDevice + scheduling.ResourceID(len(devices)), site: s.slug, room: placed.id, kind: kind,
				})
			}
		}
	}
	return rooms, devices
}
