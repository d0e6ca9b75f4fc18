package wire

import "encoding/binary"

const headerSize = 12 // of an RTP header without CSRC and extensions

// header is a parsed RTP header (RFC 3550 section 5.1).
type header struct {
	ssrc      uint32
	timestamp uint32
	seq       uint16
	pt        uint8
	marker    bool
	padding   bool
	size      int // with CSRCs and extensions: where the payload begins
	profile   uint16
	ext       []byte // the extensions' bytes, part of the packet
}

// parse reads the header of p and says whether it is one.
func (h *header) parse(p []byte) bool {
	if len(p) < headerSize || p[0]>>6 != 2 {
		return false
	}
	h.size = headerSize + 4*int(p[0]&15)
	h.padding = p[0]&0x20 != 0
	h.marker = p[1]&0x80 != 0
	h.pt = p[1] & 0x7f
	h.seq = binary.BigEndian.Uint16(p[2:])
	h.timestamp = binary.BigEndian.Uint32(p[4:])
	h.ssrc = binary.BigEndian.Uint32(p[8:])
	h.profile, h.ext = 0, nil
	if p[0]&0x10 != 0 {
		if len(p) < h.size+4 {
			return false
		}
		h.profile = binary.BigEndian.Uint16(p[h.size:])
		from := h.size + 4
		h.size = from + 4*int(binary.BigEndian.Uint16(p[h.size+2:]))
		if len(p) < h.size {
			return false
		}
		h.ext = p[from:h.size]
	}
	return len(p) >= h.size
}

// transportSize is that of a header extension with one element of two bytes
// (RFC 8285 section 4.2).
const transportSize = 8

// header writes the header of a packet into dst, which is empty and has room;
// number is the transport-wide one.
func (o *Outgoing) header(dst []byte, number uint16) []byte {
	dst = dst[:headerSize]
	dst[0], dst[1] = 0x80, o.PayloadType
	if o.Padding {
		dst[0] |= 0x20
	}
	if o.Marker {
		dst[1] |= 0x80
	}
	binary.BigEndian.PutUint16(dst[2:], uint16(o.Index))
	binary.BigEndian.PutUint32(dst[4:], o.Timestamp)
	binary.BigEndian.PutUint32(dst[8:], o.SSRC)
	if o.TransportExt != 0 {
		dst[0] |= 0x10
		dst = dst[:headerSize+transportSize]
		binary.BigEndian.PutUint32(dst[12:], 0xbede0001)
		binary.BigEndian.PutUint32(dst[16:], uint32(o.TransportExt)<<28|1<<24|uint32(number)<<8)
	}
	return dst
}

// extension finds a header extension by its id (RFC 8285), nil if it is not
// there.
func (h *header) extension(id uint8) []byte {
	e := h.ext
	switch {
	case id == 0:
	case h.profile == 0xbede: // one-byte headers
		for len(e) > 0 {
			if e[0] == 0 {
				e = e[1:]
				continue
			}
			n := 1 + int(e[0]&15) + 1
			if e[0]>>4 == 15 || len(e) < n {
				return nil
			}
			if e[0]>>4 == id {
				return e[1:n]
			}
			e = e[n:]
		}
	case h.profile>>4 == 0x100: // two-byte headers
		for len(e) > 1 {
			if e[0] == 0 {
				e = e[1:]
				continue
			}
			n := 2 + int(e[1])
			if len(e) < n {
				return nil
			}
			if e[0] == id {
				return e[2:n]
			}
			e = e[n:]
		}
	}
	return nil
}
