package signaling

import (
	"slices"
	"time"

	"nara/sfu"
)

// member is a participant in a room. The room's goroutine owns it.
type member struct {
	id       ParticipantID
	name     string
	role     Role
	joinedAt time.Time
	admitted bool
	visit    bool // who left is told to the visit

	to       sender // the session
	attached bool   // the session is there
	number   uint64 // of the last parcel of the session

	peer         sfu.PeerID // the connection at the media server, "" for none
	fingerprint  string     // of the connection's certificate
	media        Connection // of media alone
	version      uint64     // of assignments
	assignments  []sfu.Assignment
	publications []Publication

	grace   *time.Timer // runs while the session is lost; ends the membership
	silence *time.Timer // runs while the session is there; the gateway is dead when it fires
}

// stop ends the timers. What has fired already finds another session or none.
func (m *member) stop() {
	for _, t := range []*time.Timer{m.grace, m.silence} {
		if t != nil {
			t.Stop()
		}
	}
}

// view is what others are told of the member.
func (m *member) view() Participant {
	p := Participant{ID: m.id, Name: m.name, Role: m.role, State: Waiting, Connection: m.media, JoinedAt: Time{m.joinedAt}}
	if m.admitted {
		p.State = Admitted
	}
	if !m.attached {
		p.Connection = Lost
	}
	return p
}

// visible are the member's publications that others can see.
func (m *member) visible() []Publication {
	if !m.admitted {
		return nil
	}
	return m.publications
}

// take notes what the media server answered and gives the publications that came and went.
func (m *member) take(res sfu.JoinResult) (added []Publication, removed []PublicationID) {
	old := m.publications
	m.publications = make([]Publication, 0, len(res.Publications))
	for _, info := range res.Publications {
		p := Publication{ID: PublicationID(info.ID), Participant: m.id, Source: Source(info.Source), Kind: Kind(info.Kind)}
		if i := slices.IndexFunc(old, func(o Publication) bool { return o.ID == p.ID }); i >= 0 {
			p.Muted = old[i].Muted
		} else {
			added = append(added, p)
		}
		m.publications = append(m.publications, p)
	}
	for _, o := range old {
		if !slices.ContainsFunc(m.publications, func(p Publication) bool { return p.ID == o.ID }) {
			removed = append(removed, o.ID)
		}
	}
	m.assign(res.Version, res.Assignments)
	return added, removed
}

// assign notes what the receive m-lines carry and gives those that changed. What is older than known is ignored.
func (m *member) assign(version uint64, now []sfu.Assignment) (changed []Assignment) {
	if version < m.version {
		return nil
	}
	m.version = version
	for _, a := range now {
		if !slices.Contains(m.assignments, a) {
			changed = append(changed, assignment(a))
		}
	}
	m.assignments = now
	return changed
}

// receives is what the receive m-lines carry.
func (m *member) receives() []Assignment {
	out := make([]Assignment, 0, len(m.assignments))
	for _, a := range m.assignments {
		out = append(out, assignment(a))
	}
	return out
}

func assignment(a sfu.Assignment) Assignment {
	out := Assignment{Mid: a.Mid}
	if a.Publication != "" {
		id := PublicationID(a.Publication)
		out.Publication = &id
	}
	return out
}
