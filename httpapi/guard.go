package httpapi

import "context"

type requestIDKey struct{}

// requestID is the id that log line and problem share.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
