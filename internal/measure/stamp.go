package measure

import "encoding/binary"

// StampSize is the length of a stamp in bytes. A payload must be longer.
const StampSize = 20

const stampMagic = 0x4e415241 // "NARA"

// Stamp is what the end of every payload says. It stands at the end so that it
// survives a server that rewrites the RTP header, the header extensions and the
// payload descriptor.
type Stamp struct {
	Stream   uint32 // which published stream, from 1
	Sequence uint32 // from 1 within the stream
	Sent     int64  // Clock time of the write
}

// Put writes the stamp over the last StampSize bytes of the payload.
func (s Stamp) Put(payload []byte) {
	b := payload[len(payload)-StampSize:]
	binary.BigEndian.PutUint32(b, stampMagic)
	binary.BigEndian.PutUint32(b[4:], s.Stream)
	binary.BigEndian.PutUint32(b[8:], s.Sequence)
	binary.BigEndian.PutUint64(b[12:], uint64(s.Sent))
}

// ReadStamp reads the stamp at the end of a packet; ok is false when there is
// none, as in a server's own padding and probes.
func ReadStamp(packet []byte) (s Stamp, ok bool) {
	if len(packet) < StampSize {
		return Stamp{}, false
	}
	b := packet[len(packet)-StampSize:]
	if binary.BigEndian.Uint32(b) != stampMagic {
		return Stamp{}, false
	}
	return Stamp{
		Stream:   binary.BigEndian.Uint32(b[4:]),
		Sequence: binary.BigEndian.Uint32(b[8:]),
		Sent:     int64(binary.BigEndian.Uint64(b[12:])),
	}, true
}
