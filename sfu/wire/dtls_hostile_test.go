package wire

import (
	"bytes"
	"math"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

// fragment is one fragment of a handshake message, as the network has it.
func fragment(kind byte, seq uint16, length, offset int, data []byte) []byte {
	return append([]byte{kind, byte(length >> 16), byte(length >> 8), byte(length), byte(seq >> 8), byte(seq),
		byte(offset >> 16), byte(offset >> 8), byte(offset), byte(len(data) >> 16), byte(len(data) >> 8), byte(len(data))}, data...)
}

func handshakeRecord(number uint64, kind byte, seq uint16, body []byte) []byte {
	return appendRecord(nil, recordHandshake, number, fragment(kind, seq, len(body), 0, body))
}

// clientHello is a datagram with a ClientHello that our server accepts; who
// makes the random different.
func clientHello(who byte) []byte { return helloOffering(who, 7) }

// helloOffering offers one SRTP profile.
func helloOffering(who, profile byte) []byte {
	body := append([]byte{0xfe, 0xfd, who}, make([]byte, 31)...)
	body = append(body, 0, 0, 0, 2, 0xc0, 0x2b, 1, 0) // no session, no cookie, ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	extensions := []byte{0, 10, 0, 4, 0, 2, 0, 29, 0, 13, 0, 4, 0, 2, 4, 3, 0, 14, 0, 5, 0, 2, 0, profile, 0, 0, 23, 0, 0}
	return handshakeRecord(0, messageHello, 0, append(append(body, 0, byte(len(extensions))), extensions...))
}

// noises are what may come from the client's address and is not the client's.
// None may end the set-up.
var noises = map[string][][]byte{
	"a fatal alert":    {appendRecord(nil, recordAlert, 5, []byte{2, 40})},
	"a closing alert":  {appendRecord(nil, recordAlert, 5, []byte{1, 0})},
	"application data": {appendRecord(nil, 23, 5, []byte("hello"))},
	"an unknown type":  {appendRecord(nil, 60, 5, []byte("hello"))},
	"garbage": {bytes.Repeat([]byte{recordHandshake}, 100), append([]byte{recordHandshake, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 40}, bytes.Repeat([]byte{0xff}, 40)...),
		bytes.Repeat([]byte{recordChangeCipherSpec}, 20), {63, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
	"ChangeCipherSpec":       {appendRecord(nil, recordChangeCipherSpec, 5, []byte{1}), appendRecord(nil, recordChangeCipherSpec, 6, []byte{7})},
	"encrypted records":      {append([]byte{recordHandshake, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 48}, make([]byte, 48)...), append([]byte{recordAlert, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 48}, make([]byte, 48)...)},
	"a small certificate":    {handshakeRecord(5, messageCertificate, 1, []byte{0})},
	"a small key":            {handshakeRecord(5, messageExchange, 2, []byte{0})},
	"a small verification":   {handshakeRecord(5, messageVerify, 3, []byte{4, 3, 0, 0})},
	"messages of the server": {handshakeRecord(5, 2, 0, make([]byte, 38)), handshakeRecord(6, messageDone, 1, nil), handshakeRecord(7, 0, 1, nil)},
	"numbers to come":        {handshakeRecord(1<<48-1, messageCertificate, 1, []byte{0}), handshakeRecord(1<<40, messageHello, 3, make([]byte, 60))},
	"pieces": {appendRecord(nil, recordHandshake, 1, fragment(messageHello, 0, 300, 0, make([]byte, 10))), appendRecord(nil, recordHandshake, 1, fragment(messageHello, 0, 300, 10, make([]byte, 10))),
		appendRecord(nil, recordHandshake, 1, fragment(messageCertificate, 1, 1<<24-1, 0, make([]byte, 10))), appendRecord(nil, recordHandshake, 1, fragment(messageCertificate, 1, 300, 0, make([]byte, 10))),
		appendRecord(nil, recordHandshake, 1, fragment(messageVerify, 3, 20, 20, nil)), appendRecord(nil, recordHandshake, 1, fragment(messageVerify, 3, 20, 19, []byte{1, 2}))},
	"another ClientHello":             {clientHello(1)},
	"two other ClientHellos":          {clientHello(1), clientHello(2)},
	"a ClientHello without a profile": {helloOffering(1, 99), helloOffering(2, 99)},
	"a broken ClientHello":            {handshakeRecord(0, messageHello, 0, append([]byte{0xfe, 0xfd, 9}, make([]byte, 40)...)), handshakeRecord(0, messageHello, 0, nil)},
}

// TestDTLS_NoiseDoesNotEndTheSetUp sends each noise from the client's own
// address: before its ClientHello, behind it, and before its last flight.
func TestDTLS_NoiseDoesNotEndTheSetUp(t *testing.T) {
	for name, noise := range noises {
		for moment, comes := range map[string]struct{ before, behindHello, beforeFlight bool }{
			"before": {before: true}, "behind the ClientHello": {behindHello: true}, "before the flight": {beforeFlight: true},
			"always": {true, true, true},
		} {
			t.Run(name+"/"+moment, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				s := newShaker(t, b)
				send := func() {
					for _, d := range noise {
						b.in(d, s.addr)
					}
				}
				if comes.before {
					send()
					s.link.skip.Store(math.MaxUint64)
				}
				var begun sync.Once
				s.link.up = func(d []byte) bool {
					hello := d[0] == recordHandshake && d[recordHeader] == messageHello
					if !hello && comes.beforeFlight {
						send()
					}
					if hello && comes.before {
						begun.Do(s.dropAnswers)
					}
					b.in(d, s.addr)
					if hello && comes.behindHello {
						send()
					}
					return false
				}
				s.connect()
				if len(s.failures) != 0 {
					t.Errorf("failures %v", s.failures)
				}
			})
		}
	}
}

// dropAnswers drops what the server has said to those who have begun: a browser
// does so as long as it has not begun itself. The test's client is alone here.
func (s *shaker) dropAnswers() {
	s.b.Lock()
	running := slices.Clone(s.conn.shaking.running)
	s.b.Unlock()
	for _, h := range running {
		select {
		case <-h.pipe.offered:
		case <-h.pipe.done:
		}
	}
	s.b.Lock()
	defer s.b.Unlock()
	s.conn.shaking.last = nil // the ClientHello follows: nothing is repeated before it
	s.link.skip.Store(s.b.stats.PacketsOut)
}

// TestDTLS_ForgedFlightIsNotTaken: everything as it should be, but for the
// signature, which nobody else can make.
func TestDTLS_ForgedFlightIsNotTaken(t *testing.T) {
	b := newBench(t)
	s := newShaker(t, b)
	s.link.up = func(d []byte) bool {
		if d[0] == recordHandshake && d[recordHeader] == messageHello {
			return true
		}
		for at := range d { // each byte of the client's flight is changed once
			forged := bytes.Clone(d)
			forged[at] ^= 1
			b.in(forged, s.addr)
		}
		return true
	}
	s.connect()
	if len(s.failures) != 0 {
		t.Errorf("failures %v", s.failures)
	}
}

// TestDTLS_ARacedHelloFromElsewhere: another address that passed a check gets
// its own answer, and one that did not gets none. The client sees nothing.
func TestDTLS_ARacedHelloFromElsewhere(t *testing.T) {
	b := newBench(t)
	s, other := newShaker(t, b), newFar(t, b, false)
	b.in(s.check(), other.addr)
	if m := (stun.Message{Raw: other.read()}); m.Decode() != nil {
		t.Fatal("no answer to the check")
	}
	b.in(other.answerTo(other.read()), other.addr)
	stranger := netip.MustParseAddrPort("127.0.0.1:9")
	sent := b.stats.PacketsOut
	b.in(clientHello(1), stranger)
	if b.stats.Handshakes != 0 || b.stats.PacketsOut != sent {
		t.Fatal("a stranger is answered")
	}
	b.in(clientHello(2), other.addr)
	if d := other.read(); d[0] != recordHandshake {
		t.Fatalf("% x", d)
	}
	answers := make(chan [32]byte, 100)
	s.link.down = func(d []byte) bool {
		if d[0] == recordHandshake && d[recordHeader] == 2 { // ServerHello
			answers <- [32]byte(d[recordHeader+messageHeader+2:])
		}
		return true
	}
	s.connect()
	for first := <-answers; len(answers) > 0; {
		if <-answers != first {
			t.Error("the client got the answer to another ClientHello")
		}
	}
}

// TestDTLS_ThreeBesideEachOther: a fourth has to wait until one is stuck.
func TestDTLS_ThreeBesideEachOther(t *testing.T) {
	b := newBench(t)
	s := newShaker(t, b)
	var begun sync.Once
	for who := range byte(5) {
		b.in(clientHello(who), s.addr)
		b.in(clientHello(who), s.addr) // once more is the same
	}
	b.Lock()
	if n := len(s.conn.shaking.running); n != 3 || b.stats.Handshakes != 3 || b.stats.HandshakesPutOff == 0 {
		t.Errorf("%d run, %+v", n, b.stats)
	}
	b.Unlock()
	b.later(1100 * time.Millisecond)
	s.link.skip.Store(math.MaxUint64)
	s.link.up = func(d []byte) bool { begun.Do(s.dropAnswers); return true }
	s.connect() // in the place of the oldest
	b.Lock()
	defer b.Unlock()
	if len(s.conn.shaking.running) != 0 {
		t.Error("the others go on")
	}
	if b.stats.Handshakes != 4 || b.stats.HandshakesDone != 1 || b.stats.HandshakeErrors != 0 {
		t.Errorf("%+v", b.stats)
	}
}

// TestDTLS_SignaturesHoldNobodyUp: while they are checked, with their pipe's
// lock, the loop works on.
func TestDTLS_SignaturesHoldNobodyUp(t *testing.T) {
	b := newBench(t)
	s := newShaker(t, b)
	for who := range byte(maxBeside) {
		b.in(clientHello(who), s.addr)
	}
	b.later(1100 * time.Millisecond)
	b.Lock()
	running := slices.Clone(s.conn.shaking.running)
	b.Unlock()
	for _, h := range running {
		h.pipe.mu.Lock()
		defer h.pipe.mu.Unlock()
	}
	done := make(chan struct{})
	go func() { // ends with the test at the latest
		b.in(clientHello(maxBeside), s.addr)
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("the loop waits for a handshake")
	}
}

// TestDTLS_HellosAreCounted: one after the other, each failing, they cost no
// more than a few handshakes a second.
func TestDTLS_HellosAreCounted(t *testing.T) {
	b := newBench(t)
	s := newShaker(t, b)
	for who := range byte(200) {
		b.in(helloOffering(who, 99), s.addr)
		s.await(func() bool { return len(s.conn.shaking.running) == 0 })
	}
	b.Lock()
	defer b.Unlock()
	if b.stats.Handshakes != maxStarts || b.stats.Policed != 200-maxStarts {
		t.Errorf("%+v", b.stats)
	}
}

// TestDTLS_TheLastFlightIsNotRepeatedForEver: it is longer than what asks for
// it.
func TestDTLS_TheLastFlightIsNotRepeatedForEver(t *testing.T) {
	b := newBench(t)
	s := newShaker(t, b)
	s.connect()
	b.Lock()
	sent := b.stats.PacketsOut
	b.Unlock()
	for range 10 * maxRepeats {
		b.in(appendRecord(nil, recordHandshake, 9, nil), s.addr)
	}
	b.Lock()
	defer b.Unlock()
	if n := b.stats.PacketsOut - sent; n != maxRepeats {
		t.Errorf("repeated %d times", n)
	}
}
