package sfu

import (
	"fmt"
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

func TestNetwork_RestartByTCPAndFromTCPToUDP(t *testing.T) {
	s := newServer(t, func(c *Config) { c.TCP = true })
	a, b := seeEachOther(t, s, "r", by(webrtc.NetworkTypeTCP4), by(webrtc.NetworkTypeUDP4))
	a.renegotiate(&webrtc.OfferOptions{ICERestart: true})
	defer a.stream("after")()
	b.wait("media after the restart", func() bool { return b.texts("3", Video)["after"] > 20 })
}

func TestNetwork_PublicAddressesStandInTheAnswer(t *testing.T) {
	s := newServer(t, listen("127.0.0.1", "::1"), func(c *Config) {
		c.TCP = true
		c.Public = []Public{{Address: netip.MustParseAddr("203.0.113.7"), Local: netip.MustParseAddr("127.0.0.1")}}
	})
	r, err := s.Join(JoinRequest{Room: "r", Peer: "a", Offer: recorded(t)})
	if err != nil {
		t.Fatal(err)
	}
	udp, tcp := s.shards[0].loop.Addrs(), s.network.TCPAddrs()
	for _, want := range []string{
		"c=IN IP4 203.0.113.7\r\n",
		fmt.Sprintf(" udp 2130706431 203.0.113.7 %d typ host\r\n", udp[0].Port()), fmt.Sprintf(" ::1 %d typ host\r\n", udp[1].Port()),
		fmt.Sprintf(" 203.0.113.7 %d typ host tcptype passive\r\n", tcp[0].Port()), fmt.Sprintf(" ::1 %d typ host tcptype passive\r\n", tcp[1].Port()),
	} {
		if !strings.Contains(r.Answer, want) {
			t.Errorf("no %q in\n%s", want, r.Answer)
		}
	}
	if strings.Contains(r.Answer, "127.0.0.1") {
		t.Error("the local address is told")
	}
}

func TestCandidates_Table(t *testing.T) {
	ports := func(list ...string) (a []netip.AddrPort) {
		for _, s := range list {
			a = append(a, netip.MustParseAddrPort(s))
		}
		return a
	}
	address := netip.MustParseAddr
	for name, x := range map[string]struct {
		udp, tcp []netip.AddrPort
		public   []Public
		want     string
	}{
		"as they are":        {ports("10.0.0.1:1", "[2001:db8::1]:2"), nil, nil, "10.0.0.1:1 [2001:db8::1]:2"},
		"TCP behind UDP":     {ports("10.0.0.1:1"), ports("10.0.0.1:9"), nil, "10.0.0.1:1 10.0.0.1:9/tcp"},
		"one is translated":  {ports("10.0.0.1:1", "10.0.0.2:1"), nil, []Public{{address("192.0.2.1"), address("10.0.0.1")}}, "192.0.2.1:1 10.0.0.2:1"},
		"all of a family":    {ports("10.0.0.1:1", "[2001:db8::1]:2"), nil, []Public{{Address: address("192.0.2.1")}}, "192.0.2.1:1 [2001:db8::1]:2"},
		"two for one":        {ports("10.0.0.1:1"), nil, []Public{{Address: address("192.0.2.1")}, {Address: address("192.0.2.2")}}, "192.0.2.1:1 192.0.2.2:1"},
		"everywhere":         {ports("0.0.0.0:1"), nil, []Public{{Address: address("192.0.2.1")}, {Address: address("2001:db8::1")}}, "192.0.2.1:1"},
		"dual stack":         {ports("[::]:1"), nil, []Public{{Address: address("192.0.2.1")}, {Address: address("2001:db8::1")}}, "192.0.2.1:1 [2001:db8::1]:1"},
		"both everywhere":    {ports("0.0.0.0:1", "[::]:2"), nil, []Public{{Address: address("192.0.2.1")}, {Address: address("2001:db8::1")}}, "192.0.2.1:1 [2001:db8::1]:2"},
		"everywhere, no one": {ports("0.0.0.0:1"), nil, []Public{{Address: address("2001:db8::1")}}, "error"},
		"without a zone":     {ports("[fe80::1%eth0]:1"), nil, nil, "[fe80::1]:1"},
		"not twice":          {ports("10.0.0.1:1", "10.0.0.2:1"), nil, []Public{{Address: address("192.0.2.1")}}, "192.0.2.1:1"},
	} {
		list, err := candidates(x.udp, x.tcp, x.public)
		var got []string
		for _, c := range list {
			s := c.Address.String()
			if c.TCP {
				s += "/tcp"
			}
			got = append(got, s)
		}
		if err != nil {
			got = []string{"error"}
		}
		if s := strings.Join(got, " "); s != x.want {
			t.Errorf("%s: %s, want %s", name, s, x.want)
		}
	}
}

func TestRooms_GoToTheLoopWithTheFewestParticipants(t *testing.T) {
	s := newServer(t)
	join := func(room RoomID, peers int) *shard {
		for i := range peers {
			if _, err := s.Join(JoinRequest{Room: room, Peer: PeerID(fmt.Sprint(i)), Offer: recorded(t)}); err != nil {
				t.Fatal(err)
			}
		}
		return s.rooms[room].shard
	}
	large := join("large", 5)
	for i := range 5 {
		if join(RoomID(fmt.Sprint("small ", i)), 1) == large {
			t.Errorf("small room %d is beside the large one", i)
		}
	}
}
