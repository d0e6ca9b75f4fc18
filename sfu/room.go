package sfu

// restInterval is how long the tick leaves a room alone in which nothing
// happens: hundreds may wait for their visit.
const restInterval = 1e9

// room is the peers that may hear each other. It is pinned to a loop at its
// first join. Guarded by that loop's lock, but for id and shard, which do not
// change.
type room struct {
	id    RoomID
	shard *shard

	due          int64 // when tick has something to do: 0 with each packet and each wish
	closed       bool  // forgotten: whoever holds it must look it up again
	peers        []*peer
	publications []*publication // visible ones, in order of arrival
	counts       RoomStats
	lostBefore   uint64 // by streams of publications that are gone
}

func (r *room) peer(id PeerID) *peer {
	for _, p := range r.peers {
		if p.id == id {
			return p
		}
	}
	return nil
}

// admit makes the peer's publications visible.
func (r *room) admit(p *peer) {
	p.admitted = true
	for _, l := range p.lines {
		if l.pub != nil {
			r.publish(l.pub)
		}
	}
}

// publish makes a publication visible if its peer is admitted.
func (r *room) publish(pub *publication) {
	if pub.visible || !pub.peer.admitted {
		return
	}
	pub.visible = true
	r.publications = append(r.publications, pub)
	r.shard.events.add(PublicationAdded{r.id, pub.peer.id, pub.info})
}

// unpublish ends a publication and frees what it is bound to.
func (r *room) unpublish(pub *publication) {
	for len(pub.subs) > 0 {
		pub.subs[0].unbind()
	}
	for i := range pub.layers {
		r.lostBefore += pub.layers[i].packetsLost()
	}
	if !pub.visible {
		return
	}
	pub.visible = false
	r.publications = without(r.publications, pub)
	r.shard.events.add(PublicationRemoved{r.id, pub.peer.id, pub.info.ID})
}

// remove takes a peer out and ends the room with the last one. settle must
// follow.
func (r *room) remove(p *peer) {
	if p.removed {
		return
	}
	p.removed = true
	p.conn.Close()
	for _, d := range p.downTracks {
		d.unbind()
	}
	for _, l := range p.lines {
		if l.pub != nil {
			r.unpublish(l.pub)
		}
	}
	r.peers = without(r.peers, p)
}

// settle binds every visible publication that an admitted peer does not
// receive yet, in order of arrival, to a free downTrack, and tells everyone
// but quiet whose bindings changed. An empty room ends.
func (r *room) settle(quiet *peer) {
	for _, p := range r.peers {
		if !p.admitted {
			continue
		}
		for _, pub := range r.publications {
			if pub.peer == p || p.receives(pub) {
				continue
			}
			if d := p.free(pub); d != nil {
				d.bind(pub)
			}
		}
	}
	for _, p := range r.peers {
		if !p.changed {
			continue
		}
		p.changed = false
		p.version = r.shard.manager.version.Add(1)
		if p != quiet {
			r.shard.events.add(Assigned{r.id, p.id, p.assignments(), p.version})
		}
	}
	if len(r.peers) == 0 && !r.closed {
		r.closed = true
		delete(r.shard.rooms, r)
		r.shard.ended.add(r.stats().Recovery)
		r.shard.manager.forget(r)
	}
}

func (r *room) tick() {
	now := r.shard.loop.Now()
	if now < r.due {
		return
	}
	r.due = now + restInterval // unless somebody waits
	for _, p := range r.peers {
		for _, l := range p.lines {
			if l.pub != nil {
				l.pub.tick(now)
			}
		}
	}
}

func (r *room) stats() RoomStats {
	s := r.counts
	s.Room, s.Peers, s.PacketsLost = r.id, len(r.peers), r.lostBefore
	for _, p := range r.peers {
		if !p.admitted {
			s.Waiting++
		}
		for _, l := range p.lines {
			if l.pub != nil {
				s.Publications++
				for i := range l.pub.layers {
					s.PacketsLost += l.pub.layers[i].packetsLost()
				}
			}
		}
		for _, d := range p.downTracks {
			s.DownTracks++
			if d.pub != nil {
				s.Bound++
			}
		}
	}
	return s
}

// without is a list without one element, in memory of its own: who goes through
// the old one is not disturbed, and nothing holds what has left.
func without[T comparable](list []T, gone T) []T {
	var left []T
	for _, x := range list {
		if x != gone {
			left = append(left, x)
		}
	}
	return left
}
