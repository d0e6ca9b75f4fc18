package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// TicketLifetime is how long a room ticket can be redeemed.
const TicketLifetime = 60 * time.Second

const (
	ticketType     = "nara-room+jwt"
	ticketIssuer   = "nara"
	ticketAudience = "nara-signaling"
	ticketLeeway   = 30 * time.Second // how far the clocks of two servers may be apart
	maxTicket      = 4 << 10          // bytes that are looked at
	ticketSweep    = time.Minute      // between two sweeps of redeemed tickets
)

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

// complete reports whether the grant says everything that it must.
func (g Grant) complete() bool {
	return g.Room != "" && g.Participant != "" &&
		slices.Contains([]RoomKind{RoomVisit, RoomCheck}, g.RoomKind) &&
		slices.Contains([]CallRole{CallPatient, CallHost, CallRoom, CallGuest}, g.Role) &&
		(g.Session != "" || g.RoomKind != RoomVisit)
}

// claims are a ticket's, RFC 7519. The subject is the actor's name in the audit log.
type claims struct {
	jwt.RegisteredClaims
	Room        string   `json:"room"`
	RoomKind    RoomKind `json:"kind"`
	Participant string   `json:"participant"`
	Role        CallRole `json:"role"`
	Name        string   `json:"name"`
	Session     string   `json:"sid,omitempty"`
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
	pool   *pgxpool.Pool // nil in a process that only signs
	keys   *keyring
	now    func() time.Time
	parser *jwt.Parser

	mu    sync.Mutex // guards swept
	swept time.Time
}

// NewTickets opens the signing keys in the folder dir (made if missing), which only the server's user may read. A
// server gives its pool: it makes a key when there is none or the newest is 24 hours old, and keeps one before it.
// With a nil pool it only signs, with the newest key that a server left in dir: that is how the load generator gets in.
// The clock may be nil.
func NewTickets(dir string, pool *pgxpool.Pool, now func() time.Time) (*Tickets, error) {
	if now == nil {
		now = time.Now
	}
	keys, err := openKeyring(dir, pool != nil, now())
	if err != nil {
		return nil, err
	}
	return &Tickets{
		pool: pool,
		keys: keys,
		now:  now,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
			jwt.WithIssuer(ticketIssuer),
			jwt.WithAudience(ticketAudience),
			jwt.WithExpirationRequired(),
			jwt.WithIssuedAt(),
			jwt.WithLeeway(ticketLeeway),
			jwt.WithStrictDecoding(),
			jwt.WithTimeFunc(now),
		),
	}, nil
}

// Issue signs a ticket for the grant and says when it ends. Whether the person may sit there was decided before, and
// is decided again when the ticket is redeemed.
func (t *Tickets) Issue(_ context.Context, g Grant) (Ticket, time.Time, error) {
	if !g.complete() {
		return Ticket{}, time.Time{}, errors.New("sign room ticket: the grant is not complete")
	}
	now := t.now()
	key, err := t.keys.signer(now)
	if err != nil {
		return Ticket{}, time.Time{}, fmt.Errorf("sign room ticket: %w", err)
	}
	now = now.Truncate(time.Second) // as numeric dates are
	expires := now.Add(TicketLifetime)
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			ID:        random(16),
			Issuer:    ticketIssuer,
			Audience:  jwt.ClaimStrings{ticketAudience},
			Subject:   g.Principal.Actor(),
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(expires),
		},
		Room:        g.Room,
		RoomKind:    g.RoomKind,
		Participant: g.Participant,
		Role:        g.Role,
		Name:        g.Name,
		Session:     string(g.Session),
	})
	token.Header["typ"] = ticketType
	token.Header["kid"] = key.id
	signed, err := token.SignedString(key.private)
	if err != nil {
		return Ticket{}, time.Time{}, fmt.Errorf("sign room ticket: %w", err)
	}
	if len(signed) > maxTicket {
		return Ticket{}, time.Time{}, fmt.Errorf("sign room ticket: %d bytes are too many", len(signed))
	}
	return TicketOf(signed), expires, nil
}

const redeemSQL = `
INSERT INTO redeemed_tickets (id, expires_at)
VALUES (@id, @expires)
ON CONFLICT ON CONSTRAINT redeemed_tickets_once DO NOTHING`

// Redeem checks a ticket, once: ErrBadTicket or ErrTicketUsed, whatever was wrong with it. The principal of the grant
// is read from its session as it is now, so that what was taken from somebody in between is gone.
func (t *Tickets) Redeem(ctx context.Context, ticket Ticket) (Grant, error) {
	c, err := t.parse(ticket.Reveal())
	if err != nil {
		return Grant{}, ErrBadTicket // on purpose without the cause: there is nothing to learn here
	}
	if t.pool == nil {
		return Grant{}, errors.New("redeem room ticket: this process only signs")
	}
	if err := t.sweep(ctx); err != nil {
		return Grant{}, err
	}
	tag, err := t.pool.Exec(ctx, redeemSQL, pgx.StrictNamedArgs{
		"id":      c.ID,
		"expires": c.ExpiresAt.Add(ticketLeeway),
	})
	if err != nil {
		return Grant{}, fmt.Errorf("redeem room ticket: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return Grant{}, ErrTicketUsed
	}
	g := c.grant()
	if g.Session == "" {
		return g, nil
	}
	key, err := base64.RawURLEncoding.DecodeString(string(g.Session))
	if err != nil {
		return Grant{}, ErrBadTicket
	}
	g.Principal, _, err = alive(ctx, t.pool, key, t.now())
	if errors.Is(err, ErrNoSession) {
		return Grant{}, ErrBadTicket
	}
	return g, err
}

func (c claims) grant() Grant {
	return Grant{
		Room:        c.Room,
		RoomKind:    c.RoomKind,
		Participant: c.Participant,
		Role:        c.Role,
		Name:        c.Name,
		Session:     SessionID(c.Session),
	}
}

// parse checks everything about a ticket that the ticket itself can show. Whatever fails, the caller says the same.
func (t *Tickets) parse(text string) (claims, error) {
	if len(text) > maxTicket {
		return claims{}, errors.New("too long")
	}
	var c claims
	token, err := t.parser.ParseWithClaims(text, &c, t.key)
	switch {
	case err != nil:
		return claims{}, err
	case !token.Valid:
		return claims{}, errors.New("not valid")
	case len(c.ID) < 16:
		return claims{}, errors.New("no id")
	case c.IssuedAt == nil, c.ExpiresAt.Sub(c.IssuedAt.Time) > TicketLifetime:
		return claims{}, errors.New("lives too long")
	case len(c.Audience) != 1:
		return claims{}, errors.New("for others too")
	case !c.grant().complete():
		return claims{}, errors.New("not complete")
	}
	return c, nil
}

// key picks the key that a ticket names in its header.
func (t *Tickets) key(token *jwt.Token) (any, error) {
	if token.Header["typ"] != ticketType {
		return nil, errors.New("wrong type")
	}
	if _, critical := token.Header["crit"]; critical {
		return nil, errors.New("critical extension") // RFC 7515 section 4.1.11: we understand none
	}
	id, _ := token.Header["kid"].(string)
	key, known := t.keys.verifier(id)
	if !known {
		return nil, errors.New("unknown key")
	}
	return key, nil
}

const sweepTicketsSQL = `
DELETE FROM redeemed_tickets
WHERE expires_at < @now`

// sweep forgets redeemed tickets that nobody could redeem any more, now and then.
func (t *Tickets) sweep(ctx context.Context) error {
	now := t.now()
	t.mu.Lock()
	due := now.Sub(t.swept) >= ticketSweep
	if due {
		t.swept = now
	}
	t.mu.Unlock()
	if !due {
		return nil
	}
	if _, err := t.pool.Exec(ctx, sweepTicketsSQL, pgx.StrictNamedArgs{"now": now}); err != nil {
		return fmt.Errorf("sweep redeemed tickets: %w", err)
	}
	return nil
}
