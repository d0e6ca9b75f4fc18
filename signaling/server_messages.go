package signaling

// ServerMessage is a message to a client: *Joined, *Answer, *ParticipantJoined, *ParticipantChanged,
// *ParticipantLeft, *PublicationAdded, *PublicationChanged, *PublicationRemoved, *Assign, *Chat, *VisitChanged,
// *Error or *Pong.
type ServerMessage interface {
	message
	server()
}

// Joined answers Join. Participants are the others; Visit is absent in a room without a visit.
type Joined struct {
	Numbered
	You          Participant   `json:"you"`
	Answer       string        `json:"answer"`
	Participants []Participant `json:"participants"`
	Publications []Publication `json:"publications"`
	Assignments  []Assignment  `json:"assignments"`
	Chat         []ChatMessage `json:"chat"`
	Visit        Visit         `json:"visit,omitempty"`
}

// Answer answers Offer. Publications are one's own.
type Answer struct {
	Numbered
	Answer       string        `json:"answer"`
	Publications []Publication `json:"publications"`
	Assignments  []Assignment  `json:"assignments"`
}

// ParticipantJoined tells of a newcomer.
type ParticipantJoined struct {
	Participant Participant `json:"participant"`
}

// ParticipantChanged tells of a new state, connection or name, also of one's own: State "admitted" is the admission.
// To the host whose Admit caused it, it carries the request.
type ParticipantChanged struct {
	Numbered
	Participant Participant `json:"participant"`
}

// ParticipantLeft tells that somebody is gone for good.
type ParticipantLeft struct {
	Participant ParticipantID `json:"participant"`
	Reason      LeaveReason   `json:"reason"`
}

// LeaveReason says why a participant left.
type LeaveReason string

// The reasons there are.
const (
	LeftSelf     LeaveReason = "left"
	LeftGone     LeaveReason = "gone"     // the connection was lost and did not come back
	LeftReplaced LeaveReason = "replaced" // the same person joined elsewhere
	LeftRemoved  LeaveReason = "removed"
	LeftClosed   LeaveReason = "closed"
)

// PublicationAdded tells of a new publication.
type PublicationAdded struct {
	Publication Publication `json:"publication"`
}

// PublicationChanged tells of a mute or its end. To the participant whose Mute caused it, it carries the request.
type PublicationChanged struct {
	Numbered
	Publication Publication `json:"publication"`
}

// PublicationRemoved tells that a publication ended.
type PublicationRemoved struct {
	Publication PublicationID `json:"publication"`
}

// Assign says what receive m-lines carry from now on. Those not named keep what they carry.
type Assign struct {
	Assignments []Assignment `json:"assignments"`
}

// Chat is a new line of chat. To its writer it carries the request of PostChat.
type Chat struct {
	Numbered
	Message ChatMessage `json:"message"`
}

// VisitChanged carries the visit as it is now.
type VisitChanged struct {
	Visit Visit `json:"visit"`
}

// Error refuses a message. The connection goes on, except before Joined.
type Error struct {
	Numbered
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

// Pong answers Ping.
type Pong struct{ Numbered }

func (*Joined) kind() string             { return "joined" }
func (*Answer) kind() string             { return "answer" }
func (*ParticipantJoined) kind() string  { return "participantJoined" }
func (*ParticipantChanged) kind() string { return "participantChanged" }
func (*ParticipantLeft) kind() string    { return "participantLeft" }
func (*PublicationAdded) kind() string   { return "publicationAdded" }
func (*PublicationChanged) kind() string { return "publicationChanged" }
func (*PublicationRemoved) kind() string { return "publicationRemoved" }
func (*Assign) kind() string             { return "assign" }
func (*Chat) kind() string               { return "chat" }
func (*VisitChanged) kind() string       { return "visit" }
func (*Error) kind() string              { return "error" }
func (*Pong) kind() string               { return "pong" }

func (*Joined) server()             {}
func (*Answer) server()             {}
func (*ParticipantJoined) server()  {}
func (*ParticipantChanged) server() {}
func (*ParticipantLeft) server()    {}
func (*PublicationAdded) server()   {}
func (*PublicationChanged) server() {}
func (*PublicationRemoved) server() {}
func (*Assign) server()             {}
func (*Chat) server()               {}
func (*VisitChanged) server()       {}
func (*Error) server()              {}
func (*Pong) server()               {}

func newServerMessage(kind string) ServerMessage {
	switch kind {
	case "joined":
		return &Joined{}
	case "answer":
		return &Answer{}
	case "participantJoined":
		return &ParticipantJoined{}
	case "participantChanged":
		return &ParticipantChanged{}
	case "participantLeft":
		return &ParticipantLeft{}
	case "publicationAdded":
		return &PublicationAdded{}
	case "publicationChanged":
		return &PublicationChanged{}
	case "publicationRemoved":
		return &PublicationRemoved{}
	case "assign":
		return &Assign{}
	case "chat":
		return &Chat{}
	case "visit":
		return &VisitChanged{}
	case "error":
		return &Error{}
	case "pong":
		return &Pong{}
	}
	return nil
}

// RequestOf is the number of the request that a message answers, or 0.
func RequestOf(m ServerMessage) int64 {
	if n, ok := m.(interface{ number() int64 }); ok {
		return n.number()
	}
	return 0
}
