package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"hash"
	"slices"
)

const (
	cmTagSize = 10 // of HMAC-SHA1-80
	cmAuthKey = 20 // bytes
	cmChunk   = 8  // blocks of key stream at once
)

// counterMode is AES-CM with HMAC-SHA1-80 (RFC 3711 sections 4.1.1 and 4.2.1)
// in one direction, for clients without AES-GCM. Everything that a packet needs
// lives here, so none is allocated for it.
type counterMode struct {
	rtp, rtcp counterKeys
	iv        [aes.BlockSize]byte
	stream    [cmChunk * aes.BlockSize]byte
	roc       [4]byte
	tag       [sha1.Size]byte
}

// counterKeys are the session keys for RTP or RTCP.
type counterKeys struct {
	block cipher.Block
	auth  hash.Hash
	salt  [aes.BlockSize]byte // the last two bytes count blocks
}

// newCM makes a direction from its master key (16 bytes) and master salt (14
// bytes).
func newCM(key, salt []byte) (*crypt, error) {
	m := &counterMode{}
	for i, k := range []*counterKeys{&m.rtp, &m.rtcp} {
		s, err := derive(key, salt, byte(3*i), len(key))
		if err != nil {
			return nil, err
		}
		if k.block, err = aes.NewCipher(s); err != nil {
			return nil, err
		}
		if s, err = derive(key, salt, byte(3*i+1), cmAuthKey); err != nil {
			return nil, err
		}
		k.auth = hmac.New(sha1.New, s)
		if s, err = derive(key, salt, byte(3*i+2), len(salt)); err != nil {
			return nil, err
		}
		copy(k.salt[:], s)
	}
	return &crypt{cm: m}, nil
}

// xor en- or decrypts src into dst, which begins where src does or does not
// overlap it. The counter begins at (salt·2^16) xor (SSRC·2^64) xor (index·2^16).
func (m *counterMode) xor(k *counterKeys, dst, src []byte, ssrc uint32, index uint64) {
	iv := &m.iv
	*iv = k.salt
	binary.BigEndian.PutUint32(iv[4:], binary.BigEndian.Uint32(iv[4:])^ssrc)
	binary.BigEndian.PutUint64(iv[8:], binary.BigEndian.Uint64(iv[8:])^index<<16)
	for n := uint16(0); len(src) > 0; {
		used := m.stream[:0]
		for len(used) < len(src) && len(used) < len(m.stream) {
			binary.BigEndian.PutUint16(iv[14:], n)
			n++
			used = used[:len(used)+aes.BlockSize]
			k.block.Encrypt(used[len(used)-aes.BlockSize:], iv[:])
		}
		x := subtle.XORBytes(dst, src, used)
		dst, src = dst[x:], src[x:]
	}
}

// sign gives the tag of what is authenticated; it is valid until the next one.
func (m *counterMode) sign(k *counterKeys, signed, more []byte) []byte {
	k.auth.Reset()
	k.auth.Write(signed)
	k.auth.Write(more)
	return k.auth.Sum(m.tag[:0])[:cmTagSize]
}

// rollover is what RTP authenticates behind the packet.
func (m *counterMode) rollover(index uint64) []byte {
	binary.BigEndian.PutUint32(m.roc[:], uint32(index>>16))
	return m.roc[:]
}

func (m *counterMode) openRTP(dst, p []byte, h int, ssrc uint32, index uint64) ([]byte, error) {
	n := len(p) - cmTagSize
	if n < h || subtle.ConstantTimeCompare(m.sign(&m.rtp, p[:n], m.rollover(index)), p[n:]) == 0 {
		return nil, errAuth
	}
	at := len(dst)
	dst = slices.Grow(dst, n-h)[:at+n-h]
	m.xor(&m.rtp, dst[at:], p[h:n], ssrc, index)
	return dst, nil
}

func (m *counterMode) sealRTP(dst, payload []byte, ssrc uint32, index uint64) []byte {
	at := len(dst)
	dst = slices.Grow(dst, len(payload)+cmTagSize)[:at+len(payload)]
	m.xor(&m.rtp, dst[at:], payload, ssrc, index)
	return append(dst, m.sign(&m.rtp, dst, m.rollover(index))...)
}

func (m *counterMode) openRTCP(p []byte) (plain []byte, index uint32, err error) {
	n := len(p) - cmTagSize - rtcpIndex
	if n < 8 || p[n]&0x80 == 0 ||
		subtle.ConstantTimeCompare(m.sign(&m.rtcp, p[:n+rtcpIndex], nil), p[n+rtcpIndex:]) == 0 {
		return nil, 0, errAuth
	}
	index = binary.BigEndian.Uint32(p[n:]) & maxReports
	m.xor(&m.rtcp, p[8:n], p[8:n], binary.BigEndian.Uint32(p[4:]), uint64(index))
	return p[:n], index, nil
}

func (m *counterMode) sealRTCP(dst, p []byte, index uint32) []byte {
	at := len(dst)
	dst = append(dst, p...)
	m.xor(&m.rtcp, dst[at+8:], dst[at+8:], binary.BigEndian.Uint32(p[4:]), uint64(index))
	dst = binary.BigEndian.AppendUint32(dst, index|1<<31)
	return append(dst, m.sign(&m.rtcp, dst[at:], nil)...)
}
