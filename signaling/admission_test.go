package signaling_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"nara/auth"
	"nara/signaling"
	"nara/signaling/client"
)

// BenchmarkAdmission measures from the host's admit to the first packet at the one who waited, connected, and to the
// first packet of theirs at the host: p50 and p95 in milliseconds. Packets come every 10 ms.
func BenchmarkAdmission(b *testing.B) {
	h := newHouse(b, setting{})
	host := h.hosts("v1", "anna")
	host.speaks()
	ctx := b.Context()
	var there, back []time.Duration
	for b.Loop() {
		first := make(chan time.Time, 1)
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "a", "s")
		if err != nil {
			b.Fatal(err)
		}
		gun := &person{t: b, audio: track}
		gun.Participant, err = client.Join(ctx, client.Options{URL: h.url(0), Ticket: h.ticket("v1", "gun", auth.CallPatient), Audio: 1,
			Tracks: []client.Track{{Source: signaling.Microphone, Local: track}},
			OnMedia: func(m *client.Media) {
				buf := make([]byte, 1500)
				for n := 0; ; n++ {
					if _, err := m.Read(buf); err != nil {
						return
					}
					if n == 0 {
						first <- time.Now()
					}
				}
			}})
		if err != nil {
			b.Fatal(err)
		}
		if err := gun.Connected(ctx); err != nil {
			b.Fatal(err)
		}
		gun.speaks()
		before := host.packets.Load()
		begin := time.Now()
		if err := host.Admit(ctx, "gun"); err != nil {
			b.Fatal(err)
		}
		for host.packets.Load() == before {
			time.Sleep(100 * time.Microsecond) // the resolution of the measurement
		}
		back = append(back, time.Since(begin))
		there = append(there, (<-first).Sub(begin))
		if err := gun.Leave(ctx); err != nil {
			b.Fatal(err)
		}
		for len(host.Events()) > 0 {
			<-host.Events()
		}
		for len(host.heard) > 0 {
			<-host.heard
		}
	}
	for name, d := range map[string][]time.Duration{"patient": there, "host": back} {
		slices.Sort(d)
		b.ReportMetric(float64(d[len(d)/2].Microseconds())/1000, name+"-p50-ms")
		b.ReportMetric(float64(d[len(d)*95/100].Microseconds())/1000, name+"-p95-ms")
	}
}
