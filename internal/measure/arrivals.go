package measure

const remembered = 1 << 16 // sequence numbers behind the highest one

// Arrivals tells the first arrival of a packet from a duplicate, among the last
// 65536 of one stream. The zero value is ready.
type Arrivals struct {
	bits    [remembered / 64]uint64
	highest uint32
	any     bool
}

// First says whether the packet with this sequence number arrives for the first
// time. One too old to remember counts as a duplicate.
func (a *Arrivals) First(sequence uint32) bool {
	switch {
	case !a.any:
		a.any, a.highest = true, sequence
	case int32(sequence-a.highest) > 0:
		a.forget(sequence)
		a.highest = sequence
	case a.highest-sequence >= remembered:
		return false
	}
	word, bit := &a.bits[sequence/64%(remembered/64)], uint64(1)<<(sequence%64)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	return true
}

// forget clears the places of the sequence numbers after the highest one up to
// a new one: they still hold what was there 65536 numbers ago.
func (a *Arrivals) forget(upTo uint32) {
	if upTo-a.highest >= remembered {
		clear(a.bits[:])
		return
	}
	for s := a.highest + 1; ; s++ {
		a.bits[s/64%(remembered/64)] &^= 1 << (s % 64)
		if s == upTo {
			return
		}
	}
}
