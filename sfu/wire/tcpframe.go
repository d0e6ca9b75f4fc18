package wire

import (
	"encoding/binary"
	"errors"
)

// errFrame ends a connection.
var errFrame = errors.New("a frame is longer than any datagram of a client")

// nextFrame finds the first frame of a stream (RFC 4571 section 2): a length of
// two bytes, then the packet. n is how many bytes it takes with its length, 0
// when there is no whole one yet.
func nextFrame(b []byte) (packet []byte, n int, err error) {
	if len(b) < 2 {
		return nil, 0, nil
	}
	size := int(binary.BigEndian.Uint16(b))
	if size > maxDatagram {
		return nil, 0, errFrame
	}
	if n = 2 + size; len(b) < n {
		return nil, 0, nil
	}
	return b[2:n:n], n, nil
}

// appendFrame appends a packet with its length.
func appendFrame(b, packet []byte) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(packet))), packet...)
}
