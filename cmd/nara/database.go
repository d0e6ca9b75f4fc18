package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nara/demo"
	"nara/internal/postgres"
)

// database is a private cluster that we run, or nothing when the database is somebody else's.
type database struct{ cluster *postgres.Cluster }

func (d database) stop() {
	if d.cluster != nil {
		d.cluster.Stop()
	}
}

// died is closed when our cluster ends; it never is for an external database, which may come back.
func (d database) died() <-chan struct{} {
	if d.cluster == nil {
		return nil
	}
	return d.cluster.Done()
}

// openDatabase gives the external database, or starts the private cluster of the data folder.
func openDatabase(ctx context.Context, dataDir, url string, log *slog.Logger) (string, database, error) {
	if url != "" {
		return url, database{}, nil
	}
	cluster, err := postgres.Start(ctx, postgres.Options{DataDir: dataDir, Log: log})
	if err != nil {
		return "", database{}, err
	}
	return cluster.URL(), database{cluster}, nil
}

// databaseSettings are the flags of the commands that only need the database.
type databaseSettings struct {
	DataDir     string `default:"./data" placeholder:"FOLDER" help:"The folder of the private PostgreSQL cluster (${default})."`
	DatabaseURL string `placeholder:"URL" help:"An external PostgreSQL, instead of the private cluster."`
	LogLevel    string `default:"info" placeholder:"LEVEL" help:"debug, info, warn or error (${default})."`
}

// open gives the database of the flags: also that of a server which runs at this moment.
func (s databaseSettings) open(p *process) (string, database, *slog.Logger, error) {
	c, err := settings{
		Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", MediaListen: []string{"127.0.0.1:0"},
		DataDir: s.DataDir, DatabaseURL: s.DatabaseURL, LogLevel: s.LogLevel,
	}.parse(p.environment.faults)
	if err != nil {
		return "", database{}, nil, err
	}
	log := newLog(p.stderr, c.logLevel)
	if c.databaseURL == "" {
		url, err := postgres.RunningURL(c.dataDir)
		if err == nil {
			return url, database{}, log, nil
		}
		if !errors.Is(err, postgres.ErrNotRunning) {
			return "", database{}, nil, err
		}
	}
	url, running, err := openDatabase(p.ctx, c.dataDir, c.databaseURL, log)
	return url, running, log, err
}

type migrateCommand struct {
	databaseSettings `embed:""`
}

func (m migrateCommand) Run(p *process) error {
	url, running, log, err := m.open(p)
	if err != nil {
		return err
	}
	defer running.stop()
	if err := postgres.Migrate(p.ctx, url); err != nil {
		return err
	}
	log.Info("database is at this version's schema")
	return nil
}

type seedCommand struct {
	databaseSettings `embed:""`
}

func (s seedCommand) Run(p *process) error {
	url, running, log, err := s.open(p)
	if err != nil {
		return err
	}
	defer running.stop()
	if err := postgres.Migrate(p.ctx, url); err != nil {
		return err
	}
	pool, err := postgres.Connect(p.ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	began := time.Now()
	if err := demo.Seed(p.ctx, pool, began); err != nil {
		return err
	}
	log.Info("demo county is seeded", "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// fillDemo puts the demo county into an empty database, and gives its named people something to do today.
func fillDemo(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) error {
	seeded, err := demo.Seeded(ctx, pool)
	if err != nil {
		return err
	}
	if !seeded {
		began := time.Now()
		if err := demo.Seed(ctx, pool, began); err != nil {
			return err
		}
		log.Info("demo county is seeded", "took", time.Since(began).Round(time.Millisecond))
	}
	return demo.Refresh(ctx, pool, time.Now())
}
