package answer

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// FuzzParse writes the answer to whatever can be read, and one that
// receives nothing. The seeds are long, so run it with -fuzzminimizetime 10x,
// or the engine spends its time making them shorter.
func FuzzParse(f *testing.F) {
	for _, name := range offers(f) {
		f.Add(recorded(f, name+".sdp"))
	}
	for _, offer := range hostile() {
		if len(offer) < 4<<10 {
			f.Add(offer)
		}
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
		other := make([]Line, len(o.Media))
		for i, m := range o.Media {
			if len(m.Layers) > MaxLayers || m.Served && len(m.Formats) == 0 {
				t.Fatalf("m-line %d: layers %v, formats %v", i, m.Layers, m.Formats)
			}
			if m.Receives {
				other[i] = Line{Action: Send, SSRC: 1, Stream: "s", Track: "t"}
			}
		}
		complete(t, o, text, Write(o, server, decide(o), 1))
		complete(t, o, text, Write(o, server, other, 1<<63))
	})
}

// hostile are offers that try to cost time or to mislead.
func hostile() map[string]string {
	many := func(n int, line func(i int) string) []string {
		lines := []string{vp8, nack, "a=extmap:1 " + uriMid, "a=extmap:2 " + uriLayer}
		for i := range n {
			lines = append(lines, line(i))
		}
		return lines
	}
	long := strings.Repeat("111/", 8000) + "0"
	return map[string]string{
		"attributes":          video("96", many(10000, func(int) string { return "a=x" })...),
		"empty attributes":    video("96", many(10000, func(int) string { return "a=" })...),
		"payload types":       video("96"+strings.Repeat(" 97 98 99", 6000), many(1000, func(i int) string { return fmt.Sprintf("a=rtpmap:%d rtx/90000", i) })...),
		"long parameters":     video("96"+strings.Repeat(" 97", 8000), vp8, rtx, "a=fmtp:97 "+strings.Repeat("x;", 15000)),
		"long redundancy":     audio("111"+strings.Repeat(" 63", 8000), opus, red, "a=fmtp:63 "+long),
		"RIDs":                video("96", many(3000, func(i int) string { return fmt.Sprintf("a=rid:r%d send", i) })...),
		"layers":              video("96", append(many(20, func(i int) string { return fmt.Sprintf("a=rid:r%d send", i) }), "a=simulcast:send "+strings.Repeat("r1;", 18000))...),
		"SSRC groups":         video("96", many(2000, func(i int) string { return fmt.Sprintf("a=ssrc-group:FID %d %d", i, i+1) })...),
		"header extensions":   video("96", many(1000, func(i int) string { return fmt.Sprintf("a=extmap:%d %s", i, uriMid) })...),
		"bundle":              strings.Replace(video("96", vp8), "BUNDLE 0", "BUNDLE"+strings.Repeat(" 0", 30000), 1),
		"a loop of rtx":       video("96 97 98", vp8, rtx, "a=fmtp:97 apt=98", "a=rtpmap:98 rtx/90000", "a=fmtp:98 apt=97"),
		"RED of itself":       audio("63 111", opus, red, "a=fmtp:63 63/63"),
		"nothing but VP8":     video("96", "a=rtpmap:96 VP8/90000"),
		"values cut short":    video("96", vp8, "a=fmtp:", "a=rtpmap:", "a=rtcp-fb:", "a=extmap:", "a=rid:", "a=simulcast:", "a=ssrc:", "a=ssrc-group:", "a=ssrc-group:FID", "a=mid"),
		"bytes of all kinds":  video("96", vp8, "a=rid:\x00\xff send", "a=simulcast:send \x00\xff", "a=extmap:1 \xff", "a=fmtp:96 \xff=\x00;;=;", "a=ssrc:\xff"),
		"sets of parameters":  video("96", "a=rtpmap:96 H264/90000", "a=fmtp:96 packetization-mode=1;sprop-parameter-sets="+strings.Repeat(",", 30000)),
		"a profile too short": video("96 97", "a=rtpmap:96 H264/90000", "a=fmtp:96 packetization-mode=1;profile-level-id=", "a=rtpmap:97 H264/90000", "a=fmtp:97 packetization-mode=1;sprop-parameter-sets=Z0I="),
	}
}

func TestParse_HostileOffersCostLittle(t *testing.T) {
	for name, offer := range hostile() {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			o, err := Parse(offer)
			if err == nil {
				complete(t, o, offer, Write(o, server, decide(o), 1))
			} else if !errors.Is(err, ErrBad) && !errors.Is(err, ErrTooMany) {
				t.Errorf("an error of no kind: %v", err)
			}
			// A tenth of this is usual; what grows with the square takes longer.
			if d := time.Since(began); d > 2*time.Second {
				t.Errorf("%v for %d bytes", d, len(offer))
			}
		})
	}
}

// BenchmarkAnswer is what a join costs here.
func BenchmarkAnswer(b *testing.B) {
	for _, name := range []string{"chromium", "firefox", "safari", "pion"} {
		b.Run(name, func(b *testing.B) {
			text := recorded(b, name+".sdp")
			b.ReportAllocs()
			for b.Loop() {
				o, err := Parse(text)
				if err != nil {
					b.Fatal(err)
				}
				Write(o, server, decide(o), 1)
			}
		})
	}
}
