package main

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	arenaSize   = 256 << 10
	maxSegments = 32 // of one message: below the kernel's 64, and 32 full packets fit a datagram's 64 KiB
	controlSize = 24 // CMSG_SPACE of the uint16 that UDP_SEGMENT takes
)

// sender seals packets into one arena and sends up to batchSize messages with
// one system call. With segment, packets of one size for one receiver (and a
// shorter one at the end) are one message that the kernel cuts.
type sender struct {
	conn     syscall.RawConn
	segment  bool
	arena    []byte
	messages []message
	iovecs   []unix.Iovec
	headers  []unix.Mmsghdr
	controls [][controlSize]byte

	write func(fd uintptr) bool // made once: a closure for each call would be garbage
	sent  int                   // messages of this flush that are done
	got   int
	errno syscall.Errno

	delivered, unsent uint64 // packets, since the forwarder last took them
}

// message is one or more packets for one receiver, one behind the other in the
// arena.
type message struct {
	to      *member
	data    []byte
	size    int // of each packet but the last
	packets int
}

func newSender(conn syscall.RawConn, segment bool) *sender {
	s := &sender{
		conn: conn, segment: segment,
		arena:    make([]byte, 0, arenaSize),
		messages: make([]message, 0, batchSize),
		iovecs:   make([]unix.Iovec, batchSize),
		headers:  make([]unix.Mmsghdr, batchSize),
		controls: make([][controlSize]byte, batchSize),
	}
	for i := range s.headers {
		h := &s.headers[i].Hdr
		h.Iov = &s.iovecs[i]
		h.SetIovlen(1)
		h.Namelen = unix.SizeofSockaddrInet4
		c := (*unix.Cmsghdr)(unsafe.Pointer(&s.controls[i]))
		c.Level, c.Type = unix.SOL_UDP, unix.UDP_SEGMENT
		c.SetLen(unix.CmsgLen(2))
	}
	s.write = func(fd uintptr) bool {
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&s.headers[s.sent])),
			uintptr(len(s.messages)-s.sent), unix.MSG_DONTWAIT, 0, 0)
		s.got, s.errno = int(n), errno
		return errno != unix.EAGAIN
	}
	return s
}

// add seals a packet for one member.
func (s *sender) add(to *member, p opened) error {
	if len(s.messages) == batchSize || len(s.arena)+bufferSize > cap(s.arena) {
		if err := s.flush(); err != nil {
			return err
		}
	}
	at := len(s.arena)
	s.arena = to.down.seal(s.arena, p.packet, p.rollover)
	sealed := s.arena[at:]
	if s.segment && s.extend(to, len(sealed)) {
		return nil
	}
	s.messages = append(s.messages, message{to: to, data: sealed, size: len(sealed), packets: 1})
	return nil
}

// extend makes the packet just sealed part of the last message, when that may
// take it: it has the same receiver, and only its last packet may be shorter.
func (s *sender) extend(to *member, size int) bool {
	if len(s.messages) == 0 {
		return false
	}
	m := &s.messages[len(s.messages)-1]
	full := len(m.data) == m.size*m.packets
	if m.to != to || !full || size > m.size || m.packets == maxSegments {
		return false
	}
	m.data = m.data[:len(m.data)+size]
	m.packets++
	return true
}

// flush sends all messages. It waits while the socket's buffer is full.
func (s *sender) flush() error {
	for i := range s.messages {
		s.describe(i)
	}
	for s.sent = 0; s.sent < len(s.messages); {
		if err := s.conn.Write(s.write); err != nil {
			return err
		}
		if s.errno != 0 { // the first of them was refused; the others were not tried
			s.unsent += uint64(s.messages[s.sent].packets)
			s.sent++
			continue
		}
		for _, m := range s.messages[s.sent : s.sent+s.got] {
			s.delivered += uint64(m.packets)
		}
		s.sent += s.got
	}
	s.messages = s.messages[:0]
	s.arena = s.arena[:0]
	return nil
}

// describe tells the kernel of message i.
func (s *sender) describe(i int) {
	m, h := &s.messages[i], &s.headers[i].Hdr
	h.Name = (*byte)(unsafe.Pointer(&m.to.to))
	s.iovecs[i].Base = &m.data[0]
	s.iovecs[i].SetLen(len(m.data))
	h.Control = nil
	h.SetControllen(0)
	if m.packets > 1 {
		*(*uint16)(unsafe.Pointer(&s.controls[i][unix.SizeofCmsghdr])) = uint16(m.size)
		h.Control = &s.controls[i][0]
		h.SetControllen(controlSize)
	}
}
