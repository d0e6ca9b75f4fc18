// Package wire is the media transport: an ICE-lite agent with DTLS-SRTP over
// UDP and TCP, on pion's parts for STUN and the DTLS handshake.
//
// A Network has the sockets and the Loops. A Loop is a lock, the Conns behind
// it, and a UDP socket for each endpoint of the configuration, each with a
// goroutine that reads and a queue that sends (network.go, socket*.go,
// queue*.go). A batch of datagrams is read at once; each is told apart by its
// first byte (RFC 7983) and its client found by address: STUN is answered (RFC
// 8445 lite), DTLS handed to the handshake, SRTP opened (RFC 3711, 7714) and
// given to its Sink in the same stack frame. What the sinks send is sealed into
// an arena and leaves in one batch when the lock is given up.
//
// Each loop has ports of its own, told by the candidates of its Conns. Where
// only one port may be open all loops share one: its reader hands each datagram
// on to the inbox of its loop, a connectivity check by the first character of
// its ufrag, which names the loop, all else by address (sorter.go, inbox.go).
//
// ICE-TCP connections (RFC 6544, 4571) are another source of datagrams, for all
// loops on one port: the first frame must be a check that passes, and names the
// loop. Each has a goroutine that reads and one that writes from a bounded
// buffer (tcp*.go).
//
// # Paths
//
// An address that sent an authenticated check is a path of its Conn, told apart
// by the end of ours that it came in by: answers leave by the same. The source
// of a datagram can be forged, and a check can be sent again by who has seen
// it; so media goes only where the client has proved that it receives: by the
// DTLS handshake, by its answer to a check of ours, or because it is a TCP
// connection. Before that an address gets at most three bytes for each that
// came from it. Among the proved ones the client chooses by nomination, at any
// time; a path that is silent for 30 s is forgotten (path.go, ice.go).
//
// The server never sends to an address that has not sent an authenticated
// check, never dials a client's candidate, and never waits for a socket: what
// the kernel does not take is dropped, counted and told (Handler.Stalled).
// Packets from unknown addresses cost one look-up; what else strangers and
// participants may make us do in a second is in police.go.
//
// # Locks
//
// Everything of a Loop and its Conns is guarded by the loop's lock; exported
// methods of Conn and Stream demand that the caller holds it, and Handler and
// Sink are called with it. Lock order: Loop, then one of the leaves: a tcpConn,
// the tcpPort, an inbox, the directory of shared sockets. No two loops' locks
// are held at once. A handshake runs in a goroutine of its own and takes the
// loop's lock only to send and once at its end, never with its pipe's.
//
// # Handshakes
//
// DTLS 1.2 protects its messages only at the end, and every implementation
// takes the first that come: one forged datagram would end the set-up of a
// call. So record.go puts the client's messages together, proof.go finds those
// whose signature fits the handshake, and pion gets nothing else (pipe.go). Up
// to three handshakes of a Conn run side by side, one for each ClientHello; the
// first that ends well ends the others. Only a proven flight with another
// certificate than the offer's, or the time-out, ends the Conn (dtls.go).
//
// # Platforms
//
// Linux uses recvmmsg, sendmmsg and UDP_SEGMENT (files *_linux.go); elsewhere
// one system call for each packet through package net does the same job (build
// tag portable tests that on Linux).
//
// # Loss
//
// Video whose m-line has Nack is opened straight into its ring (ring.go):
// chunks of memory that all streams of a loop share, given back when they are
// older than Stream.Keep asks for. The sinks answer NACKs from it with
// Conn.SendRepair, on an SSRC of its own, and begin with the newest frame group
// there. What does not come is asked for at the end of the batch that showed
// the gap and from the tick (repair.go); retransmissions are unwrapped into the
// indices and the replay window of what they repair, so each index is delivered
// once. What is given up is told to the Sink, for only a keyframe helps then.
//
// # Measuring
//
// feedback.go tells the client when its transport-wide numbers arrived; sent.go
// gives out ours and reads what the client says of them. Report blocks give
// the round trip, because sender reports carry the time of sending (rtcp.go).
package wire
