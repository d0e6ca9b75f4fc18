package answer

import (
	"slices"
	"strconv"
	"strings"
)

// MaxLayers of simulcast are taken of an m-line.
const MaxLayers = 3

// layer is a RID that the client offers to send (RFC 8851).
type layer struct {
	id           string
	restrictions string // of the a=rid in the answer, with a space before them
	formats      []string
}

// simulcast collects a=rid and a=simulcast of an m-line.
type simulcast struct {
	rids []layer
	send string // the list of a=simulcast:send
}

// rid takes "id send restrictions". One with a restriction that is not known
// does not count (RFC 8851 section 6.3); those known are for the client to
// keep, so they are repeated.
func (s *simulcast) rid(id, rest string) {
	direction, list, _ := strings.Cut(rest, " ")
	if direction != "send" || !ridToken(id) || len(s.rids) == MaxSSRCs {
		return
	}
	l := layer{id: id}
	var kept []string
	for r := range strings.SplitSeq(list, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(r), "=")
		switch name {
		case "":
		case "pt":
			l.formats = strings.Split(value, ",")
		case "max-width", "max-height", "max-fps", "max-fs", "max-br", "max-pps", "max-bpp":
			if _, err := strconv.ParseFloat(value, 64); err != nil || len(value) > 20 {
				return
			}
			kept = append(kept, name+"="+value)
		default:
			return
		}
	}
	l.restrictions = strings.Join(kept, ";")
	s.rids = append(s.rids, l)
}

// read takes the value of a=simulcast: "send a;b recv c" (RFC 8853 section
// 5.1), not "send rid=a;b" of the drafts before it.
func (s *simulcast) read(value string) {
	f := strings.Fields(value)
	for i := 0; i+1 < len(f); i += 2 {
		if f[i] == "send" && s.send == "" && !strings.Contains(f[i+1], "=") {
			s.send = f[i+1]
		}
	}
}

// choose gives m the layers that can be received: of alternatives the first,
// paused ones ("~") too, those that may come in the answered format. Without
// the header extensions that name them there are none.
func (s *simulcast) choose(m *Media) {
	if m.Kind != "video" || m.MidExt == 0 || m.LayerExt == 0 {
		return
	}
	format := strconv.Itoa(int(m.Formats[0].PayloadType))
	for stream := range strings.SplitSeq(s.send, ";") {
		id, _, _ := strings.Cut(stream, ",")
		id = strings.TrimPrefix(id, "~")
		i := slices.IndexFunc(s.rids, func(l layer) bool { return l.id == id })
		if i < 0 || slices.Contains(m.Layers, id) || len(m.Layers) == MaxLayers {
			continue
		}
		l := s.rids[i]
		if l.formats != nil && !slices.Contains(l.formats, format) {
			continue
		}
		if l.formats != nil {
			l.restrictions = strings.TrimSuffix("pt="+format+";"+l.restrictions, ";")
		}
		if l.restrictions != "" {
			l.restrictions = " " + l.restrictions
		}
		m.Layers, m.layers = append(m.Layers, id), append(m.layers, l)
	}
}

// ridToken says whether s names a stream: letters, digits, hyphens and
// underscores (RFC 8851 section 10) that fit a one-byte header.
func ridToken(s string) bool {
	for _, r := range []byte(s) {
		if !alphanumeric(r) && r != '-' && r != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 16
}
