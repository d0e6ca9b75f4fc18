package signaling

import "github.com/gorilla/websocket"

// Code is the kind of a refusal, the same slugs as the problems of the HTTP API. It is an error, so that a neighbour's
// method may return one (possibly wrapped) and the client gets it.
type Code string

// The codes there are.
const (
	BadMessage        Code = "bad-message"
	TooLarge          Code = "too-large"
	BadTicket         Code = "bad-ticket"
	TicketUsed        Code = "ticket-used"
	NotAllowed        Code = "not-allowed"
	BadOffer          Code = "bad-offer"
	TooMany           Code = "too-many"
	NoSuchParticipant Code = "no-such-participant"
	NoSuchPublication Code = "no-such-publication"
	WrongState        Code = "wrong-state"
	RoomClosed        Code = "room-closed"
	Unavailable       Code = "unavailable"
	Internal          Code = "internal"
)

func (c Code) Error() string { return string(c) }

// text is a sentence for developers; people see their own language, chosen by the code.
func (c Code) text() string {
	switch c {
	case BadMessage:
		return "the message cannot be understood"
	case TooLarge:
		return "the message is too large"
	case BadTicket:
		return "the ticket is not valid"
	case TicketUsed:
		return "the ticket has been used already"
	case NotAllowed:
		return "this is not allowed"
	case BadOffer:
		return "the offer cannot be answered"
	case TooMany:
		return "too many publications, m-lines or messages"
	case NoSuchParticipant:
		return "there is no such participant here"
	case NoSuchPublication:
		return "there is no such publication of yours"
	case WrongState:
		return "this cannot be done now"
	case RoomClosed:
		return "the room is closed"
	case Unavailable:
		return "the room cannot be reached now"
	}
	return "something went wrong"
}

// Ending is how the server closes a WebSocket: the code and the reason of the close frame.
type Ending struct {
	Code   int    `json:"code"`
	Reason string `json:"reason"`
}

// The endings there are.
var (
	EndLeft        = Ending{websocket.CloseNormalClosure, "left"}
	EndShutdown    = Ending{websocket.CloseGoingAway, "shutdown"}
	EndNotAllowed  = Ending{websocket.ClosePolicyViolation, "not-allowed"}
	EndBadTicket   = Ending{websocket.ClosePolicyViolation, "bad-ticket"}
	EndTooLarge    = Ending{websocket.CloseMessageTooBig, "too-large"}
	EndUnavailable = Ending{websocket.CloseTryAgainLater, "unavailable"}
	EndBadMessage  = Ending{4000, "bad-message"}
	EndJoinTimeout = Ending{4001, "join-timeout"}
	EndSlow        = Ending{4002, "slow"}
	EndReplaced    = Ending{4003, "replaced"}
	EndRemoved     = Ending{4004, "removed"}
	EndClosed      = Ending{4005, "closed"}
)
