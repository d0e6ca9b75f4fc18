package wire

import (
	"bytes"
	"context"
	"crypto/sha256"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
)

// lossy is the client's socket; it loses the first datagrams that begin with
// a record type, as long as lose says so.
type lossy struct {
	net.Conn
	record byte
	lose   atomic.Int32
	seen   atomic.Int32
}

func (l *lossy) Read(b []byte) (int, error) {
	for {
		n, err := l.Conn.Read(b)
		if err != nil || n == 0 || b[0] != l.record {
			return n, err
		}
		l.seen.Add(1)
		if l.lose.Add(-1) < 0 {
			return n, nil
		}
	}
}

// shake connects a pion/dtls client to the Conn of f by a running loop.
func shake(t *testing.T, b *bench, wrap func(net.Conn) net.Conn, profiles ...dtls.SRTPProtectionProfile) (*far, *dtls.Conn, error) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- b.Run() }()
	t.Cleanup(func() {
		_ = b.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	cert, err := selfsign.GenerateSelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	sock, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(b.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sock.Close() })
	f := &far{t: t, b: b, told: make(chan struct{}, 1), addr: sock.LocalAddr().(*net.UDPAddr).AddrPort()}
	b.Lock()
	f.conn = b.Connect(Remote{Ufrag: "theirs", Password: "their-password-of-22-chars", Fingerprint: sha256.Sum256(cert.Certificate[0])}, f)
	a := addressOf(f.addr)
	f.conn.heard(&a, a.key(), true)
	b.Unlock()
	conn, err := dtls.ClientWithOptions(dtlsConn{wrap(sock)}, b.addrOf(),
		dtls.WithCertificates(cert), dtls.WithInsecureSkipVerify(true),
		dtls.WithSRTPProtectionProfiles(profiles...), dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithFlightInterval(20*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return f, conn, conn.HandshakeContext(ctx)
}

func (b *bench) addrOf() net.Addr { return net.UDPAddrFromAddrPort(b.Addr()) }

// dtlsConn makes a connected socket the PacketConn that pion wants.
type dtlsConn struct{ net.Conn }

func (c dtlsConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := c.Read(b)
	return n, c.RemoteAddr(), err
}

func (c dtlsConn) WriteTo(b []byte, _ net.Addr) (int, error) { return c.Write(b) }

func whole(c net.Conn) net.Conn { return c }

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
			f, conn, err := shake(t, b, whole, x.offered...)
			if err != nil {
				t.Fatal(err)
			}
			f.await(f.conn.Connected)
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
			if got, err := f.conn.in.openRTP(nil, sealed, headerSize, 3, 1); err != nil || string(got) != "payload" {
				t.Errorf("%q %v", got, err)
			}
		})
	}
}

func TestDTLS_CMCanBeForbidden(t *testing.T) {
	b := newBench(t)
	b.gcmOnly = true
	if _, _, err := shake(t, b, whole, dtls.SRTP_AES128_CM_HMAC_SHA1_80); err == nil {
		t.Fatal("connected without AES-GCM")
	}
}

func TestDTLS_NoCommonProfileFails(t *testing.T) {
	b := newBench(t)
	f, _, err := shake(t, b, whole, dtls.SRTP_NULL_HMAC_SHA1_80)
	if err == nil {
		t.Fatal("connected")
	}
	f.await(func() bool { return len(f.failures) == 1 && f.failures[0] == FailedHandshake })
}

// TestDTLS_LastFlightIsRepeated: the server's pion connection is gone by then,
// the kept flight answers.
func TestDTLS_LastFlightIsRepeated(t *testing.T) {
	b := newBench(t)
	l := &lossy{record: recordChangeCipherSpec}
	l.lose.Store(2)
	_, _, err := shake(t, b, func(c net.Conn) net.Conn { l.Conn = c; return l }, dtls.SRTP_AEAD_AES_128_GCM)
	if err != nil {
		t.Fatal(err)
	}
	if n := l.seen.Load(); n < 3 {
		t.Errorf("the last flight came %d times", n)
	}
}

func TestDTLS_TooManyHandshakesAreAskedToComeAgain(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, false)
	b.in(f.check(nominate), f.addr)
	for range maxHandshakes {
		b.identity.running <- struct{}{}
	}
	hello := make([]byte, 200)
	hello[0] = recordHandshake
	b.in(hello, f.addr)
	if b.stats.HandshakesPutOff != 1 || f.conn.pipe != nil || len(f.failures) != 0 {
		t.Fatalf("%+v", b.stats)
	}
	for range maxHandshakes {
		<-b.identity.running
	}
	b.in(hello, f.addr)
	b.Lock()
	defer b.Unlock()
	if b.stats.Handshakes != 1 || f.conn.pipe == nil {
		t.Errorf("%+v", b.stats)
	}
}
