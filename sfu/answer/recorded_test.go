package answer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// understood has the first m-lines of every offer, and those refused.
var understood = map[string][]string{
	"aiortc-h264": {
		"0 audio sends [96:opus] ssrc mid1",
		"1 video sends [97:VP8 rtx 98 nack] [101:H264-42e0 rtx 102 nack] [99:H264-4200 rtx 100 nack] ssrc repair mid1",
		"2 audio receives [96:opus] mid1",
		"3 video receives [97:VP8 rtx 98 nack] [101:H264-42e0 rtx 102 nack] [99:H264-4200 rtx 100 nack] mid1",
	},
	"aiortc": {
		"0 audio sends [96:opus] ssrc mid1",
		"1 video sends [97:VP8 rtx 98 nack] [101:H264-42e0 rtx 102 nack] [99:H264-4200 rtx 100 nack] ssrc repair mid1",
		"2 audio receives [96:opus] mid1",
		"3 video receives [97:VP8 rtx 98 nack] [101:H264-42e0 rtx 102 nack] [99:H264-4200 rtx 100 nack] mid1",
	},
	"chromium-h264-simulcast": {
		"0 audio sends [111:opus red 63] ssrc mid4 cc3",
		"1 video sends [96:VP8 rtx 97 nack] [108:H264-42e0 rtx 109 nack] [102:H264-4200 rtx 103 nack] [116:H264-4d00 rtx 117 nack] l;m;h mid4 rid10 repaired11 cc3",
		"2 audio receives [111:opus red 63] mid4 cc3",
		"3 video receives [96:VP8 rtx 97 nack] [108:H264-42e0 rtx 109 nack] [102:H264-4200 rtx 103 nack] [116:H264-4d00 rtx 117 nack] mid4 rid10 repaired11 cc3",
	},
	"chromium-h264": {
		"0 audio sends [111:opus red 63] ssrc mid4 cc3",
		"1 video sends [96:VP8 rtx 97 nack] [108:H264-42e0 rtx 109 nack] [102:H264-4200 rtx 103 nack] [116:H264-4d00 rtx 117 nack] ssrc repair mid4 rid10 repaired11 cc3",
		"2 audio receives [111:opus red 63] mid4 cc3",
		"3 video receives [96:VP8 rtx 97 nack] [108:H264-42e0 rtx 109 nack] [102:H264-4200 rtx 103 nack] [116:H264-4d00 rtx 117 nack] mid4 rid10 repaired11 cc3",
	},
	"chromium-red": {
		"0 audio sends [111:opus red 63 first] ssrc mid4 cc3",
		"1 video sends [96:VP8 rtx 97 nack] [108:H264-42e0 rtx 109 nack] [102:H264-4200 rtx 103 nack] [116:H264-4d00 rtx 117 nack] ssrc repair mid4 rid10 repaired11 cc3",
		"2 audio receives [111:opus red 63 first] mid4 cc3",
		"3 video receives [96:VP8 rtx 97 nack] [108:H264-42e0 rtx 109 nack] [102:H264-4200 rtx 103 nack] [116:H264-4d00 rtx 117 nack] mid4 rid10 repaired11 cc3",
	},
	"chromium-simulcast-spares": {
		"0 audio sends [111:opus red 63] ssrc mid4 cc3",
		"1 video sends [96:VP8 rtx 97 nack] [108:H264-42e0 rtx 109 nack] [102:H264-4200 rtx 103 nack] [116:H264-4d00 rtx 117 nack] l;m;h mid4 rid10 repaired11 cc3",
		"2 audio receives [111:opus red 63] mid4 cc3",
		"3 video receives [96:VP8 rtx 97 nack] [108:H264-42e0 rtx 109 nack] [102:H264-4200 rtx 103 nack] [116:H264-4d00 rtx 117 nack] mid4 rid10 repaired11 cc3",
	},
	"chromium-simulcast": {
		"0 audio sends receives [111:opus red 63] ssrc mid4 cc3",
		"1 video sends [96:VP8 rtx 97 nack] [108:H264-42e0 rtx 109 nack] [102:H264-4200 rtx 103 nack] [116:H264-4d00 rtx 117 nack] a;b;c mid4 rid10 repaired11 cc3",
	},
	"chromium": {
		"0 audio sends [111:opus red 63] ssrc mid4 cc3",
		"1 video sends [96:VP8 rtx 97 nack] [108:H264-42e0 rtx 109 nack] [102:H264-4200 rtx 103 nack] [116:H264-4d00 rtx 117 nack] ssrc repair mid4 rid10 repaired11 cc3",
		"2 audio receives [111:opus red 63] mid4 cc3",
		"3 video receives [96:VP8 rtx 97 nack] [108:H264-42e0 rtx 109 nack] [102:H264-4200 rtx 103 nack] [116:H264-4d00 rtx 117 nack] mid4 rid10 repaired11 cc3",
		"6 application refused",
	},
	"firefox-simulcast-spares": {
		"0 audio sends [109:opus] ssrc mid3 cc7",
		"1 video sends [120:VP8 rtx 124 nack] l;m;h mid3 rid9 repaired10 cc7",
		"2 audio receives [109:opus] mid3 cc7",
		"3 video receives [120:VP8 rtx 124 nack] mid3 rid9 repaired10 cc7",
	},
	"firefox-simulcast": {
		"0 audio sends receives [109:opus] ssrc mid3 cc7",
		"1 video sends [120:VP8 rtx 124 nack] a;b;c mid3 rid9 repaired10 cc7",
	},
	"firefox": {
		"0 audio sends [109:opus] ssrc mid3 cc7",
		"1 video sends [120:VP8 rtx 124 nack] ssrc repair mid3 cc7",
		"2 audio receives [109:opus] mid3 cc7",
		"3 video receives [120:VP8 rtx 124 nack] mid3 cc7",
		"6 application refused",
	},
	"gstreamer-h264": {
		"audio0 audio sends [97:opus] ssrc",
		"video1 video sends [102:H264-42e0] ssrc",
		"audio2 audio receives [97:opus]",
		"video3 video receives [102:H264-42e0]",
	},
	"gstreamer": {
		"audio0 audio sends [97:opus rtx 98 nack] ssrc repair",
		"video1 video sends [96:VP8 rtx 99 nack] ssrc repair",
		"audio2 audio receives [97:opus]",
		"video3 video receives [96:VP8]",
	},
	"pion": {
		"0 audio sends [111:opus] ssrc cc4",
		"1 video sends [96:VP8 rtx 97 nack] [106:H264-42e0 rtx 107 nack] [112:H264-6400 rtx 113 nack] [102:H264-4200 rtx 103 nack] [127:H264-4d00 rtx 125 nack] ssrc repair mid1 rid2 repaired3 cc4",
		"2 audio receives [111:opus] cc4",
		"3 video receives [96:VP8 rtx 97 nack] [106:H264-42e0 rtx 107 nack] [112:H264-6400 rtx 113 nack] [102:H264-4200 rtx 103 nack] [127:H264-4d00 rtx 125 nack] mid1 rid2 repaired3 cc4",
	},
	"safari-simulcast": {
		"0 audio sends [111:opus red 63] ssrc mid4 cc3",
		"1 video sends [100:VP8 rtx 101 nack] [98:H264-42e0 rtx 99 nack] [96:H264-640c rtx 97 nack] q;h;f mid4 rid10 repaired11 cc3",
		"2 audio receives [111:opus red 63] mid4 cc3",
		"3 video receives [100:VP8 rtx 101 nack] [98:H264-42e0 rtx 99 nack] [96:H264-640c rtx 97 nack] mid4 rid10 repaired11 cc3",
	},
	"safari": {
		"0 audio sends [111:opus red 63] ssrc mid4 cc3",
		"1 video sends [100:VP8 rtx 101 nack] [98:H264-42e0 rtx 99 nack] [96:H264-640c rtx 97 nack] ssrc repair mid4 rid10 repaired11 cc3",
		"2 audio receives [111:opus red 63] mid4 cc3",
		"3 video receives [100:VP8 rtx 101 nack] [98:H264-42e0 rtx 99 nack] [96:H264-640c rtx 97 nack] mid4 rid10 repaired11 cc3",
	},
	"werift-h264": {
		"0 audio sends [98:opus] ssrc mid1 cc2",
		"1 video sends [96:VP8 rtx 97 nack] [102:H264-42e0] ssrc repair mid3 cc5",
		"2 audio receives [98:opus] mid1",
		"3 video receives [96:VP8 rtx 97 nack] [102:H264-42e0] mid3 cc5",
	},
	"werift-red": {
		"0 audio sends [98:opus red 63 first] ssrc mid1 cc2",
		"1 video sends [96:VP8] ssrc mid3 cc5",
		"2 audio receives [98:opus red 63 first] mid1",
		"3 video receives [96:VP8] mid3 cc5",
	},
	"werift": {
		"0 audio sends [98:opus] ssrc mid1 cc2",
		"1 video sends [96:VP8 rtx 97 nack] ssrc repair mid3 cc5",
		"2 audio receives [98:opus] mid1",
		"3 video receives [96:VP8 rtx 97 nack] mid3 cc5",
	},
}

func TestParse_RecordedOffers(t *testing.T) {
	for _, name := range offers(t) {
		t.Run(name, func(t *testing.T) {
			o, err := Parse(recorded(t, name+".sdp"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, m := range o.Media {
				if i < 4 || !m.Served {
					got = append(got, describe(m))
				}
			}
			if d := cmp.Diff(understood[name], got); d != "" {
				t.Error(d)
			}
			if o.Ufrag == "" || o.Password == "" || o.Fingerprint == [32]byte{} {
				t.Error("transport is incomplete")
			}
		})
	}
}

// Attributes may come in any order: what is understood is the same backwards.
func TestParse_AttributesInAnyOrder(t *testing.T) {
	for _, name := range offers(t) {
		offer := recorded(t, name+".sdp")
		forwards, err := Parse(offer)
		if err != nil {
			t.Fatal(err)
		}
		backwards, err := Parse(turned(offer))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, m := range forwards.Media {
			// Which SSRC is the first is all that the order says.
			if d := cmp.Diff(describe(m), describe(backwards.Media[i])); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
}

// turned reverses the attributes of each m-line.
func turned(offer string) string {
	var out, attributes []string
	flush := func() {
		for i := range attributes {
			out = append(out, attributes[len(attributes)-1-i])
		}
		attributes = nil
	}
	for _, l := range strings.SplitAfter(offer, "\n") {
		if strings.HasPrefix(l, "a=") {
			attributes = append(attributes, l)
			continue
		}
		flush()
		out = append(out, l)
	}
	flush()
	return strings.Join(out, "")
}
