package wire

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/pion/rtp"
)

// sharing are two loops behind one port.
func sharing(t testing.TB) (a, b *bench) {
	t.Helper()
	a = newBench(t, func(c *Config) { c.Loops, c.OnePort = 2, true })
	return a, &bench{Loop: a.network.Loops()[1], network: a.network, t: t}
}

func TestSorter_EachDatagramReachesItsLoop(t *testing.T) {
	a, b := sharing(t)
	if a.Addr() != b.Addr() {
		t.Fatalf("%v and %v", a.Addr(), b.Addr())
	}
	a.run()
	for i, x := range []*bench{a, b} {
		f := newFar(t, x, false)
		send := func(d []byte) {
			if _, err := f.sock.WriteToUDPAddrPort(d, a.Addr()); err != nil {
				t.Fatal(err)
			}
		}
		send(f.check(nominate))
		f.reply(f.conn.Credentials())
		send(f.answerTo(f.read()))
		x.until(func() bool { return f.conn.path != nil })
		keyedFar(t, f)
		send(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96}, fmt.Sprint("to ", i)))
		x.until(func() bool { return len(f.packets) == 1 && string(f.packets[0].Payload) == fmt.Sprint("to ", i) })
		f.sends(5)
		f.gets(5)
		send(f.checkWith(Credentials{string(iceChars[40]) + "7654321", "nobody"})) // a loop that there is not
	}
	a.until(func() bool { return a.Stats().Unknown == 2 })
}

// keyedFar gives the Conn its keys.
func keyedFar(t testing.TB, f *far) {
	t.Helper()
	in, err := newGCM(clientKey, clientSalt)
	if err != nil {
		t.Fatal(err)
	}
	out, err := newGCM(serverKey, serverSalt)
	if err != nil {
		t.Fatal(err)
	}
	f.b.Lock()
	defer f.b.Unlock()
	f.conn.keyed(in, out)
}

// A participant of one loop must not divert what comes to another by forging
// its address.
func TestDirectory_TheLivingKeepTheirAddress(t *testing.T) {
	a, b := sharing(t)
	victim, thief := newFar(t, a, false), newFar(t, b, false)
	at := addressOf(victim.addr)
	a.in(victim.check(), victim.addr)
	b.in(thief.check(), victim.addr)
	if b.owner(at) != nil || a.inbox.directory.entries[at.key()].loop != 0 {
		t.Fatal("it was taken")
	}
	a.time += ownerGrace
	b.in(thief.check(), victim.addr)
	if b.owner(at) != thief.conn || a.inbox.directory.entries[at.key()].loop != 1 {
		t.Fatal("an address that its owner left must be free")
	}
	a.Lock()
	victim.conn.Close()
	a.Unlock()
	if len(a.inbox.directory.entries) != 1 {
		t.Error("who left took the address away from who has it now")
	}
	b.Lock()
	thief.conn.Close()
	b.Unlock()
	if len(a.inbox.directory.entries) != 0 {
		t.Error("the address is kept")
	}
}

// An address that another Conn of the same loop has now is still that loop's.
func TestDirectory_AnAddressThatChangesHandsStays(t *testing.T) {
	a, _ := sharing(t)
	before, now := newFar(t, a, false), newFar(t, a, false)
	at := addressOf(before.addr)
	a.in(before.check(), before.addr)
	a.time += ownerGrace
	a.in(now.check(), before.addr)
	if a.owner(at) != now.conn {
		t.Fatal("an address that its owner left must be free")
	}
	if n := a.inbox.directory.find([]byte{0x80}, &at); n != 0 {
		t.Errorf("what comes from it goes to loop %d", n)
	}
}

func TestInbox_WhatDoesNotFitIsCounted(t *testing.T) {
	a, _ := sharing(t)
	x := a.inbox
	from := addressOf(netip.MustParseAddrPort("127.0.0.1:9"))
	fill := func(size int) (took int) {
		x.mu.Lock()
		defer x.mu.Unlock()
		for range 2 * inboxParcels {
			x.put(make([]byte, size), &from, 0)
		}
		took, x.filling = len(x.filling.list), newParcels()
		return took
	}
	if n := fill(20); n != inboxParcels {
		t.Errorf("%d small ones", n)
	}
	if n := fill(1000); n != inboxBytes/1000 {
		t.Errorf("%d large ones", n)
	}
	a.Lock()
	s := a.Stats()
	a.Unlock()
	if want := uint64(4*inboxParcels - inboxParcels - inboxBytes/1000); s.Overrun != want || s.PacketsIn != want {
		t.Errorf("%d, want %d", s.Overrun, want)
	}
}

func TestInbox_InOrderWithoutAllocation(t *testing.T) {
	a, _ := sharing(t)
	f := newFar(t, a, true)
	x := a.inbox
	from := addressOf(f.addr)
	p := newParcels()
	d := make([]byte, 100)
	d[0] = 0x80
	refused := a.stats.Refused
	if n := testing.AllocsPerRun(10, func() {
		x.mu.Lock()
		for range 100 { // more than a batch
			x.put(d, &from, 0)
		}
		p, x.filling = x.filling, parcels{p.list[:0], p.data[:0]}
		x.mu.Unlock()
		x.work(p)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if a.stats.Unknown != 1100 && a.stats.Refused-refused != 1100 {
		t.Errorf("%+v", a.stats)
	}
	x.mu.Lock()
	for seq := range uint16(200) {
		x.put(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: seq}, "x"), &from, int64(seq))
	}
	p, x.filling = x.filling, newParcels()
	x.mu.Unlock()
	x.work(p)
	if len(f.packets) != 200 {
		t.Fatalf("%d packets", len(f.packets))
	}
	for i, p := range f.packets {
		if p.Index != uint64(i) {
			t.Fatalf("number %d at %d", p.Index, i)
		}
	}
}
