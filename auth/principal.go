package auth

import "slices"

// AccountID names an account: a readable slug or a uuid.
type AccountID string

// PatientID is a patient's uuid.
type PatientID string

// ResourceID is a bookable resource of the directory: a practitioner, a room or a device.
type ResourceID int64

// UnitID is an organisational unit's slug.
type UnitID string

// SiteID is a site's slug.
type SiteID string

// AppointmentID is an appointment's uuid, which is also its visit's and its call's.
type AppointmentID string

// SessionID is the SHA-256 of a session's token in base64url. It names the session and proves nothing.
type SessionID string

// Language is what a person reads and speaks with the service: "sv", "fi" or "en".
type Language string

// Text is a text for people in the three languages of the service.
type Text struct {
	SV string `json:"sv"`
	FI string `json:"fi"`
	EN string `json:"en"`
}

// Kind says how a principal proved who they are.
type Kind string

// The kinds of principal. The empty Kind is somebody who proved nothing.
const (
	KindAnonymous Kind = ""
	KindPatient   Kind = "patient" // a patient with an account
	KindStaff     Kind = "staff"   // a member of staff with an account
	KindLink      Kind = "link"    // the holder of a visit link who gave the second factor
)

// Role is what somebody does in the county's service. A member of staff has at least one.
type Role string

// The roles of staff. Patients and link holders have none: what they may do follows from their Kind.
const (
	RoleNurse        Role = "nurse"
	RolePhysician    Role = "physician"
	RoleProfessional Role = "professional" // every other profession that meets patients
)

// Principal is a person as one request sees them, loaded anew from the database for each.
type Principal struct {
	Account      AccountID // "" for a link holder
	Kind         Kind
	Name         string        // for people; never logged
	Patient      PatientID     // the patient they are, or "": also of a link holder
	Practitioner ResourceID    // the practitioner they are, or 0
	Roles        []Role        // staff only
	Units        []UnitID      // units they work in
	Sites        []SiteID      // sites they work at
	Appointment  AppointmentID // link holders only: the one appointment they may touch
	Language     Language
	Session      SessionID
}

// SignedIn reports whether the principal proved anything at all.
func (p Principal) SignedIn() bool { return p.Kind != KindAnonymous }

// Has reports whether the principal has the role.
func (p Principal) Has(r Role) bool { return slices.Contains(p.Roles, r) }

// WorksAt reports whether the principal works at the site.
func (p Principal) WorksAt(s SiteID) bool { return s != "" && slices.Contains(p.Sites, s) }

// Actor names the principal for the audit log: "account:anna", "link:<appointment>" or "anonymous".
func (p Principal) Actor() string {
	switch {
	case p.Account != "":
		return "account:" + string(p.Account)
	case p.Kind == KindLink:
		return "link:" + string(p.Appointment)
	default:
		return "anonymous"
	}
}
