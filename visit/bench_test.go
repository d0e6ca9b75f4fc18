package visit

import (
	"testing"

	"nara/scheduling"
)

// BenchmarkSnapshot is what one push to one watcher costs.
func BenchmarkSnapshot(b *testing.B) {
	c := newCounty(b)
	patient := c.patient(b, "Gun-Britt Lindqvist")
	a := c.book(b, patient, scheduling.Video, anna, tenFifteen)
	c.begin(b, patient, c.annaHolm, a.ID)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.visits.Snapshot(b.Context(), patient, a.ID); err != nil {
			b.Fatal(err)
		}
	}
}
