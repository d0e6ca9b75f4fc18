package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/internal/audit"
)

// ErrNoSession says that a token names no session that is alive.
var ErrNoSession = errors.New("no session")

// Started is a session that was just made: the only time its token is known to the server.
type Started struct {
	Token     Token
	Expires   time.Time // the absolute end
	Principal Principal
}

const demoAccountSQL = `
SELECT id
FROM accounts
WHERE id = @id AND demo AND disabled_at IS NULL`

// SignInDemo signs in as a demo person without any proof. ErrNoSuchAccount when the account is not a demo person's or
// demo sign-in is not enabled.
func (s *Service) SignInDemo(ctx context.Context, id AccountID) (Started, error) {
	if !s.demo {
		return Started{}, ErrNoSuchAccount
	}
	var started Started
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var found AccountID
		err := tx.QueryRow(ctx, demoAccountSQL, pgx.StrictNamedArgs{"id": id}).Scan(&found)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNoSuchAccount
		}
		if err != nil {
			return fmt.Errorf("find demo account: %w", err)
		}
		if started, err = start(ctx, tx, s.now(), &found, nil); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Actor:    started.Principal.Actor(),
			Action:   "session.start",
			Resource: audit.Resource{Kind: "account", ID: string(found)},
			Outcome:  audit.Allowed,
			Detail:   map[string]any{"method": "demo"},
		})
	})
	if err != nil {
		return Started{}, err
	}
	s.log.Info("session started", "kind", started.Principal.Kind, "session", started.Principal.Session)
	return started, nil
}

const insertSessionSQL = `
INSERT INTO sessions (digest, account_id, link_id, created_at, last_used_at, expires_at)
VALUES (@digest, @account, @link, @now, @now, @expires)`

// sweepSessionsSQL forgets sessions a day after their absolute end.
const sweepSessionsSQL = `
DELETE FROM sessions
WHERE expires_at < @before`

// start makes a session for an account or a link and reads its principal back.
func start(ctx context.Context, tx pgx.Tx, now time.Time, account *AccountID, link *string) (Started, error) {
	started := Started{Token: TokenOf(random(32)), Expires: now.Add(SessionLifetime)}
	key := digest(started.Token.Reveal())
	if _, err := tx.Exec(ctx, sweepSessionsSQL, pgx.StrictNamedArgs{"before": now.Add(-24 * time.Hour)}); err != nil {
		return Started{}, fmt.Errorf("sweep sessions: %w", err)
	}
	_, err := tx.Exec(ctx, insertSessionSQL, pgx.StrictNamedArgs{
		"digest":  key,
		"account": account,
		"link":    link,
		"now":     now,
		"expires": started.Expires,
	})
	if err != nil {
		return Started{}, fmt.Errorf("insert session: %w", err)
	}
	started.Principal, _, err = alive(ctx, tx, key, now)
	return started, err
}

const aliveSQL = `
SELECT
    CASE WHEN s.account_id IS NULL THEN 'link' ELSE a.kind END,
    coalesce(a.id, ''),
    coalesce(a.name, l.name),
    coalesce(a.patient_id, l.patient_id)::text,
    coalesce(a.practitioner_id, 0),
    coalesce(a.roles, '{}'),
    ARRAY(SELECT unit_id FROM account_units u WHERE u.account_id = a.id ORDER BY unit_id),
    ARRAY(SELECT site_id FROM account_sites t WHERE t.account_id = a.id ORDER BY site_id),
    coalesce(l.appointment_id::text, ''),
    coalesce(a.language, l.language),
    s.last_used_at
FROM sessions s
LEFT JOIN accounts a ON a.id = s.account_id
LEFT JOIN visit_links l ON l.id = s.link_id
WHERE s.digest = @digest
    AND s.ended_at IS NULL
    AND s.expires_at > @now
    AND s.last_used_at > @idle
    AND (s.account_id IS NULL OR a.disabled_at IS NULL)
    AND (s.link_id IS NULL OR l.moved_at IS NULL AND l.cancelled_at IS NULL AND l.valid_until > @now)`

// alive reads the principal of a session that is alive at now, and when it was last used.
func alive(ctx context.Context, q querier, key []byte, now time.Time) (Principal, time.Time, error) {
	p := Principal{Session: sessionID(key)}
	var patient *PatientID
	var used time.Time
	err := q.QueryRow(ctx, aliveSQL, pgx.StrictNamedArgs{
		"digest": key,
		"now":    now,
		"idle":   now.Add(-SessionIdle),
	}).Scan(&p.Kind, &p.Account, &p.Name, &patient, &p.Practitioner,
		&p.Roles, &p.Units, &p.Sites, &p.Appointment, &p.Language, &used)
	if errors.Is(err, pgx.ErrNoRows) {
		return Principal{}, time.Time{}, ErrNoSession
	}
	if err != nil {
		return Principal{}, time.Time{}, fmt.Errorf("read session: %w", err)
	}
	if patient != nil {
		p.Patient = *patient
	}
	return p, used, nil
}

// Session returns who a token belongs to and counts as use. ErrNoSession when it is unknown, ended, idle for
// SessionIdle or older than SessionLifetime.
func (s *Service) Session(ctx context.Context, t Token) (Principal, error) {
	now := s.now()
	p, used, err := s.look(ctx, t, now)
	if err != nil {
		return Principal{}, err
	}
	if now.Sub(used) >= sessionTouch {
		if err := s.touch(ctx, digest(t.Reveal()), now); err != nil {
			return Principal{}, err
		}
	}
	return p, nil
}

// Look is Session without counting as use: for what a page does by itself, like holding a stream of events open. A page
// that nobody touches must not keep its owner signed in.
func (s *Service) Look(ctx context.Context, t Token) (Principal, error) {
	p, _, err := s.look(ctx, t, s.now())
	return p, err
}

func (s *Service) look(ctx context.Context, t Token, now time.Time) (Principal, time.Time, error) {
	if len(t.Reveal()) != base64.RawURLEncoding.EncodedLen(32) {
		return Principal{}, time.Time{}, ErrNoSession
	}
	return alive(ctx, s.pool, digest(t.Reveal()), now)
}

// KeepAlive counts as use of a session; the signalling server calls it every few minutes while its owner is in a call,
// so that nobody is signed out in the middle of a visit. ErrNoSession when it has ended.
func (s *Service) KeepAlive(ctx context.Context, id SessionID) error {
	key, err := base64.RawURLEncoding.DecodeString(string(id))
	if err != nil {
		return ErrNoSession
	}
	return s.touch(ctx, key, s.now())
}

const touchSessionSQL = `
UPDATE sessions
SET last_used_at = greatest(last_used_at, @now)
WHERE digest = @digest
    AND ended_at IS NULL
    AND expires_at > @now
    AND last_used_at > @idle`

func (s *Service) touch(ctx context.Context, key []byte, now time.Time) error {
	tag, err := s.pool.Exec(ctx, touchSessionSQL, pgx.StrictNamedArgs{
		"digest": key,
		"now":    now,
		"idle":   now.Add(-SessionIdle),
	})
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrNoSession
	}
	return nil
}

const endSessionSQL = `
UPDATE sessions
SET ended_at = @now
WHERE digest = @digest AND ended_at IS NULL`

// SignOut ends a session for good. Signing out of what is not a session is no fault.
func (s *Service) SignOut(ctx context.Context, t Token) error {
	now, key := s.now(), digest(t.Reveal())
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		p, _, err := alive(ctx, tx, key, now)
		if errors.Is(err, ErrNoSession) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, endSessionSQL, pgx.StrictNamedArgs{"digest": key, "now": now}); err != nil {
			return fmt.Errorf("end session: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{
			Actor:    p.Actor(),
			Action:   "session.end",
			Resource: audit.Resource{Kind: "account", ID: string(p.Account)},
			Outcome:  audit.Allowed,
		})
	})
	if err != nil {
		return err
	}
	s.log.Info("session ended", "session", sessionID(key))
	return nil
}

func sessionID(key []byte) SessionID {
	return SessionID(base64.RawURLEncoding.EncodeToString(key))
}
