package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nara/internal/bus"
	"nara/sfu"
)

// startAdmin serves what operators and their monitoring ask. It has no authentication: by default it listens on this
// machine only.
func startAdmin(address string, health *health, metrics *metrics, log *slog.Logger) (*httpServer, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for the admin: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", health.serve)
	mux.Handle("GET /metrics", metrics.handler())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	log.Debug("admin listens", "address", listener.Addr().String())
	return serveHTTP(listener, mux, log), nil
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text)
}

// checkTime is how long a part may take to show that it works.
const checkTime = time.Second

// checks are the parts that new work needs.
type checks struct {
	pool  *pgxpool.Pool
	bus   *bus.Bus
	media *sfu.Manager
}

// health says whether this process takes new work.
type health struct {
	checks atomic.Pointer[checks] // nil while starting and stopping
	ended  atomic.Bool
}

func (h *health) ready(c checks) { h.checks.Store(&c) }

func (h *health) stopping() {
	h.ended.Store(true)
	h.checks.Store(nil)
}

func (h *health) serve(w http.ResponseWriter, r *http.Request) {
	c := h.checks.Load()
	switch {
	case c == nil && h.ended.Load():
		answer(w, http.StatusServiceUnavailable, "stopping")
	case c == nil:
		answer(w, http.StatusServiceUnavailable, "starting")
	default:
		if err := c.run(r.Context()); err != nil {
			answer(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		answer(w, http.StatusOK, "ready")
	}
}

// run asks every part at the same time.
func (c *checks) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	var group sync.WaitGroup
	faults := make([]error, 3)
	group.Go(func() {
		if c.pool.Ping(ctx) != nil { // the error would hold the address
			faults[0] = errors.New("database does not answer")
		}
	})
	group.Go(func() { faults[1] = c.bus.Ready() })
	group.Go(func() { faults[2] = c.mediaAnswers(ctx) })
	group.Wait()
	return errors.Join(faults...)
}

// mediaAnswers takes every media loop's lock once, as Stats does. A loop that is stuck keeps the goroutine of one
// check until it is not.
func (c *checks) mediaAnswers(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		c.media.Stats()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("media does not answer")
	}
}
