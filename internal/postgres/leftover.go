package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrNotRunning says that no server runs on a data folder.
var ErrNotRunning = errors.New("no database server runs on this data folder")

// RunningURL returns the URL of the private cluster that another process of ours runs
// on dataDir, for commands beside `nara serve`. Without one: ErrNotRunning.
func RunningURL(dataDir string) (string, error) {
	pidFile, err := readPIDFile(filepath.Join(dataDir, "postgres"))
	if err != nil {
		return "", err
	}
	if pidFile.process() == nil || pidFile.socket == "" {
		return "", ErrNotRunning
	}
	return (&Cluster{socket: pidFile.socket}).URL(), nil
}

// endLeftover prepares a folder that a killed process left: it waits for a server that
// is still shutting down, ends one that is not, and removes a postmaster.pid that names
// no server of this folder (its number may by now belong to any other process, and
// PostgreSQL would then refuse to start). We hold the folder's lock, so no other Nära
// can be using it.
func (c *Cluster) endLeftover(ctx context.Context) error {
	pidFile, err := readPIDFile(c.dir)
	if errors.Is(err, ErrNotRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	deadline := time.Now().Add(stopTimeout)
	for sent := false; ; sent = true {
		process := pidFile.process()
		if process == nil {
			break
		}
		if !sent {
			c.log.Info("ending a database server that was left over", "pid", pidFile.pid)
			_ = process.Signal(syscall.SIGINT)
		}
		if time.Now().After(deadline) {
			_ = process.Signal(syscall.SIGQUIT)
			deadline = time.Now().Add(stopTimeout)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for a server that was left over: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
	if filepath.IsAbs(pidFile.socket) && strings.HasPrefix(filepath.Base(pidFile.socket), socketPrefix) {
		_ = os.RemoveAll(pidFile.socket)
	}
	if err := os.Remove(filepath.Join(c.dir, "postmaster.pid")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove a stale postmaster.pid: %w", err)
	}
	return nil
}

// pidFile is what we need of postmaster.pid.
// https://www.postgresql.org/docs/15/storage-file-layout.html
type pidFile struct {
	dir    string
	pid    int
	socket string
}

func readPIDFile(dir string) (pidFile, error) {
	text, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return pidFile{}, ErrNotRunning
	}
	if err != nil {
		return pidFile{}, fmt.Errorf("read postmaster.pid: %w", err)
	}
	found := pidFile{dir: dir}
	lines := strings.Split(string(text), "\n")
	found.pid, _ = strconv.Atoi(strings.TrimSpace(lines[0])) // 0 is no process
	if len(lines) > 4 {
		found.socket = strings.TrimSpace(lines[4])
	}
	return found, nil
}

// process returns the server that the file speaks of, nil when it has ended: a process
// of that number counts only when it works in this very folder.
func (f pidFile) process() *os.Process {
	if f.pid <= 1 {
		return nil
	}
	works, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", f.pid))
	if err != nil {
		return nil
	}
	folder, err := os.Stat(f.dir)
	if err != nil || !os.SameFile(works, folder) {
		return nil
	}
	process, err := os.FindProcess(f.pid)
	if err != nil {
		return nil
	}
	return process
}
