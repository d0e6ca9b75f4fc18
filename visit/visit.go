package visit

import (
	"errors"
	"fmt"
	"time"

	"nara/auth"
	"nara/scheduling"
)

// ID is a visit's id: its appointment's.
type ID = auth.AppointmentID

// Facts is what everybody who may see a visit sees of it.
type Facts struct {
	ID            ID
	Appointment   scheduling.Appointment
	State         State
	ArrivedAt     time.Time // zero: not yet; so are the next three
	ReadyAt       time.Time
	StartedAt     time.Time
	FinishedAt    time.Time
	Identity      Identity     // how it was established at the desk; "" when it was not
	ExpectedStart time.Time    // the booked start, or later by the delay; once it has begun, when it did
	DelayMinutes  int          // whole minutes, rounded up
	Professional  Professional // where the one who leads is
	NurseKnows    bool         // somebody of the staff has it on their screen that the patient waits
	OpensAt       time.Time    // when the waiting room opens, or did; zero when there is none
	Patient       Presence
	WaitingSince  time.Time // zero unless Patient is waiting
	UpdatedAt     time.Time // when all this was so
}

// Visit is a visit as one person sees it.
type Visit struct {
	Facts
	You You
}

// You is the asking person's own place in the visit.
type You struct {
	Participant string // the id they have in the call
	Role        auth.CallRole
	Name        string
	Actions     []Action // what they may do now
}

// Presence says where the patient is.
type Presence string

// Where a patient can be. At a site the nurse's check-in makes them waiting.
const (
	Absent   Presence = "absent"
	Waiting  Presence = "waiting"
	Admitted Presence = "admitted"
	Gone     Presence = "left"
)

// Professional says where the one who leads the visit is.
type Professional string

// Where a professional can be.
const (
	Away Professional = "away"
	Busy Professional = "busy" // in another visit now
	Here Professional = "here" // in this one
)

// Action is something that a page may offer a person, in the API's spelling.
type Action string

// The actions.
const (
	ActEnter   Action = "enter"
	ActCheckIn Action = "checkIn"
	ActRooming Action = "rooming"
	ActReady   Action = "ready"
	ActAdmit   Action = "admit"
	ActClose   Action = "close"
	ActWrapUp  Action = "wrapUp"
	ActCancel  Action = "cancel"
	ActMove    Action = "move"
)

// Identity is how a patient's identity was established at the desk.
type Identity string

// The ways. Known is for somebody whom the nurse knows.
const (
	IDCard         Identity = "idCard"
	DrivingLicence Identity = "drivingLicence"
	Passport       Identity = "passport"
	Known          Identity = "known"
)

// Valid reports whether i is one of the ways above.
func (i Identity) Valid() bool {
	return i == IDCard || i == DrivingLicence || i == Passport || i == Known
}

// Day is a professional's own day.
type Day struct {
	Date   scheduling.Date
	Now    time.Time
	Visits []Facts // by start
}

// SiteDay is a site's day, room by room.
type SiteDay struct {
	Date  scheduling.Date
	Now   time.Time
	Site  *scheduling.Site
	Rooms []RoomDay // in the directory's order, also those without visits
}

// RoomDay is the day of one room.
type RoomDay struct {
	Room    *scheduling.Room
	Devices []*scheduling.Device // that stay in the room
	Visits  []Facts              // by start
}

// The kinds of refusal. A refusal by policy is an auth.ErrNotAllowed.
var (
	// ErrNotFound says that there is no such visit, or none that the person may know of.
	ErrNotFound = errors.New("visit not found")
	// ErrWrongState is what every *WrongStateError is, for errors.Is.
	ErrWrongState = errors.New("visit is in another state")
	// ErrNoSuchParticipant says that nobody by that id waits in the visit.
	ErrNoSuchParticipant = errors.New("no such participant")
	// ErrIdentityNeeded says that a check-in must tell how the identity was established.
	ErrIdentityNeeded = errors.New("how the identity was established is missing or unknown")
)

// WrongStateError says that the visit's state does not allow what was asked.
type WrongStateError struct{ State State }

func (e *WrongStateError) Error() string { return fmt.Sprintf("visit is %s", e.State) }

// Is makes it an ErrWrongState.
func (e *WrongStateError) Is(target error) bool { return target == ErrWrongState }

// TooEarlyError says that the waiting room is not open yet.
type TooEarlyError struct{ OpensAt time.Time }

func (e *TooEarlyError) Error() string { return "waiting room is not open yet" }
