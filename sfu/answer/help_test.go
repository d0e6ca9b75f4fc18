package answer

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pion/sdp/v3"
)

var update = flag.Bool("update", false, "write the golden answers anew")

var server = Transport{
	Ufrag: "abcdefgh", Password: "0123456789abcdefghijklmn", Fingerprint: strings.Repeat("AB:", 31) + "AB",
	Candidates: []Candidate{{Address: netip.MustParseAddrPort("192.0.2.1:7000")}, {Address: netip.MustParseAddrPort("[2001:db8::1]:7000")}},
}

func recorded(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// offers names those in testdata: recorded, but for Safari's two. These were
// written by the specification and by what is publicly known of Safari 17 and
// 18, with identifiers made up: attributes and their order are libwebrtc's, as
// Chromium has them; audio is Opus 111 with RED 63 and without rtcp-rsize;
// video begins with H.264 constrained high (96) and constrained baseline (98)
// in packetization mode 1, both again in mode 0, then H.265, VP8 (100), VP9,
// AV1, each with rtx; simulcast is by RID.
func offers(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.sdp")
	if err != nil || len(files) == 0 {
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

// video is an offer with one m-line; lines follow its transport.
func video(payloadTypes string, lines ...string) string {
	return "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n" +
		"a=ice-ufrag:aaaa\r\na=ice-pwd:0123456789abcdefghijkl\r\na=setup:actpass\r\na=fingerprint:sha-256 " + server.Fingerprint + "\r\n" +
		"m=video 9 UDP/TLS/RTP/SAVPF " + payloadTypes + "\r\na=mid:0\r\na=rtcp-mux\r\n" + strings.Join(append(lines, ""), "\r\n")
}

func audio(payloadTypes string, lines ...string) string {
	return strings.Replace(video(payloadTypes, lines...), "m=video", "m=audio", 1)
}

// parsed is the only m-line of an offer.
func parsed(t testing.TB, offer string) Media {
	t.Helper()
	o, err := Parse(offer)
	if err != nil {
		t.Fatal(err)
	}
	return o.Media[0]
}

// describe says what was understood of an m-line.
func describe(m Media) string {
	s := []string{m.Mid, m.Kind}
	if !m.Served {
		return m.Mid + " " + m.Kind + " refused"
	}
	if m.Sends {
		s = append(s, "sends")
	}
	if m.Receives {
		s = append(s, "receives")
	}
	for _, f := range m.Formats {
		x := fmt.Sprintf("%d:%s", f.PayloadType, strings.SplitN(encodings[f.Codec], "/", 2)[0])
		if f.Profile != "" {
			x += "-" + f.Profile
		}
		if f.Repair != 0 {
			x += fmt.Sprintf(" rtx %d", f.Repair)
		}
		if f.Nack {
			x += " nack"
		}
		if f.Redundant != 0 {
			x += fmt.Sprintf(" red %d", f.Redundant)
		}
		if f.RedundantFirst {
			x += " first"
		}
		s = append(s, "["+x+"]")
	}
	for _, x := range []struct {
		on   bool
		text string
	}{
		{m.SSRC != 0, "ssrc"}, {m.RepairSSRC != 0, "repair"}, {m.Layers != nil, strings.Join(m.Layers, ";")},
	} {
		if x.on {
			s = append(s, x.text)
		}
	}
	for _, x := range []struct {
		id   uint8
		name string
	}{{m.MidExt, "mid"}, {m.LayerExt, "rid"}, {m.RepairedExt, "repaired"}, {m.TransportExt, "cc"}} {
		if x.id != 0 {
			s = append(s, fmt.Sprint(x.name, x.id))
		}
	}
	return strings.Join(s, " ")
}

// complete checks what every browser demands of every m-line, and that nothing
// is answered that was not offered.
func complete(t testing.TB, o Offer, offered, text string) {
	t.Helper()
	var d, of sdp.SessionDescription
	if err := d.UnmarshalString(text); err != nil {
		t.Fatalf("the answer is no SDP: %v\n%s", err, text)
	}
	if err := of.UnmarshalString(offered); err != nil {
		t.Fatal(err)
	}
	if len(d.MediaDescriptions) != len(o.Media) || len(o.Media) != len(of.MediaDescriptions) {
		t.Fatalf("%d m-lines answer %d", len(d.MediaDescriptions), len(of.MediaDescriptions))
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
		_, receives := m.Attribute("recvonly")
		_, sends := m.Attribute("sendonly")
		if receives && !in.Sends || sends && !in.Receives {
			t.Errorf("m-line %d goes another way than the client's", i)
		}
		if sends {
			_, ssrc := m.Attribute("ssrc")
			_, msid := m.Attribute("msid")
			if !ssrc || !msid {
				t.Errorf("m-line %d sends without ssrc and msid", i)
			}
		}
		within(t, fmt.Sprintf("m-line %d: ", i), m, of.MediaDescriptions[i], of.Attributes)
	}
}

// within checks that an answered m-line has payload types, feedback and header
// extensions of the offer's alone, each with a meaning, none twice.
func within(t testing.TB, where string, m, offered *sdp.MediaDescription, session []sdp.Attribute) {
	t.Helper()
	said := map[string]bool{}
	for _, a := range append(session, offered.Attributes...) {
		id, rest, _ := strings.Cut(a.Value, " ")
		id, _, _ = strings.Cut(id, "/")
		uri, _, _ := strings.Cut(rest, " ")
		said[strings.ToLower(a.Key+" "+id+" "+strings.TrimSpace(rest))] = true
		said[strings.ToLower(a.Key+" "+id+" "+uri)] = true
		said[a.Key] = true
	}
	types, maps := map[string]bool{}, map[string]bool{}
	for _, n := range m.MediaName.Formats {
		if types[n] {
			t.Errorf("%spayload type %s stands twice", where, n)
		}
		types[n] = true
		if !strings.Contains(" "+strings.Join(offered.MediaName.Formats, " ")+" ", " "+n+" ") {
			t.Errorf("%spayload type %s is not offered", where, n)
		}
	}
	ids := map[string]bool{}
	for _, a := range m.Attributes {
		id, rest, _ := strings.Cut(a.Value, " ")
		switch a.Key {
		case "rtpmap":
			maps[id] = true
			if !types[id] || !said[strings.ToLower("rtpmap "+id+" "+rest)] {
				t.Errorf("%s%s is not offered", where, a.Value)
			}
		case "fmtp":
			apt, repairs := strings.CutPrefix(rest, "apt=")
			if !types[id] || repairs && !types[apt] {
				t.Errorf("%sfmtp of %s is of nothing", where, a.Value)
			}
		case "rtcp-fb":
			if !said["rtcp-fb "+id+" "+rest] && !said["rtcp-fb * "+rest] {
				t.Errorf("%s%s is not offered", where, a.Value)
			}
		case "extmap":
			if id, _, _ = strings.Cut(id, "/"); ids[id] || !said[strings.ToLower("extmap "+id+" "+rest)] {
				t.Errorf("%sextmap %s is not offered or stands twice", where, a.Value)
			}
			ids[id] = true
		case "simulcast", "rid", "extmap-allow-mixed", "rtcp-rsize":
			if !said[a.Key] {
				t.Errorf("%s%s is not offered", where, a.Key)
			}
		}
	}
	if len(maps) != len(types) {
		t.Errorf("%s%d payload types, %d rtpmaps", where, len(types), len(maps))
	}
}
