//go:build linux

package interop

import (
	"testing"

	"nara/sfu"
)

// TestInterop lets each implementation be in a room with Chromium, which
// decodes what it publishes; then with pion, which takes Chromium's place.
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
				if why := of.cannot[iceRestart]; why != "" {
					t.Skip(why)
				}
				p.restart(t)
				p.sees(t, partner, chromium.publishes)
				partner.sees(t, p, of.publishes)
				p.connected(t)
			})
			t.Run("SeesAnotherPublicationBehindTheSameMediaLine", func(t *testing.T) {
				partner.leave()
				after := p.sees(t, s.join(t, pion, "successor"), clip)
				for kind, was := range before {
					if is := after[kind]; is.Mid != was.Mid || is.SSRC != was.SSRC {
						t.Errorf("%s came as %d on m-line %s, then as %d on %s", kind, was.SSRC, was.Mid, is.SSRC, is.Mid)
					}
				}
			})
		})
	}
}
