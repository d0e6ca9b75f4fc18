package scheduling

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/singleflight"

	"nara/auth"
)

// HoldTime is how long a hold keeps a slot.
const HoldTime = 5 * time.Minute

// Options is what a Service needs.
type Options struct {
	Pool  *pgxpool.Pool
	Links *auth.Links      // makes the visit links
	Auth  *auth.Service    // refusals go to its audit log
	Log   *slog.Logger     // nil: slog.Default()
	Now   func() time.Time // nil: time.Now
}

// Service is the front door of scheduling. Its methods may be called by many at once.
type Service struct {
	pool  *pgxpool.Pool
	links *auth.Links
	auth  *auth.Service
	log   *slog.Logger
	now   func() time.Time

	board        *board
	turns        *turns
	alternatives singleflight.Group // equal refusals at the same moment share one search
}

// allow asks the policy, and writes a refusal to the audit log.
func (s *Service) allow(ctx context.Context, by auth.Principal, action auth.Action, r auth.Resource) error {
	d := auth.Allow(by, action, r)
	if d.Allowed {
		return nil
	}
	if err := s.auth.Refused(ctx, by, action, r, d); err != nil {
		return err
	}
	return d.Err(action)
}

// New returns a Service on a migrated database.
func New(o Options) *Service {
	s := &Service{pool: o.Pool, links: o.Links, auth: o.Auth, log: o.Log, now: o.Now}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.links == nil {
		s.links = auth.NewLinks(o.Pool, s.now)
	}
	if s.auth == nil {
		s.auth = auth.New(auth.Options{Pool: o.Pool, Log: s.log, Now: s.now})
	}
	s.board = newBoard(o.Pool)
	s.turns = newTurns()
	return s
}
