package main

import (
	"encoding/binary"
	"fmt"
	"syscall"
)

const (
	batchSize  = 64   // packets of one recvmmsg, messages of one sendmmsg
	bufferSize = 2048 // bytes for one packet
)

// forwarder is the loop: one batch in, opened once each, sealed for each
// receiver, out. It belongs to one goroutine; nothing is allocated for a packet.
type forwarder struct {
	s    *server
	in   *receiver
	out  *sender
	open []opened  // packets of this batch that proved genuine
	due  []*member // who gets something of this batch
}

// opened is the header and plaintext of a packet, in the receive buffer.
type opened struct {
	packet   []byte
	rollover uint32
}

func newForwarder(s *server) (*forwarder, error) {
	conn, err := s.media.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("reach media socket: %w", err)
	}
	return &forwarder{
		s: s, in: newReceiver(conn), out: newSender(conn, s.segment),
		open: make([]opened, 0, batchSize),
	}, nil
}

// run forwards until the socket is closed.
func (f *forwarder) run() error {
	for {
		n, err := f.in.receive()
		if err != nil {
			return err
		}
		if err := f.batch(n); err != nil {
			return err
		}
	}
}

// batch forwards the n packets that were received.
func (f *forwarder) batch(n int) error {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	f.open = f.open[:0]
	for i := range n {
		packet, from := f.in.packet(i)
		if m := f.s.members[from.key()]; m != nil {
			f.take(m, packet)
		}
	}
	for _, m := range f.due {
		for _, i := range m.due {
			if err := f.out.add(m, f.open[i]); err != nil {
				return err
			}
		}
		m.due = m.due[:0]
	}
	clear(f.due)
	f.due = f.due[:0]
	err := f.out.flush()

	f.s.counts.received.Add(uint64(n))
	f.s.counts.refused.Add(uint64(n - len(f.open)))
	f.s.counts.delivered.Add(f.out.delivered)
	f.s.counts.unsent.Add(f.out.unsent)
	f.out.delivered, f.out.unsent = 0, 0
	return err
}

// take opens a packet and notes it for the others of its sender's room.
func (f *forwarder) take(from *member, packet []byte) {
	if len(packet) < headerSize {
		return
	}
	stream := &from.audio
	if packet[11]&1 == 1 {
		stream = &from.video
	}
	sequence := binary.BigEndian.Uint16(packet[2:])
	count := stream.guess(sequence)
	plain, err := from.up.open(packet, count)
	if err != nil {
		return // counted as refused: it is not among the opened
	}
	stream.accept(sequence, count)
	for _, m := range from.others {
		if len(m.due) == 0 {
			f.due = append(f.due, m)
		}
		m.due = append(m.due, len(f.open))
	}
	f.open = append(f.open, opened{packet: plain, rollover: count})
}

// socketError is what a batched call failed with, as an error.
func socketError(call string, errno syscall.Errno) error {
	return fmt.Errorf("%s: %w", call, errno)
}
