package signaling

import (
	"slices"
	"time"

	"nara/sfu"
)

// join lets a participant in, or back in: who lost the session within the grace time, or joins again with the same
// connection, keeps place and media; who joins from elsewhere replaces the session there and keeps the admission.
func (r *room) join(j joining) verdict {
	if r.departing[j.From.Participant] != nil {
		return verdict{Code: leaving, Message: string(j.From.Participant)}
	}
	old := r.member(j.From.Participant)
	resumed := old != nil && (!old.attached || old.connectedBy(j.Message.Offer))
	m := old
	if !resumed {
		m = &member{id: j.From.Participant, joinedAt: time.Now(), media: Lost}
		if old != nil {
			m.admitted, m.peer = old.admitted, old.peer
		}
	}
	waited := !m.admitted
	m.admitted = m.admitted || j.Admitted
	res, err := r.connect(m, j.Message.Offer, j.Message.Publications)
	if err != nil {
		m.admitted = !waited
		return r.mediaVerdict(err)
	}
	switch {
	case resumed:
		m.stop()
		r.dismiss(m, EndReplaced)
	case old != nil:
		r.replace(old)
	}
	if !resumed {
		r.members = append(r.members, m)
	}
	m.name, m.role, m.visit = j.Name, j.Role, j.Visit
	m.to, m.attached, m.number = j.From, true, 0
	added, removed := m.take(res)
	from := m.to
	m.silence = time.AfterFunc(r.node.Silence, func() { r.post(func() { r.silent(m, from) }) })
	r.node.Log.Info("participant joined", "room", r.id, "participant", m.id, "role", m.role, "admitted", m.admitted, "resumed", resumed)

	r.tell(m, r.joined(m, j.Message.Numbered, res.Answer))
	if resumed {
		r.show(m, &ParticipantChanged{Participant: m.view()})
	} else {
		r.show(m, &ParticipantJoined{Participant: m.view()})
	}
	r.showPublications(m, added, removed)
	return verdict{}
}

// replace ends the membership of a participant who has joined elsewhere; the media are left already.
func (r *room) replace(old *member) {
	old.stop()
	r.members = slices.DeleteFunc(r.members, func(o *member) bool { return o == old })
	r.dismiss(old, EndReplaced)
	r.node.Log.Info("participant left", "room", r.id, "participant", old.id, "reason", LeftReplaced)
	r.unpublish(old)
	r.show(old, &ParticipantLeft{Participant: old.id, Reason: LeftReplaced})
}

// joined is the answer to join: who waits sees only themselves.
func (r *room) joined(m *member, n Numbered, answer string) *Joined {
	out := &Joined{Numbered: n, You: m.view(), Answer: answer, Participants: []Participant{},
		Publications: slices.Clone(m.publications), Assignments: m.receives(), Chat: []ChatMessage{}}
	if m.admitted {
		for _, o := range r.members {
			if o != m {
				out.Participants = append(out.Participants, o.view())
				out.Publications = append(out.Publications, o.visible()...)
			}
		}
		out.Chat = append(out.Chat, r.chat...)
	}
	return out
}

// offer takes other m-lines, an ICE restart, or a new connection.
func (r *room) offer(m *member, o Offer) verdict {
	res, err := r.connect(m, o.Offer, o.Publications)
	if err != nil {
		return r.mediaVerdict(err)
	}
	added, removed := m.take(res)
	r.tell(m, &Answer{o.Numbered, res.Answer, slices.Clone(m.publications), m.receives()})
	r.showPublications(m, added, removed)
	return verdict{}
}

// mayAdmit says whether m asks for somebody who can be admitted.
func (r *room) mayAdmit(m *member, a Admit) verdict {
	target := r.member(a.Participant)
	switch {
	case m.role != Host || !m.admitted:
		return verdict{Code: NotAllowed}
	case target == nil:
		return verdict{Code: NoSuchParticipant}
	case target.admitted:
		return verdict{Code: WrongState, Message: "the participant is admitted already"}
	}
	return verdict{}
}

// admit lets a waiting participant in and shows them the room.
func (r *room) admit(m *member, a Admit) verdict {
	if v := r.mayAdmit(m, a); v.Code != "" {
		return v
	}
	t := r.member(a.Participant)
	t.admitted = true
	r.node.Log.Info("participant admitted", "room", r.id, "participant", t.id, "by", m.id)
	// Media first, it takes longest; what it tells is told after this.
	if err := r.node.media.Admit(sfu.RoomID(r.id), t.peer); err != nil && !gone(err) {
		r.node.Log.Error("media not admitted", "room", r.id, "participant", t.id, "error", err)
	}
	now := t.view()
	r.tell(t, &ParticipantChanged{Participant: now})
	for _, o := range r.members {
		if o != t {
			r.tell(t, &ParticipantJoined{Participant: o.view()})
			for _, p := range o.visible() {
				r.tell(t, &PublicationAdded{p})
			}
		}
	}
	for _, line := range r.chat {
		r.tell(t, &Chat{Message: line})
	}
	r.tell(m, &ParticipantChanged{a.Numbered, now})
	other := r.encode(&ParticipantChanged{Participant: now})
	for _, o := range r.others(t) {
		if o != m {
			r.deliver(o, other)
		}
	}
	r.showPublications(t, t.publications, nil)
	return verdict{}
}

// mute notes and tells that a publication is silent or not.
func (r *room) mute(m *member, mute Mute) verdict {
	i := slices.IndexFunc(m.publications, func(p Publication) bool { return p.ID == mute.Publication })
	if i < 0 {
		return verdict{Code: NoSuchPublication}
	}
	m.publications[i].Muted = mute.Muted
	r.tell(m, &PublicationChanged{mute.Numbered, m.publications[i]})
	if m.admitted {
		r.show(m, &PublicationChanged{Publication: m.publications[i]})
	}
	return verdict{}
}

func (r *room) leave(m *member, _ Leave) verdict {
	r.drop(m, LeftSelf, EndLeft)
	return verdict{}
}

// keep hears that a session is still there.
func (r *room) keep(m *member, _ struct{}) verdict {
	m.silence.Reset(r.node.Silence)
	return verdict{}
}

// silent gives up a session whose gateway has not been heard of.
func (r *room) silent(m *member, from sender) {
	if r.member(m.id) == m && m.attached && m.to == from {
		r.dismiss(m, EndUnavailable)
		r.detached(m)
	}
}

// lost keeps the place of a participant whose WebSocket is gone.
func (r *room) lost(m *member, _ struct{}) verdict {
	m.attached = false
	r.detached(m)
	return verdict{}
}

func (r *room) detached(m *member) {
	m.stop()
	from := m.to
	m.grace = time.AfterFunc(r.node.Grace, func() {
		r.post(func() {
			if r.member(m.id) == m && !m.attached && m.to == from {
				r.drop(m, LeftGone, EndUnavailable)
			}
		})
	})
	r.node.Log.Info("participant lost", "room", r.id, "participant", m.id)
	r.show(m, &ParticipantChanged{Participant: m.view()})
}

// showPublications tells the others what of m's came and went.
func (r *room) showPublications(m *member, added []Publication, removed []PublicationID) {
	if !m.admitted {
		return
	}
	for _, id := range removed {
		r.show(m, &PublicationRemoved{id})
	}
	for _, p := range added {
		r.show(m, &PublicationAdded{p})
	}
}

// unpublish tells the others that all of m's publications are gone.
func (r *room) unpublish(m *member) {
	var removed []PublicationID
	for _, p := range m.publications {
		removed = append(removed, p.ID)
	}
	r.showPublications(m, nil, removed)
	m.publications = nil
}
