package auth

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Action is something a principal may ask for.
type Action string

// The actions. The name says what is done to which kind of resource.
const (
	ReadDirectory     Action = "directory.read"
	SearchSlots       Action = "slots.search"
	HoldSlot          Action = "slot.hold"
	BookAppointment   Action = "appointment.book"
	ReadAppointment   Action = "appointment.read" // also the visit's snapshot
	MoveAppointment   Action = "appointment.move"
	CancelAppointment Action = "appointment.cancel"
	EnterVisit        Action = "visit.enter" // as the patient, into the waiting room
	HostVisit         Action = "visit.host"  // as the professional who leads it
	OpenRoom          Action = "visit.room"  // as the site's room: its screen and cameras
	AdmitToVisit      Action = "visit.admit"
	CheckIn           Action = "visit.checkIn" // the patient stands at the site's desk
	PrepareVisit      Action = "visit.prepare" // rooming, ready, wrap-up and the end of a hosted visit
	CloseVisit        Action = "visit.close"
	ReadDay           Action = "day.read"
	ReadSiteDay       Action = "siteDay.read"
)

// How long after an appointment's end something stays possible.
const (
	// VisitLinkAfterEnd is how long a visit link, and everything done inside a visit, outlives the booked end.
	VisitLinkAfterEnd = 12 * time.Hour
	// SiteRelationAfterEnd is how long a site's nurses may look at what was hosted there.
	SiteRelationAfterEnd = 7 * 24 * time.Hour
	// CareRelationAfterEnd is how long those who were booked may look at the appointment.
	CareRelationAfterEnd = 365 * 24 * time.Hour
)

// ResourceKind says what a Resource is.
type ResourceKind string

// The kinds of resource.
const (
	KindDirectory   ResourceKind = "directory"
	KindSlot        ResourceKind = "slot"
	KindAppointment ResourceKind = "appointment"
	KindVisit       ResourceKind = "visit"
	KindDay         ResourceKind = "day"
	KindSiteDay     ResourceKind = "siteDay"
)

// Resource is what an action is done to, with exactly the facts that the policy looks at. Whoever asks fills in what
// applies; what is left out gives no right.
type Resource struct {
	Kind          ResourceKind
	ID            string       // for the audit log; for appointments and visits the appointment's id
	Unit          UnitID       // the unit of the one who leads
	Site          SiteID       // where it takes place; "" when the patient is at home
	Patient       PatientID    // whose it is; for holds and bookings whom it is for
	Host          ResourceID   // the practitioner who leads the visit
	Practitioners []ResourceID // everybody booked, the host included; for a day whose day it is
	End           time.Time    // the booked end; zero for what has none
	At            time.Time    // when it is asked; the policy has no clock of its own
}

// Reason is why a decision went as it did, as a slug for the audit log.
type Reason string

// The reasons.
const (
	ReasonAllowed       Reason = "allowed"
	ReasonUnknownAction Reason = "unknown-action"
	ReasonWrongResource Reason = "wrong-resource" // the action is not for this kind of resource
	ReasonNotSignedIn   Reason = "not-signed-in"
	ReasonRole          Reason = "role"
	ReasonUnit          Reason = "unit"
	ReasonSite          Reason = "site"
	ReasonCareRelation  Reason = "care-relation"
	ReasonTime          Reason = "time"
)

// Decision is the answer of Allow.
type Decision struct {
	Allowed bool
	Reason  Reason
}

// ErrNotAllowed is what every refusal is, for errors.Is.
var ErrNotAllowed = errors.New("not allowed")

// RefusalError is a refusal on its way out to an edge.
type RefusalError struct {
	Action Action
	Reason Reason
}

// Error names the action and the reason, never the person.
func (e *RefusalError) Error() string { return fmt.Sprintf("%s not allowed: %s", e.Action, e.Reason) }

// Is makes every refusal an ErrNotAllowed.
func (e *RefusalError) Is(target error) bool { return target == ErrNotAllowed }

// Err turns a refusal into an error; an allowance into nil.
func (d Decision) Err(action Action) error {
	if d.Allowed {
		return nil
	}
	return &RefusalError{Action: action, Reason: d.Reason}
}

// rule is one way to be allowed an action: somebody of this kind, with one of these roles if any are named, for whom
// every condition holds.
type rule struct {
	kind  Kind
	roles []Role
	when  []condition
}

// condition is one thing that must hold; reason is what a refusal says when it does not.
type condition struct {
	holds  func(Principal, Resource) bool
	reason Reason
}

var (
	ownPatient = condition{func(p Principal, r Resource) bool {
		return p.Patient != "" && p.Patient == r.Patient
	}, ReasonCareRelation}
	ownLink = condition{func(p Principal, r Resource) bool {
		return p.Appointment != "" && string(p.Appointment) == r.ID
	}, ReasonCareRelation}
	booked = condition{func(p Principal, r Resource) bool {
		return p.Practitioner != 0 && slices.Contains(r.Practitioners, p.Practitioner)
	}, ReasonCareRelation}
	leads = condition{func(p Principal, r Resource) bool {
		return p.Practitioner != 0 && p.Practitioner == r.Host
	}, ReasonCareRelation}
	inUnit = condition{func(p Principal, r Resource) bool {
		return r.Unit != "" && slices.Contains(p.Units, r.Unit)
	}, ReasonUnit}
	atSite = condition{func(p Principal, r Resource) bool {
		return p.WorksAt(r.Site)
	}, ReasonSite}
	atHome = condition{func(_ Principal, r Resource) bool {
		return r.Site == ""
	}, ReasonSite}
)

// until holds up to some time after the resource's end.
func until(after time.Duration) condition {
	return condition{func(_ Principal, r Resource) bool {
		return !r.End.IsZero() && !r.At.IsZero() && r.At.Before(r.End.Add(after))
	}, ReasonTime}
}

var (
	inVisit = until(VisitLinkAfterEnd)
	inSite  = until(SiteRelationAfterEnd)
	inCare  = until(CareRelationAfterEnd)
	inTime  = until(0) // before the booked end
)

// clinical are the roles that meet patients.
var clinical = []Role{RoleNurse, RolePhysician, RoleProfessional}

// nurses host remote professionals at a site.
var nurses = []Role{RoleNurse}

// entry is a row of the policy: the kinds of resource an action is for, whether anybody may, and who else.
type entry struct {
	on     []ResourceKind
	public bool
	rules  []rule
}

var appointments = []ResourceKind{KindAppointment, KindVisit}

// policy is the whole of it. What is not here is refused.
var policy = map[Action]entry{
	ReadDirectory: {on: []ResourceKind{KindDirectory}, public: true},
	SearchSlots:   {on: []ResourceKind{KindSlot}, public: true},
	HoldSlot: {on: []ResourceKind{KindSlot}, rules: []rule{
		{kind: KindPatient, when: []condition{ownPatient}},
		{kind: KindLink, when: []condition{ownPatient}}, // to move to
	}},
	BookAppointment: {on: []ResourceKind{KindSlot}, rules: []rule{
		{kind: KindPatient, when: []condition{ownPatient}},
	}},
	ReadAppointment: {on: appointments, rules: []rule{
		{kind: KindPatient, when: []condition{ownPatient}},
		{kind: KindLink, when: []condition{ownLink, inVisit}},
		{kind: KindStaff, roles: clinical, when: []condition{booked, inCare}},
		{kind: KindStaff, roles: nurses, when: []condition{atSite, inSite}},
	}},
	MoveAppointment: {on: appointments, rules: []rule{
		{kind: KindPatient, when: []condition{ownPatient, inTime}},
		{kind: KindLink, when: []condition{ownLink, inTime}},
	}},
	CancelAppointment: {on: appointments, rules: []rule{
		{kind: KindPatient, when: []condition{ownPatient, inTime}},
		{kind: KindLink, when: []condition{ownLink, inTime}},
	}},
	EnterVisit: {on: appointments, rules: []rule{
		{kind: KindPatient, when: []condition{ownPatient, atHome, inVisit}},
		{kind: KindLink, when: []condition{ownLink, atHome, inVisit}},
	}},
	HostVisit: {on: appointments, rules: []rule{
		{kind: KindStaff, roles: clinical, when: []condition{leads, inUnit, inVisit}},
	}},
	OpenRoom: {on: appointments, rules: []rule{
		{kind: KindStaff, roles: nurses, when: []condition{atSite, inVisit}},
	}},
	AdmitToVisit: {on: appointments, rules: []rule{
		{kind: KindStaff, roles: clinical, when: []condition{leads, inUnit, inVisit}},
	}},
	CheckIn: {on: appointments, rules: []rule{
		{kind: KindStaff, roles: nurses, when: []condition{atSite, inVisit}},
	}},
	PrepareVisit: {on: appointments, rules: []rule{
		{kind: KindStaff, roles: nurses, when: []condition{atSite, inVisit}},
	}},
	CloseVisit: {on: appointments, rules: []rule{
		{kind: KindStaff, roles: clinical, when: []condition{leads, inUnit, inVisit}},
	}},
	ReadDay: {on: []ResourceKind{KindDay}, rules: []rule{
		{kind: KindStaff, roles: clinical, when: []condition{booked}},
	}},
	ReadSiteDay: {on: []ResourceKind{KindSiteDay}, rules: []rule{
		{kind: KindStaff, roles: nurses, when: []condition{atSite}},
	}},
}

// Allow decides whether the principal may do the action to the resource. It is pure and total: role, site, care
// relation and time must all agree, and what the table does not name is refused. Whoever is refused by several rules
// hears the reason of the one that came furthest.
func Allow(p Principal, action Action, r Resource) Decision {
	e, known := policy[action]
	switch {
	case !known:
		return Decision{Reason: ReasonUnknownAction}
	case !slices.Contains(e.on, r.Kind):
		return Decision{Reason: ReasonWrongResource}
	case e.public:
		return Decision{Allowed: true, Reason: ReasonAllowed}
	case !p.SignedIn():
		return Decision{Reason: ReasonNotSignedIn}
	}
	refusal, furthest := ReasonRole, -1
	for _, rule := range e.rules {
		reason, held := rule.try(p, r)
		if reason == ReasonAllowed {
			return Decision{Allowed: true, Reason: ReasonAllowed}
		}
		if held > furthest {
			refusal, furthest = reason, held
		}
	}
	return Decision{Reason: refusal}
}

// try returns ReasonAllowed, or why not and how many conditions held before; -1 when the rule is for others.
func (rule rule) try(p Principal, r Resource) (Reason, int) {
	if p.Kind != rule.kind || (rule.roles != nil && !slices.ContainsFunc(rule.roles, p.Has)) {
		return ReasonRole, -1
	}
	for i, c := range rule.when {
		if !c.holds(p, r) {
			return c.reason, i
		}
	}
	return ReasonAllowed, len(rule.when)
}
