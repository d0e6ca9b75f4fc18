package sfu

// timeline relates the RTP time of a stream to wall clock time: it was rtp at
// ntp, a 64-bit NTP timestamp (RFC 5905 section 6). The zero value knows
// nothing.
type timeline struct {
	ntp   uint64
	rtp   uint32
	known bool
}

// at is the RTP time at ntp, for a clock of so many ticks a second.
func (t timeline) at(ntp uint64, clock uint32) uint32 {
	d := int64(ntp - t.ntp)
	seconds, fraction := d>>32, uint64(d)&(1<<32-1)
	return t.rtp + uint32(seconds*int64(clock)) + uint32((fraction*uint64(clock)+1<<31)>>32)
}
