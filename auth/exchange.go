package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/internal/audit"
)

// How much guessing at a second factor is borne.
const (
	linkTries   = 5                // wrong factors for a link before it must wait
	linkWait    = 15 * time.Minute // the first wait; each further one is twice as long
	linkWaitMax = 4 * time.Hour    // the longest wait: nobody is locked out for good

	addressTries  = 50               // wrong tries from an address, at any links, before it must wait
	addressWindow = 15 * time.Minute // counted within
)

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
	Address     string    // where the request comes from: an IP address, with or without a port
	Current     Principal // who the browser is already signed in as, if anybody
}

// Exchanged is an opened link. Started.Token is empty when the browser's own session already gives the right: then
// there is no new cookie.
type Exchanged struct {
	Started
	Appointment AppointmentID
}

// link is a row of visit_links.
type link struct {
	id          string
	appointment AppointmentID
	patient     PatientID
	year        int
	validUntil  time.Time
	movedTo     *AppointmentID
	cancelled   *time.Time
	wrongTries  int
	waits       int
	waitUntil   *time.Time
}

const lockLinkSQL = `
SELECT id, appointment_id, patient_id, year_of_birth, valid_until, moved_to, cancelled_at,
    wrong_tries, waits, wait_until
FROM visit_links
WHERE secret_digest = @digest
FOR UPDATE`

// Exchange opens a link: it checks the secret and the second factor, ends the session of the browser that opened it
// before, and starts one. A browser that is already signed in as the link's holder or as its patient needs no second
// factor.
//
// Before the second factor it tells only whether the link is known and not yet expired. The link's row is locked
// meanwhile, so that tries made at once are counted one by one. A refusal is counted in the transaction that found it.
func (l *Links) Exchange(ctx context.Context, req ExchangeRequest) (Exchanged, error) {
	var opened Exchanged
	var refusal error // unlike an error, it does not undo the transaction
	err := pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		e := exchange{tx: tx, now: l.now(), address: addressKey(req.Address)}
		var err error
		opened, refusal, err = e.open(ctx, req)
		return err
	})
	switch {
	case err != nil:
		return Exchanged{}, err
	case refusal != nil:
		return Exchanged{}, refusal
	}
	return opened, nil
}

// exchange is one opening of a link under way.
type exchange struct {
	tx      pgx.Tx
	now     time.Time
	address string
}

// open returns what was opened, or why it was refused; err is a fault of ours.
func (e exchange) open(ctx context.Context, req ExchangeRequest) (opened Exchanged, refusal, err error) {
	if wait, err := e.addressWait(ctx); err != nil || wait > 0 {
		return Exchanged{}, &TooManyTriesError{RetryAfter: wait}, err
	}
	li, found, err := e.lock(ctx, req.Secret)
	switch {
	case err != nil:
		return Exchanged{}, nil, err
	case !found:
		return Exchanged{}, ErrLinkUnknown, e.countAddress(ctx)
	case !e.now.Before(li.validUntil):
		return Exchanged{}, ErrLinkExpired, nil
	case e.already(li, req.Current):
		return Exchanged{Appointment: li.appointment, Started: Started{Principal: req.Current}}, nil, nil
	case req.YearOfBirth == 0:
		return Exchanged{}, ErrFactorNeeded, nil
	case li.waitUntil != nil && e.now.Before(*li.waitUntil):
		return Exchanged{}, &TooManyTriesError{RetryAfter: li.waitUntil.Sub(e.now)}, nil
	case !sameYear(req.YearOfBirth, li.year):
		return e.wrong(ctx, li)
	}
	if err := e.forgive(ctx, li); err != nil {
		return Exchanged{}, nil, err
	}
	switch {
	case li.cancelled != nil:
		return Exchanged{}, ErrLinkCancelled, nil
	case li.movedTo != nil:
		refusal, err = e.moved(ctx, *li.movedTo)
		return Exchanged{}, refusal, err
	}
	opened, err = e.start(ctx, li)
	return opened, nil, err
}

func (e exchange) lock(ctx context.Context, s LinkSecret) (link, bool, error) {
	if len(s.Reveal()) != base64.RawURLEncoding.EncodedLen(16) {
		return link{}, false, nil
	}
	var li link
	err := e.tx.QueryRow(ctx, lockLinkSQL, pgx.StrictNamedArgs{"digest": digest(s.Reveal())}).Scan(
		&li.id, &li.appointment, &li.patient, &li.year, &li.validUntil, &li.movedTo, &li.cancelled,
		&li.wrongTries, &li.waits, &li.waitUntil)
	if errors.Is(err, pgx.ErrNoRows) {
		return link{}, false, nil
	}
	if err != nil {
		return link{}, false, fmt.Errorf("lock visit link: %w", err)
	}
	return li, true, nil
}

// already reports whether the browser's own session gives what the link would give.
func (e exchange) already(li link, p Principal) bool {
	if li.cancelled != nil || li.movedTo != nil {
		return false
	}
	switch p.Kind {
	case KindLink:
		return p.Appointment == li.appointment
	case KindPatient:
		return p.Patient == li.patient
	default:
		return false
	}
}

// sameYear compares in a time that does not depend on the years.
func sameYear(a, b int) bool {
	return subtle.ConstantTimeEq(int32(a), int32(b)) == 1
}

const countWrongSQL = `
UPDATE visit_links
SET wrong_tries = @tries, waits = @waits, wait_until = @until
WHERE id = @id`

// wrong counts a wrong factor: the last one before the wait already says how long.
func (e exchange) wrong(ctx context.Context, li link) (Exchanged, error, error) {
	if err := e.countAddress(ctx); err != nil {
		return Exchanged{}, nil, err
	}
	li.wrongTries++
	var refusal error = &FactorWrongError{TriesLeft: linkTries - li.wrongTries}
	var until *time.Time
	if li.wrongTries >= linkTries {
		wait := min(linkWait<<min(li.waits, 8), linkWaitMax)
		ends := e.now.Add(wait)
		until, li.wrongTries, li.waits = &ends, 0, li.waits+1
		refusal = &TooManyTriesError{RetryAfter: wait}
	}
	_, err := e.tx.Exec(ctx, countWrongSQL, pgx.StrictNamedArgs{
		"id":    li.id,
		"tries": li.wrongTries,
		"waits": li.waits,
		"until": until,
	})
	if err != nil {
		return Exchanged{}, nil, fmt.Errorf("count wrong factor: %w", err)
	}
	err = e.record(ctx, li, audit.Refused, "factor-wrong")
	return Exchanged{}, refusal, err
}

// forgive forgets the wrong tries of a link whose owner gave the right factor.
func (e exchange) forgive(ctx context.Context, li link) error {
	if li.wrongTries == 0 && li.waits == 0 {
		return nil
	}
	_, err := e.tx.Exec(ctx, countWrongSQL, pgx.StrictNamedArgs{
		"id":    li.id,
		"tries": 0,
		"waits": 0,
		"until": nil,
	})
	if err != nil {
		return fmt.Errorf("forgive wrong factors: %w", err)
	}
	return nil
}

const movedToSQL = `
SELECT starts_at, ends_at
FROM visit_links
WHERE appointment_id = @id AND moved_to IS NULL AND cancelled_at IS NULL
ORDER BY created_at DESC
LIMIT 1`

// moved tells where the appointment went.
func (e exchange) moved(ctx context.Context, to AppointmentID) (refusal, err error) {
	m := LinkMovedError{Appointment: to}
	err = e.tx.QueryRow(ctx, movedToSQL, pgx.StrictNamedArgs{"id": to}).Scan(&m.Start, &m.End)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrLinkCancelled, nil
	}
	if err != nil {
		return nil, fmt.Errorf("follow moved visit link: %w", err)
	}
	return &m, nil
}

// endLinkSessionsSQL ends the sessions of every link of the appointment: a new browser ends the old one's.
const endLinkSessionsSQL = `
UPDATE sessions
SET ended_at = @now
WHERE ended_at IS NULL
    AND link_id IN (SELECT id FROM visit_links WHERE appointment_id = @appointment)`

func (e exchange) start(ctx context.Context, li link) (Exchanged, error) {
	_, err := e.tx.Exec(ctx, endLinkSessionsSQL, pgx.StrictNamedArgs{"now": e.now, "appointment": li.appointment})
	if err != nil {
		return Exchanged{}, fmt.Errorf("end earlier sessions of visit link: %w", err)
	}
	opened := Exchanged{Appointment: li.appointment}
	if opened.Started, err = start(ctx, e.tx, e.now, nil, &li.id); err != nil {
		return Exchanged{}, err
	}
	return opened, e.record(ctx, li, audit.Allowed, "year-of-birth")
}

func (e exchange) record(ctx context.Context, li link, outcome audit.Outcome, factor string) error {
	return audit.Record(ctx, e.tx, audit.Entry{
		Actor:    "link:" + string(li.appointment),
		Action:   "link.exchange",
		Resource: audit.Resource{Kind: string(KindAppointment), ID: string(li.appointment)},
		Patient:  string(li.patient),
		Outcome:  outcome,
		Detail:   map[string]any{"factor": factor},
	})
}

const addressTriesSQL = `
SELECT since
FROM link_tries
WHERE address = @address AND wrong_tries >= @limit AND since > @after`

// addressWait returns how long the address must wait, 0 when it need not.
func (e exchange) addressWait(ctx context.Context) (time.Duration, error) {
	var since time.Time
	err := e.tx.QueryRow(ctx, addressTriesSQL, pgx.StrictNamedArgs{
		"address": e.address,
		"limit":   addressTries,
		"after":   e.now.Add(-addressWindow),
	}).Scan(&since)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read tries of address: %w", err)
	}
	return since.Add(addressWindow).Sub(e.now), nil
}

const countAddressSQL = `
INSERT INTO link_tries AS t (address, since, wrong_tries)
VALUES (@address, @now, 1)
ON CONFLICT (address) DO UPDATE SET
    since = CASE WHEN t.since > @after THEN t.since ELSE excluded.since END,
    wrong_tries = CASE WHEN t.since > @after THEN t.wrong_tries + 1 ELSE 1 END`

// sweepTriesSQL leaves rows alone that another exchange is counting in.
const sweepTriesSQL = `
DELETE FROM link_tries
WHERE address IN (
    SELECT address
    FROM link_tries
    WHERE since <= @after
    FOR UPDATE SKIP LOCKED)`

func (e exchange) countAddress(ctx context.Context) error {
	after := e.now.Add(-addressWindow)
	if _, err := e.tx.Exec(ctx, sweepTriesSQL, pgx.StrictNamedArgs{"after": after}); err != nil {
		return fmt.Errorf("sweep tries of addresses: %w", err)
	}
	_, err := e.tx.Exec(ctx, countAddressSQL, pgx.StrictNamedArgs{
		"address": e.address,
		"now":     e.now,
		"after":   after,
	})
	if err != nil {
		return fmt.Errorf("count try of address: %w", err)
	}
	return nil
}

// addressKey is what is counted: an IPv4 address, or the /64 that a single IPv6 customer has. What is no address is
// counted together.
func addressKey(s string) string {
	addr, err := netip.ParseAddr(s)
	if err != nil {
		port, portErr := netip.ParseAddrPort(s)
		if portErr != nil {
			return "unknown"
		}
		addr = port.Addr()
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	network, err := addr.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return network.String()
}
