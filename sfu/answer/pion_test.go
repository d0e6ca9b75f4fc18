package answer

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// codec registers one of a pion client.
func codec(t *testing.T, m *webrtc.MediaEngine, n webrtc.PayloadType, mime, parameters string) {
	t.Helper()
	c := webrtc.RTPCodecParameters{PayloadType: n, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 90000, SDPFmtpLine: parameters}}
	kind := webrtc.RTPCodecTypeVideo
	switch {
	case strings.HasPrefix(mime, "audio/"):
		kind, c.ClockRate, c.Channels = webrtc.RTPCodecTypeAudio, 48000, 2
	case mime != webrtc.MimeTypeRTX:
		c.RTCPFeedback = []webrtc.RTCPFeedback{{Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	}
	if err := m.RegisterCodec(c, kind); err != nil {
		t.Fatal(err)
	}
}

// TestPion_TakesTheAnswer has somebody else's implementation read the answer to
// its own offer, and say what it would send and receive by it.
func TestPion_TakesTheAnswer(t *testing.T) {
	const cb, high = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", "packetization-mode=1;profile-level-id=640c1f"
	usual := func(t *testing.T, m *webrtc.MediaEngine) {
		if err := m.RegisterDefaultCodecs(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name              string
		codecs            func(*testing.T, *webrtc.MediaEngine)
		mime              string
		rids              []string
		audio, video      string // sent
		audioIn, videoIn  string // received
		simulcast, repair bool
	}{
		{name: "usual codecs", codecs: usual, mime: webrtc.MimeTypeVP8, audio: "opus/111", video: "VP8/96 rtx/97", audioIn: "opus/111",
			videoIn: "VP8/96 rtx/97 H264/106 rtx/107 H264/112 rtx/113 H264/102 rtx/103 H264/127 rtx/125", repair: true},
		{name: "simulcast", codecs: usual, mime: webrtc.MimeTypeVP8, rids: []string{"l", "m", "h"}, audio: "opus/111", video: "VP8/96 rtx/97", audioIn: "opus/111",
			videoIn: "VP8/96 rtx/97 H264/106 rtx/107 H264/112 rtx/113 H264/102 rtx/103 H264/127 rtx/125", simulcast: true, repair: true},
		{name: "RED first", codecs: func(t *testing.T, m *webrtc.MediaEngine) {
			codec(t, m, 63, "audio/red", "111/111")
			codec(t, m, 111, webrtc.MimeTypeOpus, "minptime=10;useinbandfec=1")
			codec(t, m, 96, webrtc.MimeTypeVP8, "")
		}, mime: webrtc.MimeTypeVP8, audio: "red/63 opus/111", video: "VP8/96", audioIn: "red/63 opus/111", videoIn: "VP8/96"},
		{name: "H.264 alone", codecs: func(t *testing.T, m *webrtc.MediaEngine) {
			codec(t, m, 111, webrtc.MimeTypeOpus, "")
			codec(t, m, 104, webrtc.MimeTypeH264, high)
			codec(t, m, 105, webrtc.MimeTypeRTX, "apt=104")
			codec(t, m, 102, webrtc.MimeTypeH264, cb)
			codec(t, m, 103, webrtc.MimeTypeRTX, "apt=102")
		}, mime: webrtc.MimeTypeH264, audio: "opus/111", video: "H264/102 rtx/103", audioIn: "opus/111", videoIn: "H264/102 rtx/103 H264/104 rtx/105", repair: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			media := &webrtc.MediaEngine{}
			c.codecs(t, media)
			pc := pionClient(t, media)
			sendOn(t, pc, webrtc.MimeTypeOpus, nil)
			sendOn(t, pc, c.mime, c.rids)
			for _, k := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
				if _, err := pc.AddTransceiverFromKind(k, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
					t.Fatal(err)
				}
			}
			offer, err := pc.CreateOffer(nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := pc.SetLocalDescription(offer); err != nil {
				t.Fatal(err)
			}
			o, err := Parse(offer.SDP)
			if err != nil {
				t.Fatal(err)
			}
			local := server
			local.Candidates = []Candidate{{Address: netip.MustParseAddrPort("127.0.0.1:9")}, {Address: netip.MustParseAddrPort("127.0.0.1:9"), TCP: true}}
			text := Write(o, local, decide(o), 1)
			complete(t, o, offer.SDP, text)
			if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: text}); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			// What pion sends is the first of its kind, of all m-lines.
			var got []string
			for i, tr := range pc.GetTransceivers() {
				if i < 2 {
					got = append(got, names(tr.Sender().GetParameters().Codecs))
				} else {
					got = append(got, names(tr.Receiver().GetParameters().Codecs))
				}
			}
			for i, want := range []string{c.audio, c.video} {
				if got[i] != want && !strings.HasPrefix(got[i], want+" ") {
					t.Errorf("m-line %d sends %s, want %s", i, got[i], want)
				}
			}
			if d := cmp.Diff([]string{c.audioIn, c.videoIn}, got[2:]); d != "" {
				t.Error(d)
			}
			if strings.Contains(text, "a=simulcast:recv l;m;h") != c.simulcast || !slices.Equal(o.Media[1].Layers, c.rids) {
				t.Errorf("layers %v", o.Media[1].Layers)
			}
			if strings.Contains(text, "FID 1003 2003") != c.repair {
				t.Error(text)
			}
		})
	}
}

func pionClient(t *testing.T, media *webrtc.MediaEngine) *webrtc.PeerConnection {
	t.Helper()
	if err := webrtc.ConfigureSimulcastExtensionHeaders(media); err != nil {
		t.Fatal(err)
	}
	var engine webrtc.SettingEngine
	engine.SetIncludeLoopbackCandidate(true)
	engine.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	engine.LoggerFactory = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(&interceptor.Registry{}),
		webrtc.WithSettingEngine(engine)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pc.GracefulClose(); err != nil {
			t.Error(err)
		}
	})
	return pc
}

// sendOn adds a send m-line, with simulcast if there are RIDs.
func sendOn(t *testing.T, pc *webrtc.PeerConnection, mime string, rids []string) {
	t.Helper()
	var sender *webrtc.RTPSender
	for i := range max(1, len(rids)) {
		var options []func(*webrtc.TrackLocalStaticRTP)
		if rids != nil {
			options = append(options, webrtc.WithRTPStreamID(rids[i]))
		}
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, "t"+mime[:5], "s", options...)
		if err != nil {
			t.Fatal(err)
		}
		if sender == nil {
			tr, err := pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
			if err != nil {
				t.Fatal(err)
			}
			sender = tr.Sender()
		} else if err := sender.AddEncoding(track); err != nil {
			t.Fatal(err)
		}
	}
}

// names lists codecs as "VP8/96".
func names(codecs []webrtc.RTPCodecParameters) string {
	var list []string
	for _, c := range codecs {
		_, name, _ := strings.Cut(c.MimeType, "/")
		list = append(list, fmt.Sprintf("%s/%d", name, c.PayloadType))
	}
	return strings.Join(list, " ")
}
