package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options says where a private cluster lives.
type Options struct {
	// DataDir is Nära's data folder; the cluster is its subfolder "postgres". It is made
	// when it does not exist.
	DataDir string
	// Log gets what the server itself logs. Nil discards it.
	Log *slog.Logger
	// Unsafe turns off what protects against a crash of the machine. Only for tests.
	Unsafe bool
}

// Cluster is a running private PostgreSQL server.
type Cluster struct {
	dir    string // PGDATA
	socket string // folder of the Unix socket
	lock   *os.File
	log    *slog.Logger

	process *os.Process
	done    chan struct{} // closed when the server has ended
	output  sync.WaitGroup

	stopOnce sync.Once
}

const (
	databaseName = "nara"
	databaseUser = "nara"
	startTimeout = 60 * time.Second
	stopTimeout  = 20 * time.Second
)

// Start makes the cluster if it is not there yet, starts its server and returns when
// it answers. Only one process can have a data folder; a server left over from a killed
// process is ended first, and PostgreSQL then recovers what was committed.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	as, err := serverIdentity()
	if err != nil {
		return nil, err
	}
	dataDir, err := filepath.Abs(options.DataDir)
	if err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	if err := os.MkdirAll(dataDir, 0o755); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	c := &Cluster{
		dir:  filepath.Join(dataDir, "postgres"),
		log:  options.Log,
		done: make(chan struct{}),
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.lock, err = lockFolder(dataDir); err != nil {
		return nil, err
	}
	started := false
	defer func() {
		if !started {
			c.cleanUp()
		}
	}()

	want, err := clusterVersion(c.dir)
	if err != nil {
		return nil, err
	}
	bin, err := findBinaries(ctx, as, want)
	if err != nil {
		return nil, err
	}
	if want == 0 {
		c.log.Info("making a database cluster", "dir", c.dir, "version", bin.version)
		if err := initialise(ctx, bin, as, c.dir, options.Unsafe); err != nil {
			return nil, err
		}
	}
	if err := c.endLeftover(ctx); err != nil {
		return nil, err
	}
	if c.socket, err = makeSocketFolder(as); err != nil {
		return nil, err
	}
	if err := c.launch(bin, as, options.Unsafe); err != nil {
		return nil, err
	}
	if err := c.awaitReady(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	started = true
	c.log.Info("database cluster started", "dir", c.dir, "version", bin.version)
	return c, nil
}

// URL is what Connect and Migrate take.
func (c *Cluster) URL() string { return c.url(databaseName) }

func (c *Cluster) url(database string) string {
	return fmt.Sprintf("host=%s user=%s dbname=%s sslmode=disable", c.socket, databaseUser, database)
}

// SocketDir is the folder of the server's socket.
func (c *Cluster) SocketDir() string { return c.socket }

// Done is closed when the server has ended, asked for or not.
func (c *Cluster) Done() <-chan struct{} { return c.done }

// Stop ends the server: connections are cut, what was committed is written out. It
// returns when the server has ended and may be called more than once.
func (c *Cluster) Stop() {
	c.stopOnce.Do(func() {
		if c.process != nil {
			c.end()
		}
		c.cleanUp()
	})
}

func (c *Cluster) end() {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		_ = c.process.Signal(s) // an ended process shows in done
		select {
		case <-c.done:
			c.output.Wait()
			c.log.Info("database cluster stopped", "dir", c.dir)
			return
		case <-time.After(stopTimeout):
			c.log.Warn("database cluster is slow to stop", "signal", s.String())
		}
	}
}

func (c *Cluster) cleanUp() {
	if c.socket != "" {
		_ = os.RemoveAll(c.socket) // an empty folder in /tmp is all that can remain
	}
	if c.lock != nil {
		_ = c.lock.Close() // releases the lock
	}
}

// lockFolder keeps a second process out of the data folder. The kernel releases the
// lock however this process ends.
func lockFolder(dataDir string) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(dataDir, "postgres.lock"), os.O_CREATE|os.O_RDWR|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the data folder: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("the data folder %s is in use by another running Nära: stop that one, or give another --data-dir", dataDir)
	}
	return lock, nil
}

// clusterVersion returns the major version that made the cluster, 0 when there is none.
func clusterVersion(dir string) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the cluster: %w", err)
	}
	version, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read the version of the cluster: %w", err)
	}
	return version, nil
}

// initialise runs initdb in a folder beside the final one and renames it when all is
// there, so that a start which is killed here leaves nothing half made.
func initialise(ctx context.Context, bin binaries, as *identity, dir string, unsafe bool) error {
	fresh := dir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("remove a half made cluster: %w", err)
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return fmt.Errorf("make the cluster's folder: %w", err)
	}
	if err := as.own(fresh); err != nil {
		return fmt.Errorf("hand over the cluster's folder: %w", err)
	}
	folder, err := os.Open(fresh)
	if err != nil {
		return fmt.Errorf("open the cluster's folder: %w", err)
	}
	defer folder.Close()
	args := []string{"-D", inheritedFolder, "-U", databaseUser, "--encoding=UTF8", "--locale=C",
		"--auth-local=trust", "--auth-host=reject", "--data-checksums"}
	if unsafe {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, bin.path("initdb"), args...)
	cmd.Dir = "/"
	cmd.Env = serverEnv()
	cmd.ExtraFiles = []*os.File{folder}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as.credential()}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make the database cluster: %w: %s", err, strings.TrimSpace(string(out)))
	}
	if err := os.Rename(fresh, dir); err != nil {
		return fmt.Errorf("put the cluster in place: %w", err)
	}
	return nil
}

// inheritedFolder is the cluster's folder as the server sees it: descriptor 3, which it
// inherits. So the unprivileged user needs no way through the folders above it.
const inheritedFolder = "/proc/self/fd/3"

// launch starts the server as a child that gets SIGINT (a fast shut-down) when this
// process ends in whatever way. The kernel ties that to the thread that started the
// child, so one goroutine keeps its thread until the server has ended.
func (c *Cluster) launch(bin binaries, as *identity, unsafe bool) error {
	folder, err := os.Open(c.dir)
	if err != nil {
		return fmt.Errorf("open the cluster's folder: %w", err)
	}
	defer folder.Close()
	cmd := exec.Command(bin.path("postgres"), c.arguments(unsafe)...)
	cmd.Dir = "/"
	cmd.Env = serverEnv()
	cmd.ExtraFiles = []*os.File{folder}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential: as.credential(),
		Setpgid:    true, // Ctrl-C is for us; we stop the server when nobody needs it any more
		Pdeathsig:  syscall.SIGINT,
	}
	stderr, stderrWriter, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make a pipe for the server's log: %w", err)
	}
	cmd.Stderr = stderrWriter

	launched := make(chan error, 1)
	go func() { // ends when the server ends; Stop waits for done
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		_ = stderrWriter.Close() // the child has its own copy
		if err == nil {
			c.process = cmd.Process
		}
		launched <- err
		if err != nil {
			return
		}
		_ = cmd.Wait() // how it ended is in its log
		close(c.done)
	}()
	if err := <-launched; err != nil {
		_ = stderr.Close()
		return fmt.Errorf("start the database server: %w", err)
	}
	c.output.Add(1)
	go func() { // ends when the last process of the server has closed its log
		defer c.output.Done()
		defer stderr.Close()
		c.relayLog(stderr)
	}()
	return nil
}

func (c *Cluster) arguments(unsafe bool) []string {
	settings := []string{
		"listen_addresses=",
		"unix_socket_directories=" + c.socket,
		"unix_socket_permissions=0700",
		"max_connections=200",
		"shared_buffers=128MB",
		"timezone=UTC",
		"log_timezone=UTC",
		"log_line_prefix=",
		// What people typed must not reach a log by way of an error's detail.
		"log_error_verbosity=terse",
		"log_min_error_statement=panic",
		"log_min_messages=fatal",
	}
	if unsafe {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"wal_level=minimal", "max_wal_senders=0", "autovacuum=off")
	}
	args := []string{"-D", inheritedFolder}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return args
}

// usual are the refusals that belong to every start and stop: awaitReady asks until it is let in, and whoever is still
// connected at the end is cut.
var usual = []string{
	"the database system is starting up",
	"the database system is not yet accepting connections",
	"the database system is shutting down",
	"terminating connection due to administrator command",
}

func (c *Cluster) relayLog(r io.Reader) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		if strings.Contains(line, "FATAL:") && slices.ContainsFunc(usual, func(s string) bool { return strings.Contains(line, s) }) {
			c.log.Debug("database server", "line", line)
			continue
		}
		if strings.Contains(line, "FATAL:") || strings.Contains(line, "PANIC:") {
			c.log.Warn("database server", "line", line)
			continue
		}
		c.log.Debug("database server", "line", line)
	}
	_, _ = io.Copy(io.Discard, r) // a line too long for the scanner must not block the server
}

// awaitReady returns when the server answers and the database exists.
func (c *Cluster) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		if last = c.ensureDatabase(ctx); last == nil {
			return nil
		}
		select {
		case <-c.done:
			return fmt.Errorf("the database server ended at once; its log says why: %w", last)
		case <-ctx.Done():
			return fmt.Errorf("wait for the database server: %w: %w", ctx.Err(), last)
		case <-tick.C:
		}
	}
}

func (c *Cluster) ensureDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	const exists = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = @name)`
	var found bool
	if err := conn.QueryRow(ctx, exists, pgx.StrictNamedArgs{"name": databaseName}).Scan(&found); err != nil {
		return err
	}
	if found {
		return nil
	}
	_, err = conn.Exec(ctx, `CREATE DATABASE `+databaseName)
	return err
}

func makeSocketFolder(as *identity) (string, error) {
	parent := os.TempDir()
	if len(parent) > 60 { // a socket's path has at most 107 bytes
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, socketPrefix)
	if err != nil {
		return "", fmt.Errorf("make a folder for the socket: %w", err)
	}
	if err := as.own(dir); err != nil {
		return "", fmt.Errorf("hand over the socket's folder: %w", err)
	}
	return dir, nil
}

const socketPrefix = "nara-pg-"
