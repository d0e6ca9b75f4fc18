package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Account is somebody who may sign in.
type Account struct {
	ID           AccountID
	Kind         Kind // KindPatient or KindStaff
	Name         string
	Detail       Text // a line under the name in the list of demo people
	Patient      PatientID
	Practitioner ResourceID
	Roles        []Role
	Units        []UnitID
	Sites        []SiteID
	Language     Language
	Demo         bool // may be signed in to by one click when demo sign-in is enabled
}

// DemoKind is the word the list of demo people shows: "patient", "nurse", "physician" or "professional".
func (a Account) DemoKind() string {
	if a.Kind == KindPatient || len(a.Roles) == 0 {
		return string(a.Kind)
	}
	return string(a.Roles[0])
}

// ErrNoSuchAccount says that the account does not exist, is not a demo account, or that there is no demo.
var ErrNoSuchAccount = errors.New("no such account")

const putAccountSQL = `
INSERT INTO accounts
    (id, kind, name, detail, patient_id, practitioner_id, roles, language, demo)
VALUES
    (@id, @kind, @name, @detail, @patient, @practitioner, @roles, @language, @demo)
ON CONFLICT (id) DO UPDATE SET
    kind = excluded.kind,
    name = excluded.name,
    detail = excluded.detail,
    patient_id = excluded.patient_id,
    practitioner_id = excluded.practitioner_id,
    roles = excluded.roles,
    language = excluded.language,
    demo = excluded.demo`

const forgetUnitsSQL = `
DELETE FROM account_units
WHERE account_id = @id`

const putUnitsSQL = `
INSERT INTO account_units (account_id, unit_id)
SELECT @id, unnest(@units::text[])`

const forgetSitesSQL = `
DELETE FROM account_sites
WHERE account_id = @id`

const putSitesSQL = `
INSERT INTO account_sites (account_id, site_id)
SELECT @id, unnest(@sites::text[])`

// PutAccount makes an account or replaces what it says, in the caller's transaction. Sessions see the change at their
// next request.
func (s *Service) PutAccount(ctx context.Context, tx pgx.Tx, a Account) error {
	detail, err := json.Marshal(a.Detail)
	if err != nil {
		return fmt.Errorf("encode account detail: %w", err)
	}
	var batch pgx.Batch
	batch.Queue(putAccountSQL, pgx.StrictNamedArgs{
		"id":           a.ID,
		"kind":         a.Kind,
		"name":         a.Name,
		"detail":       detail,
		"patient":      orNull(a.Patient),
		"practitioner": orNull(a.Practitioner),
		"roles":        orEmpty(a.Roles),
		"language":     a.Language,
		"demo":         a.Demo,
	})
	batch.Queue(forgetUnitsSQL, pgx.StrictNamedArgs{"id": a.ID})
	batch.Queue(putUnitsSQL, pgx.StrictNamedArgs{"id": a.ID, "units": orEmpty(a.Units)})
	batch.Queue(forgetSitesSQL, pgx.StrictNamedArgs{"id": a.ID})
	batch.Queue(putSitesSQL, pgx.StrictNamedArgs{"id": a.ID, "sites": orEmpty(a.Sites)})
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("put account: %w", err)
	}
	return nil
}

const demoAccountsSQL = `
SELECT id, kind, name, detail, coalesce(patient_id::text, ''), coalesce(practitioner_id, 0),
    roles,
    ARRAY(SELECT unit_id FROM account_units u WHERE u.account_id = accounts.id ORDER BY unit_id),
    ARRAY(SELECT site_id FROM account_sites s WHERE s.account_id = accounts.id ORDER BY site_id),
    language, demo
FROM accounts
WHERE demo AND disabled_at IS NULL
ORDER BY ordinal`

// DemoAccounts lists the accounts of demo people in the order they were made; ErrNoSuchAccount when demo sign-in is
// not enabled.
func (s *Service) DemoAccounts(ctx context.Context) ([]Account, error) {
	if !s.demo {
		return nil, ErrNoSuchAccount
	}
	rows, err := s.pool.Query(ctx, demoAccountsSQL)
	if err != nil {
		return nil, fmt.Errorf("list demo accounts: %w", err)
	}
	accounts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Account, error) {
		var a Account
		err := row.Scan(&a.ID, &a.Kind, &a.Name, &a.Detail, &a.Patient, &a.Practitioner,
			&a.Roles, &a.Units, &a.Sites, &a.Language, &a.Demo)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("list demo accounts: %w", err)
	}
	return accounts, nil
}

// orNull returns nil for a zero value, which PostgreSQL stores as NULL.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// orEmpty returns an empty list for nil, which PostgreSQL would store as NULL.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
