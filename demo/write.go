package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"nara/auth"
	"nara/scheduling"
)

// table is rows on their way into a table.
type table struct {
	name    string
	columns []string
	rows    [][]any
}

func (t *table) add(values ...any) { t.rows = append(t.rows, values) }

// scheduleDays is how far ahead ordinary hours are known.
const scheduleDays = 90

// bookedByDemo is who made the made-up bookings.
const bookedByDemo = "demo"

// write puts the county into the database.
func (c *county) write(ctx context.Context, tx pgx.Tx, accounts *auth.Service) error {
	for _, t := range c.tables() {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("fill %s: %w", t.name, err)
		}
	}
	const next = `SELECT setval(pg_get_serial_sequence('resources', 'id'), @last)`
	if _, err := tx.Exec(ctx, next, pgx.StrictNamedArgs{"last": lastResource}); err != nil {
		return fmt.Errorf("set the next resource's number: %w", err)
	}
	for _, a := range Accounts() {
		if err := accounts.PutAccount(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

// tables are in the order of their references.
func (c *county) tables() []table {
	tables := c.places()
	tables = append(tables, c.catalogue()...)
	tables = append(tables, c.people()...)
	tables = append(tables, c.calendar()...)
	return append(tables, c.booked()...)
}

func (c *county) places() []table {
	placed := table{name: "municipalities", columns: []string{"id", "name", "latitude", "longitude"}}
	inhabited := map[string]text{}
	for _, m := range municipalities {
		placed.add(m.slug, m.name.text(), m.lat, m.lon)
		inhabited[m.slug] = m.name
	}
	at := table{name: "sites", columns: []string{"id", "municipality", "name", "address", "phone", "latitude", "longitude"}}
	for _, s := range sites {
		address := s.street.sv + ", " + inhabited[s.municipality].sv
		if swedishShare[s.municipality] < 3 {
			address = s.street.fi + ", " + inhabited[s.municipality].fi
		}
		at.add(s.slug, s.municipality, s.name.text(), address, s.phone, s.lat, s.lon)
	}
	own := table{name: "units", columns: []string{"id", "name"}}
	for slug, name := range units {
		own.add(slug, name.text())
	}
	return []table{placed, at, own}
}

func (c *county) catalogue() []table {
	offered := table{name: "services", columns: []string{
		"id", "position", "name", "summary", "minutes", "grid_minutes", "lead_minutes", "modalities", "profession", "own_professional",
	}}
	needed := table{name: "service_needs", columns: []string{"service", "modality", "need", "detail"}}
	for i, s := range services {
		grid := 15
		if s.minutes%30 == 0 {
			grid = 30
		}
		offered.add(s.slug, i+1, s.name.text(), s.summary.text(), s.minutes, grid, 5, s.modalities, s.profession,
			s.slug != "missbruk" && s.slug != "radgivning")
		for _, modality := range s.modalities {
			if modality != "hosted" && modality != "in_person" {
				continue
			}
			needed.add(s.slug, modality, "room", "")
			for _, kind := range needsOf(s, modality == "hosted") {
				needed.add(s.slug, modality, "device", kind)
			}
			if modality == "hosted" {
				needed.add(s.slug, modality, "nurse", "")
			}
		}
	}
	return []table{offered, needed}
}

func (c *county) people() []table {
	numbered := table{name: "resources", columns: []string{"id", "kind"}}
	working := table{name: "practitioners", columns: []string{
		"id", "name", "profession", "title", "unit", "municipality", "languages",
	}}
	giving := table{name: "practitioner_services", columns: []string{"practitioner", "service"}}
	for _, p := range c.staff {
		numbered.add(p.id, "practitioner")
		working.add(p.id, p.name, p.profession, professions[p.profession].title.text(), p.unit, p.home, p.languages)
		for _, s := range p.services {
			giving.add(p.id, s)
		}
	}
	inside := table{name: "rooms", columns: []string{"id", "site", "name", "usage"}}
	for _, r := range c.rooms {
		numbered.add(r.id, "room")
		inside.add(r.id, r.site, r.name, r.usage)
	}
	standing := table{name: "devices", columns: []string{"id", "site", "room", "name", "device_kind"}}
	for _, d := range c.devices {
		numbered.add(d.id, "device")
		standing.add(d.id, d.site, d.room, deviceKinds[d.kind].text(), d.kind)
	}
	living := table{name: "patients", columns: []string{
		"id", "name", "born", "municipality", "place", "latitude", "longitude", "language", "phone",
	}}
	known := table{name: "own_professionals", columns: []string{"patient", "profession", "practitioner", "since"}}
	for _, p := range c.patients {
		var latitude, longitude *float64
		if p.point != (scheduling.Point{}) {
			latitude, longitude = &p.point.Latitude, &p.point.Longitude
		}
		living.add(string(p.id), p.name, midnight(p.born), p.home, p.place, latitude, longitude, p.language, p.phone)
		known.add(string(p.id), "physician", p.own, midnight(p.since))
		if p.nurse != 0 {
			known.add(string(p.id), "nurse", p.nurse, midnight(p.since))
		}
	}
	return []table{numbered, working, giving, inside, standing, living, known}
}

func (c *county) calendar() []table {
	weekly := table{name: "schedules", columns: []string{
		"resource", "weekday", "start_minute", "end_minute", "modalities", "site", "on_closures", "effective",
	}}
	for _, h := range c.weekly {
		until := pgtype.Date{Time: midnight(c.today.AddDays(scheduleDays)), Valid: true}
		effective := pgtype.Range[pgtype.Date]{
			Lower: pgtype.Date{Time: midnight(c.today.AddDays(-30)), Valid: true}, LowerType: pgtype.Inclusive,
			Upper: until, UpperType: pgtype.Exclusive, Valid: true,
		}
		if h.always {
			effective.Upper, effective.UpperType = pgtype.Date{}, pgtype.Unbounded
		}
		weekly.add(h.resource, h.weekday, h.from, h.to, h.modalities, orNull(h.site), h.always, effective)
	}
	away := table{name: "absences", columns: []string{"resource", "during", "kind"}}
	for _, a := range c.absences {
		away.add(a.resource, during(a.start, a.end), a.kind)
	}
	closed := table{name: "closures", columns: []string{"day", "name"}}
	for _, h := range c.holidays {
		closed.add(midnight(h.day), h.name.text())
	}
	return []table{weekly, away, closed}
}

func (c *county) booked() []table {
	made := table{name: "appointments", columns: []string{
		"id", "patient", "service", "practitioner", "nurse", "room", "devices", "site", "modality", "language", "during",
		"status", "reason", "phone", "booked_by", "created_at", "updated_at",
	}}
	taken := table{name: "reservations", columns: []string{"resource", "during", "appointment"}}
	phones := map[scheduling.PatientID]string{}
	for _, p := range c.patients {
		phones[p.id] = p.phone
	}
	for _, b := range c.bookings {
		asked := b.start.AddDate(0, 0, -9)
		if asked.After(c.now) {
			asked = c.now
		}
		made.add(string(b.id), string(b.patient), b.service, b.practitioner, numberOrNull(b.nurse), numberOrNull(b.room),
			numbers(b.devices), orNull(b.site), b.modality, b.language, during(b.start, b.end), b.status, b.reason,
			phones[b.patient], bookedByDemo, asked, asked)
		if b.status == "cancelled" {
			continue
		}
		for _, t := range b.takes {
			taken.add(t.resource, during(t.start, t.end), string(b.id))
		}
	}
	return []table{made, taken}
}

func during(start, end time.Time) pgtype.Range[pgtype.Timestamptz] {
	return pgtype.Range[pgtype.Timestamptz]{
		Lower: pgtype.Timestamptz{Time: start, Valid: true}, LowerType: pgtype.Inclusive,
		Upper: pgtype.Timestamptz{Time: end, Valid: true}, UpperType: pgtype.Exclusive,
		Valid: true,
	}
}

func midnight(d scheduling.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func numberOrNull(id scheduling.ResourceID) *int64 {
	if id == 0 {
		return nil
	}
	n := int64(id)
	return &n
}

func numbers(ids []scheduling.ResourceID) []int64 {
	list := make([]int64, 0, len(ids))
	for _, id := range ids {
		list = append(list, int64(id))
	}
	return list
}
