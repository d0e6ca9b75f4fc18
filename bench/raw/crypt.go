package main

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	keySize    = 16 // SRTP_AEAD_AES_128_GCM, RFC 7714 section 12
	saltSize   = 12
	tagSize    = 16
	headerSize = 12 // RTP without contributing sources and extension
)

var errForged = errors.New("packet is forged or cut short")

// sealer is one direction of one member: SRTP with AES-128-GCM (RFC 7714),
// without a replay window. It belongs to one goroutine.
type sealer struct {
	aead  cipher.AEAD
	salt  [saltSize]byte
	nonce [saltSize]byte // of the packet at hand; kept here so that none escapes to the heap
}

// newSealer derives the session key and salt from the master ones.
func newSealer(master, salt []byte) (*sealer, error) {
	if len(master) != keySize || len(salt) != saltSize {
		return nil, fmt.Errorf("master key of %d and salt of %d bytes, want %d and %d", len(master), len(salt), keySize, saltSize)
	}
	root, err := aes.NewCipher(master)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	block, err := aes.NewCipher(derive(root, salt, 0, keySize))
	if err != nil {
		return nil, fmt.Errorf("session key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("session key: %w", err)
	}
	s := &sealer{aead: aead}
	copy(s.salt[:], derive(root, salt, 2, saltSize))
	return s, nil
}

// derive is the key derivation of RFC 3711, section 4.3, at a rate of 0.
func derive(root cipher.Block, salt []byte, label byte, size int) []byte {
	var iv [aes.BlockSize]byte
	copy(iv[:], salt)
	iv[7] ^= label
	out := make([]byte, size)
	cipher.NewCTR(root, iv[:]).XORKeyStream(out, out)
	return out
}

// open decrypts a packet in place and returns its header and plaintext.
func (s *sealer) open(packet []byte, rollover uint32) ([]byte, error) {
	n, ok := headerLen(packet)
	if !ok || len(packet) < n+tagSize {
		return nil, errForged
	}
	plain, err := s.aead.Open(packet[n:n], s.nonceOf(packet, rollover), packet[n:], packet[:n])
	if err != nil {
		return nil, errForged
	}
	return packet[:n+len(plain)], nil
}

// seal appends the encrypted form of a packet that open returned. With room for
// tagSize more bytes in dst nothing is allocated.
func (s *sealer) seal(dst, packet []byte, rollover uint32) []byte {
	n, _ := headerLen(packet)
	dst = append(dst, packet[:n]...)
	return s.aead.Seal(dst, s.nonceOf(packet, rollover), packet[n:], packet[:n])
}

// nonceOf is RFC 7714, section 8.1: SSRC, rollover counter and sequence number,
// with the salt over them.
func (s *sealer) nonceOf(packet []byte, rollover uint32) []byte {
	n := s.nonce[:]
	n[0], n[1] = 0, 0
	copy(n[2:6], packet[8:12])
	binary.BigEndian.PutUint32(n[6:], rollover)
	copy(n[10:], packet[2:4])
	for i, b := range s.salt {
		n[i] ^= b
	}
	return n
}

// headerLen is the length of an RTP header with its contributing sources and
// extension (RFC 3550, section 5.1); ok is false when the packet is shorter.
func headerLen(packet []byte) (n int, ok bool) {
	if len(packet) < headerSize {
		return 0, false
	}
	n = headerSize + 4*int(packet[0]&0x0f)
	if packet[0]&0x10 != 0 {
		if len(packet) < n+4 {
			return 0, false
		}
		n += 4 + 4*int(binary.BigEndian.Uint16(packet[n+2:]))
	}
	return n, n <= len(packet)
}

// rollover follows the sequence numbers of one stream over their wrap
// (RFC 3711, section 3.3.1).
type rollover struct {
	count   uint32
	highest uint16
	any     bool
}

// guess is the rollover counter that a packet with this sequence number has.
func (r *rollover) guess(sequence uint16) uint32 {
	switch {
	case !r.any:
		return 0
	case int16(sequence-r.highest) > 0 && sequence < r.highest:
		return r.count + 1
	case int16(sequence-r.highest) <= 0 && sequence > r.highest:
		return r.count - 1
	}
	return r.count
}

// accept remembers a packet that has proved to be genuine.
func (r *rollover) accept(sequence uint16, count uint32) {
	if !r.any || int16(sequence-r.highest) > 0 {
		r.any, r.highest, r.count = true, sequence, count
	}
}
