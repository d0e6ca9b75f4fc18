//go:build !portable

package wire

import (
	"net"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const receiveBatch = 64

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
}

// socket is the loop's end of the network. The fd stays valid as long as conn.
type socket struct {
	conn *net.UDPConn
	raw  syscall.RawConn
	fd   uintptr
}

func (s *socket) open(conn *net.UDPConn) (err error) {
	s.conn = conn
	if s.raw, err = conn.SyscallConn(); err != nil {
		return err
	}
	return s.raw.Control(func(fd uintptr) { s.fd = fd })
}

// read hands over batches until the socket is closed. netpoll parks the
// goroutine; every wake-up reads all there is, up to receiveBatch.
func (l *Loop) read() error {
	bufs := make([]byte, receiveBatch*maxDatagram)
	hdr := make([]mmsghdr, receiveBatch)
	iov := make([]unix.Iovec, receiveBatch)
	from := make([]address, receiveBatch)
	for i := range hdr {
		iov[i].Base = &bufs[i*maxDatagram]
		iov[i].SetLen(maxDatagram)
		hdr[i].hdr.Iov = &iov[i]
		hdr[i].hdr.SetIovlen(1)
		hdr[i].hdr.Name = (*byte)(unsafe.Pointer(&from[i]))
		hdr[i].hdr.Namelen = unix.SizeofSockaddrInet6
	}
	var got int
	var errno syscall.Errno
	receive := func(fd uintptr) bool {
		n, _, e := unix.RawSyscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&hdr[0])),
			receiveBatch, unix.MSG_DONTWAIT, 0, 0)
		got, errno = int(n), e
		return e != unix.EAGAIN
	}
	for {
		if err := l.socket.raw.Read(receive); err != nil {
			return err
		}
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 {
			return errno
		}
		l.Lock()
		l.stats.ReceiveCalls++
		for i := range got {
			from[i].size = hdr[i].hdr.Namelen
			if hdr[i].hdr.Flags&unix.MSG_TRUNC == 0 {
				l.packet(bufs[i*maxDatagram:i*maxDatagram+int(hdr[i].n)], &from[i])
			}
			hdr[i].hdr.Namelen = unix.SizeofSockaddrInet6
		}
		l.Unlock()
	}
}
