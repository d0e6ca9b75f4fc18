package httpapi

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"
)

// Handler is what a listener serves: the API under /v1, and the UI everywhere else. From the outside in: a request
// id and a log line, a net for panics, the security headers, the origin, and then either edge.
func (a *API) Handler() http.Handler {
	root := http.NewServeMux()
	root.Handle("/v1/", a.guardAPI(a.mux))
	root.Handle("/v1", a.guardAPI(a.mux))
	root.Handle("/problems/", http.HandlerFunc(explainProblem))
	root.Handle("/", a.ui)
	return a.observe(a.recover(a.headers(a.sameOrigin(root))))
}

type requestIDKey struct{}

// requestID is the id that log line and problem share.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// observe gives the request its id (never the client's word for it), and measures and logs it by its route's
// pattern: an address may hold what must not be logged.
func (a *API) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &observed{}
		ctx := context.WithValue(r.Context(), requestIDKey{}, rand.Text()[:16])
		ctx = context.WithValue(ctx, observedKey{}, seen)
		recorder := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r.WithContext(ctx))

		took := time.Since(began)
		if a.onRequest != nil {
			a.onRequest(seen.route, r.Method, recorder.status, took)
		}
		a.log.Debug("request answered", "request", requestID(ctx), "method", r.Method, "route", seen.route, "status", recorder.status, "took", took)
	})
}

// observed is what inner handlers tell observe.
type observed struct{ route string }

type observedKey struct{}

// atRoute tells which route answers.
func atRoute(r *http.Request, pattern string) {
	if seen, ok := r.Context().Value(observedKey{}).(*observed); ok {
		seen.route = pattern
	}
}

// statusWriter remembers the status. Unwrap lets http.ResponseController through.
type statusWriter struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.wrote && status >= http.StatusOK {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(data []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(data)
}

// Hijack gives the connection to a WebSocket. Gorilla looks for the method itself and knows no Unwrap.
func (w *statusWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.status, w.wrote = http.StatusSwitchingProtocols, true
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// recover turns a panic into a 500 and a log line with the stack.
func (a *API) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			fault := recover()
			if fault == nil {
				return
			}
			if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(fault)
			}
			a.log.Error("request panicked", "request", requestID(r.Context()), "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
			writeProblem(w, kindInternal.problem(r.Context()))
		}()
		next.ServeHTTP(w, r)
	})
}

// contentPolicy lets the UI load from here only, and lets no text become code. Inline style attributes are set
// through the DOM by the UI's widgets, which a policy does not forbid.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'"

// permissions are what a page may ask the browser for: what a call needs, and nothing else.
var permissions = strings.Join([]string{
	"camera=(self)", "microphone=(self)", "display-capture=(self)", "screen-wake-lock=(self)", "autoplay=(self)",
	"fullscreen=(self)", "picture-in-picture=(self)", "clipboard-write=(self)",
	"accelerometer=()", "clipboard-read=()", "encrypted-media=()", "geolocation=()", "gyroscope=()", "hid=()",
	"idle-detection=()", "local-fonts=()", "magnetometer=()", "midi=()", "payment=()", "publickey-credentials-get=()",
	"serial=()", "usb=()", "xr-spatial-tracking=()",
}, ", ")

// headers sets the security headers of every answer. Handlers may only loosen Cache-Control, for hashed assets.
func (a *API) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("Permissions-Policy", permissions)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		if a.https {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses what another site's page sends on a person's behalf.
func (a *API) sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	for _, origin := range a.origins {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			a.log.Warn("origin not understood", "origin", origin, "error", err)
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, kindCrossOrigin.problem(r.Context()))
	}))
	return protection.Handler(next)
}

// guardAPI answers what no route answers with problems, and lets only JSON bodies in.
func (a *API) guardAPI(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		if pattern == "" {
			atRoute(r, "none")
			a.refuseRoute(w, r, mux)
			return
		}
		atRoute(r, pattern)
		if !readable(r.URL) {
			writeProblem(w, refusals[http.StatusBadRequest].problem(r.Context()))
			return
		}
		if fault := wrongType(r); fault != "" {
			problem := refusals[http.StatusUnsupportedMediaType].problem(r.Context())
			problem.Detail = fault
			writeProblem(w, problem)
			return
		}
		if limit := a.limits[pattern]; limit != nil && !limit.allow(clientAddress(r)) {
			problem := kindTooMany.problem(r.Context())
			problem.RetryAfter = 5
			writeProblem(w, problem)
			return
		}
		mux.ServeHTTP(w, a.withVisitor(r))
	})
}

// readable reports whether the address is text: UTF-8 without NUL, as the database wants it.
func readable(address *url.URL) bool {
	query, err := url.QueryUnescape(address.RawQuery)
	text := address.Path + query
	return err == nil && utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

// wrongType says why a body is not read, or "".
func wrongType(r *http.Request) string {
	if r.ContentLength == 0 || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return ""
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return "the body must not be compressed"
	}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return "the body must be application/json"
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return "the body must be UTF-8"
	}
	return ""
}

// refuseRoute tells 404 from 405 as the mux does, in a problem instead of plain text.
func (a *API) refuseRoute(w http.ResponseWriter, r *http.Request, mux *http.ServeMux) {
	answer := &discard{header: http.Header{}}
	mux.ServeHTTP(answer, r)
	if answer.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", answer.header.Get("Allow"))
		writeProblem(w, kindMethod.problem(r.Context()))
		return
	}
	writeProblem(w, kindNotFound.problem(r.Context()))
}

// discard keeps status and header of an answer that is not sent.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header            { return d.header }
func (d *discard) Write(data []byte) (int, error) { return len(data), nil }
func (d *discard) WriteHeader(status int)         { d.status = status }

// failed logs an error that the caller hears nothing of.
func (a *API) failed(ctx context.Context, operation string, err error) {
	level := slog.LevelError
	if ctx.Err() != nil {
		level = slog.LevelDebug // the client went away
	}
	a.log.Log(ctx, level, "request failed", "request", requestID(ctx), "operation", operation, "error", err)
}
