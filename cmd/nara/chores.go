package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nara/demo"
	"nara/scheduling"
)

// chores are what must be done now and then while the server runs. Nothing waits for them.
type chores struct {
	cancel context.CancelFunc
	group  sync.WaitGroup
}

func startChores(isDemo bool, bookings *scheduling.Service, pool *pgxpool.Pool, log *slog.Logger) *chores {
	ctx, cancel := context.WithCancel(context.Background())
	c := &chores{cancel: cancel}
	c.every(ctx, time.Minute, "sweep expired holds", log, bookings.Sweep)
	if isDemo { // what was shown is over, and the named people need the next visit
		c.every(ctx, 10*time.Minute, "refresh the demo's day", log, func(ctx context.Context) error {
			return demo.Refresh(ctx, pool, time.Now())
		})
	}
	return c
}

func (c *chores) every(ctx context.Context, pause time.Duration, what string, log *slog.Logger, do func(context.Context) error) {
	c.group.Go(func() {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := do(ctx); err != nil && ctx.Err() == nil {
				log.Warn("chore failed", "chore", what, "error", err)
			}
		}
	})
}

func (c *chores) stop() {
	c.cancel()
	c.group.Wait()
}
