package wire

import (
	"net/netip"
	"testing"
)

func TestAddress_RoundTrip(t *testing.T) {
	keys := map[addrKey]string{}
	for _, s := range []string{"127.0.0.1:1", "127.0.0.1:256", "127.0.0.2:1", "[2001:db8::1]:7000", "[2001:db8::1]:7001", "[::1]:7000"} {
		ap := netip.MustParseAddrPort(s)
		a := addressOf(ap)
		if a.addrPort() != ap {
			t.Errorf("%v became %v", ap, a.addrPort())
		}
		for via := range uint8(3) {
			a.via = via
			if other, taken := keys[a.key()]; taken {
				t.Errorf("%s by %d and %s have one key", s, via, other)
			}
			keys[a.key()] = s
		}
		a.tcp = &tcpConn{id: uint64(len(keys)), remote: ap}
		if other, taken := keys[a.key()]; taken || a.addrPort() != ap {
			t.Errorf("%v by TCP: %s", a.addrPort(), other)
		}
		keys[a.key()] = s
	}
	// A dual-stack socket reports IPv4 as mapped IPv6; the client wants to hear IPv4.
	mapped := addressOf(netip.MustParseAddrPort("[::ffff:192.0.2.1]:5"))
	if got := mapped.addrPort(); got != netip.MustParseAddrPort("192.0.2.1:5") {
		t.Errorf("mapped address is %v", got)
	}
}
