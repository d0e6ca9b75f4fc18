// Package interop lets the media server meet clients that others wrote:
// Chromium, Firefox, aiortc, werift, GStreamer and pion. It holds tests alone.
//
// Each implementation joins as a participant, publishes sound and a picture,
// and receives those of another; restarts ICE while media flow; and sees one
// publication replaced by another behind the same m-line and SSRC, without
// SDP. The other participant is Chromium, so that each implementation's media
// are decoded by one that is not its own, and the other way round.
//
// # Who is shown
//
// A participant publishes a field of one colour in which a white bar moves,
// and a tone. The pictures of different publishers also differ in their
// proportions. One that decodes tells the colour that it sees, a number that
// changes when the picture does, and the energy of the sound; one that does
// not decode (werift, pion) tells the size in the keyframes. So a test knows
// not only that something arrives but whose.
//
// # Peers
//
// A peer is a program in peers/ that makes participants of one implementation.
// It obeys commands, lines of JSON on its standard input, and answers each by a
// line on its standard output; it ends when the input does. The test carries
// the descriptions between peer and media server itself.
//
//	{"id": 1, "do": "offer", "participant": "a", "publish": {…}, "receive": 1}   {"id": 1, "result": {"sdp": "v=0…"}}
//	{"id": 2, "do": "answer", "participant": "a", "sdp": "v=0…"}                 {"id": 2, "result": {}}
//	{"id": 3, "do": "report", "participant": "a"}                                {"id": 3, "result": {"state": "connected", …}}
//	{"id": 4, "do": "restart", "participant": "a"}                               {"id": 4, "result": {"sdp": "v=0…"}}
//	{"id": 5, "do": "close", "participant": "a"}                                 {"id": 5, "error": "no participant a"}
//
// Commands may overtake each other. Their arguments are the type invitation,
// what a report holds is the type report (peer_test.go). A peer that cannot
// encode publishes testdata's clips, which peers/clip.py has made.
//
// # To add a peer
//
// Write peers/NAME with the five commands; commands.mjs and commands.py read
// the lines for JavaScript and Python. Add how it is started and what it needs
// to the list in peers_test.go: every scenario then runs with it. What the
// implementation cannot do is named there, too, with the reason, and shows up
// as a skipped test. Let scripts/test install it.
//
// # Where it runs
//
// Firefox pairs no loopback address, and others gather none. So the test
// starts itself again in a network namespace of its own, which has an address
// on a dummy interface and a default route that leads nowhere: nothing leaves
// the machine, ports are free, and the namespace goes with the last process.
// Where no namespace may be made only Chromium and pion are tested, over
// loopback; the others are skipped and the log says so. A peer whose program
// is missing is skipped, but fails when CI is set.
package interop
