// Package answer turns a client's SDP offer into the media server's answer
// (RFC 8866, 8829, 8843). Both halves are pure functions: Parse reads an offer
// and refuses what cannot be served, Write prints the answer for what the
// caller decided about each m-line.
//
// The answer says what all browsers agree on: one bundled transport of an
// ICE-lite agent that is the DTLS server, its lines repeated in every m-line
// (Firefox crashes without), one codec for each kind with the client's own
// payload type, an SSRC and a msid for every m-line that the client receives
// on, so that media can begin there at any time without more SDP. What is not
// served (data channels, unknown codecs) is refused with port 0.
//
// Retransmission, layers and H.264 are further rows: of codecs, of the
// feedback lines in Write, and of the attributes in parseMedia.
package answer
