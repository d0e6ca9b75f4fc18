package answer

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
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
	RepairSSRC    uint32 // of retransmissions, by which NACK is answered; 0: none
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
	w.line("v=0")
	w.line("o=- 1 %d IN IP4 0.0.0.0", version)
	w.line("s=-")
	w.line("t=0 0")
	w.line("a=group:BUNDLE %s", strings.Join(o.group, " "))
	if o.mixed {
		w.line("a=extmap-allow-mixed")
	}
	w.line("a=ice-lite")
	w.line("a=msid-semantic:WMS *")
	local, candidates := t.text()
	for i := range o.Media {
		m := &o.Media[i]
		if !m.Served {
			w.refuse(m)
			continue
		}
		w.head(m, lines[i], t.Candidates[0].Address)
		w.WriteString(local)
		w.media(m, lines[i])
		w.WriteString(candidates)
		w.action(m, lines[i])
	}
	return w.String()
}

// text is what each m-line repeats of the server's end.
func (t Transport) text() (local, candidates string) {
	var l, c writer
	l.line("a=ice-ufrag:%s", t.Ufrag)
	l.line("a=ice-pwd:%s", t.Password)
	l.line("a=fingerprint:sha-256 %s", t.Fingerprint)
	l.line("a=setup:passive")
	l.line("a=rtcp-mux")
	for i, x := range t.Candidates {
		c.line("a=candidate:%s", x.text(i))
	}
	c.line("a=end-of-candidates")
	return l.String(), c.String()
}

type writer struct{ strings.Builder }

func (w *writer) line(format string, a ...any) { fmt.Fprintf(w, format+"\r\n", a...) }

// refuse answers with port 0 (RFC 3264 section 6).
func (w *writer) refuse(m *Media) {
	w.line("m=%s 0 %s %s", m.Kind, m.protocol, m.format)
	w.line("c=IN IP4 0.0.0.0")
	if m.Mid != "" {
		w.line("a=mid:%s", m.Mid)
	}
	w.line("a=inactive")
}

// head begins an m-line.
func (w *writer) head(m *Media, l Line, at netip.AddrPort) {
	family := "IP4"
	if at.Addr().Is6() {
		family = "IP6"
	}
	w.line("m=%s %d %s%s", m.Kind, at.Port(), m.protocol, payloadList(m, l))
	w.line("c=IN %s %s", family, at.Addr())
	w.line("a=mid:%s", m.Mid)
}

// answered are the formats of an answer: one to receive, so that it is known
// what will come; all of them to send, so that anything may be bound.
func answered(m *Media, l Line) []Format {
	if l.Action == Send {
		return m.Formats
	}
	return m.Formats[:1]
}

// rtx says whether NACK is answered for f, with retransmissions.
func (l Line) rtx(f Format) bool {
	return f.Nack && (l.Action == Receive || l.Action == Send && l.RepairSSRC != 0)
}

// payloadList orders payload types as the m-line has them: best first, RED
// before Opus only if the client has it so.
func payloadList(m *Media, l Line) string {
	var list []byte
	add := func(n uint8, on bool) {
		if on {
			list = strconv.AppendUint(append(list, ' '), uint64(n), 10)
		}
	}
	for _, f := range answered(m, l) {
		add(f.Redundant, f.Redundant != 0 && f.RedundantFirst)
		add(f.PayloadType, true)
		add(f.Redundant, f.Redundant != 0 && !f.RedundantFirst)
		add(f.Repair, l.rtx(f))
	}
	return string(list)
}

// media writes formats and header extensions.
func (w *writer) media(m *Media, l Line) {
	if m.reduced {
		w.line("a=rtcp-rsize")
	}
	if m.mixed {
		w.line("a=extmap-allow-mixed")
	}
	for _, f := range answered(m, l) {
		w.line("a=rtpmap:%d %s", f.PayloadType, encodings[f.Codec])
		if f.parameters != "" {
			w.line("a=fmtp:%d %s", f.PayloadType, f.parameters)
		}
		for _, b := range []struct {
			on   bool
			name string
		}{
			{f.feedback&feedbackFIR != 0, "ccm fir"}, {l.rtx(f), "nack"}, {f.feedback&feedbackPLI != 0, "nack pli"},
			{f.feedback&feedbackTransport != 0 && m.TransportExt != 0, "transport-cc"},
		} {
			if b.on {
				w.line("a=rtcp-fb:%d %s", f.PayloadType, b.name)
			}
		}
		if f.Redundant != 0 {
			w.line("a=rtpmap:%d red/48000/2", f.Redundant)
			w.line("a=fmtp:%d %s", f.Redundant, f.redundancy)
		}
		if l.rtx(f) {
			w.line("a=rtpmap:%d rtx/%d", f.Repair, f.Clock)
			w.line("a=fmtp:%d apt=%d", f.Repair, f.PayloadType)
		}
	}
	for _, e := range m.extensions {
		switch {
		case e.uri != uriTransport && l.Action != Receive,
			(e.uri == uriLayer || e.uri == uriRepaired) && m.Layers == nil,
			e.uri == uriRepaired && !l.rtx(m.Formats[0]):
			continue
		}
		w.line("a=extmap:%s", e.answer())
	}
}

// action writes the direction with what belongs to it.
func (w *writer) action(m *Media, l Line) {
	switch l.Action {
	case Receive:
		w.line("a=recvonly")
		if m.Layers != nil {
			for _, x := range m.layers {
				w.line("a=rid:%s recv%s", x.id, x.restrictions)
			}
			w.line("a=simulcast:recv %s", strings.Join(m.Layers, ";"))
		}
	case Send:
		w.line("a=sendonly")
		w.line("a=msid:%s %s", l.Stream, l.Track)
		repaired := slices.ContainsFunc(m.Formats, l.rtx)
		if repaired {
			w.line("a=ssrc-group:FID %d %d", l.SSRC, l.RepairSSRC)
		}
		w.line("a=ssrc:%d cname:%s", l.SSRC, l.Stream)
		if repaired {
			w.line("a=ssrc:%d cname:%s", l.RepairSSRC, l.Stream)
		}
	default:
		w.line("a=inactive")
	}
}
