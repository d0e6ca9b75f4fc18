package signaling

import (
	"fmt"
	"testing"
)

func TestAddressOf_OneOwnerIsOneAddress(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:1":                   "192.0.2.7/32",
		"[::ffff:192.0.2.7]:2":          "192.0.2.7/32",
		"[2001:db8:1:2:3:4:5:6]:3":      "2001:db8:1:2::/64",
		"[fe80::1%eth0]:4":              "fe80::/64",
		"@":                             "invalid Prefix",
		"":                              "invalid Prefix",
		"192.0.2.7:1, 198.51.100.1:443": "invalid Prefix",
	} {
		if got := addressOf(remote).String(); got != want {
			t.Errorf("%q is %s, want %s", remote, got, want)
		}
	}
}

func TestStrangers_AreBounded(t *testing.T) {
	var g strangers
	var in []*session
	for n := range 3 * maxStrangers { // each from elsewhere
		s := &session{address: addressOf(fmt.Sprintf("10.%d.%d.1:1", n>>8, n&255))}
		in = append(in, s)
		surplus := g.add(s)
		if want := n - maxStrangers; want < 0 && surplus != nil || want >= 0 && surplus != in[want] {
			t.Fatalf("newcomer %d pushes out the wrong one", n)
		}
	}
	many := addressOf("192.0.2.7:1")
	for n := range 3 * maxStrangersEach {
		s := &session{address: many}
		in = append(in, s)
		if surplus := g.add(s); surplus == nil || n >= maxStrangersEach && surplus.address != many {
			t.Fatalf("newcomer %d of one address pushes out another's", n)
		}
	}
	for _, s := range in {
		g.remove(s)
		g.remove(s)
	}
	if g.order.Len() != 0 || len(g.each) != 0 {
		t.Errorf("%d sessions of %d addresses are left", g.order.Len(), len(g.each))
	}
}
