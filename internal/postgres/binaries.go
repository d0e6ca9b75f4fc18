package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// MinVersion is the oldest major version of PostgreSQL that Nära runs on.
const MinVersion = 15

// ErrNoBinaries says that no usable PostgreSQL server was found on this machine. Its
// text tells a person what to do.
var ErrNoBinaries = errors.New("no PostgreSQL server of version 15 or newer was found: " +
	"install it (Debian, Ubuntu: apt-get install postgresql) or give --database-url")

// binaries is a folder that holds initdb and postgres of one version.
type binaries struct {
	dir     string
	version int
}

func (b binaries) path(name string) string { return filepath.Join(b.dir, name) }

// usualPlaces are where distributions keep the server, which is seldom on PATH.
var usualPlaces = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/local/pgsql/bin",
	"/opt/postgresql/*/bin",
}

// findBinaries returns the newest usable server, or the one of exactly the version
// want when that is not 0 (a cluster can only be run by the version that made it).
// PATH may hold client-only folders, or wrappers that refuse or do something else, so
// each candidate proves itself by running as the user that the server will run as.
func findBinaries(ctx context.Context, as *identity, want int) (binaries, error) {
	var dirs []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if filepath.IsAbs(dir) {
			dirs = append(dirs, dir)
		}
	}
	for _, pattern := range usualPlaces {
		found, _ := filepath.Glob(pattern) // the only error is a bad pattern
		sort.Sort(sort.Reverse(sort.StringSlice(found)))
		dirs = append(dirs, found...)
	}
	var best binaries
	seen := map[string]bool{}
	for _, dir := range dirs {
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
			dir = filepath.Dir(real)
		}
		if seen[dir] {
			continue
		}
		seen[dir] = true
		b, ok := probe(ctx, dir, as)
		if !ok || (want != 0 && b.version != want) {
			continue
		}
		if b.version > best.version {
			best = b
		}
	}
	switch {
	case best.version != 0:
		return best, nil
	case want != 0:
		return binaries{}, fmt.Errorf("the data folder was made by PostgreSQL %d, which is not installed: "+
			"install postgresql-%d, or move the folder away to start afresh", want, want)
	}
	return binaries{}, ErrNoBinaries
}

var versionLine = regexp.MustCompile(`^(?:postgres|initdb) \(PostgreSQL\) (\d+)`)

func probe(ctx context.Context, dir string, as *identity) (binaries, bool) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	version := 0
	for _, name := range []string{"postgres", "initdb"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return binaries{}, false
		}
		cmd := exec.CommandContext(ctx, filepath.Join(dir, name), "--version")
		cmd.Dir = "/"
		cmd.Env = serverEnv()
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as.credential()}
		out, err := cmd.Output()
		if err != nil {
			return binaries{}, false
		}
		match := versionLine.FindStringSubmatch(strings.TrimSpace(string(out)))
		if match == nil {
			return binaries{}, false
		}
		major, err := strconv.Atoi(match[1])
		if err != nil || major < MinVersion || (version != 0 && major != version) {
			return binaries{}, false
		}
		version = major
	}
	return binaries{dir: dir, version: version}, true
}

// serverEnv is the whole environment of the server and of initdb: nothing of ours
// (locale, PG variables, secrets in NARA_ variables) leaks into it.
func serverEnv() []string {
	return []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
}
