package client

import "nara/signaling"

// state is what the client remembers of the room: enough to say what each m-line carries.
type state struct {
	publications map[signaling.PublicationID]signaling.Publication
	carries      map[string]signaling.PublicationID // by mid
}

func newState() state {
	return state{map[signaling.PublicationID]signaling.Publication{}, map[string]signaling.PublicationID{}}
}

func (s *state) carried(mid string) (signaling.Publication, bool) {
	p, ok := s.publications[s.carries[mid]]
	return p, ok
}

func (s *state) assign(list []signaling.Assignment) {
	for _, a := range list {
		if a.Publication == nil {
			delete(s.carries, a.Mid)
		} else {
			s.carries[a.Mid] = *a.Publication
		}
	}
}

func (s *state) add(list ...signaling.Publication) {
	for _, p := range list {
		s.publications[p.ID] = p
	}
}

// take keeps the state up to date with what the server tells.
func (p *Participant) take(m signaling.ServerMessage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.state
	switch m := m.(type) {
	case *signaling.Joined:
		s.add(m.Publications...)
		s.assign(m.Assignments)
	case *signaling.Answer:
		s.add(m.Publications...)
		s.assign(m.Assignments)
	case *signaling.PublicationAdded:
		s.add(m.Publication)
	case *signaling.PublicationChanged:
		s.add(m.Publication)
	case *signaling.PublicationRemoved:
		delete(s.publications, m.Publication)
	case *signaling.Assign:
		s.assign(m.Assignments)
	}
}

// Publications are those that the participant knows of, one's own too, in no order.
func (p *Participant) Publications() []signaling.Publication {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]signaling.Publication, 0, len(p.state.publications))
	for _, pub := range p.state.publications {
		out = append(out, pub)
	}
	return out
}
