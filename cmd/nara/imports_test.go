package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is the table of ARCHITECTURE.md: which of our packages may import which others of ours, tests left out.
// A package that is not here may not exist yet.
var mayImport = map[string][]string{
	"cmd/nara": {"*"},

	"httpapi": {"scheduling", "visit", "auth"},

	"scheduling": {"auth", "internal/postgres", "internal/audit", "internal/bus"},
	"visit":      {"scheduling", "auth", "internal/postgres", "internal/audit", "internal/bus"},

	"signaling":        {"sfu", "auth", "internal/bus"},
	"signaling/client": {"signaling"},

	"auth": {"internal/postgres", "internal/audit"},

	"sfu":         {"sfu/wire", "sfu/answer"},
	"sfu/wire":    {},
	"sfu/answer":  {"sfu/wire"},
	"sfu/interop": {},

	"demo": {"scheduling", "auth", "internal/postgres"},
	"web":  {},

	"bench/janus":  {"internal/measure", "internal/load"},
	"bench/raw":    {"internal/measure"},
	"bench/search": {"internal/measure"},
	"bench/table":  {"internal/measure"},

	"internal/postgres":              {},
	"internal/postgres/postgrestest": {"internal/postgres"},
	"internal/bus":                   {},
	"internal/audit":                 {"internal/postgres"},
	"internal/measure":               {},
	"internal/load":                  {"internal/measure", "signaling/client", "signaling"},
}

// onlyFor are modules that only some of our packages may use: the database stays behind the domain, media and HTTP
// stay out of it.
var onlyFor = map[string][]string{
	"github.com/jackc/pgx/v5":    {"cmd/nara", "auth", "scheduling", "visit", "demo", "internal/postgres", "internal/postgres/postgrestest", "internal/audit"},
	"github.com/pion/":           {"sfu", "sfu/wire", "sfu/answer", "signaling/client", "internal/load", "bench/janus", "bench/raw"},
	"github.com/nats-io/":        {"internal/bus", "signaling", "visit"},
	"github.com/danielgtaylor/":  {"httpapi"},
	"github.com/alecthomas/kong": {"cmd/nara", "bench/janus", "bench/raw", "bench/search", "bench/table"},
	"github.com/golang-jwt/":     {"auth"},
	"github.com/gorilla/":        {"signaling", "signaling/client", "bench/janus"},
	"github.com/prometheus/":     {"cmd/nara"},
	"net/http":                   {"cmd/nara", "httpapi", "signaling", "signaling/client", "auth", "bench/search"},
}

// imported is one package of ours, as `go list` tells.
type imported struct {
	ImportPath string
	Imports    []string
}

// broken names every edge that the tables do not have.
func broken(packages []imported) []string {
	var faults []string
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, "nara/")
		allowed, known := mayImport[name]
		if !known {
			faults = append(faults, fmt.Sprintf("package %s is not in the table", name))
			continue
		}
		for _, path := range p.Imports {
			if ours, ok := strings.CutPrefix(path, "nara/"); ok {
				if !slices.Contains(allowed, ours) && !slices.Contains(allowed, "*") {
					faults = append(faults, fmt.Sprintf("%s may not import %s", name, ours))
				}
				continue
			}
			for _, module := range slices.Sorted(maps.Keys(onlyFor)) {
				matches := path == module || strings.HasPrefix(path, strings.TrimSuffix(module, "/")+"/")
				if module == "net/http" {
					matches = path == module
				}
				if matches && !slices.Contains(onlyFor[module], name) {
					faults = append(faults, fmt.Sprintf("%s may not import %s", name, path))
				}
			}
		}
	}
	return faults
}

func TestImports_OnlyTheEdgesOfTheTable(t *testing.T) {
	list := exec.Command("go", "list", "-json=ImportPath,Imports", "nara/...")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatalf("list packages: %v", err)
	}
	var packages []imported
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p imported
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 10 {
		t.Fatalf("go list found %d packages", len(packages))
	}
	for _, fault := range broken(packages) {
		t.Error(fault)
	}
}

func TestImports_TheCheckerSeesBadEdges(t *testing.T) {
	for name, test := range map[string]struct {
		from, to string
		fault    string
	}{
		"domain to media":    {"nara/scheduling", "nara/sfu", "scheduling may not import sfu"},
		"edge to database":   {"nara/httpapi", "github.com/jackc/pgx/v5/pgxpool", "httpapi may not import github.com/jackc/pgx/v5/pgxpool"},
		"domain to HTTP":     {"nara/visit", "net/http", "visit may not import net/http"},
		"media to pgx":       {"nara/sfu", "github.com/jackc/pgx/v5", "sfu may not import github.com/jackc/pgx/v5"},
		"unknown package":    {"nara/util", "fmt", "package util is not in the table"},
		"unknown import":     {"nara/auth", "nara/util", "auth may not import util"},
		"allowed":            {"nara/visit", "nara/scheduling", ""},
		"allowed everything": {"nara/cmd/nara", "nara/sfu", ""},
		"a sibling of HTTP":  {"nara/visit", "net/http/httptest", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := broken([]imported{{ImportPath: test.from, Imports: []string{test.to}}})
			if want := test.fault; (want == "") != (len(got) == 0) || want != "" && got[0] != want {
				t.Errorf("got %v, want %q", got, want)
			}
		})
	}
}
