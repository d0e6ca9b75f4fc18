package auth

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// actions in the order of the matrix, each with the kind of resource it is tried on.
var matrixActions = []struct {
	action Action
	on     ResourceKind
}{
	{ReadDirectory, KindDirectory}, {SearchSlots, KindSlot}, {HoldSlot, KindSlot}, {BookAppointment, KindSlot},
	{ReadAppointment, KindVisit}, {MoveAppointment, KindAppointment}, {CancelAppointment, KindAppointment},
	{EnterVisit, KindVisit}, {HostVisit, KindVisit}, {OpenRoom, KindVisit}, {AdmitToVisit, KindVisit},
	{CheckIn, KindVisit}, {PrepareVisit, KindVisit}, {CloseVisit, KindVisit},
	{ReadDay, KindDay}, {ReadSiteDay, KindSiteDay},
}

const theirs, others = "a1", "a2"

// matrixPeople are everybody who might ask, seen from the appointment a1 of patient p1, led by practitioner 1 of unit
// u1 with nurse 2, at site s1 when it is hosted.
var matrixPeople = []struct {
	name string
	p    Principal
}{
	{"nobody", Principal{}},
	{"patient", Principal{Kind: KindPatient, Account: "x", Patient: "p1"}},
	{"otherPatient", Principal{Kind: KindPatient, Account: "x", Patient: "p2"}},
	{"link", Principal{Kind: KindLink, Patient: "p1", Appointment: theirs}},
	{"otherLink", Principal{Kind: KindLink, Patient: "p2", Appointment: others}},
	{"physician", Principal{Kind: KindStaff, Account: "x", Practitioner: 1, Roles: []Role{RolePhysician}, Units: []UnitID{"u1"}}},
	{"movedPhysician", Principal{Kind: KindStaff, Account: "x", Practitioner: 1, Roles: []Role{RolePhysician}, Units: []UnitID{"u2"}}},
	{"otherPhysician", Principal{Kind: KindStaff, Account: "x", Practitioner: 9, Roles: []Role{RolePhysician}, Units: []UnitID{"u1"}}},
	{"nurse", Principal{Kind: KindStaff, Account: "x", Practitioner: 2, Roles: []Role{RoleNurse}, Units: []UnitID{"u3"}, Sites: []SiteID{"s1"}}},
	{"siteNurse", Principal{Kind: KindStaff, Account: "x", Practitioner: 8, Roles: []Role{RoleNurse}, Units: []UnitID{"u3"}, Sites: []SiteID{"s1"}}},
	{"otherNurse", Principal{Kind: KindStaff, Account: "x", Practitioner: 7, Roles: []Role{RoleNurse}, Units: []UnitID{"u1"}, Sites: []SiteID{"s2"}}},
	{"sitePhysician", Principal{Kind: KindStaff, Account: "x", Practitioner: 6, Roles: []Role{RolePhysician}, Units: []UnitID{"u1"}, Sites: []SiteID{"s1"}}},
	{"roleless", Principal{Kind: KindStaff, Account: "x", Practitioner: 1, Units: []UnitID{"u1"}, Sites: []SiteID{"s1"}}},
}

var matrixStart = time.Date(2026, 12, 3, 8, 15, 0, 0, time.UTC)

func matrixResource(kind ResourceKind, hosted bool, after time.Duration) Resource {
	end := matrixStart.Add(20 * time.Minute)
	r := Resource{Kind: kind, ID: theirs, Unit: "u1", Patient: "p1", Host: 1, Practitioners: []ResourceID{1, 2}, End: end, At: end.Add(after)}
	if hosted {
		r.Site = "s1"
	}
	return r
}

// matrix draws who may do what: a row for each action, a letter for each person.
func matrix(hosted bool, after time.Duration) string {
	var b strings.Builder
	for _, a := range matrixActions {
		fmt.Fprintf(&b, "%-18s", a.action)
		for _, who := range matrixPeople {
			mark := "."
			if Allow(who.p, a.action, matrixResource(a.on, hosted, after)).Allowed {
				mark = "x"
			}
			b.WriteString(" " + mark)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// The columns: nobody, patient, otherPatient, link, otherLink, physician, movedPhysician, otherPhysician, nurse,
// siteNurse, otherNurse, sitePhysician, roleless.
const (
	matrixHomeBefore = `
directory.read     x x x x x x x x x x x x x
slots.search       x x x x x x x x x x x x x
slot.hold          . x . x . . . . . . . . .
appointment.book   . x . . . . . . . . . . .
appointment.read   . x . x . x x . x . . . .
appointment.move   . x . x . . . . . . . . .
appointment.cancel . x . x . . . . . . . . .
visit.enter        . x . x . . . . . . . . .
visit.host         . . . . . x . . . . . . .
visit.room         . . . . . . . . . . . . .
visit.admit        . . . . . x . . . . . . .
visit.checkIn      . . . . . . . . . . . . .
visit.prepare      . . . . . . . . . . . . .
visit.close        . . . . . x . . . . . . .
day.read           . . . . . x x . x . . . .
siteDay.read       . . . . . . . . . . . . .
`
	matrixHostedBefore = `
directory.read     x x x x x x x x x x x x x
slots.search       x x x x x x x x x x x x x
slot.hold          . x . x . . . . . . . . .
appointment.book   . x . . . . . . . . . . .
appointment.read   . x . x . x x . x x . . .
appointment.move   . x . x . . . . . . . . .
appointment.cancel . x . x . . . . . . . . .
visit.enter        . . . . . . . . . . . . .
visit.host         . . . . . x . . . . . . .
visit.room         . . . . . . . . x x . . .
visit.admit        . . . . . x . . . . . . .
visit.checkIn      . . . . . . . . x x . . .
visit.prepare      . . . . . . . . x x . . .
visit.close        . . . . . x . . . . . . .
day.read           . . . . . x x . x . . . .
siteDay.read       . . . . . . . . x x . . .
`
	matrixHostedNextDay = `
directory.read     x x x x x x x x x x x x x
slots.search       x x x x x x x x x x x x x
slot.hold          . x . x . . . . . . . . .
appointment.book   . x . . . . . . . . . . .
appointment.read   . x . . . x x . x x . . .
appointment.move   . . . . . . . . . . . . .
appointment.cancel . . . . . . . . . . . . .
visit.enter        . . . . . . . . . . . . .
visit.host         . . . . . . . . . . . . .
visit.room         . . . . . . . . . . . . .
visit.admit        . . . . . . . . . . . . .
visit.checkIn      . . . . . . . . . . . . .
visit.prepare      . . . . . . . . . . . . .
visit.close        . . . . . . . . . . . . .
day.read           . . . . . x x . x . . . .
siteDay.read       . . . . . . . . x x . . .
`
	matrixHostedNextYear = `
directory.read     x x x x x x x x x x x x x
slots.search       x x x x x x x x x x x x x
slot.hold          . x . x . . . . . . . . .
appointment.book   . x . . . . . . . . . . .
appointment.read   . x . . . . . . . . . . .
appointment.move   . . . . . . . . . . . . .
appointment.cancel . . . . . . . . . . . . .
visit.enter        . . . . . . . . . . . . .
visit.host         . . . . . . . . . . . . .
visit.room         . . . . . . . . . . . . .
visit.admit        . . . . . . . . . . . . .
visit.checkIn      . . . . . . . . . . . . .
visit.prepare      . . . . . . . . . . . . .
visit.close        . . . . . . . . . . . . .
day.read           . . . . . x x . x . . . .
siteDay.read       . . . . . . . . x x . . .
`
)

func TestAllow_Matrix(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		hosted bool
		after  time.Duration
		want   string
	}{
		{"at home, before the end", false, -time.Hour, matrixHomeBefore},
		{"hosted, before the end", true, -time.Hour, matrixHostedBefore},
		{"hosted, the next day", true, 24 * time.Hour, matrixHostedNextDay},
		{"hosted, the next year", true, 366 * 24 * time.Hour, matrixHostedNextYear},
	} {
		got := "\n" + matrix(c.hosted, c.after)
		t.Logf("%s:%s", c.name, got)
		if got != c.want {
			t.Errorf("%s: the policy has changed; got%swant%s", c.name, got, c.want)
		}
	}
	if n := len(matrixActions); n != len(policy) {
		t.Errorf("the matrix shows %d of %d actions", n, len(policy))
	}
}

func TestAllow_SaysWhyNot(t *testing.T) {
	t.Parallel()
	person := func(name string) Principal {
		i := slices.IndexFunc(matrixPeople, func(w struct {
			name string
			p    Principal
		}) bool {
			return w.name == name
		})
		return matrixPeople[i].p
	}
	for _, c := range []struct {
		who    string
		action Action
		r      Resource
		want   Reason
	}{
		{"physician", "visit.destroy", matrixResource(KindVisit, true, 0), ReasonUnknownAction},
		{"physician", "", matrixResource(KindVisit, true, 0), ReasonUnknownAction},
		{"physician", HostVisit, matrixResource(KindDay, true, 0), ReasonWrongResource},
		{"nobody", ReadAppointment, matrixResource(KindVisit, true, 0), ReasonNotSignedIn},
		{"patient", HostVisit, matrixResource(KindVisit, true, 0), ReasonRole},
		{"roleless", HostVisit, matrixResource(KindVisit, true, 0), ReasonRole},
		{"otherPhysician", HostVisit, matrixResource(KindVisit, true, 0), ReasonCareRelation},
		{"movedPhysician", HostVisit, matrixResource(KindVisit, true, 0), ReasonUnit},
		{"otherNurse", CheckIn, matrixResource(KindVisit, true, 0), ReasonSite},
		{"nurse", CheckIn, matrixResource(KindVisit, true, VisitLinkAfterEnd), ReasonTime},
		{"nurse", CheckIn, matrixResource(KindVisit, true, VisitLinkAfterEnd-1), ReasonAllowed},
		{"physician", HostVisit, matrixResource(KindVisit, true, VisitLinkAfterEnd), ReasonTime},
		{"patient", EnterVisit, matrixResource(KindVisit, true, 0), ReasonSite},
	} {
		d := Allow(person(c.who), c.action, c.r)
		if d.Reason != c.want || d.Allowed != (c.want == ReasonAllowed) {
			t.Errorf("%s %s: %+v, want %s", c.who, c.action, d, c.want)
		}
		if err := d.Err(c.action); (err == nil) != d.Allowed {
			t.Errorf("%s %s: error %v", c.who, c.action, err)
		}
	}
}

// Whoever proved nothing, and whoever has nothing in common with the resource, gets nothing but what is public.
func TestAllow_StrangersGetNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom(matrixActions).Draw(t, "action")
		if policy[a.action].public {
			return
		}
		p := Principal{
			Kind:         rapid.SampledFrom([]Kind{KindAnonymous, KindPatient, KindStaff, KindLink, "root"}).Draw(t, "kind"),
			Patient:      rapid.SampledFrom([]PatientID{"", "p2"}).Draw(t, "patient"),
			Practitioner: rapid.SampledFrom([]ResourceID{0, 9, -1}).Draw(t, "practitioner"),
			Roles:        rapid.SliceOf(rapid.SampledFrom([]Role{RoleNurse, RolePhysician, RoleProfessional, ""})).Draw(t, "roles"),
			Units:        rapid.SliceOf(rapid.SampledFrom([]UnitID{"", "u1", "u2"})).Draw(t, "units"),
			Sites:        rapid.SliceOf(rapid.SampledFrom([]SiteID{"", "s2"})).Draw(t, "sites"),
			Appointment:  rapid.SampledFrom([]AppointmentID{"", others}).Draw(t, "appointment"),
		}
		r := matrixResource(a.on, rapid.Bool().Draw(t, "hosted"), time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "after")))
		if rapid.Bool().Draw(t, "empty") { // a caller who forgot every fact must not open a door
			r = Resource{Kind: a.on}
		}
		if d := Allow(p, a.action, r); d.Allowed {
			t.Fatalf("%+v may %s %+v", p, a.action, r)
		}
	})
}
