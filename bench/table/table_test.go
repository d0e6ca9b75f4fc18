package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func table(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := fstest.MapFS{}
	for name, content := range files {
		folder[name] = &fstest.MapFile{Data: []byte(content)}
	}
	groups, err := read(folder)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := write(&out, groups); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTable_MediansAndRatiosToTheBound(t *testing.T) {
	got := table(t, map[string]string{
		"raw.jsonl": `{"workload":"fanout","size":50,"delivered_pps":10000,"us_per_delivered":3}
{"server":"anything","workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":6,"latency_p50_ms":0.1,"latency_p99_ms":0.5,"rss_kib_per_participant":66,"join_p50_ms":5,"join_p95_ms":9,"server_cpu":0.1,"generator_cpu":0.5}
{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":5,"latency_p50_ms":0.1,"latency_p99_ms":0.5,"rss_kib_per_participant":66,"join_p50_ms":5,"join_p95_ms":9,"server_cpu":0.1,"generator_cpu":0.5}

{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":7,"latency_p50_ms":0.1,"latency_p99_ms":0.5,"rss_kib_per_participant":66,"join_p50_ms":5,"join_p95_ms":9,"server_cpu":0.1,"generator_cpu":0.5}
`,
		"nara.jsonl": `{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":8,"loss":0.001,"latency_p50_ms":0.12,"latency_p99_ms":0.6,"rss_kib_per_participant":80,"join_p50_ms":16,"join_p95_ms":24,"server_cpu":0.12,"generator_cpu":0.9,"idle_cpu":0.001,"keyframes":9,"new_key":1}
{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":10,"latency_p50_ms":0.14,"latency_p99_ms":0.8,"rss_kib_per_participant":90,"join_p50_ms":18,"join_p95_ms":26,"server_cpu":0.14,"generator_cpu":0.7}`,
		"notes.txt": "not a result",
	})
	want := `| workload | server | runs | delivered/s | µs/delivered | min–max | × raw | loss % | delay p50 ms | p99 ms | KiB/participant | join p50 ms | p95 ms | idle CPU % | server CPU % | generator CPU % |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
| visit 40 | raw | 3 | 16000 | 6.00 | 5.00–7.00 | 1.00 | 0.000 | 0.10 | 0.50 | 66 | 5.0 | 9.0 | 0.00 | 10.0 | 50 |
| visit 40 | nara | 2 | 16000 | 9.00 | 8.00–10.00 | 1.50 | 0.050 | 0.13 | 0.70 | 85 | 17.0 | 25.0 | 0.05 | 13.0 | 80 |
| fanout 50 | raw | 1 | 10000 | 3.00 | 3.00–3.00 | 1.00 | 0.000 | 0.00 | 0.00 | 0 | 0.0 | 0.0 | 0.00 | 0.0 | 0 |

- visit 40, nara: packets were lost in 1 of 2 runs.
- visit 40, nara: the generator used more than 80 % of a core in 1 of 2 runs; distrust delay and loss.
- visit 40: 2 runs of nara beside 3 of raw.
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTable_WithoutTheBoundThereIsNoRatio(t *testing.T) {
	got := table(t, map[string]string{"nara.jsonl": `{"workload":"visit","size":1,"delivered_pps":1,"us_per_delivered":8}`})
	if !strings.Contains(got, "| 8.00 | 8.00–8.00 | – |") {
		t.Error(got)
	}
}

func TestTable_WhatIsNoResultIsNamed(t *testing.T) {
	for content, want := range map[string]string{
		"":                                   "no results",
		"\n\n":                               "no results",
		"{\n":                                "line 1",
		`{"workload":"visit"`:                "line 1",
		"\n" + `{"workload":"party"}`:        "line 2",
		`{"workload":"visit","size":40}`:     "0 packets a second",
		`{"error":"connection refused"}`:     "not the result",
		`{"workload":"visit","size":"many"}`: "size",
	} {
		if _, err := read(fstest.MapFS{"raw.jsonl": {Data: []byte(content)}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", content, err, want)
		}
	}
}

func TestRun_ReadsAFolder(t *testing.T) {
	folder := t.TempDir()
	line := `{"workload":"visit","size":1,"delivered_pps":1,"us_per_delivered":8}`
	if err := os.WriteFile(filepath.Join(folder, "raw.jsonl"), []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run([]string{folder}, &out); err != nil || !strings.Contains(out.String(), "| visit 1 | raw | 1 |") {
		t.Errorf("%v, %s", err, out.String())
	}
	if err := run(nil, &out); err == nil {
		t.Error("no folder was accepted")
	}
}
