package auth

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nara/internal/audit"
)

// How long a session lives.
const (
	// SessionLifetime ends every session, whatever its owner does.
	SessionLifetime = 12 * time.Hour
	// SessionIdle ends a session that nobody used. Being in a visit is use: see [Service.KeepAlive].
	SessionIdle = 30 * time.Minute
	// sessionTouch is how stale the mark of last use may be, so that a busy page does not write at every request.
	sessionTouch = 30 * time.Second
)

// Options is what a Service needs.
type Options struct {
	Pool *pgxpool.Pool
	Log  *slog.Logger     // nil: slog.Default()
	Now  func() time.Time // nil: time.Now
	Demo bool             // whether one-click demo sign-in exists
}

// Service keeps accounts and sessions.
type Service struct {
	pool *pgxpool.Pool
	log  *slog.Logger
	now  func() time.Time
	demo bool

	looks looks
}

// New returns a Service on a migrated database.
func New(o Options) *Service {
	s := &Service{pool: o.Pool, log: o.Log, now: o.Now, demo: o.Demo}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s
}

// Refused writes a refusal to the audit log, in a transaction of its own.
func (s *Service) Refused(ctx context.Context, p Principal, action Action, r Resource, d Decision) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{
			Actor:    p.Actor(),
			Action:   string(action),
			Resource: audit.Resource{Kind: string(r.Kind), ID: r.ID},
			Patient:  string(r.Patient),
			Outcome:  audit.Refused,
			Detail:   map[string]any{"reason": d.Reason},
		})
	})
	if err != nil {
		return fmt.Errorf("audit refusal: %w", err)
	}
	return nil
}

// querier is what a pool and a transaction have in common.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}
