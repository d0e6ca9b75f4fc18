package wire

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pion/dtls/v3"
	wireformat "github.com/pion/dtls/v3/pkg/protocol/handshake"
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

	maxBeside  = 3   // handshakes of one Conn at a time
	maxStarts  = 8   // and in a second
	patience   = 1e9 // ns that one is left alone when another wants its place
	maxRepeats = 20  // last flights in a second, for a client that asks again
)

var errCertificate = errors.New("certificate is not that of the offer")

// handshakes are those of one Conn. There may be several: a ClientHello with
// another random starts one of its own, for nobody can say yet which is the
// client's. The first that proves to be ends the others. Guarded by the loop's
// lock.
type handshakes struct {
	running []*handshake // oldest first
	last    *pipe        // of the one whose ClientHello came last
	parts   assembler
	starts  rate
	begun   bool
	flight  []byte // the last of the one that succeeded
	repeats rate
}

// handshake is one DTLS handshake.
type handshake struct {
	c      *Conn
	random [32]byte // of the client
	since  int64
	pipe   *pipe
}

// dtls takes a datagram that came by a path.
func (c *Conn) dtls(b []byte, from *path) {
	l, s := c.loop, &c.shaking
	if c.out != nil {
		c.repeatLast(b, from)
		return
	}
	var d delivery
	hello := false
	for r, rest := nextRecord(b); len(r.whole) > 0 && !c.failed; r, rest = nextRecord(rest) {
		switch {
		case r.kind == recordHandshake && r.epoch == 0:
			for body := r.body(); len(body) > 0; {
				if len(s.running) == 0 && body[0] != messageHello {
					break // nobody to keep it for
				}
				var m message
				switch m, body = s.parts.next(body); {
				case m == nil:
				case m.kind() == messageHello:
					hello = true
					c.hello(m, from)
				default:
					d.messages = append(d.messages, m)
				}
			}
		case r.kind == recordHandshake && r.epoch == 1 && len(r.whole) <= maxFinished:
			d.encrypted = append(d.encrypted, bytes.Clone(r.whole))
		}
	}
	if d.messages != nil || d.encrypted != nil {
		for _, h := range s.running { // the one that it belongs to will know
			h.pipe.push(d)
		}
	} else if !hello {
		l.stats.Refused++
	}
}

// hello starts a handshake, or knows its ClientHello already. When too many
// run the client, who repeats its ClientHello anyway, is put off.
func (c *Conn) hello(m message, from *path) {
	l, s := c.loop, &c.shaking
	if m.seq() != 0 || len(m.body()) < 34 {
		l.stats.Refused++
		return
	}
	random := [32]byte(m.body()[2:])
	for _, h := range s.running {
		if h.random == random { // pion's timer repeats the answer
			h.pipe.move(from)
			s.last = h.pipe
			return
		}
	}
	if s.starts.over(maxStarts, l.now) {
		l.stats.Policed++
		return
	}
	if len(s.running) == maxBeside {
		if i := slices.IndexFunc(s.running, (*handshake).stuck); i >= 0 {
			s.running[i].drop()
		}
	}
	if len(s.running) == maxBeside || !l.identity.enter(len(s.running) > 0) {
		l.stats.HandshakesPutOff++
		return
	}
	h := &handshake{c: c, random: random, since: l.now, pipe: newPipe(c, m, from)}
	// The first answer is to leave first: the client takes the one that comes
	// first for that to its own ClientHello.
	var before *pipe
	if n := len(s.running); n > 0 {
		before = s.running[n-1].pipe
	}
	s.running, s.last, s.begun = append(s.running, h), h.pipe, true
	l.stats.Handshakes++
	l.handshakes.Add(1)
	go func() { // ends by success, failure, time-out or drop; Loop.Close waits
		defer l.handshakes.Done()
		err := h.run(m, before)
		l.identity.leave()
		l.Lock()
		defer l.Unlock()
		if !h.drop() || err == nil {
			return
		}
		l.stats.HandshakeErrors++
		l.log.Debug("handshake failed", "error", err)
		if errors.Is(err, errCertificate) {
			c.fail(FailedHandshake)
		}
	}()
}

// stuck says that the client has had its time to answer.
func (h *handshake) stuck() bool { return h.c.loop.now-h.since > patience && !h.pipe.proven.Load() }

// drop ends a handshake and says whether it was still wanted. The caller holds
// the loop's lock.
func (h *handshake) drop() bool {
	_ = h.pipe.Close()
	s := &h.c.shaking
	i := slices.Index(s.running, h)
	if i < 0 {
		return false
	}
	s.running = slices.Delete(s.running, i, i+1)
	if n := len(s.running); n == 0 {
		s.last = nil
	} else if s.last == h.pipe {
		s.last = s.running[n-1].pipe
	}
	return true
}

// repeating says whether the answer by p may be sent again: that to the
// ClientHello that came last, and not before all have got their first one.
func (s *handshakes) repeating(p *pipe) bool {
	for _, h := range s.running {
		select {
		case <-h.pipe.offered:
		default:
			return false
		}
	}
	return s.last == p
}

// dropAll ends the handshakes that run; the caller holds the loop's lock.
func (s *handshakes) dropAll() {
	for len(s.running) > 0 {
		s.running[0].drop()
	}
	s.parts = assembler{}
}

// repeatLast answers a handshake record after the end: our last flight was
// lost.
func (c *Conn) repeatLast(b []byte, from *path) {
	if b[0] != recordHandshake && b[0] != recordChangeCipherSpec || c.shaking.repeats.over(maxRepeats, c.loop.now) {
		c.loop.stats.Refused++
		return
	}
	from.send(c.shaking.flight)
}

// run is the server's side of DTLS 1.2 by pion, once the one before has given
// its answer. Afterwards nothing of pion's connection is needed (there are no
// data channels), and it would keep three goroutines and 8 KiB: so it is let go.
func (h *handshake) run(hello message, before *pipe) error {
	p := h.pipe
	defer func() { _ = p.Close() }()
	// pion waits for a better one when it cannot read a ClientHello.
	if err := new(wireformat.MessageClientHello).Unmarshal(hello.body()); err != nil {
		return fmt.Errorf("read ClientHello: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), handshakeTimeout)
	defer cancel()
	if before != nil {
		select {
		case <-before.offered:
		case <-before.done:
		case <-p.done:
		case <-ctx.Done():
		}
	}
	conn, err := dtls.ServerWithOptions(p, p.LocalAddr(), h.options()...)
	if err != nil {
		return fmt.Errorf("start handshake: %w", err)
	}
	// Detached first, so that Close sends no close_notify. Its error would
	// only say that the pipe is closed.
	defer func() {
		p.detach()
		_ = conn.Close()
	}()
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
	flight := p.detach()
	l := h.c.loop
	l.Lock()
	defer l.Unlock()
	if h.drop() { // else another one was first
		l.stats.HandshakesDone++
		h.c.shaking.dropAll()
		h.c.shaking.flight = flight
		if by := p.proved(); by != nil {
			h.c.prove(by)
		}
		// The client sends media as soon as it has our Finished: keys before the
		// lock is given up. But without it the client cannot open media, which
		// may follow at once.
		p.to.send(flight)
		h.c.keyed(in, out)
	}
	return nil
}

func (h *handshake) options() []dtls.ServerOption {
	silent := &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}
	return []dtls.ServerOption{
		dtls.WithCertificates(h.c.loop.identity.cert),
		dtls.WithCipherSuites(dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
		dtls.WithSRTPProtectionProfiles(profileIDs(h.c.loop.gcmOnly)...),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithClientAuth(dtls.RequireAnyClientCert),
		dtls.WithInsecureSkipVerify(true), // the fingerprint is the trust
		dtls.WithVerifyPeerCertificate(h.verify),
		dtls.WithInsecureSkipVerifyHello(true), // ICE has verified the address: saves a round trip
		dtls.WithFlightInterval(flightInterval),
		dtls.WithMTU(handshakeMTU),
		dtls.WithLoggerFactory(silent),
	}
}

// verify compares the client's certificate with the offer (RFC 8122 section
// 6.2).
func (h *handshake) verify(raw [][]byte, _ [][]*x509.Certificate) error {
	if len(raw) == 0 {
		return errors.New("no certificate")
	}
	if sum := sha256.Sum256(raw[0]); !bytes.Equal(sum[:], h.c.remote.Fingerprint[:]) {
		return errCertificate
	}
	return nil
}
