package answer

import (
	"fmt"
	"strings"
	"testing"
)

func TestParse_Extensions(t *testing.T) {
	const cc = "a=rtcp-fb:96 transport-cc"
	for _, c := range []struct {
		what  string
		lines []string
		want  []uint8 // mid, rid, repaired, transport
	}{
		{"all", []string{"a=extmap:1 " + uriMid, "a=extmap:2 " + uriLayer, "a=extmap:14 " + uriRepaired, "a=extmap:4 " + uriTransport}, []uint8{1, 2, 14, 4}},
		{"unknown ones", []string{"a=extmap:1 urn:x", "a=extmap:2 " + uriMid + " parameter"}, []uint8{2, 0, 0, 0}},
		{"absurd ids", []string{"a=extmap:0 " + uriMid, "a=extmap:15 " + uriLayer, "a=extmap:256 " + uriRepaired, "a=extmap:x " + uriTransport}, []uint8{0, 0, 0, 0}},
		{"an id twice", []string{"a=extmap:1 " + uriMid, "a=extmap:1 " + uriLayer}, []uint8{1, 0, 0, 0}},
		{"an extension twice", []string{"a=extmap:1 " + uriMid, "a=extmap:2 " + uriMid}, []uint8{1, 0, 0, 0}},
		{"directions", []string{"a=extmap:1/sendonly " + uriMid, "a=extmap:2/recvonly " + uriLayer, "a=extmap:3/inactive " + uriRepaired, "a=extmap:4/sendrecv " + uriTransport}, []uint8{1, 0, 0, 4}},
		{"numbers one way of two", []string{"a=extmap:4/sendonly " + uriTransport}, []uint8{0, 0, 0, 0}},
		{"numbers the way of all", []string{"a=sendonly", "a=extmap:4/sendonly " + uriTransport}, []uint8{0, 0, 0, 4}},
		{"numbers the other way", []string{"a=recvonly", cc, "a=extmap:4/sendonly " + uriTransport}, []uint8{0, 0, 0, 0}},
		{"numbers to the client", []string{"a=recvonly", cc, "a=extmap:4/recvonly " + uriTransport}, []uint8{0, 0, 0, 4}},
		{"numbers that it says nothing of", []string{"a=recvonly", "a=extmap:4 " + uriTransport}, []uint8{0, 0, 0, 0}},
	} {
		m := parsed(t, video("96", append(c.lines, vp8)...))
		if got := []uint8{m.MidExt, m.LayerExt, m.RepairedExt, m.TransportExt}; string(got) != string(c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// An id that is one thing in an m-line cannot be another in the next (RFC 8843
// section 15); the first counts.
func TestParse_IdsMeanTheSameInTheBundle(t *testing.T) {
	offer := strings.Replace(video("96", vp8, "a=ssrc:5 x", "a=extmap:3 "+uriMid), "BUNDLE 0", "BUNDLE 0 1", 1) +
		"m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\na=extmap:3 " + uriTransport + "\r\na=extmap:4 " + uriMid + "\r\n"
	o, err := Parse(offer)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := o.Media[0], o.Media[1]; a.MidExt != 3 || b.TransportExt != 0 || b.MidExt != 4 {
		t.Errorf("mid %d, then transport %d and mid %d", a.MidExt, b.TransportExt, b.MidExt)
	}
	if s := Write(o, server, decide(o), 1); strings.Contains(s, "extmap:3 "+uriTransport) {
		t.Error("3 is answered as two things")
	}
}

func TestWrite_ExtensionsTurnRound(t *testing.T) {
	for _, c := range []struct {
		direction, extension string
		action               Action
		want                 string
	}{
		{"sendonly", "4/sendonly", Receive, "a=extmap:4/recvonly "},
		{"sendonly", "4/sendrecv", Receive, "a=extmap:4 "},
		{"sendonly", "4", Receive, "a=extmap:4 "},
		{"recvonly", "4/recvonly", Send, "a=extmap:4/sendonly "},
		{"sendonly", "4", Inactive, "a=extmap:4 "},
	} {
		o, err := Parse(video("96", vp8, "a=rtcp-fb:96 transport-cc", "a="+c.direction, fmt.Sprintf("a=extmap:%s %s", c.extension, uriTransport), "a=extmap:5 "+uriMid))
		if err != nil {
			t.Fatal(err)
		}
		s := Write(o, server, []Line{{Action: c.action}}, 1)
		if !strings.Contains(s, c.want+uriTransport) {
			t.Errorf("%+v: %s", c, s)
		}
		if strings.Contains(s, uriMid) != (c.action == Receive) {
			t.Errorf("%+v: the MID is for what the client sends", c)
		}
	}
}

func TestWrite_MixedHeadersWhereOffered(t *testing.T) {
	const mixed = "a=extmap-allow-mixed\r\n"
	offer := video("96", vp8)
	for name, text := range map[string]string{
		"session": strings.Replace(offer, "t=0 0\r\n", "t=0 0\r\n"+mixed, 1), "m-line": offer + mixed, "nowhere": offer,
	} {
		o, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		session, media, _ := strings.Cut(Write(o, server, decide(o), 1), "m=")
		if strings.Contains(session, mixed) != (name == "session") || strings.Contains(media, mixed) != (name == "m-line") {
			t.Errorf("offered for %s: %s%s", name, session, media)
		}
	}
}
