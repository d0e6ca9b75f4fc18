package httpapi

import "time"

// ExchangeLink trades the secret of a visit link for a session.
type ExchangeLink struct {
	Secret      string `json:"secret" minLength:"1" maxLength:"128" doc:"What follows # in the link"`
	YearOfBirth int    `json:"yearOfBirth,omitempty" minimum:"1850" maximum:"2200" doc:"Second factor on each new browser"`
}

// ExchangedLink says which visit the session is good for.
type ExchangedLink struct {
	Visit string `json:"visit" format:"uuid"`
	Name  string `json:"name" doc:"The patient's name, to greet with"`
}

// VisitFacts is what everybody who may see a visit sees of it.
type VisitFacts struct {
	ID            string      `json:"id" format:"uuid" doc:"The appointment's id"`
	Appointment   Appointment `json:"appointment"`
	State         string      `json:"state" enum:"planned,arrived,rooming,ready,inProgress,wrapUp,finished,cancelled"`
	ArrivedAt     *time.Time  `json:"arrivedAt,omitempty"`
	ReadyAt       *time.Time  `json:"readyAt,omitempty"`
	StartedAt     *time.Time  `json:"startedAt,omitempty"`
	FinishedAt    *time.Time  `json:"finishedAt,omitempty"`
	Identity      string      `json:"identity,omitempty" enum:"idCard,drivingLicence,passport,known" doc:"How the identity was established at the desk"`
	ExpectedStart time.Time   `json:"expectedStart" doc:"The booked start plus the delay"`
	DelayMinutes  int         `json:"delayMinutes" doc:"How late the professional runs"`
	Professional  string      `json:"professional" enum:"away,busy,here"`
	NurseKnows    bool        `json:"nurseKnows" doc:"Somebody has seen that the patient waits"`
	OpensAt       *time.Time  `json:"opensAt,omitempty" doc:"When the waiting room opens, or did; absent when there is none"`
	Patient       string      `json:"patient" enum:"absent,waiting,admitted,left"`
	WaitingSince  *time.Time  `json:"waitingSince,omitempty"`
	UpdatedAt     time.Time   `json:"updatedAt"`
}

// Visit is a visit as seen by the one who asks.
type Visit struct {
	VisitFacts
	You You `json:"you"`
}

// You is the asking person's place in the visit.
type You struct {
	Participant string   `json:"participant" doc:"The id that this person has in the call"`
	Role        string   `json:"role" enum:"patient,host,room,guest"`
	Name        string   `json:"name"`
	Actions     []string `json:"actions" nullable:"false" enum:"enter,checkIn,rooming,ready,admit,close,wrapUp,cancel,move" doc:"What this person may do now"`
}

// NewTicket asks for a ticket into the call of a visit.
type NewTicket struct {
	Role string `json:"role,omitempty" enum:"room" doc:"room: the screen of the room at the site, opened by the nurse"`
}

// Ticket lets one participant join once, within a minute.
type Ticket struct {
	Ticket    string    `json:"ticket" doc:"Goes into the join message, never into an address"`
	URL       string    `json:"url" doc:"Where the WebSocket is" example:"/v1/signaling"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Transition moves a visit to its next state.
type Transition struct {
	To       string `json:"to" enum:"arrived,rooming,ready,wrapUp,finished"`
	Identity string `json:"identity,omitempty" enum:"idCard,drivingLicence,passport,known" doc:"How the identity was established, at check-in"`
}

// Day is a professional's own day.
type Day struct {
	Date   string       `json:"date" format:"date"`
	Now    time.Time    `json:"now" doc:"The server's clock"`
	Visits []VisitFacts `json:"visits" nullable:"false"`
}

// SiteDay is a site's day, room by room.
type SiteDay struct {
	Date  string    `json:"date" format:"date"`
	Now   time.Time `json:"now" doc:"The server's clock"`
	Site  Site      `json:"site"`
	Rooms []RoomDay `json:"rooms" nullable:"false"`
}

// RoomDay is the day of one room.
type RoomDay struct {
	ID      int64        `json:"id"`
	Name    string       `json:"name" example:"Rum 2"`
	Devices []Device     `json:"devices" nullable:"false"`
	Visits  []VisitFacts `json:"visits" nullable:"false"`
}
