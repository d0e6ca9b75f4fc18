package scheduling

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// loadSnapshot reads the whole directory and all hours as they stand at one moment.
func loadSnapshot(ctx context.Context, pool *pgxpool.Pool) (*snapshot, error) {
	s := &snapshot{
		Directory: &Directory{},
		hours:     map[ResourceID][]weekly{},
		absences:  map[ResourceID][]span{},
		closed:    map[int][]SiteID{},
		days:      map[int]map[ResourceID]plan{},
	}
	oneMoment := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, pool, oneMoment, func(tx pgx.Tx) error {
		const version = `SELECT version FROM directory_version`
		if err := tx.QueryRow(ctx, version).Scan(&s.Version); err != nil {
			return fmt.Errorf("read the directory's version: %w", err)
		}
		for _, load := range []func(context.Context, pgx.Tx) error{
			s.loadPlaces, s.loadServices, s.loadPractitioners, s.loadRooms, s.loadHours, s.loadExceptions,
		} {
			if err := load(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load the directory: %w", err)
	}
	s.index()
	return s, nil
}

func (s *snapshot) loadPlaces(ctx context.Context, tx pgx.Tx) (err error) {
	const municipalities = `
		SELECT id, name, latitude, longitude
		FROM municipalities
		ORDER BY latitude, id`
	s.Municipalities, err = collect(ctx, tx, municipalities, func(row pgx.CollectableRow) (m Municipality, err error) {
		err = row.Scan(&m.ID, &m.Name, &m.Latitude, &m.Longitude)
		return m, err
	})
	if err != nil {
		return fmt.Errorf("read municipalities: %w", err)
	}
	const sites = `
		SELECT id, municipality, name, address, phone, latitude, longitude
		FROM sites
		ORDER BY latitude, id`
	s.Sites, err = collect(ctx, tx, sites, func(row pgx.CollectableRow) (site Site, err error) {
		err = row.Scan(&site.ID, &site.Municipality, &site.Name, &site.Address, &site.Phone, &site.Latitude, &site.Longitude)
		return site, err
	})
	if err != nil {
		return fmt.Errorf("read sites: %w", err)
	}
	const units = `
		SELECT id, name
		FROM units
		ORDER BY id`
	s.Units, err = collect(ctx, tx, units, func(row pgx.CollectableRow) (u Unit, err error) {
		err = row.Scan(&u.ID, &u.Name)
		return u, err
	})
	if err != nil {
		return fmt.Errorf("read units: %w", err)
	}
	return nil
}

func (s *snapshot) loadServices(ctx context.Context, tx pgx.Tx) (err error) {
	const services = `
		SELECT id, name, summary, minutes, grid_minutes, lead_minutes, modalities, profession, own_professional
		FROM services
		WHERE active
		ORDER BY position, id`
	s.Services, err = collect(ctx, tx, services, func(row pgx.CollectableRow) (o Offering, err error) {
		err = row.Scan(&o.ID, &o.Name, &o.Summary, &o.Minutes, &o.GridMinutes, &o.LeadMinutes, &o.Modalities,
			&o.Profession, &o.OwnProfessional)
		return o, err
	})
	if err != nil {
		return fmt.Errorf("read services: %w", err)
	}
	byID := map[ServiceID]*Offering{}
	for i := range s.Services {
		byID[s.Services[i].ID] = &s.Services[i]
	}
	const needs = `
		SELECT service, modality, need, detail, before_minutes, after_minutes
		FROM service_needs
		ORDER BY service, modality, need, detail`
	rows, err := tx.Query(ctx, needs)
	if err != nil {
		return fmt.Errorf("read what services need: %w", err)
	}
	var (
		service ServiceID
		n       Need
	)
	_, err = pgx.ForEachRow(rows, []any{&service, &n.Modality, &n.Kind, &n.Detail, &n.BeforeMinutes, &n.AfterMinutes}, func() error {
		if o := byID[service]; o != nil {
			o.Needs = append(o.Needs, n)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what services need: %w", err)
	}
	return nil
}

func (s *snapshot) loadPractitioners(ctx context.Context, tx pgx.Tx) (err error) {
	const practitioners = `
		SELECT p.id, p.name, p.profession, p.title, p.unit, p.municipality, p.languages,
			ARRAY(
				SELECT ps.service
				FROM practitioner_services AS ps
				JOIN services AS s ON s.id = ps.service AND s.active
				WHERE ps.practitioner = p.id
				ORDER BY s.position, s.id),
			ARRAY(
				SELECT DISTINCT w.site
				FROM schedules AS w
				WHERE w.resource = p.id AND w.site IS NOT NULL
				ORDER BY w.site)
		FROM practitioners AS p
		JOIN resources AS r ON r.id = p.id AND r.active
		ORDER BY p.name, p.id`
	s.Practitioners, err = collect(ctx, tx, practitioners, func(row pgx.CollectableRow) (p Practitioner, err error) {
		err = row.Scan(&p.ID, &p.Name, &p.Profession, &p.Title, &p.Unit, &p.Municipality, &p.Languages, &p.Services, &p.Sites)
		return p, err
	})
	if err != nil {
		return fmt.Errorf("read practitioners: %w", err)
	}
	return nil
}

func (s *snapshot) loadRooms(ctx context.Context, tx pgx.Tx) (err error) {
	const rooms = `
		SELECT m.id, m.site, m.name, m.usage
		FROM rooms AS m
		JOIN resources AS r ON r.id = m.id AND r.active
		ORDER BY m.site, m.name, m.id`
	s.Rooms, err = collect(ctx, tx, rooms, func(row pgx.CollectableRow) (r Room, err error) {
		err = row.Scan(&r.ID, &r.Site, &r.Name, &r.Usage)
		return r, err
	})
	if err != nil {
		return fmt.Errorf("read rooms: %w", err)
	}
	const devices = `
		SELECT d.id, d.site, coalesce(d.room, 0), d.name, d.device_kind
		FROM devices AS d
		JOIN resources AS r ON r.id = d.id AND r.active
		ORDER BY d.site, d.room, d.device_kind, d.id`
	s.Devices, err = collect(ctx, tx, devices, func(row pgx.CollectableRow) (d Device, err error) {
		err = row.Scan(&d.ID, &d.Site, &d.Room, &d.Name, &d.Kind)
		return d, err
	})
	if err != nil {
		return fmt.Errorf("read devices: %w", err)
	}
	return nil
}

func (s *snapshot) loadHours(ctx context.Context, tx pgx.Tx) error {
	const hours = `
		SELECT w.resource, w.weekday, w.start_minute, w.end_minute, w.modalities, coalesce(w.site, ''), w.on_closures,
			lower(w.effective) - DATE '1970-01-01',
			coalesce(upper(w.effective) - DATE '1970-01-01' - 1, @forever)
		FROM schedules AS w
		JOIN resources AS r ON r.id = w.resource AND r.active
		ORDER BY w.resource, w.weekday, w.start_minute, w.id`
	rows, err := tx.Query(ctx, hours, pgx.StrictNamedArgs{"forever": math.MaxInt32})
	if err != nil {
		return fmt.Errorf("read hours: %w", err)
	}
	var (
		resource ResourceID
		w        weekly
		set      []Modality
	)
	_, err = pgx.ForEachRow(rows, []any{
		&resource, &w.weekday, &w.startMinute, &w.endMinute, &set, &w.site, &w.onClosures, &w.fromDay, &w.lastDay,
	}, func() error {
		w.modalities = modalitySet(set)
		s.hours[resource] = append(s.hours[resource], w)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read hours: %w", err)
	}
	return nil
}

func (s *snapshot) loadExceptions(ctx context.Context, tx pgx.Tx) error {
	const absences = `
		SELECT resource, lower(during), upper(during)
		FROM absences
		ORDER BY resource, lower(during)`
	rows, err := tx.Query(ctx, absences)
	if err != nil {
		return fmt.Errorf("read absences: %w", err)
	}
	var (
		resource ResourceID
		from, to time.Time
	)
	_, err = pgx.ForEachRow(rows, []any{&resource, &from, &to}, func() error {
		s.absences[resource] = append(s.absences[resource], span{from.Unix(), to.Unix()})
		return nil
	})
	if err != nil {
		return fmt.Errorf("read absences: %w", err)
	}
	const closures = `
		SELECT day, coalesce(site, ''), name
		FROM closures
		ORDER BY day, site`
	s.Closures, err = collect(ctx, tx, closures, func(row pgx.CollectableRow) (c Closure, err error) {
		var day time.Time
		err = row.Scan(&day, &c.Site, &c.Name)
		c.Day = Date{day.Year(), day.Month(), day.Day()}
		return c, err
	})
	if err != nil {
		return fmt.Errorf("read closures: %w", err)
	}
	return nil
}

// index makes the look-ups. It runs once, before anybody else sees the snapshot.
func (s *snapshot) index() {
	d := s.Directory
	d.municipalities = byID(d.Municipalities, func(m *Municipality) MunicipalityID { return m.ID })
	d.sites = byID(d.Sites, func(s *Site) SiteID { return s.ID })
	d.units = byID(d.Units, func(u *Unit) UnitID { return u.ID })
	d.services = byID(d.Services, func(o *Offering) ServiceID { return o.ID })
	d.practitioners = byID(d.Practitioners, func(p *Practitioner) ResourceID { return p.ID })
	d.rooms = byID(d.Rooms, func(r *Room) ResourceID { return r.ID })
	d.devices = byID(d.Devices, func(v *Device) ResourceID { return v.ID })
	d.roomsOf = map[SiteID][]*Room{}
	for i := range d.Rooms {
		r := &d.Rooms[i]
		d.roomsOf[r.Site] = append(d.roomsOf[r.Site], r)
	}
	d.devicesOf = map[SiteID][]*Device{}
	for i := range d.Devices {
		v := &d.Devices[i]
		d.devicesOf[v.Site] = append(d.devicesOf[v.Site], v)
	}
	for _, c := range d.Closures {
		s.closed[c.Day.number()] = append(s.closed[c.Day.number()], c.Site)
	}
	s.offering = map[ServiceID][]*Practitioner{}
	s.hosts = map[SiteID][]*Practitioner{}
	for i := range d.Practitioners {
		p := &d.Practitioners[i]
		for _, service := range p.Services {
			s.offering[service] = append(s.offering[service], p)
		}
		if p.Profession != Nurse {
			continue
		}
		for _, row := range s.hours[p.ID] {
			if row.site != "" && row.modalities&Hosted.bit() != 0 && !slices.Contains(s.hosts[row.site], p) {
				s.hosts[row.site] = append(s.hosts[row.site], p)
			}
		}
	}
}

// nearest returns the sites in order of distance from a home, or from a municipality when the home is zero; in the
// directory's order when there is neither.
func (s *snapshot) nearest(near MunicipalityID, home Point) []*Site {
	sites := make([]*Site, len(s.Sites))
	for i := range s.Sites {
		sites[i] = &s.Sites[i]
	}
	m := s.Municipality(near)
	exact := home != Point{}
	switch {
	case exact:
	case m != nil:
		home = Point{m.Latitude, m.Longitude}
	default:
		return sites
	}
	// Close enough for ordering at 63° north: a degree of longitude is 0.45 of one of latitude.
	squared := func(site *Site) float64 {
		dy, dx := site.Latitude-home.Latitude, (site.Longitude-home.Longitude)*0.45
		if !exact && site.Municipality == m.ID {
			return 0
		}
		return dy*dy + dx*dx
	}
	slices.SortStableFunc(sites, func(a, b *Site) int { return cmp.Compare(squared(a), squared(b)) })
	return sites
}

func byID[K comparable, V any](list []V, id func(*V) K) map[K]*V {
	m := make(map[K]*V, len(list))
	for i := range list {
		m[id(&list[i])] = &list[i]
	}
	return m
}

func collect[T any](ctx context.Context, tx pgx.Tx, query string, scan pgx.RowToFunc[T]) ([]T, error) {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}
