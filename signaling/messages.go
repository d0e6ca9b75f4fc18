package signaling

import (
	"encoding/json"
	"time"
)

// Subprotocol is the WebSocket subprotocol that client and server must agree on. Another version of the
// protocol is another name.
const Subprotocol = "nara.v1"

// Limits that both sides know.
const (
	MaxMessage = 64 << 10 // bytes of one message from a client
	MaxChat    = 2000     // code points of one chat message
	MaxTicket  = 4 << 10  // bytes
)

// Ids are opaque strings on the wire.
type (
	ParticipantID string
	PublicationID string
	RoomID        string
	ChatID        string
)

// Source says what a publication shows or lets hear. It keeps its name over reconnects, so that a page can show the
// exam camera large without guessing.
type Source string

// The sources there are.
const (
	Camera      Source = "camera"
	Microphone  Source = "microphone"
	Screen      Source = "screen"
	RoomView    Source = "room"
	Exam        Source = "exam"
	Stethoscope Source = "stethoscope"
)

// Kind is that of an m-line.
type Kind string

// The kinds there are.
const (
	Audio Kind = "audio"
	Video Kind = "video"
)

// Role says as whom a participant takes part.
type Role string

// The roles there are.
const (
	Patient Role = "patient" // waits until a host admits
	Host    Role = "host"    // may admit
	Room    Role = "room"    // a site's screen with its cameras
	Guest   Role = "guest"   // a relative, an interpreter
)

// State of a participant.
type State string

// The states there are.
const (
	Waiting  State = "waiting"  // connected; nothing is forwarded either way
	Admitted State = "admitted" // in the room
)

// Connection of a participant.
type Connection string

// The connections there are.
const (
	Connecting Connection = "connecting" // media is not up yet
	Connected  Connection = "connected"
	Lost       Connection = "lost" // no signalling or no media; may come back
)

// Participant is what a room tells of one of its people.
type Participant struct {
	ID         ParticipantID `json:"id"`
	Name       string        `json:"name"`
	Role       Role          `json:"role"`
	State      State         `json:"state"`
	Connection Connection    `json:"connection"`
	JoinedAt   Time          `json:"joinedAt"`
}

// Publication is one audio or video stream that a participant sends.
type Publication struct {
	ID          PublicationID `json:"id"`
	Participant ParticipantID `json:"participant"`
	Source      Source        `json:"source"`
	Kind        Kind          `json:"kind"`
	Muted       bool          `json:"muted"`
}

// Assignment says what the receive m-line Mid carries; nil is nothing.
type Assignment struct {
	Mid         string         `json:"mid"`
	Publication *PublicationID `json:"publication"`
}

// ChatMessage is one line of the room's chat.
type ChatMessage struct {
	ID   ChatID        `json:"id"`
	From ParticipantID `json:"from"`
	Name string        `json:"name"`
	Text string        `json:"text"`
	At   Time          `json:"at"`
}

// Visit is what GET /v1/visits/{id} returns; this package carries it unread.
type Visit = json.RawMessage

// Time is an instant as the wire has it: RFC 3339, UTC, milliseconds.
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000Z"

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format(timeLayout) + `"`), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(b []byte) error {
	v, err := time.Parse(`"`+timeLayout+`"`, string(b))
	if err != nil {
		return err
	}
	t.Time = v
	return nil
}

// Numbered is in every message that may carry the number of a request: in those of clients at will, in those of the
// server where they answer a client's.
type Numbered struct {
	Request int64 `json:"request,omitempty"`
}

func (n Numbered) number() int64 { return n.Request }
