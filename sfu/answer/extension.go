package answer

import (
	"slices"
	"strconv"
	"strings"
)

// Header extensions that are negotiated, if the client has them.
const (
	uriTransport = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
	uriMid       = "urn:ietf:params:rtp-hdrext:sdes:mid"
	uriLayer     = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
	uriRepaired  = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
)

// extension is an a=extmap (RFC 8285 section 5).
type extension struct {
	id        uint8
	uri       string
	direction string // the client's, "" for both
}

// answer writes the a=extmap that answers e; the direction turns round.
func (e extension) answer() string {
	d := ""
	switch e.direction {
	case "sendonly":
		d = "/recvonly"
	case "recvonly":
		d = "/sendonly"
	}
	return strconv.Itoa(int(e.id)) + d + " " + e.uri
}

// extension collects the ids 1…14, which fit a one-byte header (RFC 8285
// section 4.2).
func (m *Media) extension(first, rest string) {
	id, direction, _ := strings.Cut(first, "/")
	n, err := strconv.ParseUint(id, 10, 8)
	uri, _, _ := strings.Cut(rest, " ")
	known := uri == uriTransport || uri == uriMid || uri == uriLayer || uri == uriRepaired
	if direction == "sendrecv" {
		direction = ""
	}
	if err != nil || n < 1 || n > 14 || !known || direction == "inactive" ||
		slices.ContainsFunc(m.extensions, func(e extension) bool { return e.uri == uri }) {
		return
	}
	m.extensions = append(m.extensions, extension{uint8(n), uri, direction})
}

// extensions keeps those that can be used: ids mean the same in the whole
// bundle (RFC 8843 section 15), MID and RIDs come from the client, transport
// numbers go where packets go. To the client they are of use only if it offers
// feedback about them; those that it sends get ours, even if only the extension
// is offered.
func (b *bundle) extensions(m *Media) {
	feedback := slices.ContainsFunc(m.Formats, func(f Format) bool { return f.feedback&feedbackTransport != 0 })
	kept := m.extensions[:0]
	for _, e := range m.extensions {
		var at *uint8
		usable := e.direction != "recvonly"
		switch e.uri {
		case uriTransport:
			at = &m.TransportExt
			usable = (m.Sends || feedback) && (e.direction == "" || m.Sends != m.Receives && m.Sends == (e.direction == "sendonly"))
		case uriMid:
			at = &m.MidExt
		case uriLayer:
			at = &m.LayerExt
		case uriRepaired:
			at = &m.RepairedExt
		}
		if of := &b.ids[e.id]; usable && (*of == "" || *of == e.uri) {
			*of, *at = e.uri, e.id
			kept = append(kept, e)
		}
	}
	m.extensions = kept
}
