package load

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
	"github.com/pion/webrtc/v4"

	"nara/internal/measure"
	"nara/signaling/client"
)

// Stack is the WebRTC of one participant.
type Stack struct {
	API      *webrtc.API
	arrivals *arrivals
}

// sentRemembered is how many packets of a stream can be sent again: more than a second's.
const sentRemembered = 256

// NewStack makes a participant's stack: VP8 and Opus with what browsers negotiate for them. Its sockets are at one
// address alone if that is given. AES-128-GCM is what is offered, so that all servers seal alike.
func NewStack(at netip.Addr) (*Stack, error) {
	std, err := stdnet.NewNet()
	if err != nil {
		return nil, fmt.Errorf("list network interfaces: %w", err)
	}
	a := newArrivals()
	return newStack(at, network{std, a}, a)
}

// newStack makes a stack on a network that notes arrivals.
func newStack(at netip.Addr, network transport.Net, a *arrivals) (*Stack, error) {
	settings := client.Settings()
	settings.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	if at.IsValid() {
		settings.SetIPFilter(func(ip net.IP) bool {
			a, ok := netip.AddrFromSlice(ip)
			return ok && a.Unmap() == at
		})
	}
	settings.SetNet(network)

	media := &webrtc.MediaEngine{}
	if err := registerCodecs(media); err != nil {
		return nil, err
	}
	interceptors := &interceptor.Registry{}
	interceptors.Add(&silence{}) // before those that write
	for _, err := range []error{
		webrtc.ConfigureNackWithOptions(media, interceptors, nil, nack.ResponderSize(sentRemembered)),
		webrtc.ConfigureRTCPReports(interceptors),
		webrtc.ConfigureTWCCHeaderExtensionSender(media, interceptors),
		webrtc.ConfigureTWCCSender(media, interceptors),
	} {
		if err != nil {
			return nil, fmt.Errorf("register interceptors: %w", err)
		}
	}
	return &Stack{arrivals: a, API: webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(interceptors))}, nil
}

// registerCodecs adds Opus, and VP8 with retransmission (RFC 4588).
func registerCodecs(m *webrtc.MediaEngine) error {
	feedback := []webrtc.RTCPFeedback{{Type: webrtc.TypeRTCPFBGoogREMB}, {Type: webrtc.TypeRTCPFBCCM, Parameter: "fir"},
		{Type: webrtc.TypeRTCPFBNACK}, {Type: webrtc.TypeRTCPFBNACK, Parameter: "pli"}}
	for _, c := range []struct {
		kind webrtc.RTPCodecType
		webrtc.RTPCodecParameters
	}{
		{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecParameters{PayloadType: measure.AudioType, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}}},
		{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{PayloadType: measure.VideoType, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: feedback}}},
		{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{PayloadType: measure.RepairType, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: fmt.Sprintf("apt=%d", measure.VideoType)}}},
	} {
		if err := m.RegisterCodec(c.RTPCodecParameters, c.kind); err != nil {
			return fmt.Errorf("register %s: %w", c.MimeType, err)
		}
	}
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		mid := webrtc.RTPHeaderExtensionCapability{URI: "urn:ietf:params:rtp-hdrext:sdes:mid"}
		if err := m.RegisterHeaderExtension(mid, kind); err != nil {
			return fmt.Errorf("register header extension: %w", err)
		}
	}
	return nil
}

// Receive hands the packets of a remote track to a member until the track ends. What comes as a retransmission is left
// out: it is delivered, but not by the way that is measured.
func (s *Stack) Receive(m *measure.Member, t *webrtc.TrackRemote) {
	b := make([]byte, 1500)
	for {
		n, attributes, err := t.Read(b)
		if err != nil {
			return
		}
		if attributes.Get(webrtc.AttributeRtxSsrc) == nil {
			m.Receive(b[:n], s.arrivals.of(b[:n]))
		}
	}
}
