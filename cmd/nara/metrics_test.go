package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"nara/sfu"
)

// documented compares what a server shows with the handbook.
func documented(t *testing.T, shown string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	in, written := map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (nara_\w+) (\w+)$`).FindAllStringSubmatch(shown, -1) {
		in[m[1]+" "+m[2]] = true
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `(nara_\\w+)` \\| (\\w+) \\|").FindAllStringSubmatch(string(text), -1) {
		written[m[1]+" "+m[2]] = true
	}
	if !maps.Equal(in, written) {
		t.Errorf("shown:\n%s\ndocumented:\n%s", strings.Join(slices.Sorted(maps.Keys(in)), "\n"), strings.Join(slices.Sorted(maps.Keys(written)), "\n"))
	}
}

type oneMetric struct{ prometheus.Metric }

func (m oneMetric) Describe(to chan<- *prometheus.Desc) { to <- m.Desc() }
func (m oneMetric) Collect(to chan<- prometheus.Metric) { to <- m.Metric }

func TestHistogram_CountsAreCumulative(t *testing.T) {
	r := prometheus.NewRegistry()
	r.MustRegister(oneMetric{histogram(descLoss, sfu.Distribution{Bounds: []float64{.1, .5}, Counts: []uint64{3, 2, 1}, Sum: 2.5})})
	got, err := r.Gather()
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	h := got[0].GetMetric()[0].GetHistogram()
	if h.GetSampleCount() != 6 || h.GetSampleSum() != 2.5 || h.GetBucket()[0].GetCumulativeCount() != 3 || h.GetBucket()[1].GetCumulativeCount() != 5 {
		t.Errorf("%v", h)
	}
}
