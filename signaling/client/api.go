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

// NewAPI makes the WebRTC stack of Options.API's default: Opus, VP8 and H.264, retransmission, reports, transport-wide
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

// RegisterCodecs adds what the media server forwards: Opus, VP8 and H.264 (constrained baseline), the video with
// retransmissions (RFC 4588).
func RegisterCodecs(m *webrtc.MediaEngine) error {
	for _, c := range []struct {
		number    webrtc.PayloadType
		mime      string
		clock     uint32
		channels  uint16
		parameter string
	}{
		{111, webrtc.MimeTypeOpus, 48000, 2, "minptime=10;useinbandfec=1"},
		{96, webrtc.MimeTypeVP8, 90000, 0, ""},
		{97, webrtc.MimeTypeRTX, 90000, 0, "apt=96"},
		{102, webrtc.MimeTypeH264, 90000, 0, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"},
		{103, webrtc.MimeTypeRTX, 90000, 0, "apt=102"},
	} {
		kind, codec := webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{PayloadType: c.number,
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: c.mime, ClockRate: c.clock, Channels: c.channels, SDPFmtpLine: c.parameter}}
		switch c.mime {
		case webrtc.MimeTypeOpus:
			kind = webrtc.RTPCodecTypeAudio
		case webrtc.MimeTypeVP8, webrtc.MimeTypeH264:
			codec.RTCPFeedback = []webrtc.RTCPFeedback{{Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}
		}
		if err := m.RegisterCodec(codec, kind); err != nil {
			return fmt.Errorf("register %s: %w", c.mime, err)
		}
	}
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: midExtension}, kind); err != nil {
			return fmt.Errorf("register header extension: %w", err)
		}
	}
	return nil
}
