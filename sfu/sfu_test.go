package sfu

import (
	"testing"
)

func TestTwoPeers_SeeAndHearEachOther(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true, spares: 1}).join(true)
	b := newClient(t, s, "r", "b", clientOptions{publish: true, spares: 1}).join(true)
	a.connected()
	b.connected()
	defer a.stream("from a")()
	defer b.stream("from b")()
	for _, x := range []struct {
		c    *client
		want string
	}{{a, "from b"}, {b, "from a"}} {
		for mid, kind := range map[string]Kind{"2": Audio, "3": Video} {
			x.c.wait("media on "+mid, func() bool { return x.c.texts(mid, kind)[x.want] > 20 })
			if n := len(x.c.texts(mid, kind)); n != 1 {
				t.Errorf("%s got %d kinds of packets on %s", x.c.id, n, mid)
			}
		}
	}
}
