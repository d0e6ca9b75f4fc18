package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func table(t *testing.T, write func(io.Writer, []group) error, files map[string]string) string {
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

func TestCalls_MediansAndRatiosToBoundAndJanus(t *testing.T) {
	got := table(t, writeCalls, map[string]string{
		"raw.jsonl": `{"workload":"fanout","size":50,"delivered_pps":10000,"us_per_delivered":3}
{"server":"anything","workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":6,"latency_p50_ms":0.1,"latency_p99_ms":0.5,"rss_kib_per_participant":66,"join_p50_ms":5,"join_p95_ms":9,"server_cpu":0.1,"generator_cpu":0.5}
{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":5,"latency_p50_ms":0.1,"latency_p99_ms":0.5,"rss_kib_per_participant":66,"join_p50_ms":5,"join_p95_ms":9,"server_cpu":0.1,"generator_cpu":0.5}

{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":7,"latency_p50_ms":0.1,"latency_p99_ms":0.5,"rss_kib_per_participant":66,"join_p50_ms":5,"join_p95_ms":9,"server_cpu":0.1,"generator_cpu":0.5}
`,
		"raw-gso.jsonl": `{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":3}
{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":3}
{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":3}`,
		"nara.jsonl": `{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":8,"loss":0.001,"latency_p50_ms":0.12,"latency_p99_ms":0.6,"rss_kib_per_participant":80,"join_p50_ms":16,"join_p95_ms":24,"server_cpu":0.12,"generator_cpu":0.9,"idle_cpu":0.001,"keyframes":9,"new_key":1}
{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":10,"latency_p50_ms":0.14,"latency_p99_ms":0.8,"rss_kib_per_participant":90,"join_p50_ms":18,"join_p95_ms":26,"server_cpu":0.14,"generator_cpu":0.7}`,
		"janus.jsonl": `{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":35}
{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":36}
{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":50}`,
		"notes.txt": "not a result",
	})
	want := `| workload | server | runs | delivered/s | µs/delivered | min–max | × raw | × janus | loss % | delay p50 ms | p99 ms | KiB/participant | join p50 ms | p95 ms | server CPU % | generator CPU % |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
| visit 40 | raw | 3 | 16000 | 6.00 | 5.00–7.00 | 1.00 | 0.17 | 0.000 | 0.10 | 0.50 | 66 | 5.0 | 9.0 | 10.0 | 50 |
| visit 40 | raw-gso | 3 | 16000 | 3.00 | 3.00–3.00 | 0.50 | 0.08 | 0.000 | 0.00 | 0.00 | 0 | 0.0 | 0.0 | 0.0 | 0 |
| visit 40 | nara | 2 | 16000 | 9.00 | 8.00–10.00 | 1.50 | 0.25 | 0.050 | 0.13 | 0.70 | 85 | 17.0 | 25.0 | 13.0 | 80 |
| visit 40 | janus | 3 | 16000 | 36.00 | 35.00–50.00 | 6.00 | 1.00 | 0.000 | 0.00 | 0.00 | 0 | 0.0 | 0.0 | 0.0 | 0 |
| fanout 50 | raw | 1 | 10000 | 3.00 | 3.00–3.00 | 1.00 | – | 0.000 | 0.00 | 0.00 | 0 | 0.0 | 0.0 | 0.0 | 0 |

- visit 40, nara: packets were lost in 1 of 2 runs.
- visit 40, nara: the generator used more than 80 % of a core in 1 of 2 runs; distrust delay and loss.
- visit 40: 2 runs of nara beside 3 of raw.
- visit 40: 2 runs of nara beside 3 of janus.
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCalls_WithoutTheOthersThereIsNoRatio(t *testing.T) {
	got := table(t, writeCalls, map[string]string{"nara.jsonl": `{"workload":"visit","size":1,"delivered_pps":1,"us_per_delivered":8}`})
	if !strings.Contains(got, "| 8.00 | 8.00–8.00 | – | – |") {
		t.Error(got)
	}
}

func TestGrowth_ComparesSizesAndLoops(t *testing.T) {
	got := table(t, writeGrowth, map[string]string{
		"nara.jsonl": `{"workload":"visit","size":80,"delivered_pps":32000,"us_per_delivered":8.4,"generator_cpu":1.1}
{"workload":"visit","size":20,"delivered_pps":8000,"us_per_delivered":8}`,
		"nara-loops-1.jsonl": `{"workload":"visit","size":80,"delivered_pps":32000,"us_per_delivered":7.7}
{"workload":"visit","size":40,"delivered_pps":16000,"us_per_delivered":8}`,
		"nara-loops-2.jsonl": `{"workload":"visit","size":80,"delivered_pps":32000,"us_per_delivered":8.8}`,
	})
	if strings.Contains(got, "distrust") {
		t.Errorf("a generator on several cores is distrusted:\n%s", got)
	}
	for _, want := range []string{
		"| visit 20 | nara | 1 | 8000 | 8.00 |",
		"\n- nara: a packet of visit 80 costs 1.05 × one of visit 20.\n",
		"\n- nara: with two loops a packet of visit 80 costs 1.14 × what it does with one.\n",
		"\n- nara: a packet of visit 80 costs 1.10 × with two loops what one of visit 40 does with one, so two carry 1.82 × as much.\n",
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%q is not there once:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n- "); n != 4 {
		t.Errorf("%d findings:\n%s", n, got)
	}
}

func TestWaiting_CostsAreSharesOfACore(t *testing.T) {
	got := table(t, writeWaiting, map[string]string{
		"nara.jsonl": `{"workload":"waiting","size":200,"server_cpu":0.004,"idle_cpu":0.001,"rss_kib_per_participant":70}
{"workload":"waiting","size":200,"server_cpu":0.006,"idle_cpu":0.002,"rss_kib_per_participant":72}`,
		"janus.jsonl": `{"workload":"waiting","size":200,"server_cpu":0.1,"rss_kib_per_participant":700}`,
	})
	want := `| workload | server | runs | CPU % | min–max | with nobody there % | KiB/participant |
|---|---|--:|--:|--:|--:|--:|
| waiting 200 | nara | 2 | 0.50 | 0.40–0.60 | 0.15 | 71 |
| waiting 200 | janus | 1 | 10.00 | 10.00–10.00 | 0.00 | 700 |

- waiting 200: 2 runs of nara beside 1 of janus.
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
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
		`{"workload":"waiting","size":1,"delivered_pps":1}`: "not the result",
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
	if err := run([]string{"growth", folder}, &out); err != nil {
		t.Error(err)
	}
	for _, bad := range [][]string{nil, {"party", folder}, {"growth"}, {"growth", folder, folder}} {
		if err := run(bad, &out); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}
