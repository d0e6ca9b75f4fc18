package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/pion/srtp/v3"

	"nara/bench/measure"
)

// participant is one member of a room on its own UDP socket. Its cryptography is
// pion's, so that every run also checks the server's.
type participant struct {
	run       *run
	place     measure.Place
	control   net.Conn
	media     *net.UDPConn
	server    netip.AddrPort // where media goes
	ssrc      uint32         // for audio; video has the next one
	up        *srtp.Context  // only the publisher's goroutine uses it
	down      *srtp.Context  // only the receiving goroutine uses it
	publisher *publisher     // nil for one who only receives
	began     int64          // clock time of the join

	// The receiving goroutine counts; others read when it has ended.
	seen       map[uint32]*measure.Arrivals // by stream
	latency    measure.Histogram
	first      int64  // clock time of the first media packet
	received   uint64 // sent in the window, and arrived
	delivered  uint64 // arrived in the window, duplicates too
	bytes      uint64
	duplicates uint64
	unstamped  uint64
}

// join connects one participant.
func join(ctx context.Context, r *run, address string, place measure.Place) (*participant, error) {
	p := &participant{run: r, place: place, began: r.clock.Now(), seen: map[uint32]*measure.Arrivals{}}
	var d net.Dialer
	var err error
	if p.control, err = d.DialContext(ctx, "tcp4", address); err != nil {
		return nil, fmt.Errorf("reach server: %w", err)
	}
	if err := p.enter(ctx); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// enter asks the server for a place and opens the media socket for it.
func (p *participant) enter(ctx context.Context) error {
	deadline := time.Now().Add(5 * time.Second)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := p.control.SetDeadline(deadline); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	socket, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		return fmt.Errorf("open media socket: %w", err)
	}
	p.media = socket
	if err := socket.SetReadBuffer(1 << 20); err != nil {
		return fmt.Errorf("size media socket: %w", err)
	}
	req := joinRequest{Room: p.place.Room, Address: socket.LocalAddr().String()}
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
		n, err := p.media.Read(sealed)
		if err != nil {
			return
		}
		packet, err := p.down.DecryptRTP(plain[:0], sealed[:n], nil)
		if err != nil {
			continue // never delivered: it is counted as lost
		}
		p.take(packet)
	}
}

func (p *participant) take(packet []byte) {
	now := p.run.clock.Now()
	stamp, ok := measure.ReadStamp(packet)
	if !ok {
		p.unstamped++
		return
	}
	if p.first == 0 {
		p.first = now
	}
	arrivals := p.seen[stamp.Stream]
	if arrivals == nil {
		arrivals = &measure.Arrivals{}
		p.seen[stamp.Stream] = arrivals
	}
	first := arrivals.First(stamp.Sequence)
	if p.run.window.contains(now) {
		p.delivered++
		p.bytes += uint64(len(packet))
		if !first {
			p.duplicates++
		}
	}
	if first && p.run.window.contains(stamp.Sent) {
		p.received++
		p.latency.Add((now - stamp.Sent) / 1000)
	}
}

// close leaves the room; receive ends.
func (p *participant) close() {
	_ = p.control.Close() // both only fail when closed already
	if p.media != nil {
		_ = p.media.Close()
	}
}
