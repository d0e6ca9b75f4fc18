package scheduling

import (
	"time"
)

// Municipality is one of the county's municipalities.
type Municipality struct {
	ID        MunicipalityID
	Name      Text
	Latitude  float64
	Longitude float64
}

// Point is a place on the map, WGS 84 in degrees.
type Point struct{ Latitude, Longitude float64 }

// Site is a physical place with rooms.
type Site struct {
	ID           SiteID
	Municipality MunicipalityID
	Name         Text
	Address      string
	Phone        string
	Latitude     float64
	Longitude    float64
}

// Unit owns schedules and queues.
type Unit struct {
	ID   UnitID
	Name Text
}

// Room is a bookable room of a site.
type Room struct {
	ID    ResourceID
	Site  SiteID
	Name  string // as written on the door
	Usage string // "exam", "talk" or "group"
}

// Device is bookable equipment. One with a Room stays there; with 0 it goes to any room of the site.
type Device struct {
	ID   ResourceID
	Site SiteID
	Room ResourceID
	Name Text
	Kind DeviceKind
}

// Practitioner is somebody who gives services.
type Practitioner struct {
	ID           ResourceID
	Name         string
	Profession   Profession
	Title        Text
	Unit         UnitID
	Municipality MunicipalityID
	Languages    []Language // the best first
	Services     []ServiceID
	Sites        []SiteID // where their hours take them
}

// Speaks reports whether the practitioner gives service in the language.
func (p *Practitioner) Speaks(l Language) bool {
	for _, have := range p.Languages {
		if have == l {
			return true
		}
	}
	return false
}

// Offering is a service that can be booked. (Service is this package's own front door.)
type Offering struct {
	ID              ServiceID
	Name            Text
	Summary         Text
	Minutes         int
	GridMinutes     int // starts are whole multiples of this after midnight, wall-clock
	LeadMinutes     int // the soonest start, from now
	Modalities      []Modality
	Profession      Profession
	OwnProfessional bool // the person's own professional is offered first
	Needs           []Need
}

// Has reports whether the service can be had by the modality.
func (o *Offering) Has(m Modality) bool { return modalitySet(o.Modalities)&m.bit() != 0 }

// needsOf returns what the modality needs at the site.
func (o *Offering) needsOf(m Modality) []Need {
	var needs []Need
	for _, n := range o.Needs {
		if n.Modality == m {
			needs = append(needs, n)
		}
	}
	return needs
}

// NeedKind says what kind of resource a visit needs at the site.
type NeedKind string

// The kinds of need.
const (
	NeedNurse  NeedKind = "nurse"
	NeedRoom   NeedKind = "room"
	NeedDevice NeedKind = "device"
)

// Need is a resource that a visit of some modality needs besides the professional. It may be taken
// before and after the professional's own time: a nurse who prepares, a room that is cleaned.
type Need struct {
	Modality      Modality
	Kind          NeedKind
	Detail        string // a room's usage ("" any) or a DeviceKind
	BeforeMinutes int
	AfterMinutes  int
}

// Closure is a day on which ordinary hours do not hold.
type Closure struct {
	Day  Date
	Site SiteID // "" for the whole county
	Name Text
}

// Directory is an immutable copy of who and what can be booked. Lists are in the order to show them.
type Directory struct {
	Version        int64
	Municipalities []Municipality // from south to north
	Sites          []Site
	Units          []Unit
	Services       []Offering
	Practitioners  []Practitioner
	Rooms          []Room
	Devices        []Device
	Closures       []Closure

	municipalities map[MunicipalityID]*Municipality
	sites          map[SiteID]*Site
	units          map[UnitID]*Unit
	services       map[ServiceID]*Offering
	practitioners  map[ResourceID]*Practitioner
	rooms          map[ResourceID]*Room
	devices        map[ResourceID]*Device
	roomsOf        map[SiteID][]*Room
	devicesOf      map[SiteID][]*Device
}

// Municipality looks one up; nil when there is none.
func (d *Directory) Municipality(id MunicipalityID) *Municipality { return d.municipalities[id] }

// Site looks one up; nil when there is none.
func (d *Directory) Site(id SiteID) *Site { return d.sites[id] }

// Unit looks one up; nil when there is none.
func (d *Directory) Unit(id UnitID) *Unit { return d.units[id] }

// Service looks one up; nil when there is none.
func (d *Directory) Service(id ServiceID) *Offering { return d.services[id] }

// Practitioner looks one up; nil when there is none.
func (d *Directory) Practitioner(id ResourceID) *Practitioner { return d.practitioners[id] }

// Room looks one up; nil when there is none.
func (d *Directory) Room(id ResourceID) *Room { return d.rooms[id] }

// Device looks one up; nil when there is none.
func (d *Directory) Device(id ResourceID) *Device { return d.devices[id] }

// RoomsOf returns the rooms of a site.
func (d *Directory) RoomsOf(site SiteID) []*Room { return d.roomsOf[site] }

// DevicesOf returns the devices of a site.
func (d *Directory) DevicesOf(site SiteID) []*Device { return d.devicesOf[site] }

// DevicesIn returns the devices that stay in a room.
func (d *Directory) DevicesIn(room ResourceID) []*Device {
	r := d.rooms[room]
	if r == nil {
		return nil
	}
	var in []*Device
	for _, device := range d.devicesOf[r.Site] {
		if device.Room == room {
			in = append(in, device)
		}
	}
	return in
}

// Patient is the person who gets care.
type Patient struct {
	ID           PatientID
	Name         string
	Born         Date
	Municipality MunicipalityID
	Place        string // village or part of town
	Home         Point  // its middle, or that of the municipality; read by Service.Patient only
	Language     Language
	Phone        string
	Email        string
}

// Age returns whole years at t.
func (p *Patient) Age(t time.Time) int {
	today := DateOf(t)
	age := today.Year - p.Born.Year
	if today.Month < p.Born.Month || (today.Month == p.Born.Month && today.Day < p.Born.Day) {
		age--
	}
	return age
}
