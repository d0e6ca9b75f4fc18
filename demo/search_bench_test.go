package demo_test

import (
	"slices"
	"testing"
	"time"

	"nara/demo"
	"nara/internal/postgres/postgrestest"
	"nara/scheduling"
)

// BenchmarkSearch is what the page "find a time" asks on the demo county, fortnight and calendar included. It reports the
// slowest of twenty as p95-ms.
func BenchmarkSearch(b *testing.B) {
	pool := postgrestest.New(b)
	now := moments["a Tuesday morning"]
	if err := demo.Seed(b.Context(), pool, now); err != nil {
		b.Fatal(err)
	}
	s := scheduling.New(scheduling.Options{Pool: pool, Now: func() time.Time { return now }})
	for _, q := range []struct {
		name  string
		query scheduling.SlotQuery
	}{
		{"any way", scheduling.SlotQuery{Service: "lakare", Language: "sv", Near: "narpes"}},
		{"video", scheduling.SlotQuery{Service: "lakare", Modality: scheduling.Video}},
		{"hosted anywhere", scheduling.SlotQuery{Service: "hudbesvar", Modality: scheduling.Hosted, Language: "sv", Near: "narpes"}},
		{"hosted at a site", scheduling.SlotQuery{Service: "hudbesvar", Modality: scheduling.Hosted, Site: "malax-halsostation"}},
		{"one nurse", scheduling.SlotQuery{Service: "skotare", Practitioner: 1}},
	} {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				result, err := s.Search(b.Context(), q.query)
				took = append(took, time.Since(began))
				if err != nil || len(result.Slots) == 0 {
					b.Fatalf("%d slots, %v", len(result.Slots), err)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}
