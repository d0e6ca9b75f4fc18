package measure

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// What one run may be at most, so that a slip of the finger does not take a machine down.
const (
	MaxParticipants = 1000
	MaxPhase        = 10 * time.Minute
)

// Workload is what one run does.
type Workload struct {
	Name    string        `json:"workload"` // one of Workloads
	Size    int           `json:"size"`     // rooms; for fanout, subscribers; for waiting, participants
	Idle    time.Duration `json:"-"`        // before the first join
	Warm    time.Duration `json:"-"`        // between the last join and the window
	Dur     time.Duration `json:"-"`        // the measured window
	Spacing time.Duration `json:"-"`        // between two joins
}

// The names of the workloads.
const (
	Visit      = "visit"
	Conference = "conference"
	Fanout     = "fanout"
	Waiting    = "waiting"
)

// Place is one participant's part in a workload.
type Place struct {
	Room, ID  string
	Publishes bool // sends a picture and sound
	Waits     bool // is ready to send and receive as somebody who publishes, and does neither
	Finds     bool // joins a room that has a publisher already
	Others    int  // publishers in the room besides this one
}

// Places are the participants in the order of their joining. Second and later members come after all first ones, so
// that a join finds media in its room. The rooms of two calls differ.
func (w Workload) Places() ([]Place, error) {
	rooms, members, publishers := w.Size, 0, 0
	switch w.Name {
	case Visit:
		members, publishers = 2, 2
	case Conference:
		members, publishers = 5, 5
	case Fanout:
		rooms, members, publishers = 1, w.Size+1, 1
	case Waiting:
		members = 1
	default:
		return nil, fmt.Errorf("workload %q: not visit, conference, fanout or waiting", w.Name)
	}
	if w.Size < 1 || w.Size > MaxParticipants || rooms*members > MaxParticipants {
		return nil, fmt.Errorf("size %d: a %s has 1 to %d participants in all", w.Size, w.Name, MaxParticipants)
	}
	if min(w.Idle, w.Warm, w.Dur, w.Spacing) < 0 || max(w.Idle, w.Warm, w.Dur, w.Spacing) > MaxPhase {
		return nil, fmt.Errorf("phases last from 0 to %v", MaxPhase)
	}
	if w.Dur == 0 {
		return nil, errors.New("the measured window is empty")
	}
	tag := uuid.NewString()
	places := make([]Place, 0, rooms*members)
	for n := range members {
		for room := range rooms {
			p := Place{Room: fmt.Sprintf("load-%s-%d", tag, room), ID: fmt.Sprintf("p%d", n),
				Publishes: n < publishers, Waits: w.Name == Waiting, Finds: n > 0, Others: publishers}
			if p.Publishes {
				p.Others--
			}
			places = append(places, p)
		}
	}
	return places, nil
}
