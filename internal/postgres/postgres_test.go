package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"nara/internal/postgres"
	"nara/internal/postgres/postgrestest"
)

// TestMain lets this binary be the process that is killed in
// TestStart_RecoversWhenTheFormerProcessWasKilled.
func TestMain(m *testing.M) {
	if dir := os.Getenv("NARA_TEST_CLUSTER_TO_KILL"); dir != "" {
		holdCluster(dir)
		return
	}
	os.Exit(m.Run())
}

// holdCluster starts a cluster, commits one row, says so on stdout and waits to be killed.
func holdCluster(dir string) {
	ctx := context.Background()
	cluster, err := postgres.Start(ctx, postgres.Options{DataDir: dir})
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		return
	}
	pool, err := postgres.Connect(ctx, cluster.URL())
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		return
	}
	if _, err := pool.Exec(ctx, `CREATE TABLE kept AS SELECT 42 AS answer`); err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		return
	}
	os.Stdout.WriteString("ready\n")
	select {}
}

func TestStart_RecoversWhenTheFormerProcessWasKilled(t *testing.T) {
	t.Parallel()
	// A folder that only we can enter, as /root is: the server's user cannot reach it.
	dir := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "NARA_TEST_CLUSTER_TO_KILL="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 500)
	n, _ := out.Read(line)
	if got := strings.TrimSpace(string(line[:n])); got != "ready" {
		t.Fatalf("the child says %q", got)
	}
	if _, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Fatalf("a second process got the folder: %v", err)
	}
	running, err := postgres.RunningURL(dir)
	if err != nil {
		t.Fatal(err)
	}
	beside, err := postgres.Connect(t.Context(), running)
	if err != nil {
		t.Fatalf("connect beside the process that runs it: %v", err)
	}
	beside.Close()
	if err := child.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // killed, as meant

	cluster, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	pool, err := postgres.Connect(t.Context(), cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var answer int
	if err := pool.QueryRow(t.Context(), `SELECT answer FROM kept`).Scan(&answer); err != nil || answer != 42 {
		t.Fatalf("committed row after the kill: %d, %v", answer, err)
	}
}

func TestStart_WarnsOfNothingThatBelongsToStartAndStop(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelWarn}))
	cluster, err := postgres.Start(t.Context(), postgres.Options{DataDir: t.TempDir(), Log: log, Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	pool, err := postgres.Connect(t.Context(), cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	conn, err := pool.Acquire(t.Context()) // is cut by the stop
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), `SELECT 1`); err != nil {
		t.Fatal(err)
	}
	cluster.Stop()
	if logged.Len() > 0 {
		t.Errorf("logged:\n%s", logged.String())
	}
}

func TestStart_RemovesAPIDFileOfAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cluster, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir, Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	cluster.Stop()
	if _, err := postgres.RunningURL(dir); !errors.Is(err, postgres.ErrNotRunning) {
		t.Fatalf("after Stop: %v", err)
	}
	// The number of a living process that is no database server: init.
	stale := "1\n" + dir + "/postgres\n0\n5432\n/tmp/nara-pg-gone\n\n0 0\nready\n"
	if err := os.WriteFile(filepath.Join(dir, "postgres", "postmaster.pid"), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir, Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	again.Stop()
	again.Stop() // twice is fine
}

func TestStart_EndsAHalfMadeCluster(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "postgres.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	cluster, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir, Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	cluster.Stop()
}

func TestStart_RefusesAClusterOfAnUnknownVersion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "postgres", "PG_VERSION"), []byte("8\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "install postgresql-8") {
		t.Fatalf("got %v", err)
	}
}

func TestMigrate_ManyStartersDoNotCollide(t *testing.T) {
	t.Parallel()
	url := postgrestest.EmptyURL(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var starters sync.WaitGroup
	for range 4 {
		starters.Go(func() {
			if err := postgres.Migrate(ctx, url); err != nil {
				t.Error(err)
			}
		})
	}
	starters.Wait()
}

func TestConstraint_NamesWhatWasViolated(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	const insert = `INSERT INTO units (id, name) VALUES ('Not a slug', '{"sv": "a", "fi": "b", "en": "c"}')`
	_, err := pool.Exec(t.Context(), insert)
	if got := postgres.Constraint(err); got != "units_id_slug" {
		t.Fatalf("got %q of %v", got, err)
	}
	const untranslated = `INSERT INTO units (id, name) VALUES ('a', '{"sv": "a", "fi": ""}')`
	_, err = pool.Exec(t.Context(), untranslated)
	if got := postgres.Constraint(err); got != "units_name_text" {
		t.Fatalf("got %q of %v", got, err)
	}
	if got := postgres.Constraint(errors.New("something else")); got != "" {
		t.Fatalf("got %q", got)
	}
}
