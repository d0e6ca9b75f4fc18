package auth

import (
	"context"
	"errors"
	"time"
)

// Started is a session that was just made: the only time its token is known to the server.
type Started struct {
	Token     Token
	Expires   time.Time // the absolute end
	Principal Principal
}

// SignInDemo signs in as a demo person without any proof. ErrNoSuchAccount when the account is not a demo person's or
// demo sign-in is not enabled.
func (s *Service) SignInDemo(ctx context.Context, id AccountID) (Started, error) {
	return Started{}, errors.New("not built")
}

// Session returns who a token belongs to and counts as use. ErrNoSession when it is unknown, ended, idle for
// SessionIdle or older than SessionLifetime.
func (s *Service) Session(ctx context.Context, t Token) (Principal, error) {
	return Principal{}, errors.New("not built")
}

// KeepAlive counts as use of a session; the signalling server calls it every few minutes while its owner is in a call,
// so that nobody is signed out in the middle of a visit. ErrNoSession when it has ended.
func (s *Service) KeepAlive(ctx context.Context, id SessionID) error {
	return errors.New("not built")
}

// SignOut ends a session for good. Signing out of what is not a session is no fault.
func (s *Service) SignOut(ctx context.Context, t Token) error {
	return errors.New("not built")
}

// Refused writes a refusal to the audit log, in a transaction of its own.
func (s *Service) Refused(ctx context.Context, p Principal, action Action, r Resource, d Decision) error {
	return errors.New("not built")
}
