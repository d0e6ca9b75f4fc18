package audit

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Outcome says whether the actor might.
type Outcome string

// The outcomes.
const (
	Allowed Outcome = "allowed"
	Refused Outcome = "refused"
)

// Entry is one line of the log.
type Entry struct {
	Actor    string         // who, as auth.Principal.Actor names them: "account:anna"
	Action   string         // what, as auth.Action names it: "appointment.book"
	Resource Resource       // to what
	Patient  string         // the uuid of the patient it concerns, "" when none
	Purpose  string         // why: "care" unless another reason was given
	Outcome  Outcome        // "" is Allowed
	Detail   map[string]any // further facts: ids, slugs, times
}

// Resource names what was acted on.
type Resource struct {
	Kind string // "appointment"
	ID   string
}

// Record appends the entry within tx.
func Record(ctx context.Context, tx pgx.Tx, e Entry) error {
	return RecordAll(ctx, tx, []Entry{e})
}

const insertSQL = `
	INSERT INTO audit_log (actor, action, resource_kind, resource_id, patient, purpose, outcome, detail)
	VALUES (@actor, @action, @kind, @id, nullif(@patient, '')::uuid, @purpose, @outcome, @detail)`

// RecordAll appends the entries within tx, in order and in one round trip.
func RecordAll(ctx context.Context, tx pgx.Tx, entries []Entry) error {
	batch := &pgx.Batch{}
	for _, e := range entries {
		if e.Outcome == "" {
			e.Outcome = Allowed
		}
		if e.Purpose == "" {
			e.Purpose = "care"
		}
		if e.Detail == nil {
			e.Detail = map[string]any{}
		}
		batch.Queue(insertSQL, pgx.StrictNamedArgs{
			"actor":   e.Actor,
			"action":  e.Action,
			"kind":    e.Resource.Kind,
			"id":      e.Resource.ID,
			"patient": e.Patient,
			"purpose": e.Purpose,
			"outcome": e.Outcome,
			"detail":  e.Detail,
		})
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("record in the audit log: %w", err)
	}
	return nil
}
