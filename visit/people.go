package visit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/scheduling"
)

// Participant is somebody who is or was in a visit's call.
type Participant struct {
	ID           string
	Role         auth.CallRole
	WaitingSince time.Time // zero for who never waits
	AdmittedAt   time.Time
	PresentSince time.Time // zero when not connected
	LeftAt       time.Time
}

// Present reports whether they are connected.
func (p Participant) Present() bool { return !p.PresentSince.IsZero() }

// Admitted reports whether they were let in.
func (p Participant) Admitted() bool { return !p.AdmittedAt.IsZero() }

// roleOf is the chair that a person takes in a visit of their own accord.
func roleOf(p auth.Principal, a *scheduling.Appointment) auth.CallRole {
	switch {
	case p.Kind == auth.KindPatient || p.Kind == auth.KindLink:
		return auth.CallPatient
	case p.Practitioner != 0 && p.Practitioner == a.Practitioner:
		return auth.CallHost
	case p.WorksAt(a.Site):
		return auth.CallRoom
	default:
		return auth.CallGuest
	}
}

// participantID is the same each time the same person takes the same chair, so that a reload replaces them and nobody
// else. There is one patient and one room; hosts and guests are who they are.
func participantID(id ID, role auth.CallRole, p auth.Principal) string {
	who := string(role)
	if role == auth.CallHost || role == auth.CallGuest {
		who = fmt.Sprintf("%s %s", role, p.Actor())
	}
	space, err := uuid.Parse(string(id))
	if err != nil {
		space = uuid.Nil // not reached: appointments have uuids
	}
	return uuid.NewSHA1(space, []byte(who)).String()
}

const participantColumns = `id, role, waiting_since, admitted_at, present_since, left_at`

func (p *Participant) scan(from pgx.Row, more ...any) error {
	var waiting, admitted, present, left *time.Time
	if err := from.Scan(append(more, &p.ID, &p.Role, &waiting, &admitted, &present, &left)...); err != nil {
		return err
	}
	p.WaitingSince, p.AdmittedAt = orZero(waiting), orZero(admitted)
	p.PresentSince, p.LeftAt = orZero(present), orZero(left)
	return nil
}

const participantsSQL = `
SELECT ` + participantColumns + `
FROM visit_participants
WHERE visit = @visit`

// participants reads everybody of one visit.
func participants(ctx context.Context, tx pgx.Tx, id ID) ([]Participant, error) {
	rows, err := tx.Query(ctx, participantsSQL, pgx.StrictNamedArgs{"visit": id})
	if err != nil {
		return nil, fmt.Errorf("read participants: %w", err)
	}
	people, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Participant, error) {
		var p Participant
		return p, p.scan(row)
	})
	if err != nil {
		return nil, fmt.Errorf("read participants: %w", err)
	}
	return people, nil
}

const saveParticipantSQL = `
INSERT INTO visit_participants (visit, id, role, waiting_since, admitted_at, present_since, node, left_at)
VALUES (@visit, @id, @role, @waiting, @admitted, @present, @node, @left)
ON CONFLICT ON CONSTRAINT visit_participants_pkey DO UPDATE SET
    waiting_since = excluded.waiting_since,
    admitted_at = excluded.admitted_at,
    present_since = excluded.present_since,
    node = excluded.node,
    left_at = excluded.left_at`

// save writes a participant of a visit whose row is locked.
func (p Participant) save(ctx context.Context, tx pgx.Tx, id ID, node string) error {
	if !p.Present() {
		node = ""
	}
	_, err := tx.Exec(ctx, saveParticipantSQL, pgx.StrictNamedArgs{
		"visit":    id,
		"id":       p.ID,
		"role":     p.Role,
		"waiting":  orNull(p.WaitingSince),
		"admitted": orNull(p.AdmittedAt),
		"present":  orNull(p.PresentSince),
		"node":     orNull(node),
		"left":     orNull(p.LeftAt),
	})
	if err != nil {
		return fmt.Errorf("save participant: %w", err)
	}
	return nil
}

const recoverSQL = `
UPDATE visit_participants
SET present_since = NULL, node = NULL, left_at = @now
WHERE node = @node`

// Recover forgets that anybody is connected through this server: call it when the server starts, before anybody can
// be. Admissions stay.
func (s *Service) Recover(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, recoverSQL, pgx.StrictNamedArgs{"node": s.node, "now": s.now()})
	if err != nil {
		return fmt.Errorf("forget who was connected: %w", err)
	}
	return nil
}
