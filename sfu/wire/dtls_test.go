package wire

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
)

// link is the path between a pion/dtls client and the loop: what the client
// writes is handed to the loop at once, what the loop sends comes by the
// client's socket. The hooks see each datagram first and say whether it passes.
type link struct {
	*net.UDPConn
	b    *bench
	from netip.AddrPort
	up   func(d []byte) bool
	down func(d []byte) bool

	got, skip atomic.Uint64 // datagrams that came, and how many of the first are dropped
}

func (l *link) WriteTo(d []byte, _ net.Addr) (int, error) {
	if l.up == nil || l.up(d) {
		l.b.in(d, l.from)
	}
	return len(d), nil
}

func (l *link) ReadFrom(d []byte) (int, net.Addr, error) {
	for {
		n, from, err := l.UDPConn.ReadFrom(d)
		if err == nil && (l.got.Add(1) <= l.skip.Load() || l.down != nil && !l.down(d[:n])) {
			continue
		}
		return n, from, err
	}
}

// shaker is a client that has passed a check and has answered ours.
type shaker struct {
	*far
	link *link
	cert tls.Certificate
}

func newShaker(t testing.TB, b *bench) *shaker {
	t.Helper()
	f := newFar(t, b, false)
	f.told = make(chan struct{}, 1)
	cert, err := selfsign.GenerateSelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	b.Lock()
	defer b.Unlock()
	b.log = slog.New(tellHandler{slog.DiscardHandler, f})
	f.conn.remote.Fingerprint = sha256.Sum256(cert.Certificate[0])
	f.conn.reached(f.addr)
	return &shaker{far: f, link: &link{UDPConn: f.sock, b: b, from: f.addr}, cert: cert}
}

// tellHandler makes a line of the log an event to wait for.
type tellHandler struct {
	slog.Handler
	f *far
}

func (h tellHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h tellHandler) Handle(context.Context, slog.Record) error {
	h.f.tell()
	return nil
}

var gcm128 = dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM)

// shake begins a handshake; its result comes by the channel, at the latest when
// the test is over.
func (s *shaker) shake(options ...dtls.ClientOption) (*dtls.Conn, <-chan error) {
	s.t.Helper()
	conn, err := dtls.ClientWithOptions(s.link, net.UDPAddrFromAddrPort(s.b.Addr()), append([]dtls.ClientOption{
		dtls.WithCertificates(s.cert), dtls.WithInsecureSkipVerify(true), gcm128,
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret), dtls.WithFlightInterval(50 * time.Millisecond)}, options...)...)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	result := make(chan error, 1)
	go func() { // ends with the test
		result <- conn.HandshakeContext(ctx)
		close(result)
	}()
	s.t.Cleanup(func() {
		cancel()
		<-result
		_ = conn.Close()
	})
	return conn, result
}

// connect shakes hands and waits for both ends.
func (s *shaker) connect(options ...dtls.ClientOption) *dtls.Conn {
	s.t.Helper()
	conn, result := s.shake(options...)
	if err := <-result; err != nil {
		s.t.Fatal(err)
	}
	s.await(func() bool { return s.conn.out != nil })
	return conn
}

// later lets time pass on the loop's clock.
func (b *bench) later(d time.Duration) {
	b.Lock()
	b.time += d
	b.Unlock()
	b.Lock()
	b.Tick()
	b.Unlock()
}

func TestDTLS_EachProfileAndEqualKeys(t *testing.T) {
	all := []dtls.SRTPProtectionProfile{dtls.SRTP_AES128_CM_HMAC_SHA1_80, dtls.SRTP_AEAD_AES_256_GCM, dtls.SRTP_AEAD_AES_128_GCM}
	for name, x := range map[string]struct {
		offered []dtls.SRTPProtectionProfile
		gcmOnly bool
		want    dtls.SRTPProtectionProfile
	}{
		"128 first":         {all, false, dtls.SRTP_AEAD_AES_128_GCM},
		"then 256":          {all[:2], false, dtls.SRTP_AEAD_AES_256_GCM},
		"CM last":           {all[:1], false, dtls.SRTP_AES128_CM_HMAC_SHA1_80},
		"256 alone":         {all[1:2], true, dtls.SRTP_AEAD_AES_256_GCM},
		"CM beside GCM":     {all[:2], true, dtls.SRTP_AEAD_AES_256_GCM},
		"CM forbidden, 128": {all, true, dtls.SRTP_AEAD_AES_128_GCM},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.gcmOnly = x.gcmOnly
			s := newShaker(t, b)
			conn := s.connect(dtls.WithSRTPProtectionProfiles(x.offered...))
			state, ok := conn.ConnectionState()
			chosen, selected := conn.SelectedSRTPProtectionProfile()
			p, known := profileOf(x.want)
			if !ok || !selected || !known || chosen != x.want {
				t.Fatalf("profile %v", chosen)
			}
			m, err := state.ExportKeyingMaterial(exporterLabel, nil, p.exporterBytes())
			if err != nil {
				t.Fatal(err)
			}
			theirs, _, err := p.split(m)
			if err != nil {
				t.Fatal(err)
			}
			head := []byte{0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}
			sealed := theirs.sealRTP(bytes.Clone(head), []byte("payload"), 3, 1)
			b.Lock()
			defer b.Unlock()
			if got, err := s.conn.in.openRTP(nil, sealed, headerSize, 3, 1); err != nil || string(got) != "payload" {
				t.Errorf("%q %v", got, err)
			}
		})
	}
}

// TestDTLS_NoCommonProfile: the handshake fails, and the client may try again
// until the time is over.
func TestDTLS_NoCommonProfile(t *testing.T) {
	for name, offered := range map[string]dtls.SRTPProtectionProfile{
		"CM is forbidden": dtls.SRTP_AES128_CM_HMAC_SHA1_80,
		"no cipher":       dtls.SRTP_NULL_HMAC_SHA1_80,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.gcmOnly = true
			s, other := newShaker(t, b), newShaker(t, b)
			for _, s := range []*shaker{s, other} {
				_, _ = s.shake(dtls.WithSRTPProtectionProfiles(offered))
				other.await(func() bool { return b.stats.HandshakeErrors > 0 && len(s.conn.shaking.running) == 0 })
				if s.conn.Connected() || len(s.failures) != 0 {
					t.Fatalf("connected %v, failures %v", s.conn.Connected(), s.failures)
				}
			}
			other.again().connect()
			b.later(29 * time.Second)
			b.in(other.check(), other.addr)
			b.later(2 * time.Second)
			if len(s.failures) != 1 || s.failures[0] != FailedHandshake || len(other.failures) != 0 {
				t.Errorf("failures %v and %v", s.failures, other.failures)
			}
		})
	}
}

// again is the same client with a socket of its own for another attempt.
func (s *shaker) again() *shaker {
	s.t.Helper()
	f := newFar(s.t, s.b, false)
	s.b.Lock()
	defer s.b.Unlock()
	f.conn.Close()
	s.conn.reached(f.addr)
	return &shaker{far: s.far, link: &link{UDPConn: f.sock, b: s.b, from: f.addr}, cert: s.cert}
}

func TestDTLS_WrongCertificateEndsTheConn(t *testing.T) {
	b := newBench(t)
	s := newShaker(t, b)
	s.conn.remote.Fingerprint[0] ^= 1
	_, result := s.shake()
	s.await(func() bool { return len(s.failures) > 0 })
	if s.failures[0] != FailedHandshake || s.conn.Connected() {
		t.Errorf("failures %v", s.failures)
	}
	if err := <-result; err == nil { // by our alert
		t.Error("the client believes in it")
	}
	b.in(clientHello(1), s.addr)
	b.Lock()
	defer b.Unlock()
	if b.stats.Handshakes != 1 {
		t.Error("it goes on after the end")
	}
}
