package answer

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"nara/sfu/wire"
)

// What an offer may hold at most.
const (
	MaxBytes = 64 << 10
	MaxLines = 64
	MaxSSRCs = 24
)

// Kinds of errors; their text says what is wrong with the offer.
var (
	ErrBad     = errors.New("bad offer")
	ErrTooMany = errors.New("too many")
)

// Header extensions that are negotiated.
const (
	uriMid       = "urn:ietf:params:rtp-hdrext:sdes:mid"
	uriTransport = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)

// codec is what is served for a kind.
type codec struct {
	id                 wire.Codec
	kind, rtpmap, fmtp string
	clock              uint32
	feedback           []string
}

// Format is a payload type with what it stands for.
type Format struct {
	Codec          wire.Codec
	Profile        string // of H.264: "42e0" constrained baseline, "6400" high; else ""
	PayloadType    uint8
	Repair         uint8 // payload type of its retransmissions, 0: none
	Redundant      uint8 // of Opus: payload type of RED around it, 0: none
	RedundantFirst bool  // the client prefers RED
	Clock          uint32
	Nack           bool // NACK is offered, and Repair
}

// Carries says whether media made for g may be sent as f.
func (f Format) Carries(g Format) bool {
	return f.Codec == g.Codec && (f.Profile == g.Profile || g.Profile == "42e0")
}

var codecs = []codec{
	{id: wire.Opus, kind: "audio", rtpmap: "opus/48000/2", fmtp: "minptime=10;useinbandfec=1", clock: 48000},
	{id: wire.VP8, kind: "video", rtpmap: "VP8/90000", clock: 90000, feedback: []string{"ccm fir", "nack pli"}},
}

// Offer is what a client's offer says, as far as the server cares.
type Offer struct {
	Ufrag, Password string
	Fingerprint     [32]byte // SHA-256 of the client's certificate
	Media           []Media
}

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
	SSRC, RepairSSRC uint32
	// Layers are the RIDs of simulcast that the client offers to send.
	Layers []string
	// Ids of header extensions, 0: not offered.
	MidExt, LayerExt, RepairedExt, TransportExt uint8

	protocol, format string
	codec            codec
	ssrcs            int
}

// Parse reads an offer.
func Parse(text string) (Offer, error) {
	if len(text) > MaxBytes {
		return Offer{}, fmt.Errorf("%w: offer has %d bytes, at most %d", ErrTooMany, len(text), MaxBytes)
	}
	var d sdp.SessionDescription
	if err := d.UnmarshalString(text); err != nil {
		return Offer{}, fmt.Errorf("%w: not SDP: %w", ErrBad, err)
	}
	if n := len(d.MediaDescriptions); n > MaxLines {
		return Offer{}, fmt.Errorf("%w: %d m-lines, at most %d", ErrTooMany, n, MaxLines)
	}
	t := transport{}
	if err := t.read(d.Attributes); err != nil {
		return Offer{}, err
	}
	bundle := bundled(d.Attributes)
	var o Offer
	mids, ssrcs, total, served := map[string]bool{}, map[uint32]bool{}, 0, 0
	for i, m := range d.MediaDescriptions {
		x := parseMedia(m)
		x.Served = x.Served && bundle[x.Mid]
		if (x.Served || x.Mid != "") && !token(x.Mid, 32) || mids[x.Mid] && x.Mid != "" {
			return Offer{}, fmt.Errorf("%w: m-line %d has no mid of its own", ErrBad, i)
		}
		mids[x.Mid] = true
		if x.Served {
			served++
			if err := t.read(m.Attributes); err != nil {
				return Offer{}, fmt.Errorf("m-line %d: %w", i, err)
			}
		}
		if total += x.ssrcs; total > MaxSSRCs {
			return Offer{}, fmt.Errorf("%w: more than %d SSRCs", ErrTooMany, MaxSSRCs)
		}
		if x.SSRC != 0 && ssrcs[x.SSRC] {
			return Offer{}, fmt.Errorf("%w: m-line %d repeats an SSRC", ErrBad, i)
		}
		ssrcs[x.SSRC] = true
		o.Media = append(o.Media, x)
	}
	if served == 0 {
		return Offer{}, fmt.Errorf("%w: no bundled m-line with Opus or VP8", ErrBad)
	}
	var err error
	if o.Ufrag, o.Password, o.Fingerprint, err = t.complete(); err != nil {
		return Offer{}, err
	}
	return o, nil
}

// transport collects what the session or any served m-line says; in a bundle
// they must agree.
type transport struct {
	ufrag, password, setup string
	fingerprint            string // SHA-256, in hexadecimal with colons
}

func (t *transport) read(attributes []sdp.Attribute) error {
	for _, a := range attributes {
		var at *string
		value := strings.TrimSpace(a.Value)
		switch a.Key {
		case "ice-ufrag":
			at = &t.ufrag
		case "ice-pwd":
			at = &t.password
		case "setup":
			at = &t.setup
		case "fingerprint":
			algorithm, hash, _ := strings.Cut(value, " ")
			if !strings.EqualFold(algorithm, "sha-256") {
				continue // others may stand beside it (RFC 8122 section 5)
			}
			at, value = &t.fingerprint, strings.ToUpper(hash)
		default:
			continue
		}
		if *at != "" && *at != value {
			return fmt.Errorf("%w: two values of %s in one bundle", ErrBad, a.Key)
		}
		*at = value
	}
	return nil
}

func (t *transport) complete() (ufrag, password string, fingerprint [32]byte, err error) {
	sum, hexErr := hex.DecodeString(strings.ReplaceAll(t.fingerprint, ":", ""))
	switch {
	case !iceChars(t.ufrag, 4) || !iceChars(t.password, 22):
		err = fmt.Errorf("%w: no usable ice-ufrag and ice-pwd", ErrBad)
	case hexErr != nil || len(sum) != len(fingerprint):
		err = fmt.Errorf("%w: no sha-256 fingerprint", ErrBad)
	case t.setup != "actpass" && t.setup != "active":
		err = fmt.Errorf("%w: setup must be actpass or active", ErrBad)
	}
	copy(fingerprint[:], sum)
	return t.ufrag, t.password, fingerprint, err
}

func bundled(attributes []sdp.Attribute) map[string]bool {
	mids := map[string]bool{}
	for _, a := range attributes {
		if f := strings.Fields(a.Value); a.Key == "group" && len(f) > 0 && f[0] == "BUNDLE" {
			for _, mid := range f[1:] {
				mids[mid] = true
			}
		}
	}
	return mids
}

// parseMedia reads one m-line. Attributes come in any order (Firefox sorts
// them), so everything is collected before anything is judged.
func parseMedia(m *sdp.MediaDescription) Media {
	x := Media{Kind: m.MediaName.Media, Sends: true, Receives: true,
		protocol: strings.Join(m.MediaName.Protos, "/")}
	if len(m.MediaName.Formats) > 0 {
		x.format = m.MediaName.Formats[0]
	}
	var mux, bundleOnly bool
	repairs := map[uint32]bool{} // SSRCs that retransmit others
	var ssrcs []uint32
	for _, a := range m.Attributes {
		first, rest, _ := strings.Cut(a.Value, " ")
		switch a.Key {
		case "mid":
			x.Mid = a.Value
		case "rtcp-mux":
			mux = true
		case "bundle-only":
			bundleOnly = true
		case "sendonly":
			x.Receives = false
		case "recvonly":
			x.Sends = false
		case "inactive":
			x.Sends, x.Receives = false, false
		case "rtpmap":
			x.choose(first, rest)
		case "extmap":
			x.extension(first, rest)
		case "ssrc":
			if v, err := strconv.ParseUint(first, 10, 32); err == nil && (len(ssrcs) == 0 || ssrcs[len(ssrcs)-1] != uint32(v)) {
				ssrcs = append(ssrcs, uint32(v))
			}
		case "ssrc-group":
			if f := strings.Fields(rest); first == "FID" && len(f) == 2 {
				if v, err := strconv.ParseUint(f[1], 10, 32); err == nil {
					repairs[uint32(v)] = true
				}
			}
		}
	}
	x.Served = x.codec.kind != "" && mux && x.protocol == "UDP/TLS/RTP/SAVPF" &&
		(m.MediaName.Port.Value != 0 || bundleOnly)
	if x.Sends {
		x.ssrcs = len(ssrcs)
		for _, v := range ssrcs {
			if !repairs[v] {
				x.SSRC = v
				break
			}
		}
	}
	return x
}

// choose takes the first payload type of a codec that is served.
func (x *Media) choose(pt, rtpmap string) {
	n, err := strconv.ParseUint(pt, 10, 7)
	if err != nil || x.codec.kind != "" {
		return
	}
	for _, c := range codecs {
		if c.kind == x.Kind && strings.EqualFold(c.rtpmap, rtpmap) {
			x.Formats, x.codec = []Format{{Codec: c.id, PayloadType: uint8(n), Clock: c.clock}}, c
		}
	}
}

// extension takes the ids 1…14 that fit a one-byte header (RFC 8285 section
// 4.2), unless the client only receives them.
func (x *Media) extension(first, uri string) {
	id, direction, _ := strings.Cut(first, "/")
	n, err := strconv.ParseUint(id, 10, 8)
	if err != nil || n < 1 || n > 14 || direction == "recvonly" || direction == "inactive" {
		return
	}
	switch uri, _, _ = strings.Cut(uri, " "); uri {
	case uriMid:
		x.MidExt = uint8(n)
	case uriTransport:
		x.TransportExt = uint8(n)
	}
}

// token says whether s is a token (RFC 8866 section 9) of at most n bytes.
func token(s string, n int) bool {
	for _, r := range []byte(s) {
		if !alphanumeric(r) && !strings.ContainsRune("!#$%&'*+-.^_`{|}~", rune(r)) {
			return false
		}
	}
	return s != "" && len(s) <= n
}

// iceChars says whether s consists of at least n and at most 256 ice-chars
// (RFC 8839 section 5.4).
func iceChars(s string, n int) bool {
	for _, r := range []byte(s) {
		if !alphanumeric(r) && r != '+' && r != '/' {
			return false
		}
	}
	return n <= len(s) && len(s) <= 256
}

func alphanumeric(r byte) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
