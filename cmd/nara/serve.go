package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"nara/auth"
	"nara/httpapi"
	"nara/internal/bus"
	"nara/internal/postgres"
	"nara/scheduling"
	"nara/sfu"
	"nara/signaling"
	"nara/visit"
	"nara/web"
)

type serveCommand struct {
	settings `embed:""`
}

func (s serveCommand) Run(p *process) error {
	c, err := s.settings.parse(p.environment.faults)
	if err != nil {
		return err
	}
	log := newLog(p.stderr, c.logLevel)
	err = serve(p.ctx, c, p.stdout, log)
	if p.ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // stopped while starting
	}
	return err
}

// serve is the map of the program. It builds and starts every part in the order in which they need each other, waits
// until ctx ends or a part dies, and stops them in the reverse order, waiting for each.
func serve(ctx context.Context, c config, stdout io.Writer, log *slog.Logger) error {
	down := &teardown{log: log}
	defer down.run()

	// The listeners come first: a port that is taken should be told at once. Nobody is answered before the end, except
	// by the admin listener, which says that it is not ready yet.
	listener, err := net.Listen("tcp", c.listen)
	if err != nil {
		return fmt.Errorf("listen for the web: %w", err)
	}
	down.add("web listener", func() { _ = listener.Close() })
	c.origins = c.originsOn(listener.Addr())
	health := &health{}
	metrics := newMetrics()
	admin, err := startAdmin(c.adminListen, health, metrics, log)
	if err != nil {
		return err
	}
	down.add("admin listener", admin.stop)

	// What must survive: PostgreSQL.
	url, cluster, err := openDatabase(ctx, c.dataDir, c.databaseURL, log)
	if err != nil {
		return err
	}
	down.add("database", cluster.stop)
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	pool, err := postgres.Connect(ctx, url)
	if err != nil {
		return err
	}
	down.add("database pool", pool.Close)

	// What must be fast and may be rebuilt: the bus.
	messages, err := bus.Start(ctx, bus.Options{URL: c.natsURL, Log: log})
	if err != nil {
		return err
	}
	down.add("bus", messages.Close)

	// The domain: who may do what, what can be booked, what happens at it.
	accounts := auth.New(auth.Options{Pool: pool, Log: log, Demo: c.demo})
	links := auth.NewLinks(pool, nil)
	tickets, err := auth.NewTickets(keyFolder(c.dataDir), pool, nil)
	if err != nil {
		return err
	}
	bookings := scheduling.New(scheduling.Options{Pool: pool, Links: links, Auth: accounts, Log: log})
	visits := visit.New(visit.Options{Pool: pool, Bus: messages, Auth: accounts, Scheduling: bookings, Log: log, Opens: c.waitingRoomOpens()})
	down.add("visits", visits.Close)
	if c.demo {
		if err := fillDemo(ctx, pool, log); err != nil {
			return err
		}
	}
	if err := visits.Recover(ctx); err != nil {
		return err
	}

	// The calls: a node that hosts rooms over the media server, and the gateway of the WebSockets.
	node := signaling.NewNode(signaling.NodeOptions{ID: bus.NodeID(uuid.NewString()), Bus: messages, Log: log})
	network := c.media
	network.Log, network.Events = log, node.MediaEvent
	media, err := sfu.New(network)
	if err != nil {
		return err
	}
	down.add("media", func() { down.told("media", media.Close()) })
	if err := node.Start(media); err != nil {
		return err
	}
	down.add("calls", node.Close)
	gateway, err := signaling.NewGateway(signaling.GatewayOptions{
		Bus: messages, Tickets: tickets, Origins: c.origins, Home: node.ID, Log: log,
		Visits: callVisits{visits: visits, accounts: accounts, encode: httpapi.NewVisitEncoder(bookings)},
	})
	if err != nil {
		return err
	}
	down.add("gateway", gateway.Close)

	// The edge.
	ui, err := web.Dist()
	if err != nil {
		return err
	}
	api, err := httpapi.New(httpapi.Options{
		Auth: accounts, Links: links, Tickets: tickets, Scheduling: bookings, Visits: visits, Signaling: gateway, UI: ui,
		Origins: c.origins, Demo: c.demo, Log: log, OnRequest: metrics.request,
	})
	if err != nil {
		return err
	}
	server := serveHTTP(listener, api.Handler(), log)
	down.add("web server", func() { api.Close(); server.stop() })
	chores := startChores(c.demo, bookings, pool, log)
	down.add("chores", chores.stop)
	metrics.watch(parts{media: media, node: node, gateway: gateway, pool: pool})
	health.ready(checks{pool: pool, bus: messages, media: media})
	down.add("readiness", health.stopping)
	c.announce(stdout, log, listener.Addr(), admin.address)

	select {
	case <-ctx.Done():
		log.Info("stopping")
		return nil
	case <-cluster.died():
		return errors.New("the database server ended by itself: its own last words are in the log")
	case err := <-server.failed:
		return fmt.Errorf("serve the web: %w", err)
	}
}

// keyFolder is where the keys of the room tickets are.
func keyFolder(dataDir string) string { return filepath.Join(dataDir, "keys") }

// teardown stops what was started, the last first, and waits for each.
type teardown struct {
	log   *slog.Logger
	parts []part
}

type part struct {
	name string
	stop func()
}

func (t *teardown) add(name string, stop func()) { t.parts = append(t.parts, part{name, stop}) }

func (t *teardown) told(name string, err error) {
	if err != nil {
		t.log.Warn("part did not stop cleanly", "part", name, "error", err)
	}
}

func (t *teardown) run() {
	for len(t.parts) > 0 {
		last := t.parts[len(t.parts)-1]
		t.parts = t.parts[:len(t.parts)-1]
		began := time.Now()
		last.stop()
		t.log.Debug("part stopped", "part", last.name, "took", time.Since(began))
	}
}
