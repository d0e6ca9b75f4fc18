package sfu

import (
	"fmt"

	"nara/sfu/answer"
	"nara/sfu/wire"
)

// offer is a client's offer with the sources of its send m-lines, checked for
// everything that needs no peer.
type offer struct {
	answer.Offer
	sources map[string]SourceName // by mid
}

// parseOffer reads an offer; it takes no lock.
func parseOffer(text string, sources []Source) (offer, error) {
	o, err := answer.Parse(text)
	if err != nil {
		return offer{}, err
	}
	names := map[string]SourceName{}
	if len(sources) > MaxPublications {
		return offer{}, fmt.Errorf("%w: %d publications, at most %d", ErrTooMany, len(sources), MaxPublications)
	}
	type sourceKind struct{ name, kind string }
	used := map[sourceKind]bool{}
	for _, s := range sources {
		m, err := sendLine(o, s)
		if err != nil {
			return offer{}, err
		}
		k := sourceKind{string(s.Name), m.Kind}
		if _, twice := names[s.Mid]; twice || used[k] {
			return offer{}, fmt.Errorf("%w: source %q is named twice", ErrBadOffer, s.Name)
		}
		used[k], names[s.Mid] = true, s.Name
	}
	return offer{o, names}, nil
}

// sendLine finds the m-line of a source.
func sendLine(o answer.Offer, s Source) (answer.Media, error) {
	switch s.Name {
	case Camera, Microphone, Screen, RoomView, Exam, Stethoscope:
	default:
		return answer.Media{}, fmt.Errorf("%w: no source is called %q", ErrBadOffer, s.Name)
	}
	for _, m := range o.Media {
		if m.Mid != s.Mid {
			continue
		}
		if !m.Served || !m.Sends {
			return answer.Media{}, fmt.Errorf("%w: m-line %q of source %s sends nothing we know", ErrBadOffer, s.Mid, s.Name)
		}
		return m, nil
	}
	return answer.Media{}, fmt.Errorf("%w: no m-line %q for source %s", ErrBadOffer, s.Mid, s.Name)
}

// negotiated is what an answer is written from, copied under the lock.
type negotiated struct {
	offer       answer.Offer
	credentials wire.Credentials
	lines       []answer.Line
	result      JoinResult
}

// check refuses an offer that does not follow the one before (RFC 8829 section
// 5.2.2: m-lines stay where they are).
func (p *peer) check(o offer) error {
	if len(o.Media) < len(p.lines) {
		return fmt.Errorf("%w: %d m-lines after %d", ErrBadOffer, len(o.Media), len(p.lines))
	}
	return nil
}

// negotiate takes the m-lines of a checked offer. Those that go on keep what
// they have; settle must follow.
func (p *peer) negotiate(o offer) {
	p.conn.Restart(o.Ufrag, o.Password)
	for i, m := range o.Media {
		if i == len(p.lines) {
			p.lines = append(p.lines, line{mid: m.Mid})
		}
		p.use(&p.lines[i], m, o.sources[m.Mid])
	}
	var incoming []wire.Incoming
	for i, m := range o.Media {
		if pub := p.lines[i].pub; pub != nil {
			incoming = append(incoming, pub.incoming(m))
		}
	}
	p.conn.Receive(incoming)
	p.version = p.room.shard.manager.version.Add(1)
}

// use makes one m-line what the offer says: a publication when it has a
// source, else a downTrack when the client receives on it, else nothing.
func (p *peer) use(l *line, m answer.Media, source SourceName) {
	publishes := m.Served && source != ""
	receives := m.Served && !publishes && m.Receives
	kind := Kind(m.Kind)
	if pub := l.pub; pub != nil && (!publishes || !pub.goesOn(m, source)) {
		p.room.unpublish(pub)
		l.pub = nil
	}
	if d := l.down; d != nil && (!receives || l.mid != m.Mid || d.kind != kind) {
		d.unbind()
		p.downTracks = without(p.downTracks, d)
		l.down = nil
	}
	l.mid = m.Mid
	switch {
	case publishes && l.pub == nil:
		l.pub = newPublication(p, m, source)
		p.room.publish(l.pub)
	case publishes:
		l.pub.format = m.Formats[0] // its numbers may be others
	}
	if receives && l.down == nil {
		l.down = newDownTrack(p, m.Mid, kind)
		p.downTracks = append(p.downTracks, l.down)
	}
	if receives {
		l.down.offered(m)
	}
}

// describe copies what the answer is written from.
func (p *peer) describe(o offer) negotiated {
	n := negotiated{offer: o.Offer, credentials: p.conn.Credentials()}
	n.result = JoinResult{Publications: []PublicationInfo{}, Assignments: p.assignments(), Version: p.version}
	for _, l := range p.lines {
		var a answer.Line
		switch {
		case l.pub != nil:
			a.Action = answer.Receive
			n.result.Publications = append(n.result.Publications, l.pub.info)
		case l.down != nil:
			a = answer.Line{Action: answer.Send, SSRC: l.down.out.SSRC, RepairSSRC: l.down.repair.out.SSRC,
				Stream: fmt.Sprintf("s%d", l.down.pair), Track: fmt.Sprintf("%s%d", l.down.kind, l.down.pair)}
		}
		n.lines = append(n.lines, a)
	}
	return n
}
