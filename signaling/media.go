package signaling

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"nara/sfu"
)

// connect gives an offer to the media server: of the connection that the member has, or of a new one. The media server
// takes another certificate for another peer, and so do we: each connection gets a PeerID of its own, so that late news
// of an old one can be told apart.
func (r *room) connect(m *member, offer string, publications []Intended) (sfu.JoinResult, error) {
	id := sfu.RoomID(r.id)
	if m.connectedBy(offer) {
		res, err := r.node.media.Renegotiate(id, m.peer, offer, sources(publications))
		if err == nil && m.admitted {
			err = r.node.media.Admit(id, m.peer) // no matter if it was
		}
		if !gone(err) {
			return res, err
		}
	}
	r.peers++
	peer := sfu.PeerID(fmt.Sprintf("%s.%d", m.id, r.peers))
	res, err := r.node.media.Join(sfu.JoinRequest{Room: id, Peer: peer, Offer: offer,
		Sources: sources(publications), Replaces: m.peer, Admitted: m.admitted})
	if err != nil {
		return res, err // and the connection before, if there is one, goes on
	}
	m.peer, m.fingerprint, m.media, m.version, m.assignments = peer, fingerprint(offer), Connecting, 0, nil
	return res, nil
}

// disconnect gives up a member's connection, if there is one.
func (r *room) disconnect(m *member, why string) {
	if m.peer == "" {
		return
	}
	if err := r.node.media.Leave(sfu.RoomID(r.id), m.peer, why); err != nil && !gone(err) {
		r.node.Log.Error("media not left", "room", r.id, "participant", m.id, "error", err)
	}
	m.peer = ""
}

// connectedBy reports whether an offer comes from the connection that the member has: it has the same certificate.
func (m *member) connectedBy(offer string) bool {
	return m.peer != "" && m.media != Lost && m.fingerprint != "" && m.fingerprint == fingerprint(offer)
}

// fingerprint is the first one in an offer, or "".
func fingerprint(offer string) string {
	_, rest, _ := strings.Cut(offer, "a=fingerprint:")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

// peerConnected hears that a connection is up.
func (r *room) peerConnected(id sfu.PeerID) {
	if m := r.peer(id); m != nil {
		r.connection(m, Connected)
	}
}

// peerLost hears that the media server gave a connection up. The participant may offer a new one; who has no session
// either leaves when the grace time is over.
func (r *room) peerLost(id sfu.PeerID, reason sfu.LossReason) {
	if m := r.peer(id); m != nil {
		r.node.Log.Info("media lost", "room", r.id, "participant", m.id, "reason", reason)
		r.mediaLost(m)
	}
}

func (r *room) mediaLost(m *member) {
	m.peer, m.assignments = "", nil
	r.unpublish(m)
	r.connection(m, Lost)
}

// connection tells everyone who may know, the participant too, what became of a connection.
func (r *room) connection(m *member, now Connection) {
	before := m.view()
	m.media = now
	if view := m.view(); view != before {
		r.tell(m, &ParticipantChanged{Participant: view})
		r.show(m, &ParticipantChanged{Participant: view})
	}
}

// assigned hears what a connection's receive m-lines carry now.
func (r *room) assigned(id sfu.PeerID, version uint64, now []sfu.Assignment) {
	if m := r.peer(id); m != nil {
		if changed := m.assign(version, now); len(changed) > 0 {
			r.tell(m, &Assign{changed})
		}
	}
}

// peer is the member that has the connection, or nil.
func (r *room) peer(id sfu.PeerID) *member {
	if i := slices.IndexFunc(r.members, func(m *member) bool { return m.peer == id }); i >= 0 {
		return r.members[i]
	}
	return nil
}

// mediaVerdict is what the client is told when the media server refuses.
func (r *room) mediaVerdict(err error) verdict {
	switch {
	case errors.Is(err, sfu.ErrBadOffer):
		return verdict{Code: BadOffer, Message: err.Error()}
	case errors.Is(err, sfu.ErrTooMany):
		return verdict{Code: TooMany, Message: err.Error()}
	case errors.Is(err, sfu.ErrClosed):
		return verdict{Code: Unavailable}
	}
	r.node.Log.Error("media server failed", "room", r.id, "error", err)
	return verdict{Code: Internal}
}

func sources(in []Intended) []sfu.Source {
	out := make([]sfu.Source, 0, len(in))
	for _, p := range in {
		out = append(out, sfu.Source{Mid: p.Mid, Name: sfu.SourceName(p.Source)})
	}
	return out
}

func gone(err error) bool {
	return errors.Is(err, sfu.ErrNoSuchPeer) || errors.Is(err, sfu.ErrNoSuchRoom)
}
