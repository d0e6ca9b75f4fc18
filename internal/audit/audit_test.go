package audit_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"nara/internal/audit"
	"nara/internal/postgres"
	"nara/internal/postgres/postgrestest"
)

func entry() audit.Entry {
	return audit.Entry{
		Actor:    "account:anna",
		Action:   "appointment.read",
		Resource: audit.Resource{Kind: "appointment", ID: "0199aaaa-0000-7000-8000-000000000000"},
		Patient:  "0199aaaa-0000-7000-8000-000000000001",
		Detail:   map[string]any{"version": 2},
	}
}

func TestRecord_BelongsToTheTransaction(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	for _, commit := range []bool{false, true} {
		tx, err := pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := audit.Record(t.Context(), tx, entry()); err != nil {
			t.Fatal(err)
		}
		if commit {
			err = tx.Commit(t.Context())
		} else {
			err = tx.Rollback(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var rows int
	var outcome, purpose string
	const read = `SELECT count(*), min(outcome), min(purpose) FROM audit_log`
	if err := pool.QueryRow(t.Context(), read).Scan(&rows, &outcome, &purpose); err != nil {
		t.Fatal(err)
	}
	if rows != 1 || outcome != "allowed" || purpose != "care" {
		t.Errorf("%d rows, %s, %s", rows, outcome, purpose)
	}
}

func TestRecord_NobodyCanChangeARow(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return audit.Record(t.Context(), tx, entry()) })
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{
		`UPDATE audit_log SET actor = 'nobody'`,
		`UPDATE audit_log SET actor = 'nobody' WHERE false`,
		`DELETE FROM audit_log`,
		`TRUNCATE audit_log`,
		`INSERT INTO audit_log (actor, action, resource_kind, resource_id, purpose, outcome)
			VALUES ('a', 'b', 'c', 'd', 'e', 'allowed')
			ON CONFLICT (id) DO UPDATE SET actor = 'nobody'`,
	} {
		if _, err := pool.Exec(t.Context(), change); postgres.Constraint(err) != "audit_log_append_only" {
			t.Errorf("%s: %v", change, err)
		}
	}
}

func TestRecord_RefusesWhatSaysNothing(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	for want, change := range map[string]func(*audit.Entry){
		"audit_log_actor_given":   func(e *audit.Entry) { e.Actor = "" },
		"audit_log_action_given":  func(e *audit.Entry) { e.Action = "" },
		"audit_log_outcome_known": func(e *audit.Entry) { e.Outcome = "perhaps" },
	} {
		e := entry()
		change(&e)
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return audit.Record(t.Context(), tx, e) })
		if got := postgres.Constraint(err); got != want {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}
