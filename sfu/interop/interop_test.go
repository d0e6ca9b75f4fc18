//go:build linux

package interop

import (
	"testing"

	"nara/sfu"
)

// TestInterop lets each implementation be in a room with Chromium, which
// decodes what it publishes; then with pion and aiortc, which take its place.
func TestInterop(t *testing.T) {
	for _, of := range implementations {
		t.Run(of.name, func(t *testing.T) {
			t.Parallel()
			of.peer(t)
			s := newServer(t)
			partner := s.join(t, chromium, "partner")
			p := s.join(t, of, "client")
			var before map[sfu.Kind]received

			if !t.Run("JoinsPublishesAndReceives", func(t *testing.T) {
				p.connected(t)
				before = p.sees(t, partner, chromium.publishes)
				partner.sees(t, p, of.publishes)
			}) {
				return
			}
			t.Run("RestartsICEWhileMediaFlow", func(t *testing.T) {
				of.skip(t, iceRestart)
				p.restart(t)
				p.sees(t, partner, chromium.publishes)
				partner.sees(t, p, of.publishes)
				p.connected(t)
			})
			partner.leave()
			// pion's pictures have no ids, aiortc's and Chromium's have each their own.
			for _, successor := range []*implementation{pion, aiortc} {
				t.Run("SeesAnotherPublicationBehindTheSameMediaLine/Of"+successor.name, func(t *testing.T) {
					other := s.join(t, successor, "successor")
					after := p.sees(t, other, successor.publishes)
					other.leave()
					for kind, was := range before {
						if is := after[kind]; is.Mid != was.Mid || is.SSRC != was.SSRC {
							t.Errorf("%s came as %d on m-line %s, then as %d on %s", kind, was.SSRC, was.Mid, is.SSRC, is.Mid)
						}
					}
				})
			}
		})
	}
}

// TestGCMOnly_RefusesClientsThatKnowAESCMAlone: aiortc offers no other profile.
func TestGCMOnly_RefusesClientsThatKnowAESCMAlone(t *testing.T) {
	s := newServer(t, func(c *sfu.Config) { c.GCMOnly = true })
	p := s.join(t, aiortc, "client")
	r := p.until(t, "the handshake fails", func(report) bool { return s.Stats().HandshakeErrors > 0 })
	if r.DTLS == "connected" || r.State == "connected" {
		t.Errorf("connected all the same: %+v", r)
	}
}
