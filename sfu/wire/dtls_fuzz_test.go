package wire

import (
	"bytes"
	"crypto/rand"
	"runtime"
	"testing"
)

// FuzzDTLS sends a Conn two datagrams before it is connected, if wanted behind
// a ClientHello that began a handshake.
func FuzzDTLS(f *testing.F) {
	b := newBench(f)
	from := b.crowd(1)[0]
	goroutines := runtime.NumGoroutine()
	f.Add(clientHello(2), clientHello(2), false)
	f.Fuzz(func(t *testing.T, first, second []byte, hello bool) {
		b.Lock()
		c := b.Connect(Remote{Ufrag: "theirs", Password: "their-password-of-22-chars"}, &far{t: t, b: b})
		c.reached(from)
		b.Unlock()
		if hello {
			b.in(clientHello(1), from)
		}
		b.in(first, from)
		b.in(second, from)
		b.Lock()
		defer b.Unlock()
		if n := len(c.shaking.running); n > maxBeside {
			t.Errorf("%d handshakes", n)
		}
		for _, m := range c.shaking.parts.parts {
			if cap(m) > maxMessage+messageHeader+512 || len(c.shaking.parts.parts) > maxParts {
				t.Errorf("%d unfinished messages, one with %d bytes", len(c.shaking.parts.parts), cap(m))
			}
		}
		if n := runtime.NumGoroutine() - goroutines; n > maxHandshakes*goroutinesOfHandshake+8 {
			t.Errorf("%d goroutines", n)
		}
		c.Close()
	})
}

// FuzzCrypt opens anything as RTP and as RTCP with each profile, and what is
// sealed must come back.
func FuzzCrypt(f *testing.F) {
	// The corpus has packets that were sealed with the keys of the tests, so
	// what nobody may open is opened with others.
	var all, others []*crypt
	for _, x := range ciphers {
		c, err := x.make(x.key, x.salt)
		if err != nil {
			f.Fatal(err)
		}
		key := bytes.Clone(x.key)
		_, _ = rand.Read(key) // never fails
		o, err := x.make(key, x.salt)
		if err != nil {
			f.Fatal(err)
		}
		all, others = append(all, c), append(others, o)
	}
	f.Add([]byte("0123456789ab"), uint16(12), uint32(1), uint64(1))
	f.Fuzz(func(t *testing.T, p []byte, h uint16, ssrc uint32, index uint64) {
		if len(p) > maxDatagram {
			return
		}
		for i, c := range all {
			name := ciphers[i].name
			if _, err := others[i].openRTP(nil, append([]byte(nil), p...), int(h), ssrc, index); err == nil {
				t.Errorf("%s: RTP from nowhere", name)
			}
			if _, _, err := others[i].openRTCP(append([]byte(nil), p...)); err == nil {
				t.Errorf("%s: RTCP from nowhere", name)
			}
			if n := int(h); n <= len(p) {
				s := c.sealRTP(append(make([]byte, 0, len(p)+c.overhead()), p[:n]...), p[n:], ssrc, index)
				if got, err := c.openRTP(nil, s, n, ssrc, index); index <= maxIndex && (err != nil || string(got) != string(p[n:])) {
					t.Errorf("%s: RTP comes back as % x, %v", name, got, err)
				} else if index > maxIndex && s != nil {
					t.Errorf("%s: index %d was sealed", name, index)
				}
			}
			if len(p) >= 8 {
				c.index %= maxReports // a million executions are not the point
				if got, _, err := c.openRTCP(c.sealRTCP(nil, p)); err != nil || string(got) != string(p) {
					t.Errorf("%s: RTCP comes back as % x, %v", name, got, err)
				}
			}
		}
	})
}
