package answer

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/sdp/v3"
)

var update = flag.Bool("update", false, "write the golden answers anew")

var server = Transport{
	Ufrag: "abcdefgh", Password: "0123456789abcdefghijklmn", Fingerprint: strings.Repeat("AB:", 31) + "AB",
	Candidates: []Candidate{{Address: netip.MustParseAddrPort("192.0.2.1:7000")}, {Address: netip.MustParseAddrPort("[2001:db8::1]:7000")}},
}

func recorded(t testing.TB, name string) string {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// decide receives what is sent and sends on the rest.
func decide(o Offer) []Line {
	lines := make([]Line, len(o.Media))
	for i, m := range o.Media {
		switch {
		case m.Sends:
			lines[i].Action = Receive
		case m.Receives:
			lines[i] = Line{Action: Send, SSRC: uint32(1000 + i), RepairSSRC: uint32(2000 + i),
				Stream: fmt.Sprintf("s%d", i/2), Track: fmt.Sprintf("t%d", i)}
		}
	}
	return lines
}

// offers are those recorded, and Safari's, written by hand.
func offers(t testing.TB) []string {
	files, err := filepath.Glob("testdata/*.sdp")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".sdp"); !strings.HasSuffix(name, ".answer") {
			names = append(names, name)
		}
	}
	return names
}

func TestParse_RecordedOffers(t *testing.T) {
	for name, want := range map[string][]string{
		"chromium.sdp": {
			"0 audio sends 111 ssrc mid4 cc3", "1 video sends 96 ssrc mid4 cc3", "2 audio receives 111 mid4 cc3", "3 video receives 96 mid4 cc3",
			"4 audio receives 111 mid4 cc3", "5 video receives 96 mid4 cc3", "6 application refused",
		},
		"firefox.sdp": {
			"0 audio sends 109 ssrc mid3 cc7", "1 video sends 120 ssrc mid3 cc7", "2 audio receives 109 mid3 cc7", "3 video receives 120 mid3 cc7",
			"4 audio receives 109 mid3 cc7", "5 video receives 120 mid3 cc7", "6 application refused",
		},
		"pion.sdp": {
			"0 audio sends 111 ssrc mid0 cc4", "1 video sends 96 ssrc mid1 cc4", "2 audio receives 111 mid0 cc4", "3 video receives 96 mid1 cc4",
		},
		"chromium-simulcast.sdp": {"0 audio sends receives 111 ssrc mid4 cc3", "1 video sends 96 mid4 cc3"},
		"firefox-simulcast.sdp":  {"0 audio sends receives 109 ssrc mid3 cc7", "1 video sends 120 mid3 cc7"},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := Parse(recorded(t, name))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range o.Media {
				s := m.Mid + " " + m.Kind
				if !m.Served {
					got = append(got, s+" refused")
					continue
				}
				if m.Sends {
					s += " sends"
				}
				if m.Receives {
					s += " receives"
				}
				s += fmt.Sprint(" ", m.Formats[0].PayloadType)
				if m.SSRC != 0 {
					s += " ssrc"
				}
				got = append(got, fmt.Sprintf("%s mid%d cc%d", s, m.MidExt, m.TransportExt))
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if o.Ufrag == "" || o.Password == "" || o.Fingerprint == [32]byte{} {
				t.Error("transport is incomplete")
			}
		})
	}
}

func TestWrite_RecordedOffers(t *testing.T) {
	for _, name := range offers(t) {
		t.Run(name, func(t *testing.T) {
			o, err := Parse(recorded(t, name+".sdp"))
			if err != nil {
				t.Fatal(err)
			}
			got := Write(o, server, decide(o), 7)
			golden := filepath.Join("testdata", name+".answer.sdp")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(recorded(t, name+".answer.sdp"), got); d != "" {
				t.Error(d)
			}
			complete(t, o, got)
		})
	}
}

// complete checks what every browser demands of every m-line.
func complete(t testing.TB, o Offer, text string) {
	t.Helper()
	var d sdp.SessionDescription
	if err := d.UnmarshalString(text); err != nil {
		t.Fatalf("the answer is no SDP: %v\n%s", err, text)
	}
	if len(d.MediaDescriptions) != len(o.Media) {
		t.Fatalf("%d m-lines answer %d", len(d.MediaDescriptions), len(o.Media))
	}
	group, _ := d.Attribute("group")
	for i, m := range d.MediaDescriptions {
		in := o.Media[i]
		mid, _ := m.Attribute("mid")
		if mid != in.Mid || m.MediaName.Media != in.Kind {
			t.Errorf("m-line %d answers another", i)
		}
		named := strings.Contains(group+" ", " "+mid+" ") && mid != ""
		if !in.Served {
			if m.MediaName.Port.Value != 0 || named {
				t.Errorf("m-line %d is not refused", i)
			}
			continue
		}
		if m.MediaName.Port.Value == 0 || !named {
			t.Errorf("m-line %d is not in the bundle", i)
		}
		for _, key := range []string{"ice-ufrag", "ice-pwd", "fingerprint", "setup", "rtcp-mux", "candidate", "rtpmap"} {
			if _, ok := m.Attribute(key); !ok {
				t.Errorf("m-line %d has no %s", i, key)
			}
		}
		if _, sends := m.Attribute("sendonly"); sends {
			_, ssrc := m.Attribute("ssrc")
			_, msid := m.Attribute("msid")
			if !ssrc || !msid {
				t.Errorf("m-line %d sends without ssrc and msid", i)
			}
		}
	}
}

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
		"a mid with bad letters": {strings.ReplaceAll(replace("a=mid:1\r\n", "a=mid:<1>\r\n"), "BUNDLE 0 1", "BUNDLE 0 <1>"), ErrBad},
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
	o, err := Parse(strings.Replace(recorded(t, "chromium.sdp"), "m=video 9 ", "m=video 0 ", 1))
	if err != nil {
		t.Fatal(err)
	}
	if o.Media[1].Served || !o.Media[3].Served {
		t.Error("only the stopped m-line is to be refused")
	}
	complete(t, o, Write(o, server, decide(o), 1))
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
	s := strings.Replace(recorded(t, "chromium.sdp"), "a=mid:1\r\n",
		"a=mid:1\r\na=ssrc-group:FID 77 66\r\na=ssrc:66 cname:x\r\na=ssrc:77 cname:x\r\n", 1)
	o, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	if o.Media[1].SSRC != 77 {
		t.Errorf("SSRC %d, want 77", o.Media[1].SSRC)
	}
}

// FuzzParse: the seeds are long, so run it with -fuzzminimizetime 10x, or the
// engine spends its time making them shorter.
func FuzzParse(f *testing.F) {
	for _, name := range offers(f) {
		f.Add(recorded(f, name+".sdp"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := Parse(text)
		if err != nil {
			if !errors.Is(err, ErrBad) && !errors.Is(err, ErrTooMany) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if len(o.Media) > MaxLines {
			t.Fatal("too many m-lines")
		}
		complete(t, o, Write(o, server, decide(o), 1))
	})
}
