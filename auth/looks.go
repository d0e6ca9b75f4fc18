package auth

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/internal/audit"
)

const (
	// lookAgain is how long a page that is loaded again, or that comes back to the front, counts as the same look.
	lookAgain = 15 * time.Minute
	// maxLooks bounds the memory of recent looks; without it a look is only logged once more.
	maxLooks = 8192
)

// look is one session's sight of one resource.
type look struct {
	session  SessionID
	resource string
}

// looks remembers what was logged lately.
type looks struct {
	mu     sync.Mutex // guards the field below
	recent map[look]time.Time
}

// fresh returns the resources that the session has not looked at within lookAgain.
func (l *looks) fresh(session SessionID, resources []Resource, now time.Time) []Resource {
	l.mu.Lock()
	defer l.mu.Unlock()
	var fresh []Resource
	for _, r := range resources {
		if last, seen := l.recent[look{session, r.ID}]; !seen || now.Sub(last) >= lookAgain {
			fresh = append(fresh, r)
		}
	}
	return fresh
}

// remember keeps what was logged.
func (l *looks) remember(session SessionID, resources []Resource, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.recent == nil || len(l.recent)+len(resources) > maxLooks {
		l.recent = map[look]time.Time{}
	}
	for _, r := range resources {
		l.recent[look{session, r.ID}] = now
	}
}

// Looked writes to the audit log that a member of staff looked at patients' appointments or visits, a row for each, in
// one round trip: every patient may know who has seen their data. What the same session has looked at a quarter of an
// hour ago or less is the same look. Patients' looks at what is their own are not logged. The policy was asked before.
func (s *Service) Looked(ctx context.Context, p Principal, action Action, resources ...Resource) error {
	if p.Kind != KindStaff {
		return nil
	}
	now := s.now()
	fresh := s.looks.fresh(p.Session, resources, now)
	if len(fresh) == 0 {
		return nil
	}
	entries := make([]audit.Entry, len(fresh))
	for i, r := range fresh {
		entries[i] = audit.Entry{
			Actor:    p.Actor(),
			Action:   string(action),
			Resource: audit.Resource{Kind: string(r.Kind), ID: r.ID},
			Patient:  string(r.Patient),
		}
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return audit.RecordAll(ctx, tx, entries) })
	if err != nil {
		return fmt.Errorf("audit looks: %w", err)
	}
	s.looks.remember(p.Session, fresh, now)
	return nil
}
