package auth

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// TicketLifetime is how long a room ticket can be redeemed.
const TicketLifetime = 60 * time.Second

// maxTicket is the longest ticket that is looked at, in bytes.
const maxTicket = 4 << 10

// RoomKind says what a call is.
type RoomKind string

// The kinds of call.
const (
	RoomVisit RoomKind = "visit" // the call of an appointment; its id is the appointment's
	RoomCheck RoomKind = "check" // no visit behind it: device checks and load tests; everybody is admitted at once
)

// CallRole is the chair somebody sits on in a call.
type CallRole string

// The chairs.
const (
	CallPatient CallRole = "patient"
	CallHost    CallRole = "host"
	CallRoom    CallRole = "room" // a site's screen and cameras
	CallGuest   CallRole = "guest"
)

// Grant is what a room ticket says.
type Grant struct {
	Room        string // the call's id
	RoomKind    RoomKind
	Participant string // stable for the same person in the same call
	Role        CallRole
	Name        string    // what the others see
	Session     SessionID // "" for a load test's ticket
	Principal   Principal // filled in by Redeem from the session, as it is then; not in the ticket
}

// The faults of redeeming.
var (
	// ErrBadTicket is every ticket that is not ours, not now, not readable or whose session has ended.
	ErrBadTicket = errors.New("bad room ticket")
	// ErrTicketUsed says that the ticket was good and has been redeemed before.
	ErrTicketUsed = errors.New("room ticket was used")
)

// Tickets signs room tickets and redeems them once.
type Tickets struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// NewTickets opens the signing keys in the folder dir (made if missing), which only the server's user may read. A
// server gives its pool: it makes a key when there is none or the newest is 24 hours old, and keeps one before it.
// With a nil pool it only signs, with the newest key that a server left in dir: that is how the load generator gets in.
func NewTickets(dir string, pool *pgxpool.Pool) (*Tickets, error) {
	return &Tickets{pool: pool, now: time.Now}, nil
}

// Issue signs a ticket for the grant and says when it ends.
func (t *Tickets) Issue(ctx context.Context, g Grant) (Ticket, time.Time, error) {
	return Ticket{}, time.Time{}, errors.New("not built")
}

// Redeem checks a ticket, once: ErrBadTicket or ErrTicketUsed, whatever was wrong with it.
func (t *Tickets) Redeem(ctx context.Context, ticket Ticket) (Grant, error) {
	return Grant{}, errors.New("not built")
}
