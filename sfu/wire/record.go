package wire

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// DTLS record types (RFC 6347 section 4.1).
const (
	recordChangeCipherSpec = 20
	recordAlert            = 21
	recordHandshake        = 22
)

// Types of handshake messages (RFC 5246 section 7.4).
const (
	messageHello       = 1
	messageCertificate = 11
	messageDone        = 14
	messageVerify      = 15
	messageExchange    = 16
)

const (
	recordHeader  = 13
	messageHeader = 12
	maxMessage    = 4096 // of a message's body: a chain of certificates has 1–2 KB
	maxExchange   = 512  // of ClientKeyExchange: a point has up to 134
	maxVerify     = 1200 // of CertificateVerify: RSA of 8192 bits has 1028
	maxParts      = 4    // unfinished messages
)

// record is one record of a datagram.
type record struct {
	kind  byte
	epoch uint16
	whole []byte // with its header
}

func (r record) body() []byte { return r.whole[recordHeader:] }

// nextRecord cuts the first record of a datagram off; its length is 0 when
// there is none.
func nextRecord(b []byte) (r record, rest []byte) {
	if len(b) < recordHeader || b[1] != 0xfe { // DTLS 1.0 in the first record, then 1.2
		return record{}, nil
	}
	n := recordHeader + int(binary.BigEndian.Uint16(b[11:]))
	if len(b) < n {
		return record{}, nil
	}
	return record{b[0], binary.BigEndian.Uint16(b[3:]), b[:n]}, b[n:]
}

// appendRecord appends a record of epoch 0 to dst.
func appendRecord(dst []byte, kind byte, number uint64, body []byte) []byte {
	dst = binary.BigEndian.AppendUint64(append(dst, kind, 0xfe, 0xfd), number) // epoch and number
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(body))), body...)
}

// message is a handshake message in one piece: its header and its body as the
// hash over the handshake takes them (RFC 6347 section 4.2.6).
type message []byte

func (m message) kind() byte   { return m[0] }
func (m message) seq() uint16  { return binary.BigEndian.Uint16(m[4:]) }
func (m message) body() []byte { return m[messageHeader:] }

func uint24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

// longest is how long the body of a message may be.
func longest(kind byte) int {
	switch kind {
	case messageExchange:
		return maxExchange
	case messageVerify:
		return maxVerify
	}
	return maxMessage
}

// assembler puts fragments of messages together. Several unfinished messages
// may have the same number, for nobody has said yet which one is true; the
// oldest is forgotten for a new one. Fragments must come in order: what the
// network has mixed up comes again.
type assembler struct{ parts []message }

// next takes the first fragment of a record's body. It returns the message that
// the fragment completes, else nil, and what is left of the body.
func (a *assembler) next(b []byte) (m message, rest []byte) {
	if len(b) < messageHeader {
		return nil, nil
	}
	length, offset, size := uint24(b[1:]), uint24(b[6:]), uint24(b[9:])
	end := messageHeader + size
	if length > longest(b[0]) || offset+size > length || len(b) < end {
		return nil, nil
	}
	if size == length {
		return bytes.Clone(b[:end]), b[end:]
	}
	if offset == 0 {
		m = append(make(message, 0, messageHeader+length), b[:end]...)
		copy(m[9:messageHeader], m[1:4]) // the fragment is to become all of it
		if len(a.parts) == maxParts {
			a.parts = slices.Delete(a.parts, 0, 1)
		}
		a.parts = append(a.parts, m)
		return nil, b[end:]
	}
	for i, m := range a.parts {
		if len(m.body()) == offset && bytes.Equal(m[:6], b[:6]) { // kind, length and number
			if m = append(m, b[messageHeader:end]...); len(m.body()) == length {
				a.parts = slices.Delete(a.parts, i, i+1)
				return m, b[end:]
			}
			a.parts[i] = m
			break
		}
	}
	return nil, b[end:]
}
