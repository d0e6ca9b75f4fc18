package visit

import (
	"context"
	"errors"
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

	watchers sync.WaitGroup
}

var errNotBuilt = errors.New("not built")

// New returns a Service on a migrated database. Close it before the pool and the bus.
func New(o Options) *Service {
	s := &Service{
		pool: o.Pool, bus: o.Bus, auth: o.Auth, booking: o.Scheduling,
		log: o.Log, now: o.Now, node: o.Node, refresh: o.Refresh,
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
	return s
}

// Recover forgets that anybody is connected through this server: call it when the server starts, before anybody can
// be. Admissions stay.
func (s *Service) Recover(ctx context.Context) error { return errNotBuilt }

// Close returns when every watch has ended; end their contexts first.
func (s *Service) Close() { s.watchers.Wait() }

// Snapshot returns the visit as p sees it: ErrNotFound also when p may not know of it.
func (s *Service) Snapshot(ctx context.Context, p auth.Principal, id ID) (Visit, error) {
	return Visit{}, errNotBuilt
}

// CheckIn notes that the patient stands at the site's desk and how their identity was established: planned → arrived.
func (s *Service) CheckIn(ctx context.Context, p auth.Principal, id ID, identity Identity) (Visit, error) {
	return Visit{}, errNotBuilt
}

// Transition brings the visit to the state to: rooming, ready, wrapUp or finished. Arrived is for CheckIn, inProgress
// follows from Admit or from the professional's entering.
func (s *Service) Transition(ctx context.Context, p auth.Principal, id ID, to State) (Visit, error) {
	return Visit{}, errNotBuilt
}

// Finish ends the visit; its appointment becomes fulfilled in the same transaction and its call closes.
func (s *Service) Finish(ctx context.Context, p auth.Principal, id ID) (Visit, error) {
	return Visit{}, errNotBuilt
}

// Changed brings the visit up to date with its appointment and tells whoever watches. Call it after
// scheduling.Cancel and scheduling.Move have committed.
func (s *Service) Changed(ctx context.Context, id ID) error { return errNotBuilt }

// Day returns p's own visits of a day.
func (s *Service) Day(ctx context.Context, p auth.Principal, date scheduling.Date) (Day, error) {
	return Day{}, errNotBuilt
}

// SiteDay returns the visits of a day at a site where p works.
func (s *Service) SiteDay(ctx context.Context, p auth.Principal, site auth.SiteID, date scheduling.Date) (SiteDay, error) {
	return SiteDay{}, errNotBuilt
}

// Watch returns a channel with the visit as p sees it: as it is now, then anew at each change, and every Refresh while
// the patient waits. Who reads slowly gets the newest only. The channel closes when ctx ends, or when p may no longer
// see the visit.
func (s *Service) Watch(ctx context.Context, p auth.Principal, id ID) (<-chan Visit, error) {
	return nil, errNotBuilt
}

// WatchDay returns a channel with every visit that changes and that p leads, is booked for, or that is at a site where
// p works, of any date. It closes when ctx ends.
func (s *Service) WatchDay(ctx context.Context, p auth.Principal) (<-chan Facts, error) {
	return nil, errNotBuilt
}

// Grant returns what a room ticket for p's place in the visit's call says. role "" is p's own place; auth.CallRoom is
// the site's screen and cameras, opened by a nurse.
func (s *Service) Grant(ctx context.Context, p auth.Principal, id ID, role auth.CallRole) (auth.Grant, error) {
	return auth.Grant{}, errNotBuilt
}

// Admission says how somebody comes into a call.
type Admission struct {
	Participant string
	Role        auth.CallRole
	Name        string
	Admitted    bool // false: into the waiting room
}

// Enter decides whether the holder of a redeemed ticket may come in now, and how. It changes nothing.
func (s *Service) Enter(ctx context.Context, g auth.Grant) (Admission, error) {
	return Admission{}, errNotBuilt
}

// Arrived notes that a participant is connected: a patient's visit becomes arrived, and a hosted visit that is ready
// begins when its professional comes.
func (s *Service) Arrived(ctx context.Context, g auth.Grant) (Admission, error) {
	return Admission{}, errNotBuilt
}

// Admit lets a waiting participant in: a visit at home begins. Admitting somebody who is admitted changes nothing and
// is no fault.
func (s *Service) Admit(ctx context.Context, p auth.Principal, id ID, participant string) error {
	return errNotBuilt
}

// Departure is why a participant is no longer connected, in the signalling protocol's words.
type Departure string

// The departures.
const (
	DepartLeft     Departure = "left"     // went for good: must be admitted anew
	DepartGone     Departure = "gone"     // lost the connection
	DepartReplaced Departure = "replaced" // is connected elsewhere: changes nothing
	DepartRemoved  Departure = "removed"  // was sent out: must be admitted anew
	DepartClosed   Departure = "closed"   // the visit ended
)

// Left notes that a participant is no longer connected.
func (s *Service) Left(ctx context.Context, g auth.Grant, why Departure) error { return errNotBuilt }
