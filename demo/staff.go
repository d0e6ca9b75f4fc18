package demo

import (
	"math/rand/v2"
	"slices"

	"nara/scheduling"
)

// practitioner is somebody of the made-up staff.
type practitioner struct {
	id         scheduling.ResourceID
	persona    string // account, "" for the others
	name       string
	profession string
	unit       string
	home       string   // municipality
	site       string   // where they mostly are; "" for those who work remotely
	languages  []string // the best first
	services   []string
}

// unitOf is where each profession belongs.
var unitOf = map[string]string{
	"physician":           "allmanmedicin",
	"nurse":               "allmanmedicin",
	"psychiatric-nurse":   "psykosocialt",
	"psychologist":        "psykosocialt",
	"physiotherapist":     "rehabilitering",
	"public-health-nurse": "radgivning",
	"social-worker":       "socialt",
}

// professionOrder is the order in which staff is made; maps have none.
var professionOrder = []string{
	"physician", "nurse", "psychiatric-nurse", "psychologist", "physiotherapist", "public-health-nurse", "social-worker",
}

// makeStaff returns the county's practitioners: the personas first, then everybody else.
func makeStaff(random *rand.Rand) []practitioner {
	names := newNames(random)
	var staff []practitioner
	count := map[string]int{}
	add := func(p practitioner) {
		p.id = firstPractitioner + scheduling.ResourceID(len(staff))
		p.unit = unitOf[p.profession]
		for _, s := range services {
			if s.profession == p.profession {
				p.services = append(p.services, s.slug)
			}
		}
		count[p.profession]++
		staff = append(staff, p)
	}
	for _, p := range personas {
		if p.kind != "patient" {
			names.used[p.name] = true
			add(practitioner{
				persona: p.account, name: p.name, profession: p.kind, home: p.home, site: p.site, languages: p.languages,
			})
		}
	}
	for _, profession := range professionOrder {
		for n := 0; count[profession] < professions[profession].count; n++ {
			p := practitioner{profession: profession}
			switch {
			case profession == "nurse":
				// Every site has a nurse before any has two.
				at := sites[n%len(sites)]
				p.home, p.site = at.municipality, at.slug
			case n%3 == 2:
				p.home = drawMunicipality(random).slug // works remotely
			default:
				p.home = drawMunicipality(random).slug
				p.site = siteIn(random, p.home)
			}
			p.name, p.languages = names.professional(p.home, profession == "nurse")
			add(p)
		}
	}
	return staff
}

func siteIn(random *rand.Rand, municipality string) string {
	var in []string
	for _, s := range sites {
		if s.municipality == municipality {
			in = append(in, s.slug)
		}
	}
	return in[random.IntN(len(in))]
}

// drawMunicipality draws one by its number of inhabitants.
func drawMunicipality(random *rand.Rand) municipality {
	total := 0.0
	for _, m := range municipalities {
		total += m.thousands
	}
	at := random.Float64() * total
	for _, m := range municipalities {
		if at -= m.thousands; at < 0 {
			return m
		}
	}
	return municipalities[len(municipalities)-1]
}

// swedishShare is how many in ten speak Swedish at home.
var swedishShare = map[string]int{
	"kristinestad": 6, "kasko": 3, "narpes": 8, "korsnas": 9, "malax": 8, "vasa": 3, "korsholm": 7, "laihela": 1, "vora": 8,
	"nykarleby": 9, "jakobstad": 6, "pedersore": 9, "larsmo": 9, "kronoby": 8,
}

// names draws names that nobody has yet.
type names struct {
	random *rand.Rand
	used   map[string]bool
}

func newNames(random *rand.Rand) *names { return &names{random: random, used: map[string]bool{}} }

func (n *names) draw(first, last []string) string {
	for {
		name := first[n.random.IntN(len(first))] + " " + last[n.random.IntN(len(last))]
		if !n.used[name] {
			n.used[name] = true
			return name
		}
	}
}

// person returns a name and the language that goes with it.
func (n *names) person(home string) (name, language string) {
	if n.random.IntN(100) < 6 {
		if free := slices.DeleteFunc(slices.Clone(otherNames), func(s string) bool { return n.used[s] }); len(free) > 0 {
			name = free[n.random.IntN(len(free))]
			n.used[name] = true
			return name, "en"
		}
	}
	if n.random.IntN(10) < swedishShare[home] {
		return n.draw(swedishFirst, swedishLast), "sv"
	}
	return n.draw(finnishFirst, finnishLast), "fi"
}

// professional returns a name and the languages of service. Nurses who host speak both languages of the county.
func (n *names) professional(home string, both bool) (name string, languages []string) {
	name, first := n.person(home)
	languages = []string{first}
	other := map[string]string{"sv": "fi", "fi": "sv", "en": "sv"}[first]
	if both || n.random.IntN(100) < 70 {
		languages = append(languages, other)
	}
	if first == "en" && (both || n.random.IntN(2) == 0) {
		languages = append(languages, "fi")
	}
	if first != "en" && n.random.IntN(100) < 35 {
		languages = append(languages, "en")
	}
	return name, languages
}
