package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"nara/internal/measure"
)

const (
	bound   = "raw"   // the least that forwarding costs
	other   = "janus" // what somebody else's server costs
	maxLine = 1 << 20 // bytes of one result
)

// servers in the order in which they are printed; others follow.
var servers = []string{bound, "raw-gso", "nara", "nara-loops-1", "nara-loops-2", other}

// group is all runs of one server with one workload.
type group struct {
	server, workload string
	size             int
	runs             []measure.Result
}

// workloads in the order in which they are printed: from one listener for each
// speaker to fifty.
var workloads = []string{measure.Visit, measure.Conference, measure.Fanout, measure.Waiting}

// read collects the results of all files of a folder. The file's name is the
// server's, whatever the line says: a generator does not know whom it measures.
func read(folder fs.FS) ([]group, error) {
	names, err := fs.Glob(folder, "*.jsonl")
	if err != nil {
		return nil, err
	}
	var groups []group
	for _, name := range names {
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("read results: %w", err)
		}
		if groups, err = collect(groups, strings.TrimSuffix(path.Base(name), ".jsonl"), content); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(groups) == 0 {
		return nil, errors.New("no results: no file SERVER.jsonl has a line")
	}
	slices.SortStableFunc(groups, func(a, b group) int {
		return cmp.Or(
			cmp.Compare(slices.Index(workloads, a.workload), slices.Index(workloads, b.workload)),
			cmp.Compare(a.size, b.size),
			compareServers(a.server, b.server),
		)
	})
	return groups, nil
}

// compareServers puts the known ones first.
func compareServers(a, b string) int {
	place := func(s string) int {
		if i := slices.Index(servers, s); i >= 0 {
			return i
		}
		return len(servers)
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
}

func collect(groups []group, server string, content []byte) ([]group, error) {
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var r measure.Result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if !slices.Contains(workloads, r.Name) || r.Size < 1 || (r.DeliveredPPS <= 0) != (r.Name == measure.Waiting) {
			return nil, fmt.Errorf("line %d: not the result of a run (workload %q, size %d, %v packets a second delivered)",
				n, r.Name, r.Size, r.DeliveredPPS)
		}
		same := func(g group) bool { return g.server == server && g.workload == r.Name && g.size == r.Size }
		i := slices.IndexFunc(groups, same)
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{server: server, workload: r.Name, size: r.Size})
		}
		groups[i].runs = append(groups[i].runs, r)
	}
	return groups, lines.Err()
}

// find is the group of a server and workload, nil when it was not run.
func find(groups []group, server, workload string, size int) *group {
	i := slices.IndexFunc(groups, func(g group) bool { return g.server == server && g.workload == workload && g.size == size })
	if i < 0 {
		return nil
	}
	return &groups[i]
}

// median of one figure over the runs.
func (g group) median(figure func(measure.Result) float64) float64 {
	v := g.sorted(figure)
	middle := len(v) / 2
	if len(v)%2 == 0 {
		return (v[middle-1] + v[middle]) / 2
	}
	return v[middle]
}

func (g group) sorted(figure func(measure.Result) float64) []float64 {
	v := make([]float64, len(g.runs))
	for i, r := range g.runs {
		v[i] = figure(r)
	}
	slices.Sort(v)
	return v
}
