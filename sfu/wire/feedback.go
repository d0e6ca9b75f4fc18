package wire

import "encoding/binary"

const (
	// feedbackRange is how many transport-wide sequence numbers one feedback
	// packet may span; the ring of arrivals has so many places.
	feedbackRange = 512
	feedbackFull  = 200 // do not wait for the tick with so many
	feedbackLate  = 100 // how far feedback goes back for one that was reported as lost

	// Feedback comes often at first, so that a good picture comes early, and
	// half as often when the estimate has settled.
	feedbackEarly      = 50e6
	feedbackSteady     = 100e6
	feedbackEarlyPhase = 10e9

	deltaTick     = 250_000         // ns
	referenceTick = 256 * deltaTick // 64 ms
	feedbackBase  = uint64(1) << 32 // no sequence number below 0
)

// feedback remembers when packets arrived, for the client's congestion control
// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
type feedback struct {
	started bool
	base    uint64 // extended, the first not reported yet
	high    uint64 // extended, the highest that came
	count   uint8  // of feedback packets sent
	ssrc    uint32 // of the last packet: the feedback's media source
	sentAt  int64
	firstAt int64
	at      [feedbackRange]int64 // arrival of n at n%feedbackRange, 0: not come; up to high
}

// arrived notes a transport-wide sequence number.
func (c *Conn) arrived(seq uint16, ssrc uint32) {
	f := &c.feedback
	if !f.started {
		f.started, f.firstAt = true, c.loop.now
		f.base = feedbackBase + uint64(seq)
		f.high = f.base
	}
	n := f.high + uint64(int64(int16(seq-uint16(f.high))))
	if n < f.base {
		if f.base-n > feedbackLate || f.high-n >= feedbackRange || f.at[n%feedbackRange] != 0 {
			return
		}
		f.base = n // reported as lost: what followed is told again
	}
	if n-f.base >= feedbackFull {
		c.sendFeedback(true)
		if n-f.base >= feedbackRange {
			f.base = n // a jump: what is between was never sent, or all is lost
		}
	}
	for k := max(f.high+1, n-min(n, feedbackRange-1)); k < n; k++ {
		f.at[k%feedbackRange] = 0
	}
	f.ssrc, f.high = ssrc, max(f.high, n)
	f.at[n%feedbackRange] = max(c.loop.came, 1)
}

// pending says whether anything came that was not reported.
func (f *feedback) pending() bool { return f.started && f.high >= f.base }

// sendFeedback reports what came since the last time, when it is due or when
// it must.
func (c *Conn) sendFeedback(must bool) {
	f, now := &c.feedback, c.loop.now
	interval := int64(feedbackSteady)
	if now-f.firstAt < feedbackEarlyPhase {
		interval = feedbackEarly
	}
	if !f.pending() || !must && now-f.sentAt < interval-feedbackEarly/5 {
		return
	}
	f.sentAt = now
	for f.high >= f.base {
		c.sendRTCP(f.build(c.loop.scratch[:0], &c.loop.symbols))
	}
}

// Symbols of packet status (section 3.1.1).
const (
	symbolLost  = 0
	symbolSmall = 1 // one byte of delta
	symbolLarge = 2 // two bytes of delta
)

// build appends one feedback packet for base…high to b and moves base on. A
// gap of more than 8 s between two arrivals ends it early: call it again.
func (f *feedback) build(b []byte, symbols *[feedbackRange]uint8) []byte {
	first := f.base
	for f.at[first%feedbackRange] == 0 && first < f.high {
		first++
	}
	reference := f.at[first%feedbackRange] / referenceTick
	last := reference * (referenceTick / deltaTick)
	n := 0
	for ; f.base+uint64(n) <= f.high; n++ {
		at := f.at[(f.base+uint64(n))%feedbackRange]
		if at == 0 {
			symbols[n] = symbolLost
			continue
		}
		delta := at/deltaTick - last
		if delta != int64(int16(delta)) {
			break
		}
		symbols[n] = symbolSmall
		if delta < 0 || delta > 255 {
			symbols[n] = symbolLarge
		}
		last += delta
	}
	b = append(b, 0x80|formatTransportCC, typeTransport, 0, 0)
	b = binary.BigEndian.AppendUint32(b, serverSSRC)
	b = binary.BigEndian.AppendUint32(b, f.ssrc)
	b = binary.BigEndian.AppendUint16(b, uint16(f.base))
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	b = binary.BigEndian.AppendUint32(b, uint32(reference)<<8|uint32(f.count))
	f.count++
	b = appendChunks(b, symbols[:n])
	last = reference * (referenceTick / deltaTick)
	for i := range n {
		at := f.at[(f.base+uint64(i))%feedbackRange]
		switch delta := at/deltaTick - last; symbols[i] {
		case symbolSmall:
			b = append(b, byte(delta))
			last += delta
		case symbolLarge:
			b = binary.BigEndian.AppendUint16(b, uint16(delta))
			last += delta
		}
	}
	f.base += uint64(n)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)/4-1))
	return b
}

// appendChunks writes the symbols: runs of 8 and more as run lengths (section
// 3.1.3), the rest as vectors of seven two-bit symbols (section 3.1.4).
func appendChunks(b []byte, symbols []uint8) []byte {
	for len(symbols) > 0 {
		run := 1
		for run < len(symbols) && symbols[run] == symbols[0] {
			run++
		}
		if run >= 8 || run == len(symbols) {
			b = binary.BigEndian.AppendUint16(b, uint16(symbols[0])<<13|uint16(run))
			symbols = symbols[run:]
			continue
		}
		chunk := uint16(3) << 14
		n := min(7, len(symbols))
		for i := range n {
			chunk |= uint16(symbols[i]) << (12 - 2*i)
		}
		b = binary.BigEndian.AppendUint16(b, chunk)
		symbols = symbols[n:]
	}
	return b
}
