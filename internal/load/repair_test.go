package load

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
	"github.com/pion/webrtc/v4"

	"nara/internal/measure"
)

// lossy is a network on which every twentieth video packet never comes.
type lossy struct {
	network
	repaired *atomic.Int32 // retransmissions that came
}

func (l lossy) ListenUDP(name string, at *net.UDPAddr) (transport.UDPConn, error) {
	c, err := l.network.ListenUDP(name, at)
	if err != nil {
		return nil, err
	}
	return &lossySocket{c.(*socket), l.repaired}, nil
}

type lossySocket struct {
	*socket
	repaired *atomic.Int32
}

func (s *lossySocket) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := s.socket.ReadFromAddrPort(b)
		if err != nil || n < 12 {
			return n, from, err
		}
		switch b[1] & 0x7f {
		case measure.VideoType:
			if binary.BigEndian.Uint16(b[2:])%20 == 0 {
				continue
			}
		case measure.RepairType:
			s.repaired.Add(1)
		}
		return n, from, nil
	}
}

// direct connects a publisher with its one subscriber, without a server: real peer connections on both sides.
type direct struct {
	offers, answers chan webrtc.SessionDescription
	repaired        atomic.Int32
}

func (*direct) Name() string { return "direct" }

func (d *direct) Join(ctx context.Context, m *measure.Member) (measure.Session, error) {
	std, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	a := newArrivals()
	stack, err := newStack(netip.MustParseAddr("127.0.0.1"), lossy{network{std, a}, &d.repaired}, a)
	if err != nil {
		return nil, err
	}
	pc, err := stack.API.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	s := &pair{pc: pc, tracks: NewTracks()}
	if !m.Publishes {
		pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
			s.reading.Go(func() { readFeedback(r.Read) })
			stack.Receive(m, t)
		})
		if err := pc.SetRemoteDescription(<-d.offers); err != nil {
			return nil, err
		}
		answer, err := pc.CreateAnswer(nil)
		if err != nil {
			return nil, err
		}
		d.answers <- s.gather(answer)
		return s, nil
	}
	for _, track := range s.tracks {
		sender, err := pc.AddTrack(track)
		if err != nil {
			return nil, err
		}
		s.reading.Go(func() { readFeedback(sender.Read) })
	}
	connected := make(chan struct{})
	once := sync.OnceFunc(func() { close(connected) })
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			once()
		}
	})
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		return nil, err
	}
	d.offers <- s.gather(offer)
	if err := pc.SetRemoteDescription(<-d.answers); err != nil {
		return nil, err
	}
	select {
	case <-connected:
		return s, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// readFeedback reads RTCP until the connection ends: the interceptors answer what is in it.
func readFeedback[T any](read func([]byte) (int, T, error)) {
	b := make([]byte, 1500)
	for {
		if _, _, err := read(b); err != nil {
			return
		}
	}
}

type pair struct {
	pc      *webrtc.PeerConnection
	tracks  [2]*Track
	reading sync.WaitGroup
}

func (s *pair) gather(d webrtc.SessionDescription) webrtc.SessionDescription {
	done := webrtc.GatheringCompletePromise(s.pc)
	if s.pc.SetLocalDescription(d) == nil {
		<-done
	}
	return *s.pc.LocalDescription()
}

func (s *pair) Send(p measure.Packet) error { return s.tracks[p.Kind].Send(p) }

func (s *pair) Close() {
	_ = s.pc.GracefulClose()
	s.reading.Wait()
}

// What only a retransmission brought stays lost, and is no duplicate: a server is not to look better, nor to have
// delivered more, for having lost packets.
func TestStack_RetransmissionsAreAskedForAndNotCounted(t *testing.T) {
	d := &direct{offers: make(chan webrtc.SessionDescription, 1), answers: make(chan webrtc.SessionDescription, 1)}
	r, err := measure.Run(t.Context(), d, measure.Workload{Name: measure.Fanout, Size: 1, Dur: 2 * time.Second}, 0)
	if err != nil {
		t.Fatal(err)
	}
	// Of 204 packets a second 154 are video.
	if r.Loss < 0.03 || r.Loss > 0.045 || r.Duplicates != 0 || r.Unstamped != 0 || r.DeliveredPPS > 0.98*r.SentPPS {
		t.Errorf("%+v", r)
	}
	if n := d.repaired.Load(); n < 5 {
		t.Errorf("%d retransmissions came, of about 15", n)
	}
}
