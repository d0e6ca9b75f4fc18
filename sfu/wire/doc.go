// Package wire is the media transport: an ICE-lite agent with DTLS-SRTP on one
// UDP socket for each loop, on pion's parts for STUN and the DTLS handshake.
//
// One Loop is one socket, one goroutine and one lock. A batch of datagrams is
// read at once; each is told apart by its first byte (RFC 7983) and its client
// found by address: STUN is answered (RFC 8445 lite), DTLS handed to the
// handshake, SRTP opened (RFC 3711, 7714) and given to its Sink in the same
// stack frame. What the sinks send is sealed into an arena and leaves in one
// batch when the lock is given up.
//
// The server never sends to an address that has not sent an authenticated
// check, never dials a client's candidate, and never waits for a socket: what
// the kernel does not take is dropped, counted and told (Handler.Stalled).
//
// # Locks
//
// Everything of a Loop and its Conns is guarded by the loop's lock; exported
// methods of Conn and Stream demand that the caller holds it, and Handler and
// Sink are called with it. Lock order: Loop, then the pipe of a handshake.
// A handshake runs in a goroutine of its own and takes the loop's lock only to
// send and once at its end.
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
// # Where later transports go
//
// A retransmission ring belongs to Stream (what came in, by Index) with the
// resend beside Conn.SendRTP, which must resend the identical sealed packet or
// use an SSRC of its own; layers are several Streams of one Incoming; ICE-TCP
// is another source of Loop.packet with its own address kind.
package wire
