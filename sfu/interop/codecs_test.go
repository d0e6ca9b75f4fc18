//go:build linux

package interop

import (
	"testing"

	"nara/sfu"
)

func TestH264_IsDecodedByOthers(t *testing.T) {
	for _, pair := range [][2]*implementation{
		{chromium, aiortc}, {chromium, gstreamer}, {aiortc, chromium}, {gstreamer, chromium}, {pion, chromium},
	} {
		publisher, watcher := pair[0], pair[1]
		t.Run(publisher.name+"To"+watcher.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			h264 := func(in *invitation) { in.Codec, in.Only = "H264", true }
			p := s.join(t, publisher, "publisher", h264, deaf)
			w := s.join(t, watcher, "watcher", silent, func(in *invitation) { in.Codec = "H264" })
			if seen := w.sees(t, p, publisher.publishes)[sfu.Video]; seen.Codec != "H264" {
				t.Errorf("came as %s", seen.Codec)
			}
		})
	}
}

// TestRED_IsHeardByOthers publishes Opus within RED (RFC 2198) to one that
// knows RED and to ones that do not. Chromium's statistics name the codec within;
// that it sends RED shows by packets which carry everything twice.
func TestRED_IsHeardByOthers(t *testing.T) {
	for _, watcher := range []*implementation{chromium, firefox, aiortc} {
		t.Run(watcher.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			plain := s.join(t, chromium, "plain", deaf)
			p := s.join(t, chromium, "publisher", deaf, func(in *invitation) { in.Red = true })
			w := s.join(t, watcher, "watcher", silent, func(in *invitation) { in.Receive = 2 })
			w.sees(t, p, chromium.publishes)
			single := plain.soundBytes(t)
			if double := p.soundBytes(t); double < 1.7*single {
				t.Errorf("%.0f bytes for each packet, %.0f without RED", double, single)
			}
		})
	}
}

// soundBytes is the mean payload of what the participant's microphone sends.
func (p *participant) soundBytes(t *testing.T) (mean float64) {
	t.Helper()
	p.until(t, "sends sound", func(r report) bool {
		for _, x := range r.Sent {
			if x.Kind == "audio" && x.Packets >= 50 {
				mean = float64(x.Bytes) / float64(x.Packets)
				return true
			}
		}
		return false
	})
	return mean
}

func TestSimulcast_IsDecodedByOthers(t *testing.T) {
	big := picture{"red", 960, 540} // Chromium sends fewer layers of smaller pictures
	for _, publisher := range []*implementation{chromium, firefox} {
		t.Run(publisher.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			p := s.join(t, publisher, "publisher", deaf, func(in *invitation) { in.Layers, in.Publish = true, &big })
			w := s.join(t, chromium, "watcher", silent)
			w.sees(t, p, big)
			p.until(t, "sends several layers", func(r report) bool {
				layers := 0
				for _, x := range r.Sent {
					if x.Kind == "video" && x.Layer != "" && x.Packets > 0 {
						layers++
					}
				}
				return layers >= 2
			})
		})
	}
}
