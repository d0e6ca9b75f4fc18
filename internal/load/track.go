package load

import (
	"errors"
	"strings"
	"sync"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"nara/internal/measure"
)

// Track is a participant's sound or picture on its way out. It writes straight to the transport.
type Track struct {
	kind measure.Kind

	mu     sync.Mutex // guards the fields below
	header rtp.Header
	out    webrtc.TrackLocalWriter // nil until the answer is there
}

// NewTracks makes a participant's sound and picture, by measure.Kind.
func NewTracks() [2]*Track { return [2]*Track{{kind: measure.Audio}, {kind: measure.Video}} }

var errNotNegotiated = errors.New("track is not negotiated")

// Send sends one packet.
func (t *Track) Send(p measure.Packet) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.out == nil {
		return errNotNegotiated
	}
	h := &t.header
	h.SequenceNumber, h.Timestamp, h.Marker = p.Sequence, p.Timestamp, p.Marker
	h.Extension, h.Extensions = false, h.Extensions[:0] // the interceptors add theirs anew
	_, err := t.out.WriteRTP(h, p.Payload)
	return err
}

// Bind, Unbind and the rest are webrtc.TrackLocal.
func (t *Track) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, codec := range c.CodecParameters() {
		if strings.EqualFold(codec.MimeType, t.mime()) {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.header = rtp.Header{Version: 2, SSRC: uint32(c.SSRC()), PayloadType: uint8(codec.PayloadType)}
			t.out = c.WriteStream()
			return codec, nil
		}
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}

// Unbind ends sending.
func (t *Track) Unbind(webrtc.TrackLocalContext) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.out = nil
	return nil
}

func (t *Track) mime() string {
	if t.kind == measure.Audio {
		return webrtc.MimeTypeOpus
	}
	return webrtc.MimeTypeVP8
}

// ID names the track in the offer.
func (t *Track) ID() string { return t.Kind().String() }

// RID is empty: there is one layer.
func (t *Track) RID() string { return "" }

// StreamID is the same for both tracks, so that they belong together.
func (t *Track) StreamID() string { return "load" }

// Kind is audio or video.
func (t *Track) Kind() webrtc.RTPCodecType {
	if t.kind == measure.Audio {
		return webrtc.RTPCodecTypeAudio
	}
	return webrtc.RTPCodecTypeVideo
}
