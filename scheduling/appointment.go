package scheduling

import (
	"slices"
	"time"

	"nara/auth"
)

// Status is where an appointment stands.
type Status string

// The statuses. Arrived, fulfilled and noshow follow from what happens in the visit.
const (
	Booked    Status = "booked"
	Arrived   Status = "arrived"
	Fulfilled Status = "fulfilled"
	Cancelled Status = "cancelled"
	NoShow    Status = "noshow"
)

// transitions are the statuses that may follow each other. What is not here is refused.
var transitions = map[Status][]Status{
	Booked:  {Arrived, Fulfilled, Cancelled, NoShow},
	Arrived: {Fulfilled, Cancelled, NoShow},
}

// May reports whether next may follow s.
func (s Status) May(next Status) bool { return slices.Contains(transitions[s], next) }

// Appointment is a booked slot with its resources and people.
type Appointment struct {
	ID           AppointmentID
	Status       Status
	Service      ServiceID
	Start, End   time.Time // the professional's time; nurse and room may be taken longer
	Modality     Modality
	Language     Language
	Site         SiteID // "" when the patient is at home
	Room         ResourceID
	Devices      []ResourceID
	Practitioner ResourceID
	Nurse        ResourceID // 0 when nobody hosts
	Patient      Patient
	Reason       string // in the patient's words; never logged
	Phone, Email string // where to reach the patient for this visit
	Version      int    // 1, then one more with each change
	CreatedAt    time.Time
	UpdatedAt    time.Time

	// LinkSecret opens the visit. It is there only in the answer to Book and Move.
	LinkSecret auth.LinkSecret
}

// Resource is the appointment as the policy sees it. The unit is that of the practitioner who leads.
func (a *Appointment) Resource(kind auth.ResourceKind, d *Directory, at time.Time) auth.Resource {
	r := auth.Resource{
		Kind:          kind,
		ID:            string(a.ID),
		Site:          a.Site,
		Patient:       a.Patient.ID,
		Host:          a.Practitioner,
		Practitioners: []ResourceID{a.Practitioner},
		End:           a.End,
		At:            at,
	}
	if leads := d.Practitioner(a.Practitioner); leads != nil {
		r.Unit = leads.Unit
	}
	if a.Nurse != 0 {
		r.Practitioners = append(r.Practitioners, a.Nurse)
	}
	return r
}

// Hold keeps every resource of a slot until it expires, is released or becomes an appointment.
type Hold struct {
	ID        HoldID
	Slot      Slot
	Patient   PatientID
	Moving    AppointmentID // the one appointment that may move to the slot; "" when the hold is for a new one
	ExpiresAt time.Time
}
