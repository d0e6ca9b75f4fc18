package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// drain is how long requests that are under way may take when the server stops.
const drain = 10 * time.Second

// httpServer is a server on its listener.
type httpServer struct {
	server  *http.Server
	address net.Addr
	log     *slog.Logger
	failed  chan error // at most one: why it stopped by itself
	done    sync.WaitGroup
}

// serveHTTP serves until stop. What is slow to arrive, large in its headers or idle is cut.
func serveHTTP(listener net.Listener, handler http.Handler, log *slog.Logger) *httpServer {
	s := &httpServer{address: listener.Addr(), log: log, failed: make(chan error, 1), server: &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
	s.done.Go(func() {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	})
	return s
}

// stop takes no more requests, waits for those under way, and cuts what then remains.
func (s *httpServer) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		s.log.Warn("requests were cut", "error", err)
		_ = s.server.Close()
	}
	s.done.Wait()
}
