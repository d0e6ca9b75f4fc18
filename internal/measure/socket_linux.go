package measure

import (
	"net"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// stamps reads the arrival times that the kernel keeps (socket(7), SO_TIMESTAMPNS).
type stamps struct {
	control [8]uint64 // one message; as numbers, so that it is aligned
}

// ask switches the times on. Without them a packet has come when it is read.
func (*stamps) ask(conn *net.UDPConn) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	})
}

func (s *stamps) read(conn *net.UDPConn, b []byte) (n int, from netip.AddrPort, wall int64, err error) {
	control := unsafe.Slice((*byte)(unsafe.Pointer(&s.control)), unsafe.Sizeof(s.control))
	n, got, _, from, err := conn.ReadMsgUDPAddrPort(b, control)
	if err != nil {
		return n, from, 0, err
	}
	if c := (*unix.Cmsghdr)(unsafe.Pointer(&s.control)); got >= unix.CmsgLen(int(unsafe.Sizeof(unix.Timespec{}))) &&
		c.Level == unix.SOL_SOCKET && c.Type == unix.SCM_TIMESTAMPNS {
		return n, from, (*unix.Timespec)(unsafe.Pointer(&control[unix.CmsgLen(0)])).Nano(), nil
	}
	return n, from, time.Now().UnixNano(), nil
}
