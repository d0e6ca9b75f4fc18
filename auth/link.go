package auth

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// LinkFor is what a visit link knows of its appointment.
type LinkFor struct {
	Appointment AppointmentID
	Patient     PatientID
	Name        string // the patient's, shown to them and to the host
	YearOfBirth int    // the second factor
	Language    Language
	Start, End  time.Time // the booked time; the link ends VisitLinkAfterEnd later
}

// Links makes visit links and exchanges them for sessions.
//
// An appointment may have several live links (a repeated booking request gets another secret, since the first is not
// stored). All of them move, are cancelled and end together.
type Links struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// NewLinks returns the Links of a migrated database; now may be nil.
func NewLinks(pool *pgxpool.Pool, now func() time.Time) *Links {
	if now == nil {
		now = time.Now
	}
	return &Links{pool: pool, now: now}
}

// Create makes a link in the transaction that books the appointment. The secret exists only in its answer.
func (l *Links) Create(ctx context.Context, tx pgx.Tx, f LinkFor) (LinkSecret, error) {
	return LinkSecret{}, errors.New("not built")
}

// Move retires every link of the old appointment in the transaction that moves it, and makes a new one. Who opens an
// old link hears, after the second factor, the new time. f.Appointment may be the old one or another.
func (l *Links) Move(ctx context.Context, tx pgx.Tx, old AppointmentID, f LinkFor) (LinkSecret, error) {
	return LinkSecret{}, errors.New("not built")
}

// Cancel retires every link of an appointment in the transaction that cancels it, and ends their sessions.
func (l *Links) Cancel(ctx context.Context, tx pgx.Tx, id AppointmentID) error {
	return errors.New("not built")
}

// The endings of an exchange that gives no session.
var (
	// ErrLinkUnknown says that no link has this secret.
	ErrLinkUnknown = errors.New("unknown visit link")
	// ErrLinkExpired says that the visit ended more than VisitLinkAfterEnd ago.
	ErrLinkExpired = errors.New("visit link has expired")
	// ErrLinkCancelled says, after the second factor, that the appointment was cancelled.
	ErrLinkCancelled = errors.New("appointment of visit link was cancelled")
	// ErrFactorNeeded says that the link is known and the second factor is missing. It says nothing more.
	ErrFactorNeeded = errors.New("second factor needed")
)

// LinkMovedError says, after the second factor, that the appointment has another time and another link.
type LinkMovedError struct {
	Appointment AppointmentID
	Start, End  time.Time
}

func (e *LinkMovedError) Error() string { return "visit link has moved" }

// FactorWrongError says that the second factor was wrong and how many tries are left before a wait.
type FactorWrongError struct{ TriesLeft int }

func (e *FactorWrongError) Error() string { return "second factor is wrong" }

// TooManyTriesError says that this link or this address must wait. A right answer is refused as well until then.
type TooManyTriesError struct{ RetryAfter time.Duration }

func (e *TooManyTriesError) Error() string { return "too many tries" }

// ExchangeRequest is what a browser sends to open a link.
type ExchangeRequest struct {
	Secret      LinkSecret
	YearOfBirth int       // 0: not given
	Address     string    // where the request comes from, an IP address
	Current     Principal // who the browser is already signed in as, if anybody
}

// Exchanged is an opened link. Started.Token is empty when the browser's own session already gives the right: then
// there is no new cookie.
type Exchanged struct {
	Started
	Appointment AppointmentID
}

// Exchange opens a link: it checks the secret and the second factor, ends the session of the browser that opened it
// before, and starts one. The faults are those above.
func (l *Links) Exchange(ctx context.Context, req ExchangeRequest) (Exchanged, error) {
	return Exchanged{}, errors.New("not built")
}
