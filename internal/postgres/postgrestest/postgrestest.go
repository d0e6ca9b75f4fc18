// Package postgrestest gives each test a PostgreSQL database of its own.
//
// The first test of a process starts a private server in a temporary folder (or uses
// the one of NARA_TEST_DATABASE_URL), migrates one template database, and every test
// gets a copy of that, which takes milliseconds. Nothing remains when the process ends,
// also when it is killed.
package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nara/internal/postgres"
)

// New returns a pool on a freshly migrated, empty database that lives as long as the
// test. Tests may run in parallel.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Connect(t.Context(), URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL is New for those who open their own connections.
func URL(t testing.TB) string {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	return s.database(t, s.template)
}

// EmptyURL is a database that is not migrated.
func EmptyURL(t testing.TB) string {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	return s.database(t, "template1")
}

func (s *server) database(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("%s_%d", s.template, s.databases.Add(1))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY %s", name, template, s.strategy)); err != nil {
		t.Fatalf("make a database for the test: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.exec(ctx, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	url, err := withDatabase(s.url, name)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

type server struct {
	url       string // of a database that exists besides the tests' own
	template  string
	strategy  string
	databases atomic.Int64
}

var start = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	s := &server{
		url:      os.Getenv("NARA_TEST_DATABASE_URL"),
		template: "nara_test_" + strconv.Itoa(os.Getpid()),
		strategy: "wal_log",
	}
	if s.url == "" {
		var err error
		if s.url, err = startPrivate(ctx); err != nil {
			return nil, err
		}
	}
	if err := s.exec(ctx, "DROP DATABASE IF EXISTS "+s.template+" WITH (FORCE)"); err != nil {
		return nil, fmt.Errorf("drop an old template: %w", err)
	}
	if err := s.exec(ctx, "CREATE DATABASE "+s.template); err != nil {
		return nil, fmt.Errorf("make the template: %w", err)
	}
	url, err := withDatabase(s.url, s.template)
	if err != nil {
		return nil, err
	}
	if err := postgres.Migrate(ctx, url); err != nil {
		return nil, err
	}
	return s, nil
})

func (s *server) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// startPrivate starts a server in a temporary folder, and beside it a small shell that
// waits for the end of this process and then removes the folder.
func startPrivate(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp("", "nara-test-")
	if err != nil {
		return "", err
	}
	cluster, err := postgres.Start(ctx, postgres.Options{DataDir: dir, Unsafe: true})
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return "", err
	}
	// The pipe is closed by the end of this process, whatever that end is. The server
	// then gets its signal from the kernel; the shell waits for it to be gone.
	const reap = `read _; n=0; while [ -e "$1/postgres/postmaster.pid" ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done; rm -rf -- "$1" "$2"`
	reaper := exec.Command("/bin/sh", "-c", reap, "reap", dir, cluster.SocketDir())
	reaper.Stdin = reader
	reaper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := reaper.Start(); err != nil {
		cluster.Stop()
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	_ = reader.Close()
	keepOpen.Store(writer)
	return cluster.URL(), nil
}

// keepOpen keeps the reaper's pipe from being collected and closed.
var keepOpen atomic.Pointer[os.File]

// withDatabase returns url with another database name.
func withDatabase(url, name string) (string, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return "", fmt.Errorf("read the database URL: %w", err)
	}
	return replaceDatabase(url, config.Database, name), nil
}
