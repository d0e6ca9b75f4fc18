package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
)

const (
	tagSize    = 16 // of AES-GCM
	rtcpIndex  = 4  // E bit and index behind an SRTCP packet
	maxReports = 1<<31 - 1
	maxIndex   = 1<<48 - 1 // of an RTP packet
)

var errAuth = errors.New("authentication failed")

// crypt is one direction of one Conn: AES-GCM for SRTP and SRTCP (RFC 7714), or
// AES-CM for clients without it. The extended sequence number comes from the
// caller, so it keeps no state for each SSRC. Nonce and associated data live
// here because stack variables would escape through cipher.AEAD.
type crypt struct {
	cm        *counterMode // nil: AES-GCM
	rtp, rtcp cipher.AEAD
	salt      [2]struct { // RTP, RTCP
		hi uint64
		lo uint32
	}
	nonce [12]byte
	aad   [12]byte
	index uint32 // of the last SRTCP packet sealed
	over  bool   // an RTP index beyond the last one was to be sealed
}

// derive is the key derivation of RFC 3711 section 4.3, derivation rate 0.
func derive(key, salt []byte, label byte, n int) ([]byte, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	var iv [16]byte
	copy(iv[:], salt)
	iv[7] ^= label
	out := make([]byte, n)
	cipher.NewCTR(b, iv[:]).XORKeyStream(out, out)
	return out, nil
}

// newGCM makes a direction from its master key (16 or 32 bytes) and master
// salt (12 bytes).
func newGCM(key, salt []byte) (*crypt, error) {
	c := &crypt{}
	for i, a := range []*cipher.AEAD{&c.rtp, &c.rtcp} {
		k, err := derive(key, salt, byte(3*i), len(key))
		if err != nil {
			return nil, err
		}
		s, err := derive(key, salt, byte(3*i+2), 12)
		if err != nil {
			return nil, err
		}
		b, err := aes.NewCipher(k)
		if err != nil {
			return nil, err
		}
		if *a, err = cipher.NewGCM(b); err != nil {
			return nil, err
		}
		c.salt[i].hi, c.salt[i].lo = binary.BigEndian.Uint64(s), binary.BigEndian.Uint32(s[8:])
	}
	return c, nil
}

// iv makes 0 0 | SSRC | ROC | sequence number, or for RTCP 0 0 | SSRC | 0 0 |
// index, xor salt: both end with the 48-bit index (RFC 7714 sections 8.1, 9.1).
func (c *crypt) iv(which int, ssrc uint32, index uint64) []byte {
	binary.BigEndian.PutUint64(c.nonce[:], c.salt[which].hi^uint64(ssrc)<<16^index>>32)
	binary.BigEndian.PutUint32(c.nonce[8:], c.salt[which].lo^uint32(index))
	return c.nonce[:]
}

// overhead is how many bytes longer a sealed RTP packet is; a sealed RTCP
// packet has rtcpIndex more.
func (c *crypt) overhead() int {
	if c.cm != nil {
		return cmTagSize
	}
	return tagSize
}

// openRTP appends the payload of p to dst and returns both; h is the size of
// p's header. To open in place dst is p[h:h]; else it must not overlap p. When
// p is not authentic, what lies behind dst within its capacity is undefined.
func (c *crypt) openRTP(dst, p []byte, h int, ssrc uint32, index uint64) ([]byte, error) {
	if c.cm != nil {
		return c.cm.openRTP(dst, p, h, ssrc, index)
	}
	if len(p) < h+tagSize {
		return nil, errAuth
	}
	return c.rtp.Open(dst, c.iv(0, ssrc, index), p[h:], p[:h])
}

// sealRTP appends the sealed payload to the header that dst is, with all its
// CSRCs and extensions. The caller answers for using each pair of ssrc and
// index once; beyond the last index nothing is sealed: it returns nil and the
// keys are spent.
func (c *crypt) sealRTP(dst, payload []byte, ssrc uint32, index uint64) []byte {
	if index > maxIndex {
		c.over = true
		return nil
	}
	if c.cm != nil {
		return c.cm.sealRTP(dst, payload, ssrc, index)
	}
	return c.rtp.Seal(dst, c.iv(0, ssrc, index), payload, dst)
}

// openRTCP decrypts p in place and returns the compound packet and its index.
func (c *crypt) openRTCP(p []byte) (plain []byte, index uint32, err error) {
	if c.cm != nil {
		return c.cm.openRTCP(p)
	}
	n := len(p) - rtcpIndex
	if n < 8+tagSize || p[n]&0x80 == 0 {
		return nil, 0, errAuth
	}
	copy(c.aad[:], p[:8])
	copy(c.aad[8:], p[n:])
	index = binary.BigEndian.Uint32(p[n:]) & maxReports
	iv := c.iv(1, binary.BigEndian.Uint32(p[4:]), uint64(index))
	if _, err := c.rtcp.Open(p[8:8], iv, p[8:n], c.aad[:]); err != nil {
		return nil, 0, errAuth
	}
	return p[:n-tagSize], index, nil
}

// spent says that these keys have sealed all they may (RFC 3711 section 9.2):
// 2^48 packets of an SSRC or 2^31 reports.
func (c *crypt) spent() bool { return c.over || c.index == maxReports }

// sealRTCP appends the sealed form of p to dst, which may be empty. It must
// not be called when the keys are spent.
func (c *crypt) sealRTCP(dst, p []byte) []byte {
	c.index++
	if c.cm != nil {
		return c.cm.sealRTCP(dst, p, c.index)
	}
	copy(c.aad[:], p[:8])
	binary.BigEndian.PutUint32(c.aad[8:], c.index|1<<31)
	dst = append(dst, p[:8]...)
	dst = c.rtcp.Seal(dst, c.iv(1, binary.BigEndian.Uint32(p[4:]), uint64(c.index)), p[8:], c.aad[:])
	return append(dst, c.aad[8:]...)
}
