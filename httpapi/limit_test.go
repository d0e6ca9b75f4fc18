package httpapi

import (
	"net/http"
	"net/netip"
	"testing"
	"time"
)

func TestLimit_BurstThenSteadyRate(t *testing.T) {
	now := time.Unix(1000, 0)
	l := newLimit(Rate{PerSecond: 1, Burst: 2})
	l.now = func() time.Time { return now }
	here := netip.MustParseAddr("192.0.2.1")
	for i, want := range []bool{true, true, false, false} {
		if got := l.allow(here); got != want {
			t.Errorf("request %d: %v", i, got)
		}
	}
	if !l.allow(netip.MustParseAddr("192.0.2.2")) {
		t.Error("another address is refused")
	}
	now = now.Add(time.Second)
	if !l.allow(here) || l.allow(here) {
		t.Error("a second later there is not exactly one more")
	}
}

func TestLimit_AFloodOfAddressesStaysInItsMemory(t *testing.T) {
	l := newLimit(Rate{PerSecond: 1, Burst: 1})
	for i := range 3 * maxAddresses {
		l.allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	if len(l.buckets) > maxAddresses {
		t.Errorf("%d addresses are kept", len(l.buckets))
	}
}

func TestLimit_OneHouseholdIsOneAddress(t *testing.T) {
	for name, test := range map[string]struct {
		a, b string
		same bool
	}{
		"IPv4 apart":       {"192.0.2.1", "192.0.2.2", false},
		"IPv4 as IPv6":     {"192.0.2.1", "::ffff:192.0.2.1", true},
		"same /64":         {"2001:db8::1", "2001:db8::ffff:2", true},
		"another /64":      {"2001:db8::1", "2001:db8:0:1::1", false},
		"zones are nobody": {"fe80::1%eth0", "fe80::1%eth1", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := network(netip.MustParseAddr(test.a)) == network(netip.MustParseAddr(test.b)); got != test.same {
				t.Errorf("same: %v", got)
			}
		})
	}
}

func TestClientAddress_OnlyAProxyOnThisMachineIsBelieved(t *testing.T) {
	for name, test := range map[string]struct {
		peer, forwarded, want string
	}{
		"direct":            {"198.51.100.7:4000", "", "198.51.100.7"},
		"forged by a guest": {"198.51.100.7:4000", "203.0.113.1", "198.51.100.7"},
		"proxy here":        {"127.0.0.1:4000", "203.0.113.1", "203.0.113.1"},
		"last one counts":   {"127.0.0.1:4000", "10.0.0.1, 203.0.113.1", "203.0.113.1"},
		"not an address":    {"[::1]:4000", "unknown", "::1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: test.peer, Header: http.Header{}}
			if test.forwarded != "" {
				r.Header.Set("X-Forwarded-For", test.forwarded)
			}
			if got := clientAddress(r).String(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
