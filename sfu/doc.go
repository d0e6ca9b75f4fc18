// Package sfu is the media server: it takes what each participant publishes
// and forwards it to the others of the room, without decoding it.
//
// A client has one connection and always offers. Its offer holds the m-lines
// it sends on, each named by a Source, and spare recvonly m-lines. Join answers
// at once. Whenever a publication of another admitted peer appears, the
// Manager binds it to a free receive m-line that can carry it, in order of
// arrival, and says so by an Assigned event: no SDP, no negotiation.
//
//	m, err := sfu.New(sfu.Config{Listen: addrs, TCP: true, Events: func(e sfu.Event) { … }})
//	res, err := m.Join(sfu.JoinRequest{Room: "visit", Peer: "anna", Offer: sdp, Sources: sources})
//	// send res.Answer to the client; it connects over UDP, or else TCP
//	err = m.Admit("visit", "anna") // media flows
//	err = m.Leave("visit", "anna", "left")
//	err = m.Close()
//
// # Who is who
//
// A room is a set of peers, pinned at its first join to the loop that has the
// fewest participants then. A peer is a participant's connection (a wire.Conn).
// A publication is what a peer sends on one m-line, in one layer or, with
// simulcast, in several. A downTrack is a receive m-line of a peer with what is
// bound to it; its SSRCs stand in the answer and never change, its numbers go
// on from one publication to the next (rewriter). A peer that waits is
// connected, and what it sends is received and reported on, so that its
// bandwidth estimate is ready; but its publications are invisible and nothing
// is bound to its downTracks. Admit changes that without touching the
// connection.
//
// # The path of a packet
//
//	wire.Loop reads a batch → Conn by address → Stream by SSRC → opened, video
//	straight into the Stream's ring → publication.RTP → its layer → each
//	downTrack.forward → rewriter → wire.Conn.SendRTP seals into the loop's
//	arena → one system call for the batch
//
// All of it is one stack frame, without allocation, hop or copy of the payload.
// A subscriber gets its own SSRC, index, timestamp and payload type, and a
// transport-wide number. Of redundant audio (RED) it gets the blocks with its
// own payload types written over, or the newest block alone.
//
// Of several layers the client's last that it sends now is forwarded. A change
// waits for a keyframe of the layer wanted; until then the one before goes on.
//
// # How video begins
//
// With a keyframe: when somebody is bound and connected, after a stall (the
// socket did not take a packet: a frame with a hole is of no use), or on
// another layer. If the newest frame group is fresh and all of it in the ring
// it is replayed, with its distances in time squeezed, so that the receiver is
// not late from then on. Else the publisher is asked, at most every 300 ms for
// each layer, and for one client, beyond a few at once, each second
// (keyframe.go); a request that comes too early is remembered until the tick.
//
// # What gets lost
//
// Between publisher and us: wire asks (NACK), takes the retransmission (RFC
// 4588) for the packet that it repairs, and delivers it late, marked Repaired,
// with its index. It is forwarded like any packet that comes late. When wire
// gives it up (Broken), a keyframe is asked for.
//
// Between us and a subscriber: its NACK comes as peer.Missing. The rewriter
// turns the number into the index of the current binding, never of one before;
// the ring has the packet or not; it goes out on the downTrack's repair SSRC,
// once in a round trip, a few times at most, and within the client's allowance:
// a share of what is sent to it, some packets, some requests. The rings reach
// back as far as the slowest subscriber may still ask.
//
// An SRTP nonce is an SSRC and an index. The rewriter begins each binding above
// all indices that it has used, refuses what is older than the beginning, and
// remembers what it gave out; repairs count indices of their own.
//
// # Time
//
// Each second, and when a binding begins, a downTrack sends a sender report:
// the time of sending, and the RTP time that it is then by the publisher's last
// report, in the downTrack's numbers. So the client's answer tells the round
// trip. A publisher's clock becomes the server's by a difference set once for
// each peer, which keeps its sound and picture together exactly and different
// peers' roughly, whatever their clocks say. A new binding goes on in the time
// that the reports have told, so nothing that the client has learned turns
// false.
//
// # Ownership and locks
//
// Rooms, peers, publications, layers and downTracks, and everything of package
// wire, belong to a loop and are touched under its lock only: the loop takes it
// once for each batch, every method of Manager once for each call, the ticker
// every 50 ms, a handshake at its end. Under it nobody waits, logs at length or
// writes SDP: offers are parsed before, answers written after from a copy.
//
// Lock order: a loop's lock; then one of the leaves Manager.mu (which rooms
// exist), events.mu (what is to be told), or those of package wire. No two
// loops' locks are held at once. Config.Events is called by a goroutine of its
// own with no lock held, so the handler may call the Manager, but not Close.
//
// Goroutines: for each loop those of package wire that read, and one that tells
// events; one ticker for all, which rests while nobody is there; one for each
// running handshake; two for each TCP connection. None for a peer, a publication
// or a packet. Close waits for all of them.
//
// # Where to read
//
// manager.go finds rooms and peers; negotiate.go turns an offer into lines;
// room.go binds and unbinds; publication.go and layer.go receive; downtrack.go
// forwards, with rewrite.go for numbers and clock.go for time; replay.go and
// repair.go are what their names say; stats.go and peerstats.go count.
//
// # What the caller should know
//
// Events may overtake the JoinResult of the same call. Assigned always holds
// all receive m-lines of the peer, and both carry a Version: the higher one is
// true. PublicationAdded comes before the first Assigned that names it,
// PublicationRemoved before the Assigned that frees the m-lines. A publication
// without a free m-line that can carry it is bound as soon as one comes free or
// is offered; PeerStats says how many peers cannot decode it at all.
package sfu
