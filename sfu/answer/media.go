package answer

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// Media is one m-line.
type Media struct {
	Mid, Kind string
	// Served: an audio or video m-line of the bundle with a codec we know. The
	// others are refused.
	Served bool
	// Sends and Receives are the client's.
	Sends, Receives bool
	// Formats are those that both sides know, best first, at least one if the
	// m-line is served. Where the client sends only the first is answered.
	Formats []Format
	// SSRC is the first that the client sends media with, 0 when it names its
	// streams by header extensions; RepairSSRC that of its retransmissions.
	// Both are 0 with Layers, for an offer does not say which is whose.
	SSRC, RepairSSRC uint32
	// Layers are the RIDs of simulcast that the client offers to send, in its
	// order; nil without simulcast.
	Layers []string
	// Ids of header extensions, 0: not to be used.
	MidExt, LayerExt, RepairedExt, TransportExt uint8

	protocol, format string // as offered
	reduced, mixed   bool   // a=rtcp-rsize, a=extmap-allow-mixed
	ssrcs            int
	layers           []layer
	extensions       []extension
}

// bundle is what the m-lines of an offer share.
type bundle struct {
	mids      []string
	direction string     // where an m-line says none
	ids       [15]string // of header extensions: the same in all m-lines
}

// media reads one m-line. Attributes come in any order (Firefox sorts them),
// so everything is collected before anything is judged.
func (b *bundle) media(m *sdp.MediaDescription) Media {
	d := direction(m.Attributes, b.direction)
	x := Media{
		Kind:     m.MediaName.Media,
		Sends:    d == "sendrecv" || d == "sendonly",
		Receives: d == "sendrecv" || d == "recvonly",
		protocol: strings.Join(m.MediaName.Protos, "/"),
		reduced:  has(m.Attributes, "rtcp-rsize"),
		mixed:    has(m.Attributes, "extmap-allow-mixed"),
	}
	if len(m.MediaName.Formats) > 0 {
		x.format = m.MediaName.Formats[0]
	}
	var mux, bundleOnly bool
	var p payloads
	var s sources
	var sim simulcast
	for _, a := range m.Attributes {
		first, rest, _ := strings.Cut(a.Value, " ")
		switch a.Key {
		case "mid":
			x.Mid = a.Value
		case "rtcp-mux":
			mux = true
		case "bundle-only":
			bundleOnly = true
		case "rtpmap", "fmtp", "rtcp-fb":
			p.read(a.Key, first, strings.TrimSpace(rest))
		case "extmap":
			x.extension(first, rest)
		case "ssrc":
			s.add(first)
		case "ssrc-group":
			s.group(first, rest)
		case "rid":
			sim.rid(first, rest)
		case "simulcast":
			sim.read(a.Value)
		}
	}
	x.Formats = p.formats(x.Kind, m.MediaName.Formats)
	x.Served = x.Mid != "" && slices.Contains(b.mids, x.Mid) && x.Formats != nil && mux && secured(x.protocol) && (m.MediaName.Port.Value != 0 || bundleOnly)
	if !x.Served {
		return x
	}
	b.extensions(&x)
	if x.Sends {
		x.ssrcs = len(s.list)
		if sim.choose(&x); x.Layers == nil {
			x.SSRC, x.RepairSSRC = s.first()
		}
	}
	return x
}

// secured says whether DTLS-SRTP with feedback is meant; JSEP tolerates all of
// these names (RFC 8829 section 5.1.2).
func secured(protocol string) bool {
	return protocol == "UDP/TLS/RTP/SAVPF" || protocol == "TCP/DTLS/RTP/SAVPF" || protocol == "RTP/SAVPF"
}

// sources are the SSRCs of an m-line, with the groups that old clients and
// retransmissions form of them (RFC 5576).
type sources struct {
	list    []uint32
	repairs [][2]uint32 // media, and its retransmissions
}

func (s *sources) add(text string) {
	if v, ok := ssrc(text); ok && len(s.list) <= MaxSSRCs && !slices.Contains(s.list, v) {
		s.list = append(s.list, v)
	}
}

// group takes the pairs of retransmission; a SIM group only says that its
// members are one m-line's, which is known.
func (s *sources) group(semantics, members string) {
	f := strings.Fields(members)
	if semantics != "FID" || len(f) != 2 || len(s.repairs) > MaxSSRCs {
		return
	}
	media, ok := ssrc(f[0])
	repair, ok2 := ssrc(f[1])
	if ok && ok2 && media != repair {
		s.repairs = append(s.repairs, [2]uint32{media, repair})
	}
}

// first finds the first SSRC of media and that of its retransmissions, 0 where
// there is none.
func (s *sources) first() (media, repair uint32) {
	for _, v := range s.list {
		if slices.ContainsFunc(s.repairs, func(r [2]uint32) bool { return r[1] == v }) {
			continue
		}
		for _, r := range s.repairs {
			if r[0] == v {
				return v, r[1]
			}
		}
		return v, 0
	}
	return 0, 0
}

func ssrc(text string) (uint32, bool) {
	v, err := strconv.ParseUint(text, 10, 32)
	return uint32(v), err == nil && v != 0
}
