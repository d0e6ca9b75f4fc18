package signaling

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"nara/internal/bus"
)

// What gateways and nodes say to each other, and where.
//
//	node.<node>.room.<room>.<epoch>.<verb>            gateway → node, answered by a verdict
//	node.<node>.there                                 gateway → node, answered by a verdict
//	room.<room>.<epoch>.to.<gateway>.<session>        node → one session: parcels, numbered from 1
//	room.<room>.<epoch>.left                          node → one of all gateways, answered by a verdict
//
// Everything that a session is told, answers included, goes through its one numbered stream, so that its order is the
// room's and a gap is seen. There is no subject for a whole room: what participants may see differs.

type (
	gatewayID string
	sessionID string
)

// The verbs.
const (
	verbJoin    = "join"
	verbOffer   = "offer"
	verbMute    = "mute"
	verbChat    = "chat"
	verbWaiting = "waiting" // does the host ask for somebody who waits? Asked before the visit is.
	verbAdmit   = "admit"
	verbLeave   = "leave"
	verbKeep    = "keep"   // the session is still there; is the member?
	verbLost    = "lost"   // the WebSocket is gone; not answered
	verbRemove  = "remove" // of anybody, by the service
	verbClose   = "close"  // of the room, by the service
)

// sender is who asks.
type sender struct {
	Gateway     gatewayID     `json:"gateway"`
	Session     sessionID     `json:"session"`
	Participant ParticipantID `json:"participant"`
}

// asked is a client's message on its way to the node.
type asked[M any] struct {
	From    sender `json:"from"`
	Message M      `json:"message"`
}

// joining is a Join with what the ticket and the visit said.
type joining struct {
	asked[Join]
	Name     string `json:"name"`
	Role     Role   `json:"role"`
	Visit    bool   `json:"visit"` // the room has a visit that wants to know who left
	Admitted bool   `json:"admitted"`
}

// verdict answers every verb; the zero value is consent.
type verdict struct {
	Code    Code   `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// Verdicts of nodes that a gateway never passes on.
const (
	moved   Code = "moved"   // look the room up again
	leaving Code = "leaving" // the visit was just told that the participant left: ask it anew, then join again
)

// parcel is one piece of a session's stream: a message for the client or the end.
type parcel struct {
	Number  uint64          `json:"number"`
	Message json.RawMessage `json:"message,omitempty"`
	End     *Ending         `json:"end,omitempty"`
}

// departure tells of a participant who is gone for good.
type departure struct {
	Participant ParticipantID `json:"participant"`
	Reason      LeaveReason   `json:"reason"`
}

func nodeSubject(place bus.Place, room RoomID, verb string) string {
	return fmt.Sprintf("node.%s.room.%s.%d.%s", place.Node, room, place.Epoch, verb)
}

func thereSubject(node bus.NodeID) string { return fmt.Sprintf("node.%s.there", node) }

func sessionSubject(room RoomID, epoch bus.Epoch, to sender) string {
	return fmt.Sprintf("room.%s.%d.to.%s.%s", room, epoch, to.Gateway, to.Session)
}

func leftSubject(room RoomID, epoch bus.Epoch) string {
	return fmt.Sprintf("room.%s.%d.left", room, epoch)
}

// parseSubject takes room, epoch and the last token out of any of the subjects above.
func parseSubject(subject string) (room RoomID, epoch bus.Epoch, last string, err error) {
	f := strings.Split(subject, ".")
	if f[0] == "node" && len(f) == 6 {
		f = f[2:]
	}
	if len(f) < 4 || f[0] != "room" {
		return "", 0, "", errors.New("subject is not of a room")
	}
	n, err := strconv.ParseUint(f[2], 10, 64)
	if err != nil {
		return "", 0, "", fmt.Errorf("epoch in subject: %w", err)
	}
	return RoomID(f[1]), bus.Epoch(n), f[len(f)-1], nil
}

// isToken reports whether an id of a room may stand in a subject.
func isToken(s string) bool {
	return s != "" && len(s) <= 128 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}
