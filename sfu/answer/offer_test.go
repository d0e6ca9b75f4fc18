package answer

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParse_BadOffers(t *testing.T) {
	good := recorded(t, "chromium.sdp")
	replace := func(old, with string) string {
		s := strings.ReplaceAll(good, old, with)
		if s == good {
			t.Fatalf("%q is not in the offer", old)
		}
		return s
	}
	ufrag := strings.SplitN(strings.SplitN(good, "a=ice-ufrag:", 2)[1], "\r\n", 2)[0]
	password := strings.SplitN(strings.SplitN(good, "a=ice-pwd:", 2)[1], "\r\n", 2)[0]
	lines := strings.SplitAfter(good, "\r\n")
	ssrc := strings.Fields(strings.SplitN(strings.SplitN(good, "a=ssrc:", 2)[1], "\r\n", 2)[0])[0]
	repair := strings.Fields(strings.SplitN(strings.SplitN(good, "a=ssrc-group:FID ", 2)[1], "\r\n", 2)[0])[1]
	for name, c := range map[string]struct {
		offer string
		want  error
	}{
		"empty":                  {"", ErrBad},
		"not SDP":                {"hello\r\nworld", ErrBad},
		"nothing served":         {"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", ErrBad},
		"too long":               {good + strings.Repeat("a=x\r\n", 16<<10), ErrTooMany},
		"too many m-lines":       {good + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", 60), ErrTooMany},
		"too many SSRCs":         {addSSRCs(lines, 30), ErrTooMany},
		"no bundle":              {replace("a=group:BUNDLE", "a=group:LS"), ErrBad},
		"no rtcp-mux":            {replace("a=rtcp-mux\r\n", ""), ErrBad},
		"plain RTP":              {replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), ErrBad},
		"no codec we know":       {strings.NewReplacer("VP8/90000", "y/1", "H264/90000", "z/1").Replace(replace("opus/48000/2", "x/1")), ErrBad},
		"two transports":         {strings.Replace(good, "a=ice-ufrag:"+ufrag, "a=ice-ufrag:other\r\na=ice-ufrag:"+ufrag, 1), ErrBad},
		"short password":         {replace(password, "short"), ErrBad},
		"password with a colon":  {replace(password, password+":"), ErrBad},
		"no fingerprint":         {replace("a=fingerprint:", "a=x:"), ErrBad},
		"weak fingerprint":       {replace("fingerprint:sha-256", "fingerprint:sha-1"), ErrBad},
		"cut fingerprint":        {replace("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 0"), ErrBad},
		"client as DTLS server":  {replace("a=setup:actpass", "a=setup:passive"), ErrBad},
		"the same mid twice":     {replace("a=mid:1\r\n", "a=mid:0\r\n"), ErrBad},
		"no mid":                 {video("96", "a=rtpmap:96 VP8/90000", "a=mid:"), ErrBad},
		"absurd port":            {replace("m=video 9 ", "m=video 99999999999 "), ErrBad},
		"a mid with bad letters": {strings.ReplaceAll(replace("a=mid:1\r\n", "a=mid:<1>\r\n"), "BUNDLE 0 1", "BUNDLE 0 <1>"), ErrBad},
		"the same repair twice":  {strings.Replace(good, "a=mid:0\r\n", "a=mid:0\r\na=ssrc:1 x\r\na=ssrc-group:FID 1 "+repair+"\r\n", 1), ErrBad},
		"the same SSRC twice":    {strings.Replace(good, "a=mid:1\r\n", "a=mid:1\r\na=ssrc:"+ssrc+" cname:x\r\n", 1), ErrBad},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse(c.offer); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func addSSRCs(lines []string, n int) string {
	s := strings.Join(lines, "")
	more := "a=mid:1\r\n"
	for i := range n {
		more += fmt.Sprintf("a=ssrc:%d cname:x\r\n", 5000+i)
	}
	return strings.Replace(s, "a=mid:1\r\n", more, 1)
}

func TestParse_StoppedLineIsRefused(t *testing.T) {
	offer := strings.Replace(recorded(t, "chromium.sdp"), "m=video 9 ", "m=video 0 ", 1)
	o, err := Parse(offer)
	if err != nil {
		t.Fatal(err)
	}
	if o.Media[1].Served || !o.Media[3].Served {
		t.Error("only the stopped m-line is to be refused")
	}
	complete(t, o, offer, Write(o, server, decide(o), 1))
}

func TestParse_OtherFingerprintsBesideSHA256(t *testing.T) {
	plain, err := Parse(recorded(t, "chromium.sdp"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := Parse(strings.ReplaceAll(recorded(t, "chromium.sdp"), "a=setup:", "a=fingerprint:sha-512 AB:CD\r\na=setup:"))
	if err != nil || o.Fingerprint != plain.Fingerprint {
		t.Errorf("%x %v", o.Fingerprint, err)
	}
}

func TestParse_RetransmissionIsNotTheStream(t *testing.T) {
	for _, lines := range [][]string{
		{"a=ssrc-group:FID 77 66", "a=ssrc:66 cname:x", "a=ssrc:77 cname:x"},
		{"a=ssrc:77 cname:x", "a=ssrc:66 cname:x", "a=ssrc-group:FID 77 66"},
		{"a=ssrc-group:SIM 77 78", "a=ssrc-group:FID 77 66", "a=ssrc-group:FID 78 67", "a=ssrc:77 cname:x", "a=ssrc:78 cname:x", "a=ssrc:66 cname:x", "a=ssrc:67 cname:x"},
		{"a=ssrc-group:FID 77 77", "a=ssrc-group:FID x y", "a=ssrc-group:FID 77", "a=ssrc-group:FID 77 66", "a=ssrc:0 x", "a=ssrc:77 cname:x"},
	} {
		m := parsed(t, video("96 97", append(lines, "a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96")...))
		if m.SSRC != 77 || m.RepairSSRC != 66 {
			t.Errorf("%v: SSRC %d, repaired by %d", lines, m.SSRC, m.RepairSSRC)
		}
	}
}

// Clients that do not know yet whether the bundle is accepted give each m-line
// a transport of its own; that of the group's first one served is taken.
func TestParse_BundleHasTheTransportOfItsFirstLine(t *testing.T) {
	offer := recorded(t, "aiortc.sdp")
	ufrag := func(i int) string {
		return strings.SplitN(strings.Split(offer, "a=ice-ufrag:")[i], "\r\n", 2)[0]
	}
	for group, want := range map[string]string{"0 1 2 3 4 5": ufrag(1), "1 0 2 3 4 5": ufrag(2), "9 2 0 1": ufrag(3)} {
		text := strings.Replace(offer, "BUNDLE 0 1 2 3 4 5", "BUNDLE "+group, 1)
		o, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if o.Ufrag != want {
			t.Errorf("%s: %q, want %q", group, o.Ufrag, want)
		}
		answer := Write(o, server, decide(o), 1)
		complete(t, o, text, answer)
		if !strings.Contains(answer, "a=group:BUNDLE "+strings.TrimPrefix(group, "9 ")+"\r\n") {
			t.Errorf("%s: the answer names another m-line first", group)
		}
	}
	stopped := strings.Replace(offer, "m=audio 52007", "m=audio 0", 1)
	if o, err := Parse(stopped); err != nil || o.Ufrag != ufrag(2) {
		t.Errorf("%q %v", o.Ufrag, err)
	}
}

func TestParse_SecondBundleIsRefused(t *testing.T) {
	offer := strings.Replace(recorded(t, "aiortc.sdp"), "BUNDLE 0 1 2 3 4 5", "BUNDLE 0 1\r\na=group:BUNDLE 2 3 4 5", 1)
	o, err := Parse(offer)
	if err != nil || !o.Media[1].Served || o.Media[2].Served {
		t.Errorf("%v %v", o.Media, err)
	}
	complete(t, o, offer, Write(o, server, decide(o), 1))
}

func TestParse_LinesThatCannotBeToldApart(t *testing.T) {
	second := func(lines ...string) string {
		s := video("96", "a=sendonly", "a=ssrc:7 cname:x", "a=rtpmap:96 VP8/90000") +
			strings.Join(append([]string{"m=video 9 UDP/TLS/RTP/SAVPF 96 98", "a=mid:1", "a=rtcp-mux"}, append(lines, "")...), "\r\n")
		return strings.Replace(s, "BUNDLE 0", "BUNDLE 0 1", 1)
	}
	h264 := "a=fmtp:96 packetization-mode=1;profile-level-id=42e01f"
	for name, c := range map[string]struct {
		offer string
		want  error
	}{
		"another meaning, nothing else to tell": {second("a=sendonly", "a=rtpmap:96 H264/90000", h264), ErrBad},
		"the same meaning, nothing else":        {second("a=sendonly", "a=rtpmap:96 VP8/90000"), ErrBad},
		"by SSRC":                               {second("a=sendonly", "a=rtpmap:96 H264/90000", h264, "a=ssrc:8 cname:x"), nil},
		"by MID":                                {second("a=sendonly", "a=rtpmap:96 H264/90000", h264, "a=extmap:4 "+uriMid), nil},
		"by payload type":                       {second("a=sendonly", "a=rtpmap:98 VP8/90000"), nil},
		"nothing need come on it":               {second("a=rtpmap:96 VP8/90000"), nil},
		"nothing need come on the other one":    {strings.Replace(second("a=sendonly", "a=rtpmap:96 VP8/90000"), "a=sendonly\r\na=ssrc:7", "a=ssrc:7", 1), nil},
		"it only receives":                      {second("a=recvonly", "a=rtpmap:96 VP8/90000"), nil},
	} {
		if _, err := Parse(c.offer); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestParse_DirectionOfTheSession(t *testing.T) {
	offer := strings.Replace(video("96", "a=rtpmap:96 VP8/90000"), "t=0 0\r\n", "t=0 0\r\na=recvonly\r\n", 1)
	if m := parsed(t, offer); m.Sends || !m.Receives {
		t.Error("the session's direction is not taken")
	}
	if m := parsed(t, strings.Replace(offer, "a=mid:0", "a=sendonly\r\na=mid:0", 1)); !m.Sends || m.Receives {
		t.Error("the m-line's own direction is not taken")
	}
}
