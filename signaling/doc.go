// Package signaling is the WebSocket protocol of a call: docs/signaling.md in Go, both halves of the server.
//
//	browser ──WSS──▶ Gateway ──bus──▶ Node ──▶ sfu
//	                 │ redeems the ticket            │ owns the room: roster, chat, media
//	                 │ asks the visit                │ numbers what each session is told
//
// A [Gateway] serves WebSockets. It keeps no rooms: it redeems the ticket, asks the visit behind the room ([Visits]),
// finds the room's node and from then on relays. A [Node] hosts rooms. Gateway and node speak only over the bus, also in
// one process, so that more nodes are a setting; relay.go has everything they say.
//
// # Order
//
// Everything that a session is told goes through one numbered stream: the answer to the join is number 1, the answers
// to later requests stand among the events. So the order at a client is the order in the room, what happens around a
// join is neither lost nor doubled, and a lost parcel is seen: the session ends and the client joins again. The one
// exception is the visit, which a gateway pushes by itself, each time whole.
//
// # Who owns what
//
// The handler's goroutine owns a session: it reads, decides, asks. A second one writes what stands in the bounded outbox.
// A goroutine owns each room; gateways, timers and the media server post to its mailbox. Nobody waits for a client: a full
// outbox closes the session as slow. A participant who loses the WebSocket keeps place and media for a grace time.
//
// # Files
//
// messages.go, client_messages.go, server_messages.go, decode.go, codes.go are the protocol, proved by the golden files
// in testdata/messages that the TypeScript tests read, too. gateway.go, session.go, serve.go, write.go, outbox.go are
// the gateway; node.go, room.go, member.go, arrival.go, media.go, mailbox.go the node; relay.go is between them and
// neighbours.go is what both need of others.
package signaling
