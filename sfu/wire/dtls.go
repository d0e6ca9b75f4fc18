package wire

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/logging"
)

const (
	handshakeTimeout = 10 * time.Second
	// flightInterval is the first retransmission timer; pion's second is too
	// long for somebody who waits for a picture.
	flightInterval = 100 * time.Millisecond
	handshakeMTU   = 1200
	// exporterLabel is that of RFC 5764 section 4.2.
	exporterLabel = "EXTRACTOR-dtls_srtp"
)

// dtls takes a DTLS datagram of an address that has passed a check. The first
// one starts the handshake, unless too many run: then the client, who repeats
// its ClientHello anyway, is put off.
func (c *Conn) dtls(b []byte) {
	l := c.loop
	if c.pipe == nil {
		if b[0] != recordHandshake || c.failed {
			l.stats.Refused++
			return
		}
		select {
		case l.identity.running <- struct{}{}:
		default:
			l.stats.HandshakesPutOff++
			return
		}
		c.pipe = newPipe(c)
		l.stats.Handshakes++
		l.handshakes.Add(1)
		go func() { // ends by success, failure or time-out; Loop.Close waits
			defer l.handshakes.Done()
			err := c.handshake(c.pipe)
			<-l.identity.running
			if err != nil {
				l.Lock()
				if !c.closed {
					l.stats.HandshakeErrors++
					l.log.Debug("handshake failed", "error", err)
				}
				c.fail(FailedHandshake)
				l.Unlock()
			}
		}()
	}
	c.pipe.push(b)
}

// handshake is the server's side of DTLS 1.2 by pion. Afterwards nothing of
// pion's connection is needed (there are no data channels), and it would keep
// three goroutines and 8 KiB: so it is let go.
func (c *Conn) handshake(p *pipe) (err error) {
	defer func() { _ = p.Close() }()
	conn, err := dtls.ServerWithOptions(p, p.LocalAddr(), c.handshakeOptions()...)
	if err != nil {
		return fmt.Errorf("start handshake: %w", err)
	}
	// Detached first, so that Close sends no close_notify. Its error would
	// only say that the pipe is closed.
	defer func() {
		p.set(detached)
		_ = conn.Close()
	}()
	ctx, cancel := context.WithTimeout(context.Background(), handshakeTimeout)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("shake hands: %w", err)
	}
	id, ok := conn.SelectedSRTPProtectionProfile()
	chosen, known := profileOf(id)
	state, complete := conn.ConnectionState()
	if !ok || !known || !complete {
		return errors.New("no common SRTP profile")
	}
	keys, err := state.ExportKeyingMaterial(exporterLabel, nil, chosen.exporterBytes())
	if err != nil {
		return fmt.Errorf("export keys: %w", err)
	}
	in, out, err := chosen.split(keys)
	if err != nil {
		return fmt.Errorf("make SRTP keys: %w", err)
	}
	// The client sends media as soon as it has our Finished: keys first.
	p.mu.Lock()
	p.state = installed
	flight := p.flight
	p.mu.Unlock()
	c.loop.Lock()
	c.keyed(in, out)
	c.sendPlain(flight)
	c.loop.Unlock()
	return nil
}

func (c *Conn) handshakeOptions() []dtls.ServerOption {
	silent := &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}
	return []dtls.ServerOption{
		dtls.WithCertificates(c.loop.identity.cert),
		dtls.WithCipherSuites(dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
		dtls.WithSRTPProtectionProfiles(profileIDs(c.loop.gcmOnly)...),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithClientAuth(dtls.RequireAnyClientCert),
		dtls.WithInsecureSkipVerify(true), // the fingerprint is the trust
		dtls.WithVerifyPeerCertificate(c.verify),
		dtls.WithInsecureSkipVerifyHello(true), // ICE has verified the address: saves a round trip
		dtls.WithFlightInterval(flightInterval),
		dtls.WithMTU(handshakeMTU),
		dtls.WithLoggerFactory(silent),
	}
}

// verify compares the client's certificate with the offer (RFC 8122 section
// 6.2).
func (c *Conn) verify(raw [][]byte, _ [][]*x509.Certificate) error {
	if len(raw) == 0 {
		return errors.New("no certificate")
	}
	if sum := sha256.Sum256(raw[0]); !bytes.Equal(sum[:], c.remote.Fingerprint[:]) {
		return errors.New("certificate is not that of the offer")
	}
	return nil
}
