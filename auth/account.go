package auth

import (
	"context"
	"errors"

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

// DemoKind is the word the list of demo people shows: "patient", "nurse" or "physician" (or another staff role).
func (a Account) DemoKind() string {
	if a.Kind == KindPatient || len(a.Roles) == 0 {
		return string(a.Kind)
	}
	return string(a.Roles[0])
}

// The faults of signing in.
var (
	// ErrNoSuchAccount says that the account does not exist, is not a demo account, or that there is no demo.
	ErrNoSuchAccount = errors.New("no such account")
	// ErrNoSession says that a token names no session that is alive.
	ErrNoSession = errors.New("no session")
)

// PutAccount makes an account or replaces what it says, in the caller's transaction.
func (s *Service) PutAccount(ctx context.Context, tx pgx.Tx, a Account) error {
	return errors.New("not built")
}

// DemoAccounts lists the accounts of demo people in the order they were made; ErrNoSuchAccount when demo sign-in is
// not enabled.
func (s *Service) DemoAccounts(ctx context.Context) ([]Account, error) {
	return nil, errors.New("not built")
}
