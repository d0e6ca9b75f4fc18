package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"nara/internal/postgres/postgrestest"
)

func TestMigrateAndSeed_OnAnExternalDatabase(t *testing.T) {
	url := postgrestest.EmptyURL(t)
	for _, step := range []struct {
		command string
		code    int
		says    string
	}{
		{"migrate", 0, "database is at this version's schema"},
		{"migrate", 0, "database is at this version's schema"},
		{"seed", 0, "demo county is seeded"},
		{"seed", 1, "not empty"},
	} {
		var out, complaints bytes.Buffer
		code := run(context.Background(), []string{step.command, "--data-dir", t.TempDir(), "--database-url", url},
			func(string) string { return "" }, &out, &complaints)
		if code != step.code || !strings.Contains(complaints.String(), step.says) {
			t.Fatalf("%s: exit code %d\n%s", step.command, code, complaints.String())
		}
	}
}

func TestServe_TakenPortIsToldAtOnce(t *testing.T) {
	p := launch(t, dataFolder(t))
	var out, complaints bytes.Buffer
	code := run(context.Background(), []string{"serve", "--data-dir", t.TempDir(), "--listen", strings.TrimPrefix(p.web, "http://"), "--admin-listen", "127.0.0.1:0"},
		func(string) string { return "" }, &out, &complaints)
	if code != 1 || !strings.Contains(complaints.String(), "address already in use") {
		t.Errorf("exit code %d\n%s", code, complaints.String())
	}
	if !strings.Contains(p.log.String(), "nobody can sign in without --demo yet") {
		t.Errorf("without --demo it does not say that nobody can sign in:\n%s", p.log)
	}
	if status, _ := p.statusOf("/readyz"); status != 200 {
		t.Errorf("/readyz: %d", status)
	}
	if err := p.signal(terminate); exitCode(err) != 0 {
		t.Errorf("stopped: %v", err)
	}
}
