package scheduling

import (
	"github.com/google/uuid"

	"nara/auth"
)

// The ids that auth and scheduling share. Slugs for what people configure, uuids for patients and
// appointments, numbers for resources.
type (
	// PatientID is a patient's uuid.
	PatientID = auth.PatientID
	// ResourceID is the number of a practitioner, a room or a device.
	ResourceID = auth.ResourceID
	// UnitID is an organisational unit's slug.
	UnitID = auth.UnitID
	// SiteID is a site's slug.
	SiteID = auth.SiteID
	// AppointmentID is an appointment's uuid, which is also its visit's and its call's.
	AppointmentID = auth.AppointmentID
	// Language is "sv", "fi" or "en".
	Language = auth.Language
	// Text is a text in three languages.
	Text = auth.Text
)

// wellFormed reports whether an id from outside is a uuid as we write them. PostgreSQL reads some other spellings too, and
// refuses some that the uuid package reads.
func wellFormed[T ~string](id T) bool {
	parsed, err := uuid.Parse(string(id))
	return err == nil && parsed.String() == string(id)
}

// MunicipalityID is a municipality's slug: "narpes".
type MunicipalityID string

// ServiceID is a service's slug: "hudbesvar".
type ServiceID string

// HoldID is a hold's uuid.
type HoldID string

// The languages of service.
const (
	Swedish Language = "sv"
	Finnish Language = "fi"
	English Language = "en"
)

// Modality is how patient and professional meet.
type Modality string

// The modalities.
const (
	Video    Modality = "video"     // the patient at home
	Hosted   Modality = "hosted"    // the patient at a site with a nurse, the professional remote
	InPerson Modality = "in_person" // both at a site
	Phone    Modality = "phone"
)

// AtSite reports whether the patient comes to a site.
func (m Modality) AtSite() bool { return m == Hosted || m == InPerson }

// bit is the modality's place in a set of them; 0 for what is no modality.
func (m Modality) bit() modalities {
	switch m {
	case Video, Hosted, InPerson, Phone:
		return 1 << m.index()
	}
	return 0
}

// index is the place of one of the four modalities in an array.
func (m Modality) index() int {
	switch m {
	case Hosted:
		return 1
	case InPerson:
		return 2
	case Phone:
		return 3
	}
	return 0
}

// modalities is a set.
type modalities uint8

func modalitySet(list []Modality) modalities {
	var set modalities
	for _, m := range list {
		set |= m.bit()
	}
	return set
}

// TimeOfDay narrows a search to a part of the day, in Helsinki time.
type TimeOfDay string

// The parts of the day. A night is in none of them.
const (
	Morning TimeOfDay = "morning" // starts 6.00–11.59
	Day     TimeOfDay = "day"     // starts 12.00–15.59
	Evening TimeOfDay = "evening" // starts 16.00–21.59
)

// minutes returns the first start and the first no longer meant, in minutes of the day.
func (t TimeOfDay) minutes() (from, before int, known bool) {
	switch t {
	case "":
		return 0, 24 * 60, true
	case Morning:
		return 6 * 60, 12 * 60, true
	case Day:
		return 12 * 60, 16 * 60, true
	case Evening:
		return 16 * 60, 22 * 60, true
	}
	return 0, 0, false
}

// DeviceKind is what a device is.
type DeviceKind string

// The kinds of device.
const (
	RoomCamera     DeviceKind = "roomCamera"
	Dermatoscope   DeviceKind = "dermatoscope"
	Otoscope       DeviceKind = "otoscope"
	DocumentCamera DeviceKind = "documentCamera"
	Stethoscope    DeviceKind = "stethoscope"
)

// Profession is what somebody is trained for, as a slug.
type Profession string

// The professions of the county's demo. Others are data.
const (
	Physician          Profession = "physician"
	Nurse              Profession = "nurse"
	PublicHealthNurse  Profession = "public-health-nurse"
	Therapist          Profession = "therapist"
	SocialWorker       Profession = "social-worker"
	Physiotherapist    Profession = "physiotherapist"
	OccupationTherapy  Profession = "occupational-therapist"
	SpeechTherapist    Profession = "speech-therapist"
	SubstanceCounselor Profession = "substance-counsellor"
)
