//go:build !portable

package wire

import (
	"net"
	"net/netip"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	receiveBatch = 64
	stampCmsg    = 32 // CMSG_SPACE(16)
)

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
}

// socket is one end of the network. The fd stays valid as long as conn.
type socket struct {
	conn    *net.UDPConn
	addr    netip.AddrPort
	raw     syscall.RawConn
	fd      uintptr
	allowed int // of receiveBuffer
}

func (s *socket) prepare() (err error) {
	if s.raw, err = s.conn.SyscallConn(); err != nil {
		return err
	}
	return s.raw.Control(func(fd uintptr) {
		s.fd = fd
		widen(int(fd), unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, receiveBuffer)
		widen(int(fd), unix.SO_SNDBUFFORCE, unix.SO_SNDBUF, sendBuffer)
		// Without it packets are stamped when they are read.
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
		if n, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF); err == nil {
			s.allowed = n / 2 // the kernel doubles what is asked for (socket(7))
		}
	})
}

// widen sets the size of a buffer: beyond the system's limit if we may (root),
// else up to it.
func widen(fd, force, ask, size int) {
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, size) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, ask, size)
	}
}

// age is how long a packet has waited in the socket, by the kernel's stamp on
// it; 0 when there is none, or the wall clock was set meanwhile.
func age(h *unix.Msghdr, control *[stampCmsg]byte, wall int64) int64 {
	c := (*unix.Cmsghdr)(unsafe.Pointer(control))
	if int(h.Controllen) < unix.SizeofCmsghdr+int(unsafe.Sizeof(unix.Timespec{})) ||
		c.Level != unix.SOL_SOCKET || c.Type != unix.SO_TIMESTAMPNS {
		return 0
	}
	d := wall - (*unix.Timespec)(unsafe.Pointer(&control[unix.SizeofCmsghdr])).Nano()
	if d < 0 || d > maxAge {
		return 0
	}
	return d
}

// maxAge is more than a packet waits before anybody has given up.
const maxAge = 5e9

// fatal says whether reading can never go on. The kernel also fails for a
// moment, for want of memory or because of what somebody's router said.
func fatal(e syscall.Errno) bool {
	switch e {
	case unix.EBADF, unix.EFAULT, unix.EINVAL, unix.ENOTSOCK, unix.ENOSYS, unix.EPERM, unix.EACCES:
		return true
	}
	return false
}

// batch is what one system call brought.
type batch struct {
	n       int
	wall    int64 // when it was read
	from    [receiveBatch]address
	hdr     [receiveBatch]mmsghdr
	iov     [receiveBatch]unix.Iovec
	control [receiveBatch][stampCmsg]byte
	bufs    [receiveBatch][maxDatagram]byte
}

func newBatch(via uint8) *batch {
	b := &batch{}
	for i := range b.hdr {
		b.from[i].via = via
		b.iov[i].Base = &b.bufs[i][0]
		b.iov[i].SetLen(maxDatagram)
		h := &b.hdr[i].hdr
		h.Iov = &b.iov[i]
		h.SetIovlen(1)
		h.Name = (*byte)(unsafe.Pointer(&b.from[i].remote))
		h.Namelen = unix.SizeofSockaddrInet6
		h.Control = &b.control[i][0]
		h.SetControllen(stampCmsg)
	}
	return b
}

// receive reads what has come, without waiting.
func (b *batch) receive(fd uintptr) syscall.Errno {
	for i := range b.n { // what the kernel has written
		h := &b.hdr[i].hdr
		h.Namelen = unix.SizeofSockaddrInet6
		h.SetControllen(stampCmsg)
	}
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&b.hdr[0])),
		receiveBatch, unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return errno
	}
	b.n, b.wall = int(n), time.Now().UnixNano()
	return 0
}

// at is datagram i, where it came from, and how long it has waited in the
// socket. One that was longer than any of ours is nil.
func (b *batch) at(i int) (d []byte, from *address, waited int64) {
	h := &b.hdr[i].hdr
	from = &b.from[i]
	from.remote.size = h.Namelen
	if h.Flags&unix.MSG_TRUNC == 0 {
		d = b.bufs[i][:b.hdr[i].n]
	}
	return d, from, age(h, &b.control[i], b.wall)
}

// read hands over batches until the socket is closed. netpoll parks the
// goroutine when the socket is empty. While a batch is worked on the next
// packets come, more often than not, and asking for them costs far less than
// to park and be woken.
func (s *socket) read(via uint8, take func(*batch)) error {
	b := newBatch(via)
	var failed error
	receive := func(fd uintptr) (done bool) {
		for {
			switch errno := b.receive(fd); {
			case errno == unix.EAGAIN:
				return false
			case errno != 0 && fatal(errno):
				failed = errno
				return true
			case errno != 0:
				continue
			}
			take(b)
		}
	}
	if err := s.raw.Read(receive); err != nil {
		return err
	}
	return failed
}
