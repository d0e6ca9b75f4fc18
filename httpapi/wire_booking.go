package httpapi

import "time"

// Slots is the answer to a search: the earliest free times first.
type Slots struct {
	Slots    []Slot     `json:"slots" nullable:"false"`
	Days     []DayCount `json:"days" nullable:"false" doc:"How many times each searched day has"`
	NextFrom string     `json:"nextFrom,omitempty" format:"date" doc:"Ask again with this as from to see more"`
}

// DayCount is the number of free times of a day.
type DayCount struct {
	Date  string `json:"date" format:"date" example:"2026-12-03"`
	Count int    `json:"count" example:"14"`
}

// Slot is a time that can be held now, with everybody and everything it needs.
type Slot struct {
	Service      string    `json:"service" example:"lakare"`
	Start        time.Time `json:"start"`
	End          time.Time `json:"end"`
	Modality     string    `json:"modality" enum:"video,hosted,in_person,phone"`
	Site         string    `json:"site,omitempty" doc:"Where the patient goes; absent for video and phone"`
	Room         int64     `json:"room,omitempty"`
	Practitioner Person    `json:"practitioner"`
	Nurse        *Person   `json:"nurse,omitempty" doc:"The nurse who hosts, for a hosted visit"`
	Language     string    `json:"language" enum:"sv,fi,en" doc:"The language this visit would be held in"`
}

// NewHold asks to keep a slot for five minutes.
type NewHold struct {
	Service      string    `json:"service" minLength:"1" maxLength:"64" example:"lakare"`
	Start        time.Time `json:"start"`
	Modality     string    `json:"modality" enum:"video,hosted,in_person,phone"`
	Site         string    `json:"site,omitempty" maxLength:"64" doc:"Required for hosted and in_person"`
	Practitioner int64     `json:"practitioner" minimum:"1"`
	Language     string    `json:"language" enum:"sv,fi,en"`
	Moving       string    `json:"moving,omitempty" format:"uuid" doc:"The appointment that is to move to this time: what it takes is not in the way, and the hold is good for that move only"`
}

// Hold keeps every resource of a slot until it expires, is released or becomes an appointment.
type Hold struct {
	ID        string    `json:"id" format:"uuid"`
	Slot      Slot      `json:"slot"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// NewAppointment confirms a hold.
type NewAppointment struct {
	Hold   string `json:"hold" format:"uuid"`
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"What the visit is about, in the person's own words"`
	Phone  string `json:"phone,omitempty" maxLength:"32" pattern:"^\\+?[0-9 ()-]{5,31}$" doc:"Number to call if the picture fails"`
	Email  string `json:"email,omitempty" maxLength:"254" format:"email"`
}

// Appointment is a booked time with its people, room and devices.
type Appointment struct {
	ID           string             `json:"id" format:"uuid"`
	Status       string             `json:"status" enum:"booked,arrived,fulfilled,cancelled,noshow"`
	Service      AppointmentService `json:"service"`
	Start        time.Time          `json:"start"`
	End          time.Time          `json:"end"`
	Modality     string             `json:"modality" enum:"video,hosted,in_person,phone"`
	Language     string             `json:"language" enum:"sv,fi,en"`
	Site         *AppointmentSite   `json:"site,omitempty"`
	Room         *Room              `json:"room,omitempty"`
	Devices      []Device           `json:"devices" nullable:"false"`
	Practitioner AppointmentPerson  `json:"practitioner"`
	Nurse        *AppointmentPerson `json:"nurse,omitempty"`
	Patient      AppointmentPatient `json:"patient"`
	Reason       string             `json:"reason,omitempty"`
	Link         string             `json:"link,omitempty" doc:"The personal visit link; only in the answer to the booking, and to a repetition of it"`
	Version      int                `json:"version" doc:"Grows with every change"`
	SupportPhone string             `json:"supportPhone" doc:"Whom to call when something does not work"`
}

// AppointmentService is the booked service.
type AppointmentService struct {
	ID      string `json:"id" example:"lakare"`
	Name    Text   `json:"name"`
	Minutes int    `json:"minutes" example:"20"`
}

// AppointmentSite is where the patient goes.
type AppointmentSite struct {
	ID           string `json:"id"`
	Name         Text   `json:"name"`
	Address      string `json:"address"`
	Municipality string `json:"municipality"`
	Phone        string `json:"phone"`
}

// AppointmentPerson is a booked professional.
type AppointmentPerson struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Title Text   `json:"title"`
}

// AppointmentPatient is the person who gets care.
type AppointmentPatient struct {
	ID          string `json:"id" format:"uuid"`
	Name        string `json:"name"`
	Age         int    `json:"age"`
	YearOfBirth int    `json:"yearOfBirth,omitempty" doc:"Only for those who establish the identity"`
}

// Appointments is a patient's own list: upcoming first, then the past.
type Appointments struct {
	Appointments []Appointment `json:"appointments" nullable:"false"`
}

// MoveAppointment moves a booked time to the slot of a hold, all or nothing.
type MoveAppointment struct {
	Hold string `json:"hold" format:"uuid"`
}

// CancelAppointment gives a time back.
type CancelAppointment struct {
	Reason string `json:"reason,omitempty" maxLength:"500"`
}
