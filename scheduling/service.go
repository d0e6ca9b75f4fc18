package scheduling

import (
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
	Log   *slog.Logger     // nil: slog.Default()
	Now   func() time.Time // nil: time.Now
}

// Service is the front door of scheduling. Its methods may be called by many at once.
type Service struct {
	pool  *pgxpool.Pool
	links *auth.Links
	log   *slog.Logger
	now   func() time.Time

	board        *board
	turns        *turns
	alternatives singleflight.Group // equal refusals at the same moment share one search
}

// New returns a Service on a migrated database.
func New(o Options) *Service {
	s := &Service{pool: o.Pool, links: o.Links, log: o.Log, now: o.Now}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.links == nil {
		s.links = auth.NewLinks(o.Pool, s.now)
	}
	s.board = newBoard(o.Pool)
	s.turns = newTurns()
	return s
}
