package auth

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestKeys_RotateDailyAndTheOneBeforeStillVerifies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tickets, dir := w.tickets(t)
	check := Grant{Room: "r", RoomKind: RoomCheck, Participant: "p", Role: CallGuest}
	w.Advance(keyLife - time.Second)
	old := issue(t, tickets, check)
	w.Advance(time.Second)
	fresh := issue(t, tickets, check)
	if len(tickets.keys.keys) != 2 {
		t.Fatalf("%d keys, want 2", len(tickets.keys.keys))
	}
	restarted, err := NewTickets(dir, w.pool, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	for name, ticket := range map[string]Ticket{"old key": old, "new key": fresh} {
		if _, err := restarted.Redeem(t.Context(), ticket); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.Advance(keyLife)
	if _, err := NewTickets(dir, w.pool, w.Now); err != nil {
		t.Fatal(err)
	}
	if files := keyFiles(t, dir); len(files) != 2 {
		t.Errorf("%d key files, want 2: %v", len(files), files)
	}
}

func TestKeys_ALoadGeneratorSignsWithTheServersKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server, dir := w.tickets(t)
	generator, err := NewTickets(dir, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	generator.now = w.Now
	ticket := issue(t, generator, Grant{Room: "load-1", RoomKind: RoomCheck, Participant: "p", Role: CallHost, Name: "1"})
	g, err := server.Redeem(t.Context(), ticket)
	if err != nil {
		t.Fatal(err)
	}
	if g.Room != "load-1" || g.Principal.SignedIn() {
		t.Errorf("grant %+v", g)
	}
	w.Advance(2 * keyLife)
	issue(t, generator, Grant{Room: "load-2", RoomKind: RoomCheck, Participant: "p", Role: CallHost})
	if files := keyFiles(t, dir); len(files) != 1 {
		t.Errorf("the generator changed the keys: %v", files)
	}
	if _, err := generator.Redeem(t.Context(), ticket); err == nil {
		t.Error("the generator redeemed a ticket")
	}
	if _, err := NewTickets(t.TempDir(), nil, nil); err == nil || !strings.Contains(err.Error(), "server") {
		t.Errorf("without a key: error %v", err)
	}
}

func TestKeys_OnlyTheServersUserMayReadThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, dir := w.tickets(t)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info.Mode(), err)
	}
	file := keyFiles(t, dir)[0]
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file: %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := NewTickets(dir, w.pool, w.Now); err == nil || !strings.Contains(err.Error(), "0600") {
		t.Errorf("a key that others can read was taken: %v", err)
	}
}

func TestKeys_ABrokenFileIsSaidAtTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, content := range map[string]string{
		"empty":       "",
		"not PEM":     "hello",
		"no date":     "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"not a key":   "-----BEGIN PRIVATE KEY-----\nCreated: 2026-12-01T00:00:00Z\n\nAAAA\n-----END PRIVATE KEY-----\n",
		"certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "k.pem"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := NewTickets(dir, w.pool, w.Now); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
}

func keyFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}
