package answer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pion/sdp/v3"
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

// Offer is what a client's offer says, as far as the server cares.
type Offer struct {
	Ufrag, Password string
	Fingerprint     [32]byte // SHA-256 of the client's certificate
	Media           []Media

	group []string // mids of the bundle in the client's order, without those refused
	mixed bool     // a=extmap-allow-mixed for all m-lines
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
	var t transport
	if err := t.read(d.Attributes); err != nil {
		return Offer{}, err
	}
	b := bundle{mids: bundled(d.Attributes), direction: direction(d.Attributes, "sendrecv")}
	o := Offer{mixed: has(d.Attributes, "extmap-allow-mixed")}
	lines, ssrcs, total := map[string]int{}, map[uint32]bool{}, 0
	for i, m := range d.MediaDescriptions {
		x := b.media(m)
		if _, twice := lines[x.Mid]; x.Mid != "" && (twice || !token(x.Mid, 32)) {
			return Offer{}, fmt.Errorf("%w: m-line %d has no mid of its own", ErrBad, i)
		}
		lines[x.Mid] = i
		if total += x.ssrcs; total > MaxSSRCs {
			return Offer{}, fmt.Errorf("%w: more than %d SSRCs", ErrTooMany, MaxSSRCs)
		}
		for _, v := range []uint32{x.SSRC, x.RepairSSRC} {
			if v != 0 && ssrcs[v] {
				return Offer{}, fmt.Errorf("%w: m-line %d repeats an SSRC", ErrBad, i)
			}
			ssrcs[v] = true
		}
		o.Media = append(o.Media, x)
	}
	for _, mid := range b.mids {
		if i, ok := lines[mid]; ok && o.Media[i].Served && !slices.Contains(o.group, mid) {
			o.group = append(o.group, mid)
		}
	}
	if o.group == nil {
		return Offer{}, fmt.Errorf("%w: no bundled m-line with Opus, VP8, or H.264 in packetization mode 1", ErrBad)
	}
	if err := t.read(d.MediaDescriptions[lines[o.group[0]]].Attributes); err != nil {
		return Offer{}, fmt.Errorf("m-line %q: %w", o.group[0], err)
	}
	if err := apart(o.Media); err != nil {
		return Offer{}, err
	}
	var err error
	if o.Ufrag, o.Password, o.Fingerprint, err = t.complete(); err != nil {
		return Offer{}, err
	}
	return o, nil
}

// bundled returns the mids of the first BUNDLE group; another group would be
// another transport (RFC 8843 section 7).
func bundled(attributes []sdp.Attribute) []string {
	for _, a := range attributes {
		if f := strings.Fields(a.Value); a.Key == "group" && len(f) > 0 && f[0] == "BUNDLE" {
			return f[1:]
		}
	}
	return nil
}

// apart says whether the m-lines that send can be told apart: by SSRC, by the
// MID header extension, or by payload types of their own (RFC 8843 section
// 9.2). An m-line that also receives is let through: nothing need come on it.
func apart(media []Media) error {
	var used [128]uint8 // m-lines, by payload type
	for _, m := range media {
		if !m.Served || !m.Sends || m.Receives {
			continue
		}
		for _, n := range m.Formats[0].payloadTypes() {
			used[n]++
		}
	}
	for _, m := range media {
		if !m.Served || !m.Sends || m.Receives || m.SSRC != 0 || m.MidExt != 0 {
			continue
		}
		for _, n := range m.Formats[0].payloadTypes() {
			if used[n] > 1 {
				return fmt.Errorf("%w: m-line %q has neither SSRC nor MID header extension, and another one uses its payload type %d", ErrBad, m.Mid, n)
			}
		}
	}
	return nil
}

func has(attributes []sdp.Attribute, key string) bool {
	for _, a := range attributes {
		if a.Key == key {
			return true
		}
	}
	return false
}

// direction returns the last direction that is said, else the one given.
func direction(attributes []sdp.Attribute, otherwise string) string {
	for _, a := range attributes {
		switch a.Key {
		case "sendrecv", "sendonly", "recvonly", "inactive":
			otherwise = a.Key
		}
	}
	return otherwise
}
