// Package sfu is the media server: it takes what each participant publishes
// and forwards it to the others of the room, without decoding it.
//
// A client has one connection and always offers. Its offer holds the m-lines
// it sends on, each named by a Source, and spare recvonly m-lines. Join answers
// at once. Whenever a publication of another admitted peer appears, the
// Manager binds it to a free receive m-line of its kind (a DownTrack), in order
// of arrival, and says so by an Assigned event: no SDP, no negotiation.
//
//	m, err := sfu.New(sfu.Config{Listen: addr, Events: func(e sfu.Event) { … }})
//	res, err := m.Join(sfu.JoinRequest{Room: "visit", Peer: "anna", Offer: sdp, Sources: sources})
//	// send res.Answer to the client; it connects over UDP
//	err = m.Admit("visit", "anna") // media flows
//	err = m.Leave("visit", "anna", "left")
//	err = m.Close()
package sfu
