package answer

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"nara/sfu/wire"
)

// Format is a payload type with what it stands for.
type Format struct {
	Codec          wire.Codec
	Profile        string // of H.264: ConstrainedBaseline …; else ""
	PayloadType    uint8
	Repair         uint8 // payload type of its retransmissions (RFC 4588), 0: none
	Redundant      uint8 // of Opus: payload type of RED around it (RFC 2198), 0: none
	RedundantFirst bool  // the client prefers RED
	Clock          uint32
	Nack           bool // NACK is offered, and Repair

	parameters string   // of a=fmtp in the answer
	redundancy string   // that of Redundant
	feedback   feedback // offered
}

// Carries says whether media made as g may be sent as f: of the same codec,
// and such that every decoder for f can decode it (H.264 annex A.2: all that
// decode a profile also decode the ones it contains). The level is not looked
// at: it is the client's to make less when it cannot keep up.
func (f Format) Carries(g Format) bool {
	switch {
	case f.Codec != g.Codec:
		return false
	case f.Profile == g.Profile || g.Profile == ConstrainedBaseline:
		return true
	}
	return f.Profile == High && (g.Profile == Main || g.Profile == ConstrainedHigh)
}

// rank orders formats: the lowest is best.
func (f Format) rank() int {
	switch {
	case f.Codec != wire.H264:
		return 0
	case f.Profile == ConstrainedBaseline:
		return 1
	case f.Profile == High || f.Profile == ConstrainedHigh:
		return 2
	}
	return 3
}

// payloadTypes lists all that f may come as.
func (f Format) payloadTypes() []uint8 {
	list := []uint8{f.PayloadType}
	for _, n := range []uint8{f.Repair, f.Redundant} {
		if n != 0 {
			list = append(list, n)
		}
	}
	return list
}

// feedback is a set of RTCP messages (RFC 4585 section 4.2).
type feedback uint8

const (
	feedbackNack feedback = 1 << iota
	feedbackPLI
	feedbackFIR
	feedbackTransport
)

var feedbackNames = map[string]feedback{
	"nack": feedbackNack, "nack pli": feedbackPLI, "ccm fir": feedbackFIR, "transport-cc": feedbackTransport,
}

// encodings are the values of a=rtpmap.
var encodings = [...]string{wire.Opus: "opus/48000/2", wire.VP8: "VP8/90000", wire.H264: "H264/90000"}

// payload is what the attributes of an m-line say about one payload type.
type payload struct {
	encoding   string // of a=rtpmap: "vp8/90000", in lower case
	parameters string // of a=fmtp
	feedback   feedback
}

// payloads are those of an m-line. What is said twice counts the first time.
type payloads struct {
	of  [128]payload
	all feedback // a=rtcp-fb:*
}

// read takes an a=rtpmap, a=fmtp or a=rtcp-fb.
func (p *payloads) read(key, first, rest string) {
	if key == "rtcp-fb" && first == "*" {
		p.all |= feedbackNames[rest]
		return
	}
	n, ok := payloadType(first)
	if !ok {
		return
	}
	x := &p.of[n]
	switch {
	case key == "rtcp-fb":
		x.feedback |= feedbackNames[rest]
	case key == "fmtp" && x.parameters == "":
		x.parameters = rest
	case key == "rtpmap" && x.encoding == "":
		x.encoding = strings.ToLower(rest)
	}
}

// payloadType reads one of RTP; 64 to 95 would be taken for RTCP (RFC 5761
// section 4).
func payloadType(text string) (uint8, bool) {
	n, err := strconv.ParseUint(text, 10, 7)
	return uint8(n), err == nil && n&^31 != 64
}

// formats finds those that both sides know, best first. Order is that of the
// m-line, the client's preference; of several that stand for the same the
// first is taken.
func (p *payloads) formats(kind string, mline []string) []Format {
	order := payloadTypes(mline)
	var list []Format
	for _, n := range order {
		f, ok := p.format(kind, n)
		if ok && !slices.ContainsFunc(list, func(o Format) bool { return o.Codec == f.Codec && o.Profile == f.Profile }) {
			list = append(list, f)
		}
	}
	for i, n := range order {
		p.attach(list, n, order[:i])
	}
	for i := range list {
		list[i].Nack = list[i].feedback&feedbackNack != 0 && list[i].Repair != 0
	}
	slices.SortStableFunc(list, func(a, b Format) int { return cmp.Compare(a.rank(), b.rank()) })
	return list
}

// payloadTypes reads those of an m-line, each once.
func payloadTypes(mline []string) []uint8 {
	var seen [128]bool
	var order []uint8
	for _, text := range mline {
		if n, ok := payloadType(text); ok && !seen[n] {
			seen[n], order = true, append(order, n)
		}
	}
	return order
}

// format says what a payload type stands for, if it is served.
func (p *payloads) format(kind string, n uint8) (Format, bool) {
	x := p.of[n]
	f := Format{PayloadType: n, Clock: 90000, feedback: x.feedback | p.all}
	switch kind + " " + x.encoding {
	case "audio opus/48000/2":
		f.Codec, f.Clock, f.parameters = wire.Opus, 48000, opusAnswer(x.parameters)
	case "video vp8/90000":
		f.Codec = wire.VP8
	case "video h264/90000":
		f.Codec = wire.H264
		var ok bool
		f.Profile, f.parameters, ok = h264Answer(x.parameters)
		return f, ok
	default:
		return Format{}, false
	}
	return f, true
}

// attach takes n as retransmissions or RED of a format if it is that; before
// are the payload types that the client prefers to it.
func (p *payloads) attach(list []Format, n uint8, before []uint8) {
	x := p.of[n]
	switch name, clock, _ := strings.Cut(x.encoding, "/"); {
	case name == "rtx":
		apt, ok := payloadType(parameter(x.parameters, "apt"))
		for i := range list {
			if f := &list[i]; ok && f.PayloadType == apt && f.Repair == 0 && clock == strconv.Itoa(int(f.Clock)) {
				f.Repair = n
			}
		}
	case x.encoding == "red/48000/2":
		for i := range list {
			if f := &list[i]; f.Codec == wire.Opus && f.Redundant == 0 && redundancy(x.parameters, f.PayloadType) {
				f.Redundant, f.redundancy, f.RedundantFirst = n, x.parameters, !slices.Contains(before, f.PayloadType)
			}
		}
	}
}

// redundancy says whether the parameters of RED name nothing but this payload
// type: the media, and at least one older packet of it.
func redundancy(parameters string, n uint8) bool {
	blocks := strings.Split(parameters, "/")
	text := strconv.Itoa(int(n))
	return len(blocks) > 1 && !slices.ContainsFunc(blocks, func(b string) bool { return b != text })
}

// parameter finds a parameter of a=fmtp, "" if it is not there. Names are not
// case-sensitive (RFC 4855 section 3).
func parameter(parameters, name string) string {
	for p := range strings.SplitSeq(parameters, ";") {
		if k, v, _ := strings.Cut(strings.TrimSpace(p), "="); strings.EqualFold(k, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// opusAnswer asks for packets of at least 10 ms that repair each other (RFC
// 7587 section 7), and for stereo or silence suppression where the client says
// that it would.
func opusAnswer(offered string) string {
	s := "minptime=10;useinbandfec=1"
	if parameter(offered, "sprop-stereo") == "1" {
		s += ";stereo=1"
	}
	if parameter(offered, "usedtx") == "1" {
		s += ";usedtx=1"
	}
	return s
}
