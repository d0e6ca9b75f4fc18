package answer

import (
	"fmt"
	"strings"
	"testing"

	"nara/sfu/wire"
)

// RFC 6184 section 8.1, table 5, and what libwebrtc calls constrained high.
func TestParse_H264Profiles(t *testing.T) {
	for id, want := range map[string]string{
		"42e01f": ConstrainedBaseline, "42C00C": ConstrainedBaseline, "42401f": ConstrainedBaseline, "42f01f": ConstrainedBaseline,
		"4d801f": ConstrainedBaseline, "4de01f": ConstrainedBaseline, "58c01f": ConstrainedBaseline, "58f01f": ConstrainedBaseline,
		"42001f": Baseline, "42800a": Baseline, "42a01f": Baseline, "58801f": Baseline,
		"4d001f": Main, "4d401f": Main, "4D0032": Main,
		"64001f": High, "640c34": ConstrainedHigh,
		"58001f": "", "f4001f": "", "6e001f": "", "7a001f": "", "64081f": "", "4d201f": "", "42011f": "", "530c1f": "", // others
		"42e0": "", "42e01f00": "", "42e01g": "", "x": "", // malformed
		"absent": Baseline,
	} {
		fmtp := "packetization-mode=1;profile-level-id=" + id
		if id == "absent" {
			fmtp = "packetization-mode=1"
		}
		profile, answer, ok := h264Answer(fmtp)
		if profile != want || ok != (want != "") || ok && answer != fmtp {
			t.Errorf("%s: %q %q %v, want %q", id, profile, answer, ok, want)
		}
	}
}

func TestParse_H264Parameters(t *testing.T) {
	for offered, want := range map[string]string{
		"level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f":  "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
		"profile-level-id=42e01f; PACKETIZATION-MODE=1 ;max-fs=3600":              "packetization-mode=1;profile-level-id=42e01f",
		"level-asymmetry-allowed=0;packetization-mode=1;profile-level-id=42e01f":  "packetization-mode=1;profile-level-id=42e01f",
		"packetization-mode=1;sprop-parameter-sets=Z0LADIyNQKD5APCIRqA=,aM48gA==": "packetization-mode=1",
		"packetization-mode=0;profile-level-id=42e01f":                            "",
		"packetization-mode=2;profile-level-id=42e01f":                            "",
		"profile-level-id=42e01f":                                                 "",
		"":                                                                        "",
	} {
		if _, got, _ := h264Answer(offered); got != want {
			t.Errorf("%s: %q, want %q", offered, got, want)
		}
	}
	// Without a profile, that of the parameter sets which will come.
	for sets, want := range map[string]string{
		"Z0LADIyNQKD5APCIRqA=,aM48gA==": ConstrainedBaseline, "aM48gA==,Z2QAHw==": High, "Z2Q=": Baseline, "!": Baseline, ",": Baseline,
	} {
		if got, _, _ := h264Answer("packetization-mode=1;sprop-parameter-sets=" + sets); got != want {
			t.Errorf("%s: %q, want %q", sets, got, want)
		}
	}
}

// A decoder of the row decodes what was coded by the column.
func TestFormat_Carries(t *testing.T) {
	profiles := []string{ConstrainedBaseline, Baseline, Main, ConstrainedHigh, High}
	rows := []string{"10000", "11000", "10100", "10010", "10111"}
	for i, f := range profiles {
		for k, g := range profiles {
			got := Format{Codec: wire.H264, Profile: f}.Carries(Format{Codec: wire.H264, Profile: g})
			if got != (rows[i][k] == '1') {
				t.Errorf("%s carries %s: %v", f, g, got)
			}
		}
	}
	codecs := []wire.Codec{wire.Opus, wire.VP8, wire.H264}
	for _, f := range codecs {
		for _, g := range codecs {
			if got := (Format{Codec: f}).Carries(Format{Codec: g}); got != (f == g) {
				t.Errorf("codec %d carries %d: %v", f, g, got)
			}
		}
	}
}

const (
	vp8  = "a=rtpmap:96 VP8/90000"
	rtx  = "a=rtpmap:97 rtx/90000"
	apt  = "a=fmtp:97 apt=96"
	nack = "a=rtcp-fb:96 nack"
	opus = "a=rtpmap:111 opus/48000/2"
	red  = "a=rtpmap:63 red/48000/2"
)

func TestParse_Formats(t *testing.T) {
	for _, c := range []struct{ what, offer, want string }{
		{"retransmission", video("96 97", vp8, rtx, apt, nack), "[96:VP8 rtx 97 nack]"},
		{"without NACK", video("96 97", vp8, rtx, apt), "[96:VP8 rtx 97]"},
		{"NACK of all", video("96 97", vp8, rtx, apt, "a=rtcp-fb:* nack"), "[96:VP8 rtx 97 nack]"},
		{"NACK without rtx", video("96", vp8, nack), "[96:VP8]"},
		{"NACK of others", video("96 97", vp8, rtx, apt, "a=rtcp-fb:97 nack"), "[96:VP8 rtx 97]"},
		{"rtx without apt", video("96 97", vp8, rtx, nack), "[96:VP8]"},
		{"rtx of itself", video("96 97", vp8, rtx, "a=fmtp:97 apt=97", nack), "[96:VP8]"},
		{"rtx in a ring", video("96 97 98", vp8, rtx, "a=fmtp:97 apt=98", "a=rtpmap:98 rtx/90000", "a=fmtp:98 apt=97", nack), "[96:VP8]"},
		{"rtx of rtx", video("96 97 98", vp8, rtx, apt, "a=rtpmap:98 rtx/90000", "a=fmtp:98 apt=97", nack), "[96:VP8 rtx 97 nack]"},
		{"rtx twice", video("96 98 97", vp8, rtx, apt, "a=rtpmap:98 rtx/90000", "a=fmtp:98 apt=96;rtx-time=200", nack), "[96:VP8 rtx 98 nack]"},
		{"parameters twice", video("96 97", vp8, rtx, apt, "a=fmtp:97 apt=98", nack), "[96:VP8 rtx 97 nack]"},
		{"rtx of another clock", video("96 97", vp8, "a=rtpmap:97 rtx/48000", apt, nack), "[96:VP8]"},
		{"rtx that is not on the m-line", video("96", vp8, rtx, apt, nack), "[96:VP8]"},
		{"the same codec twice", video("98 96", vp8, "a=rtpmap:98 vp8/90000"), "[98:VP8]"},
		{"the same number twice", video("96 96 97 97", vp8, "a=rtpmap:96 H264/90000", rtx, apt, nack), "[96:VP8 rtx 97 nack]"},
		{"numbers of RTCP", video("72 96", "a=rtpmap:72 VP8/90000", vp8), "[96:VP8]"},
		{"absurd numbers", video("-1 128 9999999999999999999999 x 96", vp8, "a=rtpmap:128 VP8/90000", "a=rtpmap:-1 VP8/90000"), "[96:VP8]"},
		{"VP8, constrained baseline, high, others", video("101 102 103 104 96",
			h264(101, "4d001f"), h264(102, "64001f"), h264(103, "42e01f"), h264(104, "f4001f"), vp8), "[96:VP8] [103:H264-42e0] [102:H264-6400] [101:H264-4d00]"},
		{"RED", audio("111 63", opus, red, "a=fmtp:63 111/111"), "[111:opus red 63]"},
		{"RED first", audio("63 111", opus, red, "a=fmtp:63 111/111/111"), "[111:opus red 63 first]"},
		{"RED of itself", audio("63 111", opus, red, "a=fmtp:63 63/63"), "[111:opus]"},
		{"RED of others", audio("63 111 0", opus, red, "a=fmtp:63 111/0"), "[111:opus]"},
		{"RED without redundancy", audio("63 111", opus, red, "a=fmtp:63 111"), "[111:opus]"},
		{"RED of nothing", audio("63 111", opus, red), "[111:opus]"},
		{"RED of video", video("96 63", vp8, "a=rtpmap:63 red/90000", "a=fmtp:63 96/96"), "[96:VP8]"},
		{"Opus in capitals", audio("97", "a=rtpmap:97 OPUS/48000/2"), "[97:opus]"},
	} {
		m := parsed(t, c.offer)
		got, _, _ := strings.Cut(strings.TrimPrefix(describe(m), "0 "+m.Kind+" sends receives "), " mid")
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
		o, err := Parse(c.offer)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []Action{Receive, Send, Inactive} {
			complete(t, o, c.offer, Write(o, server, []Line{{Action: a, SSRC: 1, RepairSSRC: 2, Stream: "s", Track: "t"}}, 1))
		}
	}
}

func h264(payloadType int, id string) string {
	return fmt.Sprintf("a=rtpmap:%d H264/90000\r\na=fmtp:%[1]d packetization-mode=1;profile-level-id=%s", payloadType, id)
}

func TestWrite_OpusIsAskedForAsTheClientWould(t *testing.T) {
	for offered, want := range map[string]string{
		"minptime=10;useinbandfec=1": "minptime=10;useinbandfec=1",
		"stereo=1;maxplaybackrate=1": "minptime=10;useinbandfec=1",
		"sprop-stereo=1;stereo=1":    "minptime=10;useinbandfec=1;stereo=1",
		"usedtx=1":                   "minptime=10;useinbandfec=1;usedtx=1",
	} {
		if got := opusAnswer(offered); got != want {
			t.Errorf("%s: %s", offered, got)
		}
	}
}

func TestWrite_RepairsOnlyWhatTheLineSays(t *testing.T) {
	offer := video("96 97", vp8, rtx, apt, nack, "a=rtcp-fb:96 nack pli")
	o, err := Parse(offer)
	if err != nil {
		t.Fatal(err)
	}
	with := Write(o, server, []Line{{Action: Send, SSRC: 11, RepairSSRC: 22, Stream: "s", Track: "t"}}, 1)
	for _, l := range []string{"SAVPF 96 97\r", "a=rtcp-fb:96 nack\r", "a=fmtp:97 apt=96\r", "a=ssrc-group:FID 11 22\r", "a=ssrc:22 cname:s\r"} {
		if !strings.Contains(with, l) {
			t.Errorf("%q is missing", l)
		}
	}
	without := Write(o, server, []Line{{Action: Send, SSRC: 11, Stream: "s", Track: "t"}}, 1)
	for _, l := range []string{"97", "nack\r", "FID", "a=ssrc:0"} {
		if strings.Contains(strings.ReplaceAll(without, server.Fingerprint, ""), l) {
			t.Errorf("%q without a repair SSRC", l)
		}
	}
	if !strings.Contains(without, "nack pli") {
		t.Error("no PLI")
	}
}
