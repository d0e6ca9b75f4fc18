package measure

import (
	"errors"
	"fmt"
	"time"
)

// What one run may be at most: a measurement must end.
const (
	MaxParticipants = 200
	MaxPhase        = 2 * time.Minute
)

// Workload is what one run does.
type Workload struct {
	Name    string        `json:"workload"` // visit, conference or fanout
	Size    int           `json:"size"`     // rooms; for fanout, subscribers
	Idle    time.Duration `json:"-"`        // before the first join
	Warm    time.Duration `json:"-"`        // between the last join and the window
	Dur     time.Duration `json:"-"`        // the measured window
	Spacing time.Duration `json:"-"`        // between two joins
}

// Place is one participant's part in a workload.
type Place struct {
	Room      string
	Publishes bool
	Finds     bool // joins a room that has a publisher already
}

// Places are the participants in the order of their joining. Second and later
// members come after all first ones, so that a join finds media in its room.
func (w Workload) Places() ([]Place, error) {
	rooms, members := w.Size, 0
	switch w.Name {
	case "visit":
		members = 2
	case "conference":
		members = 5
	case "fanout":
		rooms, members = 1, w.Size+1
	default:
		return nil, fmt.Errorf("workload %q: not visit, conference or fanout", w.Name)
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
	places := make([]Place, 0, rooms*members)
	for m := range members {
		for r := range rooms {
			places = append(places, Place{
				Room:      fmt.Sprintf("room-%d", r),
				Publishes: w.Name != "fanout" || m == 0,
				Finds:     m > 0,
			})
		}
	}
	return places, nil
}
