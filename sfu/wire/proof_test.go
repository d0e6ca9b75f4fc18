package wire

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
)

// flight makes a client's three messages behind the transcript; the last byte
// of the key exchange tells flights apart.
func flight(t *testing.T, transcript []byte, which byte) []message {
	t.Helper()
	cert, err := selfsign.GenerateSelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	size := func(b []byte) []byte { return append([]byte{0, byte(len(b) >> 8), byte(len(b))}, b...) }
	chain := size(size(cert.Certificate[0]))
	certificate := fragment(messageCertificate, 1, len(chain), 0, chain)
	exchange := fragment(messageExchange, 2, 2, 0, []byte{1, which})
	sum := sha256.Sum256(slices.Concat(transcript, certificate, exchange))
	signature, err := cert.PrivateKey.(crypto.Signer).Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	signed := append(binary.BigEndian.AppendUint16([]byte{4, 3}, uint16(len(signature))), signature...)
	return []message{certificate, exchange, fragment(messageVerify, 3, len(signed), 0, signed)}
}

// TestProof_FindsTheTrueOnesInAnyOrder among those of other handshakes.
func TestProof_FindsTheTrueOnesInAnyOrder(t *testing.T) {
	f := proof{transcript: []byte("what was said"), offered: true}
	mine, other, forged := flight(t, f.transcript, 1), flight(t, []byte("elsewhere"), 2), flight(t, f.transcript, 3)
	forged[2] = slices.Clone(forged[2])
	forged[2][20] ^= 1
	for _, m := range []message{mine[2], other[0], forged[2], forged[1], other[1], mine[0], other[2], forged[0]} {
		if f.take(m) != nil {
			t.Fatal("taken too early")
		}
	}
	set := f.take(mine[1])
	if len(set) != 3 || !f.proven {
		t.Fatal("not found")
	}
	for i := range set {
		if !slices.Equal(set[i], mine[i]) {
			t.Errorf("message %d is another", i)
		}
	}
	if f.take(forged[1]) != nil {
		t.Error("something is taken afterwards")
	}
}

// TestProof_LooksAtFewSignatures: a flood of forged ones costs little, and the
// true one is found when it comes again.
func TestProof_LooksAtFewSignatures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := proof{transcript: []byte("what was said"), offered: true}
		mine := flight(t, f.transcript, 1)
		f.take(mine[0])
		f.take(mine[1])
		forged := slices.Clone(mine[2])
		for n := range uint16(1000) {
			binary.BigEndian.PutUint16(forged[20:], n)
			if f.take(slices.Clone(forged)) != nil {
				t.Fatal("a forged one is taken")
			}
		}
		if f.take(mine[2]) != nil {
			t.Fatal("it looked at more than a thousand signatures in a second")
		}
		time.Sleep(time.Second)
		if f.take(mine[2]) == nil {
			t.Error("the true one is not found any more")
		}
	})
}
