package main

import (
	"encoding/binary"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// rawAddress is a socket address as the kernel has it.
type rawAddress unix.RawSockaddrInet4

func newRawAddress(a netip.AddrPort) rawAddress {
	raw := rawAddress{Family: unix.AF_INET, Addr: a.Addr().As4()}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&raw.Port))[:], a.Port())
	return raw
}

// key is address and port in one number, to find a member by.
func (a *rawAddress) key() uint64 {
	return uint64(binary.NativeEndian.Uint32(a.Addr[:]))<<16 | uint64(a.Port)
}

// receiver reads up to batchSize packets with one system call.
type receiver struct {
	conn    syscall.RawConn
	buffers []byte
	senders []rawAddress
	iovecs  []unix.Iovec
	headers []unix.Mmsghdr

	read  func(fd uintptr) bool // made once: a closure for each call would be garbage
	got   int
	errno syscall.Errno
}

func newReceiver(conn syscall.RawConn) *receiver {
	r := &receiver{
		conn:    conn,
		buffers: make([]byte, batchSize*bufferSize),
		senders: make([]rawAddress, batchSize),
		iovecs:  make([]unix.Iovec, batchSize),
		headers: make([]unix.Mmsghdr, batchSize),
	}
	for i := range r.headers {
		r.iovecs[i].Base = &r.buffers[i*bufferSize]
		r.iovecs[i].SetLen(bufferSize)
		h := &r.headers[i].Hdr
		h.Iov = &r.iovecs[i]
		h.SetIovlen(1)
		h.Name = (*byte)(unsafe.Pointer(&r.senders[i]))
	}
	r.read = func(fd uintptr) bool {
		for i := range r.headers {
			r.headers[i].Hdr.Namelen = unix.SizeofSockaddrInet4
		}
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&r.headers[0])),
			batchSize, unix.MSG_DONTWAIT, 0, 0)
		r.got, r.errno = int(n), errno
		return errno != unix.EAGAIN
	}
	return r
}

// receive waits for packets and returns how many there are.
func (r *receiver) receive() (int, error) {
	if err := r.conn.Read(r.read); err != nil {
		return 0, err
	}
	if r.errno != 0 {
		return 0, socketError("recvmmsg", r.errno)
	}
	return r.got, nil
}

// packet is the i-th packet received and who sent it, until the next receive.
func (r *receiver) packet(i int) ([]byte, *rawAddress) {
	at := i * bufferSize
	return r.buffers[at : at+int(r.headers[i].Len)], &r.senders[i]
}
