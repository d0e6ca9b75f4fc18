package wire

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

const (
	// goroutinesOfHandshake: ours, and pion's reader, the one that its reader
	// starts for each read, and the one that waits for the next flight.
	goroutinesOfHandshake = 4
	// bytesOfHandshake is what one may keep, whatever its client sends.
	bytesOfHandshake = 96 << 10
)

// crowd makes Conns that have passed a check, each from an address of its own.
func (b *bench) crowd(n int) []netip.AddrPort {
	b.Lock()
	defer b.Unlock()
	var from []netip.AddrPort
	for i := range n {
		addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 77, byte(i >> 8), byte(i)}), b.Addr().Port())
		c := b.Connect(Remote{Ufrag: "theirs", Password: "their-password-of-22-chars"}, &far{t: b.t, b: b})
		c.reached(addr)
		from = append(from, addr)
	}
	return from
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestDTLS_StalledHandshakesAreBounded: a thousand clients say hello, and then
// everything that makes a server keep things, but not what would end it.
func TestDTLS_StalledHandshakesAreBounded(t *testing.T) {
	b := newBench(t)
	from := b.crowd(1000)
	before, goroutines := heap(), runtime.NumGoroutine()
	certificate := bytes.Repeat([]byte{7}, 1400)
	encrypted := bytes.Repeat(append([]byte{recordHandshake, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 200}, make([]byte, 200)...), 6)
	for round := range byte(12) {
		for _, a := range from {
			b.in(clientHello(round), a)
			for n := range uint32(5) {
				binary.BigEndian.PutUint32(certificate, uint32(round)<<8|n)
				b.in(appendRecord(nil, recordHandshake, 1, fragment(messageCertificate, 1, 4000, 0, certificate)), a)
				b.in(appendRecord(nil, recordHandshake, 1, fragment(messageCertificate, 1, 4000, 1400, certificate)), a)
				b.in(appendRecord(nil, recordHandshake, 1, fragment(messageCertificate, 1, 4000, 2800, certificate[:1200])), a)
				b.in(appendRecord(nil, recordHandshake, 1, fragment(messageCertificate, 2, 4000, 0, certificate)), a)
				b.in(encrypted, a)
			}
		}
		b.Lock()
		running := len(b.identity.running)
		b.time += 100 * time.Millisecond
		b.Unlock()
		if running > 64 {
			t.Fatalf("%d handshakes run", running)
		}
	}
	n := runtime.NumGoroutine() - goroutines
	for range 100 { // those that gave their place up may still be ending
		if n <= maxHandshakes*goroutinesOfHandshake {
			break
		}
		<-time.After(10 * time.Millisecond)
		n = runtime.NumGoroutine() - goroutines
	}
	if n > maxHandshakes*goroutinesOfHandshake {
		t.Errorf("%d goroutines", n)
	} else {
		t.Logf("%d goroutines", n)
	}
	if n := heap() - before; n > maxHandshakes*bytesOfHandshake {
		t.Errorf("%d bytes", n)
	} else {
		t.Logf("%d bytes", n)
	}
	runtime.KeepAlive(b)
}

// TestDTLS_AStalledHandshakeGivesItsPlaceBack after ten seconds, and not
// before: nor does the Conn end with it.
func TestDTLS_AStalledHandshakeGivesItsPlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		from := b.crowd(maxHandshakes + 1)
		for _, a := range from {
			b.in(clientHello(1), a)
		}
		time.Sleep(10*time.Second - time.Millisecond)
		synctest.Wait()
		last := addressOf(from[maxHandshakes])
		b.in(clientHello(1), from[maxHandshakes])
		if n := len(b.identity.running); n != maxHandshakes || b.stats.HandshakesPutOff != 2 {
			t.Fatalf("%d run, %+v", n, b.stats)
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if n := len(b.identity.running); n != 0 || b.stats.HandshakeErrors != maxHandshakes {
			t.Fatalf("%d run, %+v", n, b.stats)
		}
		b.in(clientHello(1), from[maxHandshakes])
		if n := len(b.owner(last).shaking.running); n != 1 {
			t.Error("the next one does not get the place")
		}
		for _, a := range from {
			a := addressOf(a)
			if b.owner(a).failed {
				t.Fatal("a stalled handshake ended a Conn")
			}
		}
	})
}

// TestDTLS_ABrokenHelloGivesItsPlaceBack at once.
func TestDTLS_ABrokenHelloGivesItsPlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.in(noises["a broken ClientHello"][0], b.crowd(1)[0])
		synctest.Wait()
		if b.stats.Handshakes != 1 || len(b.identity.running) != 0 {
			t.Errorf("%d of %d run", len(b.identity.running), b.stats.Handshakes)
		}
	})
}

// TestDTLS_NoAlertToWhoIsNotProven: it would end the client's own handshake.
func TestDTLS_NoAlertToWhoIsNotProven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.in(helloOffering(1, 99), b.crowd(1)[0])
		synctest.Wait()
		b.Lock()
		defer b.Unlock()
		if b.stats.HandshakeErrors != 1 || b.stats.PacketsOut != 0 {
			t.Errorf("%+v", b.stats)
		}
	})
}

// TestDTLS_TheFirstAnswerLeavesFirst: another handshake waits for it, for the
// client takes the first that comes.
func TestDTLS_TheFirstAnswerLeavesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		from := addressOf(b.crowd(1)[0])
		by := b.byAddr[from.key()]
		first := newPipe(by.conn, clientHello(1)[recordHeader:], by)
		hello := message(clientHello(2)[recordHeader:])
		second := &handshake{c: by.conn, pipe: newPipe(by.conn, hello, by)}
		over := make(chan error)
		go func() { over <- second.run(hello, first) }() // ends when its pipe is closed
		synctest.Wait()
		if b.stats.PacketsOut != 0 {
			t.Error("the second did not wait")
		}
		by.conn.shaking.running, by.conn.shaking.last = []*handshake{second}, first
		if _, err := first.WriteTo(clientHello(1), nil); err != nil || b.stats.PacketsOut != 1 {
			t.Error("the first answer does not leave")
		}
		if _, err := first.WriteTo(clientHello(1), nil); err != nil || b.stats.PacketsOut != 1 {
			t.Error("an answer is repeated before the second one has left")
		}
		by.conn.shaking.running = nil
		close(first.offered)
		synctest.Wait()
		if b.stats.PacketsOut != 2 {
			t.Errorf("%d datagrams", b.stats.PacketsOut)
		}
		_ = second.pipe.Close()
		if err := <-over; err == nil {
			t.Error("it succeeded")
		}
	})
}

// TestDTLS_OnlyTheLastHelloIsAnsweredAgain: a client that begins after somebody
// else did in its name must not get the other's answer first.
func TestDTLS_OnlyTheLastHelloIsAnsweredAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		from := b.crowd(1)[0]
		b.in(clientHello(1), from)
		b.in(clientHello(2), from)
		for _, x := range []struct {
			who     byte
			answers uint64 // in a second
		}{{2, 2 + 3}, {1, 1}} { // the first ones, and after 100, 300 and 700 ms; after 1500 ms
			b.Lock()
			sent := b.stats.PacketsOut
			b.Unlock()
			b.in(clientHello(x.who), from)
			time.Sleep(time.Second)
			synctest.Wait()
			if n := b.stats.PacketsOut - sent; n != x.answers {
				t.Errorf("%d answers, want %d", n, x.answers)
			}
		}
	})
}

// TestDTLS_OneParticipantDoesNotTakeAllPlaces: second and third handshakes of
// the same Conns leave half of the places to others.
func TestDTLS_OneParticipantDoesNotTakeAllPlaces(t *testing.T) {
	b := newBench(t)
	from := b.crowd(maxHandshakes)
	const greedy = maxHandshakes / maxBeside // they could take all
	for _, a := range from[:greedy] {
		for who := range byte(maxBeside) {
			b.in(clientHello(who), a)
		}
	}
	started := 0
	for _, a := range from[greedy:] {
		b.in(clientHello(0), a)
		a := addressOf(a)
		started += len(b.owner(a).shaking.running)
	}
	if started < maxHandshakes/2-greedy/2 {
		t.Errorf("%d others could start", started)
	}
}

// BenchmarkHandshake is the server's and the client's side together, each about
// half.
func BenchmarkHandshake(bm *testing.B) {
	bm.ReportAllocs()
	for range bm.N {
		bm.StopTimer()
		b := newBench(bm)
		s := newShaker(bm, b)
		bm.StartTimer()
		s.connect()
	}
}
