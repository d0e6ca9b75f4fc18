// Command raw is the lower bound that the media server is measured against:
// the least that a Go program can do with a packet, and a generator for it.
//
// raw serve receives with recvmmsg, opens SRTP (AES-128-GCM) once, seals the
// packet for every other member of the room and sends with sendmmsg, from one
// goroutine on one socket. It has no ICE, no DTLS, no RTCP, no replay window and
// rewrites no header, so its figures are a bound and not a server. Keys come over
// a TCP control connection on the loopback interface, whose end is the leaving.
//
// raw load puts the workloads of `nara load` on it over plain SRTP and prints
// the same line of JSON. The server's cost for each delivered packet divided by
// this one's, taken in one session, says how much is left to gain.
//
//	taskset -c 0 raw serve &             # address=127.0.0.1:43121 pid=4711
//	taskset -c 1 raw load --address 127.0.0.1:43121 --pid 4711 --workload visit --size 40
//
// It runs on Linux only, on loopback addresses only, and for a bounded time.
package main
