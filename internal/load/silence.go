package load

import (
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

// silence holds back the sender reports of streams on which nothing was sent: who has sent nothing is no sender
// (RFC 3550, section 6.4). Browsers keep to that, pion does not, and those who wait would be busier than they are.
type silence struct{ interceptor.NoOp }

// NewInterceptor makes silence the factory of itself: it has no state.
func (s *silence) NewInterceptor(string) (interceptor.Interceptor, error) { return s, nil }

// BindRTCPWriter stands before the writer that later interceptors get.
func (*silence) BindRTCPWriter(writer interceptor.RTCPWriter) interceptor.RTCPWriter {
	return interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, a interceptor.Attributes) (int, error) {
		if len(packets) == 1 {
			if r, ok := packets[0].(*rtcp.SenderReport); ok && r.PacketCount == 0 {
				return 0, nil
			}
		}
		return writer.Write(packets, a)
	})
}
