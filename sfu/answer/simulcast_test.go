package answer

import (
	"fmt"
	"strings"
	"testing"
)

func TestSimulcast_Layers(t *testing.T) {
	extensions := []string{vp8, rtx, apt, nack, "a=extmap:1 " + uriMid, "a=extmap:2 " + uriLayer, "a=extmap:3 " + uriRepaired}
	for _, c := range []struct {
		what, direction string
		lines           []string
		layers, answer  string
	}{
		{"in the client's order", "sendonly", []string{"a=simulcast:send h;m;l", "a=rid:l send", "a=rid:m send", "a=rid:h send"}, "h m l",
			"a=rid:h recv\r\na=rid:m recv\r\na=rid:l recv\r\na=simulcast:recv h;m;l\r\n"},
		{"both ways", "sendrecv", []string{"a=simulcast:recv x send a;b", "a=rid:a send", "a=rid:b send", "a=rid:x recv"}, "a b", "a=simulcast:recv a;b\r\n"},
		{"paused", "sendonly", []string{"a=simulcast:send ~a;b;~c", "a=rid:a send", "a=rid:b send", "a=rid:c send"}, "a b c", "a=simulcast:recv a;b;c\r\n"},
		{"alternatives", "sendonly", []string{"a=simulcast:send a,b;~c,d", "a=rid:a send", "a=rid:b send", "a=rid:c send", "a=rid:d send"}, "a c", "a=simulcast:recv a;c\r\n"},
		{"too many", "sendonly", []string{"a=simulcast:send a;b;c;d;e", "a=rid:a send", "a=rid:b send", "a=rid:c send", "a=rid:d send", "a=rid:e send"}, "a b c", "a=simulcast:recv a;b;c\r\n"},
		{"twice the same", "sendonly", []string{"a=simulcast:send a;a;b", "a=rid:a send", "a=rid:b send"}, "a b", "a=simulcast:recv a;b\r\n"},
		{"unknown ones", "sendonly", []string{"a=simulcast:send a;b;c;;,;~", "a=rid:b send", "a=rid:c recv"}, "b", "a=simulcast:recv b\r\n"},
		{"limits are kept", "sendonly", []string{"a=simulcast:send a;b", "a=rid:a send max-width=1280;max-fps=30.5", "a=rid:b send pt=97,96;max-br=64000"}, "a b",
			"a=rid:a recv max-width=1280;max-fps=30.5\r\na=rid:b recv pt=96;max-br=64000\r\na=simulcast:recv a;b\r\n"},
		{"other formats", "sendonly", []string{"a=simulcast:send a;b", "a=rid:a send pt=97", "a=rid:b send pt=96"}, "b", "a=rid:b recv pt=96\r\na=simulcast:recv b\r\n"},
		{"unknown limits", "sendonly", []string{"a=simulcast:send a;b;c", "a=rid:a send depend=b", "a=rid:b send", "a=rid:c send max-fps=<b>"}, "b", "a=simulcast:recv b\r\n"},
		{"names that are none", "sendonly", []string{"a=simulcast:send a.b;c<;01234567890123456", "a=rid:a.b send", "a=rid:c< send", "a=rid:01234567890123456 send"}, "", ""},
		{"old writing", "sendonly", []string{"a=simulcast: send rid=a;b", "a=rid:a send", "a=rid:b send"}, "", ""},
		{"RIDs alone", "sendonly", []string{"a=rid:a send", "a=rid:b send"}, "", ""},
		{"beyond what is looked at", "sendonly", append(rids(MaxSSRCs+1), "a=simulcast:send r1;r24"), "r1", "a=simulcast:recv r1\r\n"},
		{"nobody sends", "recvonly", []string{"a=simulcast:send a;b", "a=rid:a send", "a=rid:b send"}, "", ""},
	} {
		lines := append([]string{"a=" + c.direction, "a=ssrc-group:FID 5 6", "a=ssrc:5 x", "a=ssrc:6 x"}, append(c.lines, extensions...)...)
		offer := video("96 97", lines...)
		o, err := Parse(offer)
		if err != nil {
			t.Fatal(err)
		}
		m := o.Media[0]
		if got := strings.Join(m.Layers, " "); got != c.layers {
			t.Errorf("%s: layers %q, want %q", c.what, got, c.layers)
		}
		if m.Sends && (m.SSRC != 0) != (m.Layers == nil) {
			t.Errorf("%s: SSRC %d with layers %v", c.what, m.SSRC, m.Layers)
		}
		s := Write(o, server, decide(o), 1)
		complete(t, o, offer, s)
		if !strings.Contains(s, c.answer) || strings.Contains(s, "simulcast") != (c.answer != "") || strings.Contains(s, uriLayer) != (c.answer != "") {
			t.Errorf("%s: %s", c.what, s)
		}
		if s := Write(o, server, []Line{{Action: Send, SSRC: 1, Stream: "s", Track: "t"}}, 1); strings.Contains(s, "simulcast") || strings.Contains(s, uriLayer) {
			t.Errorf("%s: layers are answered where nothing is received", c.what)
		}
	}
}

func rids(n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf("a=rid:r%d send", i))
	}
	return lines
}

func TestSimulcast_RepairedLayersAreNamedOnlyWithRetransmission(t *testing.T) {
	for _, repaired := range []bool{true, false} {
		lines := []string{vp8, rtx, apt, "a=extmap:1 " + uriMid, "a=extmap:2 " + uriLayer, "a=extmap:3 " + uriRepaired, "a=simulcast:send a;b", "a=rid:a send", "a=rid:b send"}
		if repaired {
			lines = append(lines, nack)
		}
		o, err := Parse(video("96 97", lines...))
		if err != nil {
			t.Fatal(err)
		}
		if s := Write(o, server, decide(o), 1); strings.Contains(s, uriRepaired) != repaired {
			t.Errorf("NACK %v: %s", repaired, s)
		}
	}
}

func TestSimulcast_NeedsTheHeaderExtensionsThatNameLayers(t *testing.T) {
	for _, extensions := range [][]string{{}, {"a=extmap:1 " + uriMid}, {"a=extmap:2 " + uriLayer}, {"a=extmap:1 " + uriMid, "a=extmap:2/recvonly " + uriLayer}} {
		m := parsed(t, video("96", append(extensions, vp8, "a=simulcast:send a;b", "a=rid:a send", "a=rid:b send")...))
		if m.Layers != nil {
			t.Errorf("%v: layers %v", extensions, m.Layers)
		}
	}
	m := parsed(t, audio("111", opus, "a=extmap:1 "+uriMid, "a=extmap:2 "+uriLayer, "a=simulcast:send a;b", "a=rid:a send", "a=rid:b send"))
	if m.Layers != nil {
		t.Errorf("layers of audio: %v", m.Layers)
	}
}
