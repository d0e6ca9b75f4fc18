//go:build !portable

package wire

import (
	"net"
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

// socket is the loop's end of the network. The fd stays valid as long as conn.
type socket struct {
	conn    *net.UDPConn
	raw     syscall.RawConn
	fd      uintptr
	allowed int // of receiveBuffer
}

func (s *socket) open(conn *net.UDPConn) (err error) {
	s.conn = conn
	if s.raw, err = conn.SyscallConn(); err != nil {
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

// read hands over batches until the socket is closed. netpoll parks the
// goroutine. All work is done inside of the callback: a batch that is not full
// has emptied the socket, so it parks again at once, without a system call that
// only says so. What comes meanwhile is an edge that wakes it.
func (l *Loop) read() error {
	bufs := make([]byte, receiveBatch*maxDatagram)
	hdr := make([]mmsghdr, receiveBatch)
	iov := make([]unix.Iovec, receiveBatch)
	from := make([]address, receiveBatch)
	control := make([][stampCmsg]byte, receiveBatch)
	for i := range hdr {
		iov[i].Base = &bufs[i*maxDatagram]
		iov[i].SetLen(maxDatagram)
		hdr[i].hdr.Iov = &iov[i]
		hdr[i].hdr.SetIovlen(1)
		hdr[i].hdr.Name = (*byte)(unsafe.Pointer(&from[i]))
		hdr[i].hdr.Namelen = unix.SizeofSockaddrInet6
		hdr[i].hdr.Control = &control[i][0]
		hdr[i].hdr.SetControllen(stampCmsg)
	}
	var failed error
	receive := func(fd uintptr) (done bool) {
		for {
			n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&hdr[0])),
				receiveBatch, unix.MSG_DONTWAIT, 0, 0)
			switch {
			case errno == unix.EAGAIN:
				return false
			case errno != 0 && fatal(errno):
				failed = errno
				return true
			case errno != 0:
				continue
			}
			l.Lock()
			l.stats.ReceiveCalls++
			wall := time.Now().UnixNano()
			for i := range int(n) {
				h := &hdr[i].hdr
				from[i].size = h.Namelen
				if h.Flags&unix.MSG_TRUNC == 0 {
					l.came = l.now - age(h, &control[i], wall)
					l.packet(bufs[i*maxDatagram:i*maxDatagram+int(hdr[i].n)], &from[i])
				}
				h.Namelen = unix.SizeofSockaddrInet6
				h.SetControllen(stampCmsg)
			}
			l.Unlock()
			if n < receiveBatch {
				return false
			}
		}
	}
	if err := l.socket.raw.Read(receive); err != nil {
		return err
	}
	return failed
}
