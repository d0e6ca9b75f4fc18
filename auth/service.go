package auth

import (
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
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
