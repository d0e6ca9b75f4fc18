package answer

import (
	"fmt"
	"strings"
)

// Action is what the server does with a served m-line.
type Action int

// Actions. An m-line that is not served is refused whatever is asked.
const (
	Inactive Action = iota
	Receive         // take what the client sends
	Send            // send to the client as SSRC
)

// Line decides about one m-line.
type Line struct {
	Action Action
	// For Send: the SSRC and the ids of the msid. Lines with the same Stream
	// are kept in lip sync by the client.
	SSRC          uint32
	RepairSSRC    uint32 // of retransmissions, 0: none
	Stream, Track string
}

// Transport is the server's end.
type Transport struct {
	Ufrag, Password string
	Fingerprint     string      // as a=fingerprint has it, without the algorithm
	Candidates      []Candidate // best first, at least one
}

// Write prints the answer to o: lines has one decision for each of o.Media,
// version counts the answers of this connection.
func Write(o Offer, t Transport, lines []Line, version uint64) string {
	w := &writer{}
	var mids []string
	for _, m := range o.Media {
		if m.Served {
			mids = append(mids, m.Mid)
		}
	}
	w.line("v=0")
	w.line("o=- 1 %d IN IP4 0.0.0.0", version)
	w.line("s=-")
	w.line("t=0 0")
	w.line("a=group:BUNDLE %s", strings.Join(mids, " "))
	w.line("a=ice-lite")
	w.line("a=msid-semantic:WMS *")
	for i, m := range o.Media {
		if !m.Served {
			w.refuse(m)
			continue
		}
		w.media(m, t)
		switch l := lines[i]; l.Action {
		case Receive:
			w.line("a=recvonly")
		case Send:
			w.line("a=sendonly")
			w.line("a=msid:%s %s", l.Stream, l.Track)
			w.line("a=ssrc:%d cname:%s", l.SSRC, l.Stream)
		default:
			w.line("a=inactive")
		}
	}
	return w.String()
}

type writer struct{ strings.Builder }

func (w *writer) line(format string, a ...any) { fmt.Fprintf(w, format+"\r\n", a...) }

// refuse answers with port 0 (RFC 3264 section 6).
func (w *writer) refuse(m Media) {
	w.line("m=%s 0 %s %s", m.Kind, m.protocol, m.format)
	w.line("c=IN IP4 0.0.0.0")
	if m.Mid != "" {
		w.line("a=mid:%s", m.Mid)
	}
	w.line("a=inactive")
}

// media writes everything but the direction. All of the transport is repeated.
func (w *writer) media(m Media, t Transport) {
	at := t.Candidates[0].Address
	family := "IP4"
	if at.Addr().Is6() {
		family = "IP6"
	}
	w.line("m=%s %d %s %d", m.Kind, at.Port(), m.protocol, m.Formats[0].PayloadType)
	w.line("c=IN %s %s", family, at.Addr())
	w.line("a=mid:%s", m.Mid)
	w.line("a=ice-ufrag:%s", t.Ufrag)
	w.line("a=ice-pwd:%s", t.Password)
	w.line("a=fingerprint:sha-256 %s", t.Fingerprint)
	w.line("a=setup:passive")
	w.line("a=rtcp-mux")
	w.line("a=rtcp-rsize")
	w.line("a=rtpmap:%d %s", m.Formats[0].PayloadType, m.codec.rtpmap)
	if m.codec.fmtp != "" {
		w.line("a=fmtp:%d %s", m.Formats[0].PayloadType, m.codec.fmtp)
	}
	for _, f := range m.codec.feedback {
		w.line("a=rtcp-fb:%d %s", m.Formats[0].PayloadType, f)
	}
	if m.Sends {
		if m.TransportExt != 0 {
			w.line("a=rtcp-fb:%d transport-cc", m.Formats[0].PayloadType)
			w.line("a=extmap:%d %s", m.TransportExt, uriTransport)
		}
		if m.MidExt != 0 {
			w.line("a=extmap:%d %s", m.MidExt, uriMid)
		}
	}
	for i, c := range t.Candidates {
		w.line("a=candidate:%s", c.text(i))
	}
	w.line("a=end-of-candidates")
}
