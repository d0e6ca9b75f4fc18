package wire

import (
	"net/netip"
	"testing"
)

func TestListen_Errors(t *testing.T) {
	id, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	local := netip.MustParseAddrPort("127.0.0.1:0")
	for name, cfg := range map[string]Config{
		"no address":         {},
		"not our address":    {Listen: []netip.AddrPort{local, netip.MustParseAddrPort("192.0.2.1:0")}},
		"too many loops":     {Listen: []netip.AddrPort{local}, Loops: MaxLoops + 1},
		"no port for a loop": {Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:65535")}, Loops: 2},
		"an invalid address": {Listen: []netip.AddrPort{{}}},
	} {
		cfg.Identity = id
		if n, err := Listen(cfg); err == nil {
			t.Errorf("%s: no error", name)
			_ = n.Close()
		}
	}
}

func TestListen_MostLoopsEachWithItsOwnUfrags(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Loops, c.OnePort = MaxLoops, true })
	for i, l := range b.network.Loops() {
		l.Lock()
		c := l.Connect(Remote{}, &far{t: t})
		if got := loopOf([]byte(c.Credentials().Ufrag)); got != i {
			t.Errorf("loop %d makes ufrags of loop %d", i, got)
		}
		l.Unlock()
	}
	for _, strange := range []string{"", "=", "\xff", "-a"} {
		if loopOf([]byte(strange)) != MaxLoops {
			t.Errorf("%q names a loop", strange)
		}
	}
}

func TestFamily_IPv6EverywhereLeavesIPv4ToItsOwn(t *testing.T) {
	v4, v6 := netip.MustParseAddrPort("0.0.0.0:1"), netip.MustParseAddrPort("[::]:1")
	one := netip.MustParseAddrPort("[::1]:1")
	for _, x := range []struct {
		at   netip.AddrPort
		all  []netip.AddrPort
		want string
	}{{v4, []netip.AddrPort{v4}, "udp4"}, {v6, []netip.AddrPort{v6}, "udp"}, {v6, []netip.AddrPort{v4, v6}, "udp6"}, {one, []netip.AddrPort{one}, "udp6"}} {
		if got := family("udp", x.at, x.all); got != x.want {
			t.Errorf("%v of %v: %s", x.at, x.all, got)
		}
	}
	b := newBench(t, func(c *Config) {
		c.TCP = true
		c.Listen = []netip.AddrPort{netip.MustParseAddrPort("0.0.0.0:0"), netip.MustParseAddrPort("[::]:0")}
	})
	if len(b.Addrs()) != 2 || len(b.network.TCPAddrs()) != 2 {
		t.Errorf("%v %v", b.Addrs(), b.network.TCPAddrs())
	}
}
