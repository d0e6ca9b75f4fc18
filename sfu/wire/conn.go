package wire

import "encoding/binary"

const (
	// consentTimeout ends a Conn that was not heard of (RFC 7675 section 5.1).
	consentTimeout = 30e9
	// reportInterval is the time between receiver reports.
	reportInterval = 1e9
	// restInterval is how long the tick leaves a client alone that sends nothing.
	restInterval = 1e9
	// serverSSRC is the sender of our own RTCP.
	serverSSRC = 1
)

// Failure says why a Conn is over.
type Failure string

// The ways a Conn ends by itself.
const (
	FailedConsent     Failure = "consent"
	FailedUnconnected Failure = "unconnected"
	FailedHandshake   Failure = "handshake"
	FailedExhausted   Failure = "exhausted"
)

// Handler is told what happens to a Conn, with the loop's lock held.
type Handler interface {
	// Connected: the handshake is done, media can flow.
	Connected()
	// Failed: the Conn is over and must be closed. Called at most once.
	Failed(Failure)
	// KeyframeWanted: the client misses a keyframe of what we send as ssrc.
	KeyframeWanted(ssrc uint32)
	// Missing: of what we send as ssrc the client misses the packet seq, and
	// seq+1+i for each bit i of mask (RFC 4585 section 6.2.1).
	Missing(ssrc uint32, seq, mask uint16)
	// Received is one report block about what we send as ssrc.
	Received(ssrc uint32, r Reception)
	// Stalled: the socket did not take packets to this client. It is called
	// while packets are being sent and must not send any itself.
	Stalled()
}

// Sink takes what the client sends on one m-line, with the loop's lock held.
type Sink interface {
	// RTP takes one authentic packet, each once. p and its payload are valid
	// during the call.
	RTP(p *Packet)
	// SenderReport: the stream's RTP time rtp was at ntp (RFC 3550 section
	// 6.4.1) by the client's clock.
	SenderReport(s *Stream, ntp uint64, rtp uint32)
	// Broken: packets of a video stream will not come, and no keyframe has come
	// since. Only one mends the picture. Called at the end of a batch or by Tick.
	Broken(s *Stream)
}

// Remote is what the client's offer says of its transport.
type Remote struct {
	Ufrag, Password string
	Fingerprint     [32]byte // SHA-256 of its certificate
}

// Conn is the transport of one client.
type Conn struct {
	loop    *Loop
	handler Handler
	remote  Remote
	created int64
	closed  bool
	failed  bool

	// ICE
	credentials []Credentials // the newest last; two during a restart
	paths       []*path       // all that are known
	path        *path         // of media: proved; nil: none, nothing is sent
	wanted      *path         // the client's choice, perhaps not proved; nil: none
	nominated   bool
	seen        int64 // last authenticated check
	checks      rate  // from known addresses
	strangers   rate  // from others

	// DTLS and SRTP
	shaking handshakes
	in, out *crypt // nil before the handshake is done
	reports []reportWindow
	silent  forgotten // senders of reports
	gone    forgotten // streams

	// media
	incoming  []Incoming
	streams   []*Stream
	chunks    int   // of all rings
	unsettled bool  // packets are missing since this batch
	roundTrip int64 // ns, smoothed; 0: unknown
	bits      bucket
	packets   bucket
	told      bucket
	feedback  feedback // on what came
	sent      sent     // and what was sent
	reportAt  int64
	due       int64 // when tick has something to do: 0 with each packet

	tx     *queue // of the path in use
	queued queued
}

// Connect makes a Conn that waits for the client; the caller holds the lock.
// Nothing comes of it when the Loop is closed.
func (l *Loop) Connect(r Remote, h Handler) *Conn {
	c := &Conn{loop: l, handler: h, remote: r, created: l.now, seen: l.now, tx: &l.tx[0]}
	c.bits, c.packets, c.told = newBucket(MaxBits, l.now), newBucket(MaxPackets, l.now), newBucket(maxTold, l.now)
	if l.closed {
		c.closed = true
		return c
	}
	l.all[c] = struct{}{}
	l.conns.Store(int64(len(l.all)))
	c.newCredentials()
	return c
}

// Close forgets the Conn. Nothing is sent to tell the client.
func (c *Conn) Close() {
	if c.closed {
		return
	}
	c.closed = true
	l := c.loop
	delete(l.all, c)
	l.conns.Store(int64(len(l.all)))
	for _, cr := range c.credentials {
		delete(l.byUfrag, cr.Ufrag)
	}
	for len(c.paths) > 0 {
		c.drop(c.paths[0])
	}
	for _, s := range c.streams {
		s.retire()
	}
	c.shaking.dropAll()
}

// fail tells the owner once that the Conn is over.
func (c *Conn) fail(why Failure) {
	if c.failed || c.closed {
		return
	}
	c.failed = true
	c.handler.Failed(why)
}

func (c *Conn) stalled() {
	if !c.closed {
		c.handler.Stalled()
	}
}

// Connected says whether media can flow: the handshake is done and there is a
// path. Who has lost its last one (a TCP connection that ended) gets nothing
// until it comes back, and for it no keyframe is asked of anybody.
func (c *Conn) Connected() bool { return c.out != nil && c.path != nil }

// keyed installs the keys: from now on media is taken and sent.
func (c *Conn) keyed(in, out *crypt) {
	if c.closed {
		return
	}
	c.in, c.out = in, out
	c.handler.Connected()
}

// Outgoing is the header of a packet to send. The caller must never use an
// Index twice for an SSRC, whatever the payload: it makes the nonce.
type Outgoing struct {
	SSRC            uint32
	PayloadType     uint8
	TransportExt    uint8 // id of the transport-wide sequence number, 0: none
	Marker, Padding bool
	Index           uint64 // extended sequence number
	Timestamp       uint32
}

// SendRTP seals a packet and queues it. It says false when the client is not
// connected.
func (c *Conn) SendRTP(o *Outgoing, payload []byte) bool {
	if c.out == nil || c.closed {
		return false
	}
	dst := o.header(c.tx.room(headerSize+transportSize+len(payload)+c.out.overhead()), c.sent.number())
	p := c.out.sealRTP(dst, payload, o.SSRC, o.Index)
	if p == nil {
		return false // tick ends the Conn
	}
	if o.TransportExt != 0 {
		c.sent.note(len(p), c.loop.now)
	}
	c.tx.add(c, p)
	return true
}

// SendRepair sends a retransmission of the packet with the sequence number
// original (RFC 4588 section 4); o has the SSRC, index and payload type of the
// repair stream.
func (c *Conn) SendRepair(o *Outgoing, original uint16, payload []byte) bool {
	b := c.loop.scratch[:]
	if len(payload) > len(b)-2 {
		return false
	}
	binary.BigEndian.PutUint16(b, original)
	return c.SendRTP(o, b[:2+copy(b[2:], payload)])
}

// sendRTCP seals a compound packet and queues it.
func (c *Conn) sendRTCP(p []byte) {
	if c.out == nil || c.closed || c.out.spent() {
		return
	}
	c.tx.add(c, c.out.sealRTCP(c.tx.room(len(p)+c.out.overhead()+rtcpIndex), p))
}

func (c *Conn) tick() {
	now := c.loop.now
	if now < c.due {
		return
	}
	c.due = now + restInterval
	c.age()
	switch {
	case now-c.seen > consentTimeout && c.out != nil:
		c.fail(FailedConsent)
		return
	case c.out == nil && now-c.created > consentTimeout && c.shaking.begun:
		c.fail(FailedHandshake)
		return
	case c.out == nil && now-c.created > consentTimeout:
		c.fail(FailedUnconnected)
		return
	case c.out == nil:
		return
	case c.out.spent():
		c.fail(FailedExhausted)
		return
	}
	late, busy := false, c.feedback.pending()
	for _, s := range c.streams {
		if s.ring != nil {
			s.ring.forgetOld()
			late = late || len(s.missing) > 0
			busy = busy || !s.ring.isEmpty()
		}
	}
	if late {
		c.askMissing()
	}
	c.sendFeedback(false)
	if now >= c.reportAt {
		c.reportAt = now + reportInterval
		c.sendReceiverReport()
	}
	if late || busy {
		c.due = 0
	}
}
