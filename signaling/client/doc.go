// Package client is a participant of a call in Go: it speaks docs/signaling.md over a WebSocket and sends and receives
// media with pion/webrtc. Load generators, tests and site devices are made of it.
//
//	p, err := client.Join(ctx, client.Options{
//		URL:     "ws://localhost:8080/v1/signaling",
//		Ticket:  ticket,                                   // from POST /v1/visits/{id}/ticket, good once for 60 s
//		Tracks:  []client.Track{{Source: signaling.Camera, Local: track}},
//		Audio:   4, Video: 4,                              // receive m-lines
//		OnMedia: func(m *client.Media) { … m.Read … },     // in a goroutine of its own for each receive m-line
//	})
//	for e := range p.Events() { … }                        // everything that happens, in order
//	err = p.Leave(ctx)
//
// One connection carries everything. The client offers once, in the join; which publication a receive m-line carries
// is told by signalling and may change without any negotiation, so a [Media] says what it carries now
// ([Media.Publication]). Who needs more m-lines asks for them ([Participant.Receive]).
//
// A participant whose WebSocket is gone has ended ([Participant.Done], [Participant.Err]); to come back, join again with
// a new ticket.
package client
