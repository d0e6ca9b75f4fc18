package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// maxHandshakes run at once: signing and key agreement are the only expensive
// thing a client can ask for. Others ask again within a second. A Conn's second
// and third take no more than half of the places.
const maxHandshakes = 64

// Identity is the server's certificate, new at each start, and the count of
// handshakes that run with it. All loops share one.
type Identity struct {
	cert        tls.Certificate
	fingerprint string
	running     chan struct{}
}

// NewIdentity makes a self-signed P-256 certificate: in WebRTC the fingerprint
// in the answer is the trust (RFC 8827 section 6.5).
func NewIdentity() (*Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make media key: %w", err)
	}
	now := time.Now()
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make media certificate: %w", err)
	}
	sum := sha256.Sum256(der)
	return &Identity{
		cert:        tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		fingerprint: strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":"),
		running:     make(chan struct{}, maxHandshakes),
	}, nil
}

// enter takes a place for a handshake if there is one.
func (i *Identity) enter(another bool) bool {
	if another && len(i.running) >= maxHandshakes/2 {
		return false
	}
	select {
	case i.running <- struct{}{}:
		return true
	default:
		return false
	}
}

func (i *Identity) leave() { <-i.running }

// Fingerprint is the SHA-256 of the certificate as a=fingerprint wants it.
func (i *Identity) Fingerprint() string { return i.fingerprint }
