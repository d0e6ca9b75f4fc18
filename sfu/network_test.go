package sfu

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"
)

// by makes a client use one kind of network only.
func by(kind webrtc.NetworkType) func(*webrtc.SettingEngine) {
	return func(e *webrtc.SettingEngine) { e.SetNetworkTypes([]webrtc.NetworkType{kind}) }
}

// listen makes a server listen there, on free ports.
func listen(addresses ...string) func(*Config) {
	return func(c *Config) {
		c.Listen = nil
		for _, a := range addresses {
			c.Listen = append(c.Listen, netip.AddrPortFrom(netip.MustParseAddr(a), 0))
		}
	}
}

// seeEachOther lets two clients publish and checks that each sees the other.
func seeEachOther(t *testing.T, s *server, room RoomID, engineA, engineB func(*webrtc.SettingEngine)) (a, b *client) {
	t.Helper()
	a = newClient(t, s, room, "a", clientOptions{publish: true, spares: 1, engine: engineA}).join(true)
	b = newClient(t, s, room, "b", clientOptions{publish: true, spares: 1, engine: engineB}).join(true)
	a.connected()
	b.connected()
	defer a.stream("from a")()
	defer b.stream("from b")()
	for mid, kind := range map[string]Kind{"2": Audio, "3": Video} {
		a.wait("media on "+mid, func() bool { return a.texts(mid, kind)["from b"] > 20 })
		b.wait("media on "+mid, func() bool { return b.texts(mid, kind)["from a"] > 20 })
	}
	return a, b
}

func TestNetwork_IPv6Only(t *testing.T) {
	s := newServer(t, listen("::1"))
	a, _ := seeEachOther(t, s, "r", by(webrtc.NetworkTypeUDP6), by(webrtc.NetworkTypeUDP6))
	if !strings.Contains(a.result.Answer, "c=IN IP6 ::1") {
		t.Error(a.result.Answer)
	}
}

func TestNetwork_DualStackSocketServesBothFamilies(t *testing.T) {
	s := newServer(t, listen("::"), func(c *Config) {
		c.Public = []Public{{Address: netip.MustParseAddr("127.0.0.1")}, {Address: netip.MustParseAddr("::1")}}
	})
	seeEachOther(t, s, "r", by(webrtc.NetworkTypeUDP4), by(webrtc.NetworkTypeUDP6))
}

func TestNetwork_TwoEndpointsOfOneLoop(t *testing.T) {
	s := newServer(t, listen("127.0.0.1", "::1"), func(c *Config) { c.Loops = 1 })
	seeEachOther(t, s, "r", by(webrtc.NetworkTypeUDP4), by(webrtc.NetworkTypeUDP6))
}

func TestNetwork_OnePortForTwoLoops(t *testing.T) {
	s := newServer(t, listen("127.0.0.1", "::1"), func(c *Config) { c.OnePort = true })
	seeEachOther(t, s, "r1", by(webrtc.NetworkTypeUDP4), by(webrtc.NetworkTypeUDP6))
	seeEachOther(t, s, "r2", by(webrtc.NetworkTypeUDP4), by(webrtc.NetworkTypeUDP4))
	if s.shards[0].loop.Addr() != s.shards[1].loop.Addr() {
		t.Error("two ports")
	}
	if s.shards[0].loop.Idle() || s.shards[1].loop.Idle() {
		t.Error("both rooms are on one loop")
	}
}

func TestNetwork_TCPOnly(t *testing.T) {
	s := newServer(t, listen("127.0.0.1", "::1"), func(c *Config) { c.TCP = true })
	// One by TCP, one by UDP, and on both loops.
	for _, room := range []RoomID{"r1", "r2"} {
		seeEachOther(t, s, room, by(webrtc.NetworkTypeTCP4), by(webrtc.NetworkTypeUDP4))
	}
	seeEachOther(t, s, "r3", by(webrtc.NetworkTypeTCP6), by(webrtc.NetworkTypeTCP4))
}
