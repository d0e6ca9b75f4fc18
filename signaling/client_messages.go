package signaling

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ClientMessage is a message from a client: *Join, *Offer, *Mute, *PostChat, *Admit, *Leave or *Ping.
type ClientMessage interface {
	message
	number() int64
	// valid says what is wrong with values that have the right types.
	valid() error
}

// Join is the first message, once. The offer holds the send m-lines first, then spare recvonly ones.
type Join struct {
	Numbered
	Ticket       string     `json:"ticket"`
	Offer        string     `json:"offer"`
	Publications []Intended `json:"publications"`
}

// Intended names what the send m-line Mid of an offer carries.
type Intended struct {
	Mid    string `json:"mid"`
	Source Source `json:"source"`
}

// Offer asks for more or fewer m-lines, or for an ICE restart. Publications is the whole list of what is sent now.
type Offer struct {
	Numbered
	Offer        string     `json:"offer"`
	Publications []Intended `json:"publications"`
}

// Mute tells the others that one's own publication is silent or dark; the client itself stops sending.
type Mute struct {
	Numbered
	Publication PublicationID `json:"publication"`
	Muted       bool          `json:"muted"`
}

// PostChat writes to everyone admitted.
type PostChat struct {
	Numbered
	Text string `json:"text"`
}

// Admit lets a waiting participant in. Only a host may.
type Admit struct {
	Numbered
	Participant ParticipantID `json:"participant"`
}

// Leave ends the participation for good.
type Leave struct{ Numbered }

// Ping is answered by Pong.
type Ping struct{ Numbered }

func (*Join) kind() string     { return "join" }
func (*Offer) kind() string    { return "offer" }
func (*Mute) kind() string     { return "mute" }
func (*PostChat) kind() string { return "chat" }
func (*Admit) kind() string    { return "admit" }
func (*Leave) kind() string    { return "leave" }
func (*Ping) kind() string     { return "ping" }

func newClientMessage(kind string) ClientMessage {
	switch kind {
	case "join":
		return &Join{}
	case "offer":
		return &Offer{}
	case "mute":
		return &Mute{}
	case "chat":
		return &PostChat{}
	case "admit":
		return &Admit{}
	case "leave":
		return &Leave{}
	case "ping":
		return &Ping{}
	}
	return nil
}

func (m *Join) valid() error {
	if m.Ticket == "" || len(m.Ticket) > MaxTicket {
		return errors.New("ticket is empty or too long")
	}
	return validOffer(m.Offer, m.Publications)
}

func (m *Offer) valid() error { return validOffer(m.Offer, m.Publications) }

func (m *Mute) valid() error { return validID("publication", string(m.Publication)) }

func (m *PostChat) valid() error {
	switch n := utf8.RuneCountInString(m.Text); {
	case n > MaxChat:
		return fmt.Errorf("text has more than %d characters", MaxChat)
	case strings.TrimSpace(m.Text) == "":
		return errors.New("text is empty")
	case strings.ContainsFunc(m.Text, isControl):
		return errors.New("text holds control characters")
	}
	return nil
}

func (m *Admit) valid() error { return validID("participant", string(m.Participant)) }

func (*Leave) valid() error { return nil }

func (*Ping) valid() error { return nil }

func validOffer(offer string, publications []Intended) error {
	if offer == "" {
		return errors.New("offer is empty")
	}
	mids := make(map[string]bool, len(publications))
	for _, p := range publications {
		if err := validID("mid", p.Mid); err != nil {
			return err
		}
		if mids[p.Mid] {
			return errors.New("a mid stands twice in publications")
		}
		mids[p.Mid] = true
		if !p.Source.known() {
			return errors.New("source is unknown")
		}
	}
	return nil
}

func validID(name, id string) error {
	if id == "" || len(id) > 128 || strings.ContainsFunc(id, isControl) {
		return fmt.Errorf("%s is empty or not an id", name)
	}
	return nil
}

// isControl allows the line ends and tabs of people's texts.
func isControl(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }

func (s Source) known() bool {
	switch s {
	case Camera, Microphone, Screen, RoomView, Exam, Stethoscope:
		return true
	}
	return false
}
