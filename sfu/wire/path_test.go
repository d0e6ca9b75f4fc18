package wire

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

// elsewhere is another address of the same client, with a socket.
func (f *far) elsewhere() *far {
	f.t.Helper()
	sock, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = sock.Close() })
	return &far{t: f.t, b: f.b, sock: sock, addr: sock.LocalAddr().(*net.UDPAddr).AddrPort(), conn: f.conn}
}

// sends queues a packet of media; it must arrive at one place.
func (f *far) sends(index uint64) {
	f.b.Lock()
	f.conn.SendRTP(&Outgoing{SSRC: 1, Index: index}, make([]byte, 50))
	f.b.Unlock()
}

func (f *far) gets(index uint64) {
	f.t.Helper()
	if p := f.read(); p[0] != 0x80 || seqOf(p) != uint16(index) {
		f.t.Fatalf("not packet %d: % x", index, p[:4])
	}
}

func TestPath_MovesByANominationWithinOneRoundTrip(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	g := f.elsewhere()
	b.in(g.check(nominate), g.addr)
	g.reply(f.conn.Credentials())
	own := g.read()
	f.sends(1) // not proved: media goes on to where it went
	f.gets(1)
	b.in(g.answerTo(own), g.addr)
	f.sends(2)
	g.gets(2)
	if old := addressOf(f.addr); b.owner(old) != f.conn {
		t.Error("packets on their way from the old address are lost")
	}
}

func TestPath_OnlyNominationMoves(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	g := f.elsewhere()
	b.in(g.check(), g.addr)
	g.reply(f.conn.Credentials())
	b.in(g.answerTo(g.read()), g.addr)
	f.sends(1)
	f.gets(1)
	b.in(g.check(nominate), g.addr) // proved already: it moves at once
	g.reply(f.conn.Credentials())
	f.sends(2)
	g.gets(2)
}

// Who sees a client's check can send it again from elsewhere; media must not
// follow.
func TestPath_AReplayedNominationMovesNothing(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	g := f.elsewhere()
	b.in(g.check(nominate), g.addr)
	g.reply(f.conn.Credentials())
	own := g.read()
	good := g.answerTo(own)
	otherID, err := stun.Build(stun.TransactionID, stun.BindingSuccess, stun.NewShortTermIntegrity(f.conn.remote.Password), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	m := stun.Message{Raw: own}
	if err := m.Decode(); err != nil {
		t.Fatal(err)
	}
	unsigned, err := stun.Build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess, stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	wrongPassword, err := stun.Build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
		stun.NewShortTermIntegrity(f.conn.Credentials().Password), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	failure, err := stun.Build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingError,
		stun.NewShortTermIntegrity(f.conn.remote.Password), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string][]byte{"no answer": nil, "another transaction": otherID.Raw, "no integrity": unsigned.Raw,
		"our password": wrongPassword.Raw, "an error": failure.Raw, "cut": good[:19], "our own check": own} {
		b.in(d, g.addr)
		if f.conn.path.addrPort() != f.addr {
			t.Errorf("%s: it moved", name)
		}
	}
	b.in(good, f.addr) // it answers for where it comes from
	if f.conn.path.addrPort() != f.addr {
		t.Error("answered from elsewhere: it moved")
	}
	b.in(good, g.addr)
	if f.conn.path.addrPort() != g.addr {
		t.Error("the right answer did not move it")
	}
}

func TestPath_OurCheckIsRepeatedWithTheClients(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	g := f.elsewhere()
	var first []byte
	for range 3 { // the first two get lost
		b.in(g.check(nominate), g.addr)
		g.reply(f.conn.Credentials())
		own := g.read()
		if first == nil {
			first = own
		}
		if string(own[8:20]) != string(first[8:20]) {
			t.Fatal("an answer to the first that comes late would not count")
		}
		sent := b.stats.PacketsOut
		b.in(g.check(nominate), g.addr)
		if g.reply(f.conn.Credentials()); b.stats.PacketsOut != sent+1 {
			t.Fatal("two checks of ours at once")
		}
		b.time += challengeInterval
	}
	b.in(g.answerTo(first), g.addr)
	f.sends(1)
	g.gets(1)
}

func TestPath_RestartFromANewPort(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	g := f.elsewhere()
	b.Lock()
	f.conn.Restart("again", "another-password-of-22-ch")
	b.Unlock()
	b.in(g.check(nominate), g.addr)
	g.reply(f.conn.Credentials())
	b.in(g.answerTo(g.read()), g.addr)
	f.sends(1)
	g.gets(1)
}

// A NAT that forgot the client gives it another port; it goes on without a
// nomination.
func TestPath_FollowsAClientWhosePortChanged(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	g := f.elsewhere()
	b.in(g.check(), g.addr)
	g.reply(f.conn.Credentials())
	b.in(g.answerTo(g.read()), g.addr)
	for range 5 { // both live: one is a spare
		b.time += 1000 * time.Millisecond
		b.in(f.check(), f.addr)
		b.time += 1500 * time.Millisecond
		b.in(g.check(), g.addr)
	}
	b.in(f.check(), f.addr)
	for range 10 { // a spare that is checked in haste
		b.time += 50 * time.Millisecond
		b.in(g.check(), g.addr)
	}
	if f.conn.path.addrPort() != f.addr {
		t.Fatal("it left an address that lives")
	}
	b.time += 5 * time.Second
	b.in(g.check(), g.addr)
	if f.conn.path.addrPort() != g.addr {
		t.Error("it stays with an address that is silent")
	}
}

func TestPath_StaleAddressesAreForgotten(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	other := netip.MustParseAddrPort("127.0.0.1:9")
	b.in(f.check(), other)
	if len(b.byAddr) != 2 {
		t.Fatalf("%d addresses", len(b.byAddr))
	}
	b.time += 20 * time.Second
	b.in(f.check(), f.addr)
	b.time += 11 * time.Second
	b.Lock()
	b.Tick()
	b.Unlock()
	if a := addressOf(other); b.owner(a) != nil || len(f.conn.paths) != 1 || len(f.failures) != 0 {
		t.Errorf("%d addresses, failures %v", len(f.conn.paths), f.failures)
	}
}

func TestPath_FallsBackToAnotherProvedOne(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	g := f.elsewhere()
	b.in(g.check(nominate), g.addr)
	g.reply(f.conn.Credentials())
	b.in(g.answerTo(g.read()), g.addr)
	b.in(f.check(), netip.MustParseAddrPort("127.0.0.1:9")) // heard of last, but not proved
	b.Lock()
	f.conn.drop(f.conn.path)
	b.Unlock()
	f.sends(1)
	f.gets(1)
	b.Lock()
	f.conn.drop(f.conn.path)
	b.Unlock()
	dropped := b.stats.Dropped
	f.sends(2)
	if b.stats.Dropped != dropped+1 || f.stalls != 1 || f.conn.Connected() {
		t.Errorf("dropped %d, stalls %d, connected %v", b.stats.Dropped-dropped, f.stalls, f.conn.Connected())
	}
	b.in(f.check(nominate), f.addr)
	f.reply(f.conn.Credentials())
	b.in(f.answerTo(f.read()), f.addr)
	f.sends(3)
	f.gets(3)
	if !f.conn.Connected() {
		t.Error("not connected by the way that it came back")
	}
}

// A participant may forge where its packets come from. Whatever it sends, an
// address that never answers gets at most three times as much.
func TestPath_AnAddressThatIsNotProvedGetsLittle(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, false)
	victim := f.elsewhere()
	in := uint64(0)
	sends := func(d []byte) {
		b.in(d, victim.addr)
		in += uint64(len(d))
		b.Lock()
		running := append([]*handshake(nil), f.conn.shaking.running...)
		b.Unlock()
		for _, h := range running {
			select { // pion's timer repeats the flight without being asked
			case <-h.pipe.offered:
			case <-h.pipe.done:
			}
		}
		b.Lock()
		defer b.Unlock()
		if out := b.stats.BytesOut; out > amplification*in {
			t.Fatalf("%d bytes for %d", out, in)
		}
	}
	for i := range byte(20) {
		sends(victim.check(nominate))
		sends(clientHello(i))
		sends(clientHello(i))
		b.Lock()
		b.time += time.Second
		b.Unlock()
	}
	if b.stats.Handshakes == 0 || b.stats.BytesOut < in/2 {
		t.Errorf("%+v", b.stats)
	}
}

// Media in flight does not wait for the client's answer to our check: the
// handshake proves the path too, also for a client that never answers checks.
func TestPath_TheHandshakeProvesIt(t *testing.T) {
	b := newBench(t)
	s := newShaker(t, b)
	b.Lock()
	s.conn.drop(s.conn.path)
	b.Unlock()
	b.in(s.check(), s.addr)
	if s.conn.path != nil {
		t.Fatal("a check alone proves nothing")
	}
	s.connect()
	b.Lock()
	defer b.Unlock()
	if s.conn.path == nil || s.conn.path.addrPort() != s.addr {
		t.Error("media goes nowhere")
	}
}

// Somebody may send a ClientHello again from elsewhere. When the answer may have
// gone to two places, finishing the handshake proves neither.
func TestPath_AHandshakeFromTwoPlacesProvesNeither(t *testing.T) {
	b := newBench(t)
	s := newShaker(t, b)
	b.Lock()
	s.conn.drop(s.conn.path)
	b.Unlock()
	other := s.elsewhere()
	b.in(s.check(), s.addr)
	b.in(other.check(), other.addr)
	s.link.up = func(d []byte) bool {
		if d[0] == recordHandshake && d[recordHeader] == messageHello {
			b.in(d, other.addr)
		}
		return true
	}
	s.connect()
	b.Lock()
	if s.conn.path != nil {
		t.Errorf("media goes to %v", s.conn.path.addrPort())
	}
	b.Unlock()
}
