package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"nara/internal/measure"
)

const (
	socketBuffer = 4 << 20 // bytes asked for; the kernel may give less
	joinTimeout  = 5 * time.Second
)

// server forwards between the members of rooms.
type server struct {
	media   *net.UDPConn
	control net.Listener
	segment bool
	counts  counts

	mu      sync.Mutex // guards the fields below and all members; the forwarder takes it once a batch
	members map[uint64]*member
	rooms   map[string][]*member
	joined  uint32 // members ever
}

// counts is what the forwarder has done; it adds to them once a batch.
type counts struct {
	received  atomic.Uint64
	delivered atomic.Uint64
	refused   atomic.Uint64 // unknown, forged or cut short
	unsent    atomic.Uint64 // the kernel refused them
}

// member is one participant.
type member struct {
	room    string
	address netip.AddrPort
	to      rawAddress
	up      *sealer
	down    *sealer
	audio   rollover
	video   rollover
	others  []*member // in the same room
	due     []int     // indices of the batch's packets that this member is to get
}

// listen opens the control and the media socket on loopback.
func listen(address string, segment bool) (*server, error) {
	at, err := loopback(address)
	if err != nil {
		return nil, err
	}
	control, err := net.Listen("tcp4", at.String())
	if err != nil {
		return nil, fmt.Errorf("open control socket: %w", err)
	}
	media, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(at.Addr(), 0)))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open media socket: %w", err), control.Close())
	}
	err = errors.Join(media.SetReadBuffer(socketBuffer), media.SetWriteBuffer(socketBuffer))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("size media socket: %w", err), control.Close(), media.Close())
	}
	return &server{
		media: media, control: control, segment: segment,
		members: map[uint64]*member{}, rooms: map[string][]*member{},
	}, nil
}

// address is where members ask to join.
func (s *server) address() string { return s.control.Addr().String() }

// run forwards until the context ends or a socket fails, and returns when all
// that it started has ended.
func (s *server) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() {
		_ = s.control.Close() // both only fail when closed already
		_ = s.media.Close()
	})
	defer stop()

	forwarder, err := newForwarder(s)
	if err != nil {
		return errors.Join(err, s.control.Close(), s.media.Close())
	}
	var running sync.WaitGroup
	running.Go(func() {
		if err := forwarder.run(); !errors.Is(err, net.ErrClosed) {
			cancel(fmt.Errorf("forward: %w", err))
		}
	})
	for {
		c, err := s.control.Accept()
		if err != nil {
			cancel(fmt.Errorf("accept: %w", err)) // ignored when the context has ended
			break
		}
		running.Go(func() { s.serveMember(ctx, c) })
	}
	running.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return nil
}

// serveMember lets one member join, and leave when its connection ends.
func (s *server) serveMember(ctx context.Context, c net.Conn) {
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	defer c.Close()
	m, answer, err := s.readJoin(c)
	if err != nil {
		answer = joinAnswer{Error: err.Error()}
	} else {
		defer s.leave(m)
	}
	if json.NewEncoder(c).Encode(answer) == nil && err == nil {
		_, _ = io.Copy(io.Discard, c) // until the member or the server closes it
	}
}

func (s *server) readJoin(c net.Conn) (*member, joinAnswer, error) {
	if err := c.SetDeadline(time.Now().Add(joinTimeout)); err != nil {
		return nil, joinAnswer{}, fmt.Errorf("set deadline: %w", err)
	}
	var req joinRequest
	dec := json.NewDecoder(io.LimitReader(c, maxControl))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&req); err != nil {
		return nil, joinAnswer{}, fmt.Errorf("read join: %w", err)
	}
	m, answer, err := s.join(req)
	if err != nil {
		return nil, joinAnswer{}, err
	}
	return m, answer, c.SetDeadline(time.Time{})
}

func (s *server) join(req joinRequest) (*member, joinAnswer, error) {
	address, err := loopback(req.Address)
	if err != nil {
		return nil, joinAnswer{}, err
	}
	m := &member{room: req.Room, address: address, to: newRawAddress(address)}
	answer := joinAnswer{Media: s.media.LocalAddr().String()}
	if m.up, answer.Up, err = freshSealer(); err != nil {
		return nil, joinAnswer{}, err
	}
	if m.down, answer.Down, err = freshSealer(); err != nil {
		return nil, joinAnswer{}, err
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.members) == measure.MaxParticipants:
		return nil, joinAnswer{}, fmt.Errorf("full with %d members", measure.MaxParticipants)
	case s.members[m.to.key()] != nil:
		return nil, joinAnswer{}, fmt.Errorf("address %s is a member already", address)
	}
	s.joined++
	answer.SSRC = s.joined << 1
	s.members[m.to.key()] = m
	s.setRoom(m.room, append(s.rooms[m.room], m))
	return m, answer, nil
}

func (s *server) leave(m *member) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.members, m.to.key())
	s.setRoom(m.room, others(s.rooms[m.room], m))
}

// setRoom rebuilds what each member of a room forwards to, so that the packet
// path only reads it. The caller holds s.mu.
func (s *server) setRoom(room string, members []*member) {
	if len(members) == 0 {
		delete(s.rooms, room)
		return
	}
	s.rooms[room] = members
	for _, m := range members {
		m.others = others(members, m)
	}
}

func others(members []*member, but *member) []*member {
	left := make([]*member, 0, len(members))
	for _, m := range members {
		if m != but {
			left = append(left, m)
		}
	}
	return left
}

// freshSealer makes a sealer and the key that its other side needs.
func freshSealer() (*sealer, []byte, error) {
	key := make([]byte, keySize+saltSize)
	if _, err := rand.Read(key); err != nil {
		return nil, nil, fmt.Errorf("draw key: %w", err)
	}
	s, err := newSealer(key[:keySize], key[keySize:])
	return s, key, err
}
