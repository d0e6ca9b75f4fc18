package wire

import "encoding/binary"

// Redundant audio (RFC 2198 section 3): a header for each block, F set on all
// but the last: F and payload type, then but for the last 14 bits of timestamp
// offset and 10 of length; then the blocks, the newest last.

// Primary is the last block of a redundant payload, nil when it cannot be
// read.
func Primary(b []byte) []byte {
	blocks, at := 0, 0
	for ; at < len(b) && b[at]&0x80 != 0; at += 4 {
		if len(b) < at+4 {
			return nil
		}
		blocks += int(binary.BigEndian.Uint16(b[at+2:]) & 0x3ff)
	}
	if at++; at+blocks > len(b) {
		return nil
	}
	return b[at+blocks:]
}

// Retype writes the payload type of every block of a redundant payload that
// Primary could read: Opus has another number with each client.
func Retype(b []byte, payloadType uint8) {
	for at := 0; ; at += 4 {
		more := b[at] & 0x80
		b[at] = more | payloadType
		if more == 0 {
			return
		}
	}
}
