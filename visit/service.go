package visit

import (
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nara/auth"
	"nara/internal/bus"
	"nara/scheduling"
)

// Options is what a Service needs.
type Options struct {
	Pool       *pgxpool.Pool
	Bus        *bus.Bus
	Auth       *auth.Service // refusals go to its audit log
	Scheduling *scheduling.Service
	Log        *slog.Logger     // nil: slog.Default()
	Now        func() time.Time // nil: time.Now
	Node       string           // names this server among several; "": "local"
	Refresh    time.Duration    // how often a watched visit is read anew without a change; 0: 20 s
	Opens      time.Duration    // how long before the booked start the waiting room opens; 0: 30 min
}

// Service is the front door of visits. Its methods may be called by many at once.
type Service struct {
	pool    *pgxpool.Pool
	bus     *bus.Bus
	auth    *auth.Service
	booking *scheduling.Service
	log     *slog.Logger
	now     func() time.Time
	node    string
	refresh time.Duration
	opens   time.Duration

	watchers sync.WaitGroup
}

// New returns a Service on a migrated database. Close it before the pool and the bus.
func New(o Options) *Service {
	s := &Service{
		pool: o.Pool, bus: o.Bus, auth: o.Auth, booking: o.Scheduling,
		log: o.Log, now: o.Now, node: o.Node, refresh: o.Refresh, opens: o.Opens,
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.node == "" {
		s.node = "local"
	}
	if s.refresh == 0 {
		s.refresh = 20 * time.Second
	}
	if s.opens == 0 {
		s.opens = 30 * time.Minute
	}
	return s
}

// Close returns when every watch has ended; end their contexts first.
func (s *Service) Close() { s.watchers.Wait() }
