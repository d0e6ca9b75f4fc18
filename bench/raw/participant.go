package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"nara/internal/measure"
)

// bound is a running raw serve as a server to be measured.
type bound struct {
	name    string // in the results
	address string // of the control connection
}

// Name stands in the results.
func (b bound) Name() string { return b.name }

// Join connects one participant.
func (b bound) Join(ctx context.Context, m *measure.Member) (measure.Session, error) {
	if _, err := loopback(b.address); err != nil {
		return nil, err
	}
	p := &participant{member: m}
	var d net.Dialer
	var err error
	m.Begin()
	if p.control, err = d.DialContext(ctx, "tcp4", b.address); err != nil {
		return nil, fmt.Errorf("reach server: %w", err)
	}
	if err := p.enter(ctx, m.Room); err != nil {
		p.Close()
		return nil, err
	}
	p.receiving.Go(p.receive) // until Close
	return p, nil
}

// participant is one member of a room on its own UDP socket. Its cryptography is pion's, so that every run also checks
// the server's.
type participant struct {
	member    *measure.Member
	control   net.Conn
	media     *measure.Socket
	server    netip.AddrPort // where media goes
	ssrc      uint32         // for audio; video has the next one
	down      *srtp.Context  // only the receiving goroutine uses it
	receiving sync.WaitGroup

	// Only the publisher's goroutine uses the fields below.
	up            *srtp.Context
	header        rtp.Header
	plain, sealed []byte
}

// enter asks the server for a place and opens the media socket for it.
func (p *participant) enter(ctx context.Context, room string) error {
	deadline := time.Now().Add(5 * time.Second)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := p.control.SetDeadline(deadline); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	socket, err := measure.ListenSocket("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		return fmt.Errorf("open media socket: %w", err)
	}
	p.media = socket
	req := joinRequest{Room: room, Address: socket.LocalAddr().String()}
	if err := json.NewEncoder(p.control).Encode(req); err != nil {
		return fmt.Errorf("ask to join: %w", err)
	}
	var answer joinAnswer
	if err := json.NewDecoder(io.LimitReader(p.control, maxControl)).Decode(&answer); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if answer.Error != "" {
		return fmt.Errorf("server refused: %s", answer.Error)
	}
	return p.accept(answer)
}

func (p *participant) accept(a joinAnswer) error {
	if len(a.Up) != keySize+saltSize || len(a.Down) != keySize+saltSize {
		return errors.New("the server's keys have a wrong length")
	}
	server, err := loopback(a.Media)
	if err != nil {
		return err
	}
	p.ssrc = a.SSRC
	if p.up, err = pionContext(a.Up); err != nil {
		return err
	}
	if p.down, err = pionContext(a.Down); err != nil {
		return err
	}
	p.server = server
	return nil
}

func pionContext(key []byte) (*srtp.Context, error) {
	c, err := srtp.CreateContext(key[:keySize], key[keySize:], srtp.ProtectionProfileAeadAes128Gcm)
	if err != nil {
		return nil, fmt.Errorf("create SRTP context: %w", err)
	}
	return c, nil
}

// receive counts packets until the socket is closed.
func (p *participant) receive() {
	sealed, plain := make([]byte, 2048), make([]byte, 2048)
	for {
		n, _, wall, err := p.media.ReadArrival(sealed)
		if err != nil {
			return
		}
		packet, err := p.down.DecryptRTP(plain[:0], sealed[:n], nil)
		if err != nil {
			continue // never delivered: it is counted as lost
		}
		p.member.Receive(packet, wall)
	}
}

// Send seals and sends one packet.
func (p *participant) Send(packet measure.Packet) error {
	p.header = rtp.Header{Version: 2, PayloadType: measure.AudioType, SSRC: p.ssrc,
		SequenceNumber: packet.Sequence, Timestamp: packet.Timestamp, Marker: packet.Marker}
	if packet.Kind == measure.Video {
		p.header.PayloadType, p.header.SSRC = measure.VideoType, p.ssrc+1
	}
	n := p.header.MarshalSize()
	p.plain = append(p.plain[:0], make([]byte, n)...)
	if _, err := p.header.MarshalTo(p.plain); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	p.plain = append(p.plain, packet.Payload...)
	sealed, err := p.up.EncryptRTP(p.sealed[:0], p.plain, nil)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	p.sealed = sealed
	_, err = p.media.WriteToUDPAddrPort(sealed, p.server)
	return err
}

// Close leaves the room.
func (p *participant) Close() {
	_ = p.control.Close() // both only fail when closed already
	if p.media != nil {
		_ = p.media.Close()
	}
	p.receiving.Wait()
}
