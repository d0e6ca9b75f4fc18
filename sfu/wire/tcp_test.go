package wire

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/stun/v4"
)

// tcpFar is a client's ICE-TCP connection.
type tcpFar struct {
	t    testing.TB
	conn net.Conn
}

// newTCPBench is a running bench that takes TCP.
func newTCPBench(t testing.TB, change ...func(*tcpBounds)) *bench {
	b := newBench(t, func(c *Config) { c.TCP, c.Loops = true, 2 })
	for _, f := range change {
		f(&b.network.tcp.bounds)
	}
	b.run()
	return b
}

// dial connects from a local address.
func (b *bench) dial(from string) *tcpFar {
	b.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: time.Minute}
	c, err := d.Dial("tcp4", b.network.TCPAddrs()[0].String())
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = c.Close() })
	return &tcpFar{b.t, c}
}

func (f *tcpFar) write(d []byte) {
	f.t.Helper()
	if _, err := f.conn.Write(d); err != nil {
		f.t.Fatal(err)
	}
}

// read waits for a frame.
func (f *tcpFar) read() []byte {
	f.t.Helper()
	if err := f.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		f.t.Fatal(err)
	}
	var size [2]byte
	if _, err := io.ReadFull(f.conn, size[:]); err != nil {
		f.t.Fatal(err)
	}
	d := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(f.conn, d); err != nil {
		f.t.Fatal(err)
	}
	return d
}

// closed waits until the server has closed the connection.
func (f *tcpFar) closed() {
	f.t.Helper()
	if err := f.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		f.t.Fatal(err)
	}
	_, err := io.Copy(io.Discard, f.conn)
	if e, ok := err.(net.Error); ok && e.Timeout() {
		f.t.Fatal("the connection stays")
	}
}

func frame(d []byte) []byte { return appendFrame(nil, d) }

// joined is a client with keys whose nominated path is TCP, and its other path
// UDP.
func joined(t testing.TB, b *bench) (*far, *tcpFar) {
	t.Helper()
	f, c := newFar(t, b, true), b.dial("127.0.0.1")
	c.write(frame(f.check(nominate)))
	m := stun.Message{Raw: c.read()}
	if err := m.Decode(); err != nil || m.Type != stun.BindingSuccess {
		t.Fatal(m.Type, err)
	}
	var x stun.XORMappedAddress
	if err := x.GetFrom(&m); err != nil || x.Port != c.conn.LocalAddr().(*net.TCPAddr).Port {
		t.Fatalf("mapped %v, %v", x, err)
	}
	return f, c
}

func TestTCP_MediaBothWaysAndTheWayBack(t *testing.T) {
	b := newTCPBench(t)
	f, c := joined(t, b)
	sealed := frame(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96}, "first"))
	sealed = append(sealed, frame(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: 1}, "second"))...)
	for _, x := range sealed { // in pieces of one byte
		c.write([]byte{x})
	}
	b.until(func() bool { return len(f.packets) == 2 })
	if string(f.packets[1].Payload) != "second" {
		t.Errorf("%q", f.packets[1].Payload)
	}
	f.sends(7)
	if p := c.read(); seqOf(p) != 7 || len(p) != headerSize+50+tagSize {
		t.Errorf("% x", p)
	}
	if err := c.conn.Close(); err != nil {
		t.Fatal(err)
	}
	b.until(func() bool { return f.conn.path.tcp == nil }) // the server notices by itself
	f.sends(8)
	f.gets(8)
}

func TestTCP_TheFirstFrameMustPass(t *testing.T) {
	b := newTCPBench(t, func(x *tcpBounds) { x.first, x.idle = time.Hour, time.Hour })
	f := newFar(t, b, false)
	own := f.conn.Credentials()
	for name, d := range map[string][]byte{
		"HTTP":              []byte("GET / HTTP/1.1\r\nHost: media\r\n\r\n" + string(make([]byte, 20000))),
		"TLS":               append([]byte{22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3}, make([]byte, 20000)...),
		"a frame too long":  {maxDatagram >> 8, maxDatagram&255 + 1, 0, 1},
		"an empty frame":    frame(nil),
		"garbage":           frame(bytes.Repeat([]byte{0xff}, 500)),
		"RTP":               frame(append([]byte{0x80, 96}, make([]byte, 60)...)),
		"DTLS":              frame(clientHello(1)),
		"unknown fragment":  frame(f.checkWith(Credentials{own.Ufrag[:1] + "nknown1", own.Password})),
		"a loop that isn't": frame(f.checkWith(Credentials{"/" + own.Ufrag[1:], own.Password})),
		"another loop":      frame(f.checkWith(Credentials{"B" + own.Ufrag[1:], own.Password})),
		"wrong password":    frame(f.forged()),
		"an answer":         frame(append([]byte{1, 1}, f.check()[2:]...)),
	} {
		t.Run(name, func(t *testing.T) {
			c := b.dial("127.0.0.1")
			c.t = t
			_, _ = c.conn.Write(d) // the server may close before it has all
			c.closed()
		})
	}
	b.Lock()
	defer b.Unlock()
	if len(b.byAddr) != 0 || b.stats.PacketsOut != 0 {
		t.Errorf("%d addresses, %+v", len(b.byAddr), b.stats)
	}
}

func TestTCP_SlowLorisIsClosed(t *testing.T) {
	b := newTCPBench(t, func(x *tcpBounds) { x.first = 100 * time.Millisecond })
	f := newFar(t, b, false)
	silent, half := b.dial("127.0.0.1"), b.dial("127.0.0.1")
	d := frame(f.check())
	half.write(d[:len(d)-1])
	silent.closed()
	half.closed()
}

func TestTCP_IdleIsClosed(t *testing.T) {
	b := newTCPBench(t, func(x *tcpBounds) { x.idle = 100 * time.Millisecond })
	_, c := joined(t, b)
	c.write([]byte{0})
	c.closed()
}

func TestTCP_WaitingOnesAreBounded(t *testing.T) {
	b := newTCPBench(t, func(x *tcpBounds) { x.first, x.waiting = time.Hour, 40 })
	for range b.network.tcp.bounds.origin {
		b.dial("127.0.0.2")
	}
	b.dial("127.0.0.2").closed() // one too many from there
	var others []*tcpFar
	for range 16 {
		others = append(others, b.dial("127.0.0.3"))
	}
	b.network.tcp.mu.Lock()
	waiting := len(b.network.tcp.waiting)
	b.network.tcp.mu.Unlock()
	if waiting > 40 {
		t.Errorf("%d wait", waiting)
	}
	// A participant gets in all the same, and others from its address do not
	// count any more when they have passed.
	joined(t, b)
	for range 40 {
		joined(t, b)
	}
	_ = others
}

func TestTCP_AllAreBounded(t *testing.T) {
	b := newTCPBench(t, func(x *tcpBounds) { x.first, x.all = time.Hour, 5 })
	for range 4 {
		joined(t, b)
	}
	waits := b.dial("127.0.0.4")
	joined(t, b) // in the place of the one that waits
	waits.closed()
	b.dial("127.0.0.4").closed()
}

// A client that does not read: whole packets are dropped, the Conn is told, and
// the loop does not wait.
func TestTCP_FullBufferDropsWholePackets(t *testing.T) {
	b := newTCPBench(t)
	f, c := joined(t, b)
	sent := uint64(0)
	b.until(func() bool {
		for range 10 {
			if f.stalls == 0 {
				f.conn.SendRTP(&Outgoing{SSRC: 1, Index: sent}, make([]byte, 1000))
				sent++
			}
		}
		return f.stalls > 0
	})
	b.Lock()
	dropped := b.stats.Dropped
	b.Unlock()
	if dropped != 1 {
		t.Errorf("dropped %d", dropped)
	}
	for i := range sent - 1 {
		if p := c.read(); seqOf(p) != uint16(i) || len(p) != headerSize+1000+tagSize {
			t.Fatalf("packet %d is number %d with %d bytes", i, seqOf(p), len(p))
		}
	}
	f.sends(sent)
	if p := c.read(); seqOf(p) != uint16(sent) {
		t.Errorf("number %d", seqOf(p))
	}
}

func TestTCP_StuckIsClosed(t *testing.T) {
	b := newTCPBench(t, func(x *tcpBounds) { x.idle, x.stuck = time.Hour, 100*time.Millisecond })
	f, _ := joined(t, b)
	b.until(func() bool {
		for range 1000 {
			f.conn.SendRTP(&Outgoing{SSRC: 1, Index: 1}, make([]byte, 1000))
		}
		return f.conn.path.tcp == nil
	})
}

// What is too much is not read: the client waits, and nobody else does.
func TestTCP_FloodIsHeldUp(t *testing.T) {
	b := newTCPBench(t)
	f, c := joined(t, b)
	g := newFar(t, b, true)
	flood := bytes.Repeat(frame(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96}, "flood")), 100)
	done := make(chan struct{})
	go func() { // ends when the connection does
		defer close(done)
		for {
			if _, err := c.conn.Write(flood); err != nil {
				return
			}
		}
	}()
	began := time.Now()
	b.until(func() bool { return b.stats.Policed > 1000 })
	if d := time.Since(began); d < 5*tcpPause { // a buffer of it is read between two pauses
		t.Errorf("read on at once, 1000 frames too many took %v", d)
	}
	for seq := range uint16(100) {
		b.in(g.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: seq}, "mine"), g.addr)
	}
	b.Lock()
	if len(g.packets) != 100 {
		t.Errorf("%d packets of 100", len(g.packets))
	}
	// The clock stands: none more than the bucket holds is let through.
	if n := b.stats.PacketsIn; n > MaxPackets+maxChecks+100 {
		t.Errorf("%d packets", n)
	}
	f.conn.Close()
	b.Unlock()
	<-done
}

func TestTCP_NothingIsLeftOfAConnThatIsClosed(t *testing.T) {
	b := newTCPBench(t)
	f, c := joined(t, b)
	b.Lock()
	f.conn.Close()
	b.Unlock()
	c.closed()
	b.network.tcp.mu.Lock()
	defer b.network.tcp.mu.Unlock()
	if len(b.network.tcp.conns)+len(b.network.tcp.waiting) != 0 {
		t.Error("the connection is kept")
	}
}

// A connection belongs to the client that passed its first check.
func TestTCP_AnotherClientCannotTakeTheConnection(t *testing.T) {
	b := newTCPBench(t)
	f, c := joined(t, b)
	g := newFar(t, b, false)
	c.write(frame(g.check(nominate)))
	c.write(frame(f.check(nominate)))
	if m := (stun.Message{Raw: c.read()}); m.Decode() != nil || stun.NewShortTermIntegrity(f.conn.Credentials().Password).Check(&m) != nil {
		t.Error("not the answer to its owner")
	}
	b.Lock()
	defer b.Unlock()
	if len(g.conn.paths) != 0 || f.conn.path.tcp == nil {
		t.Error("it was taken")
	}
}

func TestOrigin_OneHostIsOne(t *testing.T) {
	for _, x := range []struct {
		a, b string
		same bool
	}{{"192.0.2.1", "192.0.2.1", true}, {"192.0.2.1", "192.0.2.2", false}, {"2001:db8::1", "2001:db8::ffff:1", true}, {"2001:db8::1", "2001:db8:0:1::1", false}, {"fe80::1%a", "fe80::2%b", true}} {
		if got := origin(netip.MustParseAddr(x.a)) == origin(netip.MustParseAddr(x.b)); got != x.same {
			t.Errorf("%s and %s: %v", x.a, x.b, got)
		}
	}
}

// FuzzTCP cuts a stream of frames in two: a client's, if wanted behind its
// first check. It may be closed, but never differently for how it is cut.
func FuzzTCP(f *testing.F) {
	b := newBench(f, func(c *Config) { c.TCP = true })
	x := newFar(f, b, true)
	f.Add(frame(x.check()), uint16(7), false)
	f.Add(append(frame(x.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96}, "x")), frame(nil)...), uint16(1), true)
	f.Add([]byte{8, 1, 0}, uint16(2), true)
	check := frame(x.check())
	f.Fuzz(func(t *testing.T, stream []byte, at uint16, passed bool) {
		stream = stream[:min(len(stream), tcpReadBuffer/2)]
		before := []byte(nil)
		if passed {
			before = check
		}
		whole, cut := b.feed(before, x.addr, stream), b.feed(before, x.addr, stream[:min(int(at), len(stream))], stream[min(int(at), len(stream)):])
		if whole != cut {
			t.Errorf("%v in one piece, %v in two", whole, cut)
		}
	})
}

// feed is what became of a connection: how many bytes were taken, and whether
// it lives.
func (b *bench) feed(before []byte, from netip.AddrPort, parts ...[]byte) (end struct {
	used  int
	alive bool
}) {
	b.Lock()
	b.time += time.Second // no policing
	b.Unlock()
	c := &tcpConn{port: b.network.tcp, id: 1, remote: from, wake: make(chan struct{}, 1), done: make(chan struct{})}
	c.from.tcp = c
	if _, _, alive := c.take(before); !alive {
		panic("a good check does not pass")
	}
	var rest []byte
	for end.alive = true; end.alive && len(parts) > 0; parts = parts[1:] {
		rest = append(rest, parts[0]...)
		var used int
		used, _, end.alive = c.take(rest)
		end.used += used
		rest = rest[used:]
	}
	c.leave()
	return end
}
