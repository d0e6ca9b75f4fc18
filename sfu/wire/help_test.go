package wire

import (
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v4"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	clientKey, clientSalt = []byte("client-key-16-by"), []byte("client-salt-")
	serverKey, serverSalt = []byte("server-key-16-by"), []byte("server-salt-")
)

// bench is a Loop that nobody runs: tests hand it packets, and its clock is
// theirs.
type bench struct {
	*Loop
	network *Network
	t       testing.TB
	time    time.Duration
}

// run reads from the sockets until the test ends.
func (b *bench) run() {
	ended := make(chan struct{})
	go func() {
		b.network.Run()
		close(ended)
	}()
	b.t.Cleanup(func() {
		if err := b.network.Close(); err != nil {
			b.t.Error(err)
		}
		<-ended
	})
}

func newBench(t testing.TB, change ...func(*Config)) *bench {
	t.Helper()
	id, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, time: time.Second}
	cfg := Config{Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}, Identity: id, Now: func() time.Duration { return b.time }}
	for _, f := range change {
		f(&cfg)
	}
	if b.network, err = Listen(cfg); err != nil {
		t.Fatal(err)
	}
	b.Loop = b.network.Loops()[0]
	t.Cleanup(func() {
		if err := b.network.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// in hands a copy of a datagram to the loop, as a batch of its own.
func (b *bench) in(d []byte, from netip.AddrPort) {
	b.Lock()
	a := addressOf(from)
	b.packet(append([]byte(nil), d...), &a)
	b.Unlock()
}

// far is the client's end: a socket and a record of what its Conn was told.
type far struct {
	t     testing.TB
	b     *bench
	sock  *net.UDPConn
	addr  netip.AddrPort
	conn  *Conn
	crypt *srtp.Context // client to server, by pion

	onRTP     func()        // if not nil: called with each packet
	told      chan struct{} // if not nil: signalled by Connected and Failed
	connected int
	failures  []Failure
	keyframes []uint32
	stalls    int
	packets   []Packet
	reports   int
	broken    int
	received  []Reception
}

func (f *far) Connected() {
	f.connected++
	f.tell()
}

func (f *far) Failed(w Failure) {
	f.failures = append(f.failures, w)
	f.tell()
}

func (f *far) tell() {
	select {
	case f.told <- struct{}{}:
	default:
	}
}

// await waits to be told that something is so; what is called under the lock.
func (f *far) await(what func() bool) {
	f.t.Helper()
	deadline := time.After(time.Minute)
	for {
		f.b.Lock()
		done := what()
		f.b.Unlock()
		if done {
			return
		}
		select {
		case <-f.told:
		case <-deadline:
			f.t.Fatal("it did not happen")
		}
	}
}

func (f *far) KeyframeWanted(ssrc uint32)           { f.keyframes = append(f.keyframes, ssrc) }
func (f *far) Missing(uint32, uint16, uint16)       {}
func (f *far) Received(_ uint32, r Reception)       { f.received = append(f.received, r) }
func (f *far) Stalled()                             { f.stalls++ }
func (f *far) SenderReport(*Stream, uint64, uint32) { f.reports++ }
func (f *far) Broken(*Stream)                       { f.broken++ }
func (f *far) RTP(p *Packet) {
	c := *p
	c.Payload = append([]byte(nil), p.Payload...)
	f.packets = append(f.packets, c)
	if f.onRTP != nil {
		f.onRTP()
	}
}

const (
	farAudio = 7
	farVideo = 8
)

// newFar makes a Conn with a socket at its other end; keyed ones have keys and
// an address, as after a handshake.
func newFar(t testing.TB, b *bench, keyed bool) *far {
	t.Helper()
	sock, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sock.Close() })
	f := &far{t: t, b: b, sock: sock, addr: sock.LocalAddr().(*net.UDPAddr).AddrPort()}
	if f.crypt, err = srtp.CreateContext(clientKey, clientSalt, srtp.ProtectionProfileAeadAes128Gcm); err != nil {
		t.Fatal(err)
	}
	b.Lock()
	defer b.Unlock()
	f.conn = b.Connect(Remote{Ufrag: "theirs", Password: "their-password-of-22-chars"}, f)
	f.conn.Receive([]Incoming{
		{Mid: "0", PayloadType: 111, Codec: Opus, Clock: 48000, SSRC: farAudio, MidExt: 4, TransportExt: 3, Sink: f},
		{Mid: "1", PayloadType: 96, Codec: VP8, Clock: 90000, SSRC: farVideo, MidExt: 4, TransportExt: 3, Sink: f},
	})
	if keyed {
		in, err := newGCM(clientKey, clientSalt)
		if err != nil {
			t.Fatal(err)
		}
		out, err := newGCM(serverKey, serverSalt)
		if err != nil {
			t.Fatal(err)
		}
		f.conn.reached(f.addr)
		f.conn.keyed(in, out)
	}
	return f
}

// rtp seals a packet as the client would.
func (f *far) rtp(h rtp.Header, payload string) []byte {
	f.t.Helper()
	h.Version = 2
	p, err := (&rtp.Packet{Header: h, Payload: []byte(payload)}).Marshal()
	if err != nil {
		f.t.Fatal(err)
	}
	s, err := f.crypt.EncryptRTP(nil, p, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func (f *far) rtcp(plain []byte) []byte {
	f.t.Helper()
	s, err := f.crypt.EncryptRTCP(nil, plain, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// read waits for a datagram from the server.
func (f *far) read() []byte {
	f.t.Helper()
	buf := make([]byte, 2048)
	if err := f.sock.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		f.t.Fatal(err)
	}
	n, _, err := f.sock.ReadFromUDPAddrPort(buf)
	if err != nil {
		f.t.Fatal(err)
	}
	return buf[:n]
}

// seqOf is the RTP sequence number of a packet.
func seqOf(p []byte) uint16 { return binary.BigEndian.Uint16(p[2:]) }

// until waits for what nobody tells of; done is called under the lock.
func (b *bench) until(done func() bool) {
	b.t.Helper()
	deadline := time.After(time.Minute)
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for {
		b.Lock()
		so := done()
		b.Unlock()
		if so {
			return
		}
		select {
		case <-poll.C:
		case <-deadline:
			b.t.Fatal("it did not happen")
		}
	}
}

// owner is the Conn that an address belongs to.
func (b *bench) owner(a address) *Conn {
	if p := b.byAddr[a.key()]; p != nil {
		return p.conn
	}
	return nil
}

// reached gives the Conn a path as if a check had passed and ours was answered.
func (c *Conn) reached(at netip.AddrPort) *path {
	a := addressOf(at)
	p, _ := c.heard(&a, a.key(), 100, true)
	c.prove(p)
	return p
}

// answerTo is the client's answer to a check of ours, by which it proves that
// it receives.
func (f *far) answerTo(check []byte) []byte {
	f.t.Helper()
	m := stun.Message{Raw: check}
	if err := m.Decode(); err != nil || m.Type != stun.BindingRequest {
		f.t.Fatalf("%v is no check: %v", m.Type, err)
	}
	r, err := stun.Build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: f.addr.Addr().AsSlice(), Port: int(f.addr.Port())},
		stun.NewShortTermIntegrity(f.conn.remote.Password), stun.Fingerprint)
	if err != nil {
		f.t.Fatal(err)
	}
	return r.Raw
}
