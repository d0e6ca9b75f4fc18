package httpapi

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"nara/auth"
)

// visitor is who sends a request. The session is looked up when somebody asks, at most once a request.
type visitor struct {
	token   auth.Token
	address string
	lookup  func() (auth.Principal, error)
}

type visitorKey struct{}

// withVisitor keeps the request's cookie for the handlers.
func (a *API) withVisitor(r *http.Request) *http.Request {
	v := &visitor{token: auth.RequestToken(a.https, r), address: clientAddress(r).String()}
	ctx := context.WithValue(r.Context(), visitorKey{}, v)
	v.lookup = sync.OnceValues(func() (auth.Principal, error) {
		if v.token.Empty() {
			return auth.Principal{}, nil
		}
		p, err := a.auth.Session(ctx, v.token)
		if errors.Is(err, auth.ErrNoSession) {
			return auth.Principal{}, nil
		}
		return p, err
	})
	return r.WithContext(ctx)
}

// token is the session token that came with the request.
func token(ctx context.Context) auth.Token {
	if v, ok := ctx.Value(visitorKey{}).(*visitor); ok {
		return v.token
	}
	return auth.Token{}
}

// address is where the request comes from, for the counting of wrong tries.
func address(ctx context.Context) string {
	if v, ok := ctx.Value(visitorKey{}).(*visitor); ok {
		return v.address
	}
	return ""
}

// principal is who asks: the zero Principal for somebody from the street.
func principal(ctx context.Context) (auth.Principal, error) {
	if v, ok := ctx.Value(visitorKey{}).(*visitor); ok {
		return v.lookup()
	}
	return auth.Principal{}, nil
}

// signedInOnly is who asks, or the problem that sends them to sign in.
func signedInOnly(ctx context.Context) (auth.Principal, error) {
	p, err := principal(ctx)
	if err == nil && !p.SignedIn() {
		return p, kindSignIn.problem(ctx)
	}
	return p, err
}
