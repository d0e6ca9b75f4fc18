// Package sfu is the media server: it takes what each participant publishes
// and forwards it to the others of the room, without decoding it.
//
// A client has one connection and always offers. Its offer holds the m-lines
// it sends on, each named by a Source, and spare recvonly m-lines. Join answers
// at once. Whenever a publication of another admitted peer appears, the
// Manager binds it to a free receive m-line of its kind, in order of arrival,
// and says so by an Assigned event: no SDP, no negotiation.
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
// fewest participants then. A peer is a
// participant's connection (a wire.Conn). A publication is what a peer sends
// on one m-line. A downTrack is a receive m-line of a peer with what is bound
// to it; its SSRC stands in the answer and never changes, its numbers go on
// from one publication to the next (rewriter). A peer that waits is connected,
// and what it sends is received and reported on, so that its bandwidth
// estimate is ready; but its publications are invisible and nothing is bound
// to its downTracks. Admit changes that without touching the connection.
//
// # A packet
//
// wire reads a batch, finds the Conn by address and the Stream by SSRC, opens
// the packet, and calls publication.RTP, which calls downTrack.forward for
// each that is bound, which seals into the loop's arena; one system call sends
// the batch. All of it is one stack frame, without allocation, hop or copy of
// the payload. A client that the socket cannot reach loses packets, never the
// others: its video then waits for a keyframe, its audio goes on.
//
// Video begins with a keyframe. It is asked for when somebody is bound and
// connected, at most every 300 ms for each publication; a request that comes
// too early is remembered until the tick.
//
// Sender reports are passed on by each downTrack's own RTP clock, and again
// when a binding begins. Their wall clock becomes the server's by a difference
// set once for each peer, which keeps a peer's sound and picture together
// exactly and different peers' roughly, whatever their clocks say.
//
// # Ownership and locks
//
// Rooms, peers, publications and downTracks, and everything of package wire,
// belong to a loop and are touched under its lock only: the loop takes it once
// for each batch, every method of Manager once for each call, the ticker every
// 50 ms, a handshake at its end. Under it nobody waits, logs at length or
// writes SDP: offers are parsed before, answers written after from a copy.
//
// Lock order: a loop's lock; then one of the leaves Manager.mu (which rooms
// exist), events.mu (what is to be told), or a handshake's pipe. No two loops'
// locks are held at once. Config.Events is called by a goroutine of its own
// with no lock held, so the handler may call the Manager, but not Close.
//
// Goroutines: for each loop one that reads from each of its sockets and one that
// tells events, one ticker for all, one for each running handshake, two for each
// TCP connection; where loops share their ports one for each loop that works on
// what the readers hand on. Close waits for all of them.
//
// # What the caller should know
//
// Events may overtake the JoinResult of the same call. Assigned always holds
// all receive m-lines of the peer, and both carry a Version: the higher one is
// true. PublicationAdded comes before the first Assigned that names it,
// PublicationRemoved before the Assigned that frees the m-lines. A publication
// without a free m-line is bound as soon as one comes free or is offered.
package sfu
