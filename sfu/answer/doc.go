// Package answer turns a client's SDP offer into the media server's answer
// (RFC 8866, 8829, 8843). Both halves are pure functions: Parse reads an offer
// and refuses what cannot be served, Write prints the answer for what the
// caller decided about each m-line.
//
// The answer says what all browsers agree on: one bundled transport of an
// ICE-lite agent that is the DTLS server, its lines repeated in every m-line
// (Firefox crashes without), the client's own payload types, an SSRC and a msid
// for every m-line that the client receives on, so that media can begin there
// at any time without more SDP. Where the client sends, one format is answered,
// so that it is known what comes; where it receives, all that both know. What
// is not served (data channels, unknown codecs) is refused with port 0.
//
// Of loss recovery, redundancy, layers and header extensions the answer has what
// the client offers and package sfu does, no more: NACK only together with
// retransmissions on an SSRC of their own, RED around Opus, at most MaxLayers.
//
// offer.go reads the session, media.go an m-line, with format.go and h264.go
// its payload types, extension.go its header extensions, simulcast.go its
// layers; transport.go says where the client is; answer.go writes.
package answer
