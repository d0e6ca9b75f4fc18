package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"nara/scheduling"
)

// patientCount is how many patients the county has, the personas included.
const patientCount = 200

// patient is a made-up patient.
type patient struct {
	id       scheduling.PatientID
	name     string
	born     scheduling.Date
	home     string
	place    string
	point    scheduling.Point // of the place; zero for those of whom only the municipality is known
	language string
	phone    string
	own      scheduling.ResourceID // their physician
	nurse    scheduling.ResourceID // their nurse, 0 for most
	since    scheduling.Date
}

// personaPatients completes what is known of the personas.
var personaPatients = map[string]struct {
	month time.Month
	day   int
	place string
	point scheduling.Point
}{
	"gun-britt": {time.February, 11, "Pörtom", scheduling.Point{Latitude: 62.706, Longitude: 21.615}},
	"aino":      {time.January, 23, "Hietalahti", scheduling.Point{Latitude: 63.087, Longitude: 21.615}},
	"lars-erik": {time.March, 4, "Närpes", scheduling.Point{Latitude: 62.474, Longitude: 21.336}},
}

// makePatients returns the patients, the personas first, each with their own physician.
func makePatients(random *rand.Rand, staff []practitioner, today scheduling.Date) []patient {
	names := newNames(random)
	byPersona := map[string]practitioner{}
	var physicians, nurses []practitioner
	for _, p := range staff {
		names.used[p.name] = true
		if p.persona != "" {
			byPersona[p.persona] = p
		}
		switch p.profession {
		case "physician":
			physicians = append(physicians, p)
		case "nurse":
			nurses = append(nurses, p)
		}
	}
	var patients []patient
	add := func(p patient) {
		p.id = patientID(len(patients))
		p.phone = fmt.Sprintf("06 555 %04d", 1000+len(patients))
		patients = append(patients, p)
	}
	for _, p := range personas {
		if p.kind != "patient" {
			continue
		}
		names.used[p.name] = true
		more := personaPatients[p.account]
		add(patient{
			name: p.name, born: scheduling.Date{Year: p.born, Month: more.month, Day: more.day}, home: p.home, place: more.place, point: more.point,
			language: p.languages[0], own: byPersona[p.professional].id,
			since: scheduling.Date{Year: 2022, Month: time.September, Day: 5},
		})
	}
	for len(patients) < patientCount {
		p := patient{home: drawMunicipality(random).slug}
		p.name, p.language = names.person(p.home)
		p.born = today.AddDays(-365*(1+random.IntN(92)) - random.IntN(365))
		p.since = today.AddDays(-100 - random.IntN(1500))
		p.own = ownOf(random, physicians, p)
		if random.IntN(3) == 0 {
			p.nurse = ownOf(random, nurses, p)
		}
		add(p)
	}
	return patients
}

// ownOf draws somebody who speaks the patient's language, from the same municipality when there is one.
func ownOf(random *rand.Rand, from []practitioner, p patient) scheduling.ResourceID {
	var near, all []practitioner
	for _, who := range from {
		if slices.Contains(who.languages, p.language) {
			all = append(all, who)
			if who.home == p.home {
				near = append(near, who)
			}
		}
	}
	switch {
	case len(near) > 0:
		return near[random.IntN(len(near))].id
	case len(all) > 0:
		return all[random.IntN(len(all))].id
	}
	return from[random.IntN(len(from))].id
}
