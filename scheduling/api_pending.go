package scheduling

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nara/auth"
)

var errPending = errors.New("not built")

type board struct{}

func newBoard(*pgxpool.Pool) *board { return &board{} }

// Directory returns the directory as it is now. It is immutable and shared.
func (s *Service) Directory(ctx context.Context) (*Directory, error) { return nil, errPending }

// Search returns the earliest times that can be held now. Faults in the query are a *ValidationError.
func (s *Service) Search(ctx context.Context, q SlotQuery) (Result, error) {
	return Result{}, errPending
}

// HoldRequest asks to keep a slot. Nurse, room and devices are chosen by the service.
type HoldRequest struct {
	Patient      PatientID // for whom; "" is the principal's own
	Service      ServiceID
	Start        time.Time
	Modality     Modality
	Site         SiteID // required for hosted and in person
	Practitioner ResourceID
	Language     Language
}

// Hold keeps all resources of a slot for HoldTime. An earlier hold of the same patient is given back.
//
// Errors: *ValidationError, auth.ErrNotAllowed, *SlotTakenError.
func (s *Service) Hold(ctx context.Context, by auth.Principal, req HoldRequest) (Hold, error) {
	return Hold{}, errPending
}

// HoldByID returns an active hold of the principal's own patient; ErrNotFound or ErrHoldExpired otherwise.
func (s *Service) HoldByID(ctx context.Context, by auth.Principal, id HoldID) (Hold, error) {
	return Hold{}, errPending
}

// Release gives a hold back. Giving back what is over already is no error.
func (s *Service) Release(ctx context.Context, by auth.Principal, id HoldID) error { return errPending }

// BookRequest confirms a hold.
type BookRequest struct {
	Hold           HoldID
	IdempotencyKey string // 8–200 characters; a repetition with the same key has no second effect
	Reason         string // at most 500 characters
	Phone          string
	Email          string
}

// Book turns a hold into an appointment, in one transaction with its audit row and visit link.
//
// Errors: *ValidationError, auth.ErrNotAllowed, ErrNotFound (no such hold), ErrHoldExpired, *SlotTakenError,
// ErrPatientBusy, ErrKeyReused.
func (s *Service) Book(ctx context.Context, by auth.Principal, req BookRequest) (Appointment, error) {
	return Appointment{}, errPending
}

// MoveRequest moves an appointment to the slot of a hold.
type MoveRequest struct {
	Appointment    AppointmentID
	Hold           HoldID
	IdempotencyKey string
}

// Move takes the hold's slot and frees the old one, or does neither. The appointment keeps its id, gets a new
// version and a new visit link; the old link answers that it moved. Errors as for Book, and ErrWrongStatus.
func (s *Service) Move(ctx context.Context, by auth.Principal, req MoveRequest) (Appointment, error) {
	return Appointment{}, errPending
}

// Cancel frees the appointment's resources and retires its links. Cancelling what is cancelled is no error.
func (s *Service) Cancel(ctx context.Context, by auth.Principal, id AppointmentID, reason string) (Appointment, error) {
	return Appointment{}, errPending
}

// Arrive, Fulfil and MissedBy change the status within the caller's transaction, which also holds the caller's own
// change and must have asked the policy. They write the audit row. Errors: ErrNotFound, ErrWrongStatus.

// Arrive says that the patient is there. Repeating it is no error.
func (s *Service) Arrive(ctx context.Context, tx pgx.Tx, by auth.Principal, id AppointmentID) error {
	return errPending
}

// Fulfil says that the visit took place. Repeating it is no error.
func (s *Service) Fulfil(ctx context.Context, tx pgx.Tx, by auth.Principal, id AppointmentID) error {
	return errPending
}

// Missed says that the patient did not come (status noshow). Repeating it is no error.
func (s *Service) Missed(ctx context.Context, tx pgx.Tx, by auth.Principal, id AppointmentID) error {
	return errPending
}

// Appointment returns one appointment that the principal may read; ErrNotFound otherwise.
func (s *Service) Appointment(ctx context.Context, by auth.Principal, id AppointmentID) (Appointment, error) {
	return Appointment{}, errPending
}

// AppointmentByID returns an appointment without asking the policy: for packages that ask it themselves.
func (s *Service) AppointmentByID(ctx context.Context, id AppointmentID) (Appointment, error) {
	return Appointment{}, errPending
}

// AppointmentsOf returns a patient's appointments that the principal may read: those to come first, the
// next one leading, then the past, the latest leading.
func (s *Service) AppointmentsOf(ctx context.Context, by auth.Principal, patient PatientID) ([]Appointment, error) {
	return nil, errPending
}

// DayOf returns what a practitioner leads or hosts on a day, in order, without what is cancelled.
func (s *Service) DayOf(ctx context.Context, by auth.Principal, practitioner ResourceID, day Date) ([]Appointment, error) {
	return nil, errPending
}

// SiteDay returns what takes place at a site on a day, in order, without what is cancelled.
func (s *Service) SiteDay(ctx context.Context, by auth.Principal, site SiteID, day Date) ([]Appointment, error) {
	return nil, errPending
}

// Patient returns a patient; ErrNotFound when there is none. It does not ask the policy.
func (s *Service) Patient(ctx context.Context, id PatientID) (Patient, error) {
	return Patient{}, errPending
}

// OwnProfessionals returns whom the patient calls their own, for SlotQuery.Prefer.
func (s *Service) OwnProfessionals(ctx context.Context, id PatientID) ([]ResourceID, error) {
	return nil, errPending
}

// Calendar returns the appointment as an iCalendar file. It says when and where to click, never for what.
func (s *Service) Calendar(ctx context.Context, by auth.Principal, id AppointmentID, link string) ([]byte, error) {
	return nil, errPending
}

// Sweep ends expired holds and forgets old holds, given-back reservations and idempotency keys. Run it
// every minute or so; nothing depends on it but the tables' size.
func (s *Service) Sweep(ctx context.Context) error { return errPending }
