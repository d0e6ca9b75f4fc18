package client

import (
	"fmt"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// Header extensions that the media server uses.
const (
	midExtension = "urn:ietf:params:rtp-hdrext:sdes:mid"
)

// NewAPI makes the WebRTC stack of Options.API's default: Opus and VP8, retransmission, reports, transport-wide
// congestion control, loopback candidates so that a server on this machine can be reached. tune may change the
// settings; nil leaves them.
func NewAPI(tune func(*webrtc.SettingEngine)) (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	if err := RegisterCodecs(media); err != nil {
		return nil, err
	}
	interceptors := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, interceptors); err != nil {
		return nil, fmt.Errorf("register interceptors: %w", err)
	}
	settings := Settings()
	if tune != nil {
		tune(&settings)
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(interceptors)), nil
}

// Settings suit a server that is ICE-lite: it checks back at once, so there is nothing to wait for, and its address is
// in its answer, so no client candidate needs to be asked for.
func Settings() webrtc.SettingEngine {
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	s.DisableActiveTCP(true)
	s.SetHostAcceptanceMinWait(0)
	s.SetDTLSRetransmissionInterval(100 * time.Millisecond)
	return s
}

// RegisterCodecs adds what the media server forwards: Opus and VP8.
func RegisterCodecs(m *webrtc.MediaEngine) error {
	feedback := []webrtc.RTCPFeedback{{Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	for _, c := range []struct {
		webrtc.RTPCodecParameters
		webrtc.RTPCodecType
	}{
		{webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus,
			ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}}, webrtc.RTPCodecTypeAudio},
		{webrtc.RTPCodecParameters{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8,
			ClockRate: 90000, RTCPFeedback: feedback}}, webrtc.RTPCodecTypeVideo},
	} {
		if err := m.RegisterCodec(c.RTPCodecParameters, c.RTPCodecType); err != nil {
			return fmt.Errorf("register %s: %w", c.MimeType, err)
		}
		capability := webrtc.RTPHeaderExtensionCapability{URI: midExtension}
		if err := m.RegisterHeaderExtension(capability, c.RTPCodecType); err != nil {
			return fmt.Errorf("register header extension: %w", err)
		}
	}
	return nil
}
