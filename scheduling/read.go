package scheduling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/auth"
)

// selectAppointment is completed with a WHERE.
const selectAppointment = `
		SELECT a.id::text, a.status, a.service, lower(a.during), upper(a.during), a.modality, a.language, coalesce(a.site, ''),
			coalesce(a.room, 0), a.devices, a.practitioner, coalesce(a.nurse, 0), a.reason, a.phone, a.email, a.version,
			a.created_at, a.updated_at,
			p.id::text, p.name, p.born, p.municipality, p.place, p.language, p.phone, p.email
		FROM appointments AS a
		JOIN patients AS p ON p.id = a.patient`

func scanAppointment(row pgx.CollectableRow) (a Appointment, err error) {
	var born time.Time
	err = row.Scan(&a.ID, &a.Status, &a.Service, &a.Start, &a.End, &a.Modality, &a.Language, &a.Site,
		&a.Room, &a.Devices, &a.Practitioner, &a.Nurse, &a.Reason, &a.Phone, &a.Email, &a.Version,
		&a.CreatedAt, &a.UpdatedAt,
		&a.Patient.ID, &a.Patient.Name, &born, &a.Patient.Municipality, &a.Patient.Place, &a.Patient.Language,
		&a.Patient.Phone, &a.Patient.Email)
	a.Patient.Born = Date{born.Year(), born.Month(), born.Day()}
	a.Start, a.End = a.Start.UTC(), a.End.UTC()
	a.CreatedAt, a.UpdatedAt = a.CreatedAt.UTC(), a.UpdatedAt.UTC()
	return a, err
}

// rowser is a pool or a transaction.
type rowser interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func readAppointment(ctx context.Context, db rowser, id AppointmentID) (Appointment, error) {
	if !wellFormed(id) {
		return Appointment{}, ErrNotFound
	}
	list, err := readAppointments(ctx, db, `WHERE a.id = @id`, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return Appointment{}, err
	}
	if len(list) == 0 {
		return Appointment{}, ErrNotFound
	}
	return list[0], nil
}

func readAppointments(ctx context.Context, db rowser, where string, args pgx.StrictNamedArgs) ([]Appointment, error) {
	rows, err := db.Query(ctx, selectAppointment+"\n\t\t"+where, args)
	if err != nil {
		return nil, fmt.Errorf("read appointments: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanAppointment)
	if err != nil {
		return nil, fmt.Errorf("read appointments: %w", err)
	}
	return list, nil
}

// Appointment returns one appointment that the principal may read; ErrNotFound otherwise.
func (s *Service) Appointment(ctx context.Context, by auth.Principal, id AppointmentID) (Appointment, error) {
	a, err := s.AppointmentByID(ctx, id)
	if err != nil {
		return Appointment{}, err
	}
	directory, err := s.Directory(ctx)
	if err != nil {
		return Appointment{}, err
	}
	err = s.allow(ctx, by, auth.ReadAppointment, a.Resource(auth.KindAppointment, directory, s.now()))
	if errors.Is(err, auth.ErrNotAllowed) {
		return Appointment{}, ErrNotFound
	}
	return a, err
}

// AppointmentByID returns an appointment without asking the policy: for packages that ask it themselves.
func (s *Service) AppointmentByID(ctx context.Context, id AppointmentID) (Appointment, error) {
	return readAppointment(ctx, s.pool, id)
}

// AppointmentsOf returns a patient's appointments that the principal may read: those to come first, the next one
// leading, then the past, the latest leading. What ends later than now is to come.
func (s *Service) AppointmentsOf(ctx context.Context, by auth.Principal, patient PatientID) ([]Appointment, error) {
	if !wellFormed(patient) {
		return nil, ErrNotFound
	}
	list, err := readAppointments(ctx, s.pool, `
		WHERE a.patient = @patient
		ORDER BY lower(a.during), a.id`, pgx.StrictNamedArgs{"patient": patient})
	if err != nil {
		return nil, err
	}
	directory, err := s.Directory(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	list = slices.DeleteFunc(list, func(a Appointment) bool {
		return !auth.Allow(by, auth.ReadAppointment, a.Resource(auth.KindAppointment, directory, now)).Allowed
	})
	ahead := slices.DeleteFunc(slices.Clone(list), func(a Appointment) bool { return !a.End.After(now) })
	past := slices.DeleteFunc(list, func(a Appointment) bool { return a.End.After(now) })
	slices.Reverse(past)
	return append(ahead, past...), nil
}

// DayOf returns what a practitioner leads or hosts on a day, in order, without what is cancelled. Refusals are
// auth.ErrNotAllowed.
func (s *Service) DayOf(ctx context.Context, by auth.Principal, practitioner ResourceID, day Date) ([]Appointment, error) {
	resource := auth.Resource{
		Kind: auth.KindDay, ID: day.String(), Practitioners: []ResourceID{practitioner}, Host: practitioner, At: s.now(),
	}
	if err := s.allow(ctx, by, auth.ReadDay, resource); err != nil {
		return nil, err
	}
	return readAppointments(ctx, s.pool, `
		WHERE (a.practitioner = @practitioner OR a.nurse = @practitioner)
			AND lower(a.during) >= @from AND lower(a.during) < @to
			AND a.status <> 'cancelled'
		ORDER BY lower(a.during), a.id`,
		pgx.StrictNamedArgs{"practitioner": practitioner, "from": day.Start(), "to": day.AddDays(1).Start()})
}

// SiteDay returns what takes place at a site on a day, in order, without what is cancelled. Refusals are
// auth.ErrNotAllowed.
func (s *Service) SiteDay(ctx context.Context, by auth.Principal, site SiteID, day Date) ([]Appointment, error) {
	resource := auth.Resource{Kind: auth.KindSiteDay, ID: string(site), Site: site, At: s.now()}
	if err := s.allow(ctx, by, auth.ReadSiteDay, resource); err != nil {
		return nil, err
	}
	return readAppointments(ctx, s.pool, `
		WHERE a.site = @site
			AND lower(a.during) >= @from AND lower(a.during) < @to
			AND a.status <> 'cancelled'
		ORDER BY lower(a.during), a.id`,
		pgx.StrictNamedArgs{"site": site, "from": day.Start(), "to": day.AddDays(1).Start()})
}

// Patient returns a patient; ErrNotFound when there is none. It does not ask the policy.
func (s *Service) Patient(ctx context.Context, id PatientID) (Patient, error) {
	if !wellFormed(id) {
		return Patient{}, ErrNotFound
	}
	const read = `
		SELECT p.id::text, p.name, p.born, p.municipality, p.place, p.language, p.phone, p.email,
			coalesce(p.latitude, m.latitude), coalesce(p.longitude, m.longitude)
		FROM patients AS p
		JOIN municipalities AS m ON m.id = p.municipality
		WHERE p.id = @id`
	var (
		p    Patient
		born time.Time
	)
	err := s.pool.QueryRow(ctx, read, pgx.StrictNamedArgs{"id": id}).Scan(&p.ID, &p.Name, &born, &p.Municipality, &p.Place,
		&p.Language, &p.Phone, &p.Email, &p.Home.Latitude, &p.Home.Longitude)
	if errors.Is(err, pgx.ErrNoRows) {
		return Patient{}, ErrNotFound
	}
	if err != nil {
		return Patient{}, fmt.Errorf("read a patient: %w", err)
	}
	p.Born = Date{born.Year(), born.Month(), born.Day()}
	return p, nil
}

// OwnProfessionals returns whom the patient calls their own, for SlotQuery.Prefer. It does not ask the policy.
func (s *Service) OwnProfessionals(ctx context.Context, id PatientID) ([]ResourceID, error) {
	if !wellFormed(id) {
		return nil, nil
	}
	const read = `
		SELECT practitioner
		FROM own_professionals
		WHERE patient = @patient
		ORDER BY since, practitioner`
	rows, err := s.pool.Query(ctx, read, pgx.StrictNamedArgs{"patient": id})
	if err != nil {
		return nil, fmt.Errorf("read own professionals: %w", err)
	}
	own, err := pgx.CollectRows(rows, pgx.RowTo[ResourceID])
	if err != nil {
		return nil, fmt.Errorf("read own professionals: %w", err)
	}
	return own, nil
}
