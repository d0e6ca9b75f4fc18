package sfu

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v4"
)

// raw is a participant made of a socket and ciphers: it sends what it likes and
// sees all that the server seals for it. It has a camera on mid 0 and receives
// on mids 1 and 2.
type raw struct {
	t    testing.TB
	s    *server
	room RoomID
	id   PeerID
	cert tls.Certificate

	sock       *net.UDPConn
	to         netip.AddrPort
	restarts   int
	ufrag, pwd string // the server's
	ssrc       uint32 // of the camera; the next is for its repairs
	publishes  bool
	session    int
	out        *srtp.Context
	in         [2]sessionKeys // RTP, RTCP
	seen       func(report bool, nonce [12]byte, d []byte)
	rollover   map[uint32]uint32 // by SSRC
	lastSeq    map[uint32]uint16 // by SSRC
	received   int
	streams    []uint32 // SSRCs in the answer, but those of repairs
}

// newRaw joins and connects.
func newRaw(t testing.TB, s *server, room RoomID, id PeerID, seen func(report bool, nonce [12]byte, d []byte)) *raw {
	t.Helper()
	sock, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	_ = sock.SetReadBuffer(4 << 20)
	r := &raw{t: t, s: s, room: room, id: id, sock: sock, ssrc: 1000, publishes: true, seen: seen, rollover: map[uint32]uint32{}, lastSeq: map[uint32]uint16{}}
	if r.cert, err = selfsign.GenerateSelfSigned(); err != nil {
		t.Fatal(err)
	}
	result, err := s.Join(JoinRequest{Room: room, Peer: id, Offer: r.offer(), Sources: r.sources(), Admitted: true})
	if err != nil {
		t.Fatal(err)
	}
	r.understand(result.Answer)
	r.sync()
	r.shake()
	return r
}

func (r *raw) sources() []Source {
	if !r.publishes {
		return nil
	}
	return []Source{{"0", Camera}}
}

// offer is the participant's SDP of now.
func (r *raw) offer() string {
	var b strings.Builder
	r.session++
	fmt.Fprintf(&b, "v=0\r\no=- 1 %d IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n", r.session)
	sum := sha256.Sum256(r.cert.Certificate[0])
	print := strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
	for mid, direction := range []string{"sendonly", "recvonly", "recvonly"} {
		fmt.Fprintf(&b, "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:raw%d\r\na=ice-pwd:%s\r\n"+
			"a=fingerprint:sha-256 %s\r\na=setup:actpass\r\na=mid:%d\r\na=%s\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\n"+
			"a=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n", r.restarts, rawPassword, print, mid, direction)
		if mid == 0 {
			fmt.Fprintf(&b, "a=ssrc-group:FID %d %d\r\na=ssrc:%d cname:raw\r\na=ssrc:%d cname:raw\r\n", r.ssrc, r.ssrc+1, r.ssrc, r.ssrc+1)
		}
	}
	return b.String()
}

const rawPassword = "passwordOfARawParticipant"

var (
	ufragLine     = regexp.MustCompile(`a=ice-ufrag:(\S+)`)
	pwdLine       = regexp.MustCompile(`a=ice-pwd:(\S+)`)
	candidateLine = regexp.MustCompile(`a=candidate:\S+ 1 udp \d+ (\S+) (\d+)`)
	fidLine       = regexp.MustCompile(`a=ssrc-group:FID (\d+) \d+`)
)

func (r *raw) understand(answer string) {
	r.t.Helper()
	field := func(re *regexp.Regexp) []string {
		m := re.FindStringSubmatch(answer)
		if m == nil {
			r.t.Fatalf("no %v in %s", re, answer)
		}
		return m
	}
	r.ufrag, r.pwd = field(ufragLine)[1], field(pwdLine)[1]
	c := field(candidateLine)
	r.to = netip.MustParseAddrPort(c[1] + ":" + c[2])
	r.streams = nil
	for _, m := range fidLine.FindAllStringSubmatch(answer, -1) {
		ssrc, err := strconv.ParseUint(m[1], 10, 32)
		if err != nil {
			r.t.Fatal(err)
		}
		r.streams = append(r.streams, uint32(ssrc))
	}
	if len(r.streams) != 2 {
		r.t.Fatalf("%d streams in %s", len(r.streams), answer)
	}
}

// renegotiate sends a new offer.
func (r *raw) renegotiate() {
	r.t.Helper()
	result, err := r.s.Renegotiate(r.room, r.id, r.offer(), r.sources())
	if err != nil {
		r.t.Fatal(err)
	}
	r.understand(result.Answer)
}

func (r *raw) write(d []byte) {
	r.t.Helper()
	if _, err := r.sock.WriteToUDPAddrPort(d, r.to); err != nil {
		r.t.Fatal(err)
	}
}

// sync sends a check and takes everything until its answer: the server has
// then done all that was sent to this loop before. Checks are policed, so it
// asks again.
func (r *raw) sync() {
	r.t.Helper()
	buf := make([]byte, 2048)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(fmt.Sprintf("%s:raw%d", r.ufrag, r.restarts)),
			stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)}, stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{1, 2, 3, 4}},
			stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.NewShortTermIntegrity(r.pwd), stun.Fingerprint)
		if err != nil {
			r.t.Fatal(err)
		}
		r.write(m.Raw)
		if err := r.sock.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			r.t.Fatal(err)
		}
		for {
			n, _, err := r.sock.ReadFromUDPAddrPort(buf)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil {
				r.t.Fatal(err)
			}
			d := buf[:n]
			if r.take(d); d[0] == 1 && [12]byte(d[8:20]) == m.TransactionID {
				return
			}
		}
	}
	r.t.Fatal("no answer to checks")
}

// take answers checks of the server and notes media.
func (r *raw) take(d []byte) {
	switch {
	case d[0] == 0:
		m := stun.Message{Raw: d}
		if err := m.Decode(); err != nil {
			r.t.Error(err)
			return
		}
		reply, err := stun.Build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
			&stun.XORMappedAddress{IP: r.to.Addr().AsSlice(), Port: int(r.to.Port())}, stun.NewShortTermIntegrity(rawPassword), stun.Fingerprint)
		if err != nil {
			r.t.Error(err)
			return
		}
		r.write(reply.Raw)
	case d[0] >= 128 && d[1] >= 192 && d[1] < 224:
		r.report(d)
	case d[0] >= 128:
		r.packet(d)
	}
}

// handshakeConn shows pion the DTLS datagrams only, and stays open.
type handshakeConn struct {
	*net.UDPConn
	r *raw
}

func (c handshakeConn) Close() error { return nil }

func (c handshakeConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.UDPConn.ReadFrom(b)
		if err != nil || b[0] >= 20 && b[0] < 64 {
			return n, from, err
		}
		c.r.take(b[:n])
	}
}

// shake makes the keys.
func (r *raw) shake() {
	r.t.Helper()
	if err := r.sock.SetReadDeadline(time.Time{}); err != nil {
		r.t.Fatal(err)
	}
	conn, err := dtls.ClientWithOptions(handshakeConn{r.sock, r}, net.UDPAddrFromAddrPort(r.to), dtls.WithCertificates(r.cert),
		dtls.WithInsecureSkipVerify(true), dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM))
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		r.t.Fatal(err)
	}
	state, _ := conn.ConnectionState()
	keys, err := state.ExportKeyingMaterial("EXTRACTOR-dtls_srtp", nil, 56)
	if err != nil {
		r.t.Fatal(err)
	}
	if r.out, err = srtp.CreateContext(keys[:16], keys[32:44], srtp.ProtectionProfileAeadAes128Gcm); err != nil {
		r.t.Fatal(err)
	}
	for i := range r.in {
		r.in[i] = newSessionKeys(r.t, keys[16:32], keys[44:], byte(3*i))
	}
	_ = conn.Close()
}

// sessionKeys are those of RFC 7714 from a master key and salt.
type sessionKeys struct {
	aead cipher.AEAD
	salt [12]byte
}

func newSessionKeys(t testing.TB, key, salt []byte, label byte) (k sessionKeys) {
	t.Helper()
	derive := func(label byte, n int) []byte { // RFC 3711 section 4.3
		b, err := aes.NewCipher(key)
		if err != nil {
			t.Fatal(err)
		}
		var iv [16]byte
		copy(iv[:], salt)
		iv[7] ^= label
		out := make([]byte, n)
		cipher.NewCTR(b, iv[:]).XORKeyStream(out, out)
		return out
	}
	copy(k.salt[:], derive(label+2, 12))
	b, err := aes.NewCipher(derive(label, 16))
	if err != nil {
		t.Fatal(err)
	}
	if k.aead, err = cipher.NewGCM(b); err != nil {
		t.Fatal(err)
	}
	return k
}

// nonce is that of RFC 7714 sections 8.1 and 9.1.
func (k *sessionKeys) nonce(ssrc uint32, index uint64) (n [12]byte) {
	binary.BigEndian.PutUint32(n[2:], ssrc)
	binary.BigEndian.PutUint16(n[6:], uint16(index>>32))
	binary.BigEndian.PutUint32(n[8:], uint32(index))
	subtle.XORBytes(n[:], n[:], k.salt[:])
	return n
}

// packet finds the nonce that opens an RTP packet.
func (r *raw) packet(d []byte) {
	var h rtp.Header
	size, err := h.Unmarshal(d)
	if err != nil {
		r.t.Error(err)
		return
	}
	known := r.rollover[h.SSRC]
	for _, roc := range []uint32{known, known + 1, known - 1} {
		n := r.in[0].nonce(h.SSRC, uint64(roc)<<16|uint64(h.SequenceNumber))
		if _, err := r.in[0].aead.Open(nil, n[:], d[size:], d[:size]); err == nil {
			r.rollover[h.SSRC] = roc
			r.received++
			r.lastSeq[h.SSRC] = h.SequenceNumber
			r.seen(false, n, d)
			return
		}
	}
	r.t.Errorf("packet %d of %d does not open", h.SequenceNumber, h.SSRC)
}

// report finds the nonce of an RTCP packet.
func (r *raw) report(d []byte) {
	index := binary.BigEndian.Uint32(d[len(d)-4:])
	n := r.in[1].nonce(binary.BigEndian.Uint32(d[4:]), uint64(index&^(1<<31)))
	aad := append(append([]byte(nil), d[:8]...), d[len(d)-4:]...)
	if _, err := r.in[1].aead.Open(nil, n[:], d[8:len(d)-4], aad); err != nil {
		r.t.Error(err)
		return
	}
	r.seen(true, n, d)
}

// send seals a video packet, and returns it as it was sent.
func (r *raw) send(seq uint16, timestamp uint32, keyframe, lost bool) []byte {
	r.t.Helper()
	payload := []byte{0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	if keyframe {
		payload = []byte{0x10, 0, 0, 0, 0x9d, 1, 0x2a, 64, 1, 240, 0}
	}
	p, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96, SSRC: r.ssrc, SequenceNumber: seq, Timestamp: timestamp, Marker: true}, Payload: payload}).Marshal()
	if err != nil {
		r.t.Fatal(err)
	}
	d, err := r.out.EncryptRTP(nil, p, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	if !lost {
		r.write(d)
	}
	return d
}

func (r *raw) tell(p rtcp.Packet) {
	r.t.Helper()
	plain, err := p.Marshal()
	if err != nil {
		r.t.Fatal(err)
	}
	d, err := r.out.EncryptRTCP(nil, plain, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	r.write(d)
}

func (r *raw) leave() {
	if err := r.s.Leave(r.room, r.id, "left"); err != nil {
		r.t.Error(err)
	}
	_ = r.sock.Close()
}
