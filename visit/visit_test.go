package visit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"nara/auth"
	"nara/scheduling"
)

func TestVisit_AtHomeFromPlannedToFinished(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)

	v := c.snapshot(t, patient, a.ID)
	if v.State != Planned || v.Patient != Absent || v.Professional != Away || v.DelayMinutes != 0 ||
		!v.ExpectedStart.Equal(a.Start) || v.You.Role != auth.CallPatient || v.You.Name != "Gun-Britt Lindqvist" {
		t.Errorf("planned: %+v", v)
	}
	wantActions(t, "patient", v, ActEnter, ActMove, ActCancel)
	wantActions(t, "host", c.snapshot(t, c.annaHolm, a.ID), ActEnter)
	if n := c.count(t, `SELECT count(*) FROM visits`); n != 0 {
		t.Errorf("%d rows before anything happened", n)
	}

	c.Set(tenFifteen.Add(-4 * time.Minute))
	g := c.arrive(t, patient, a.ID)
	v = c.snapshot(t, patient, a.ID)
	if v.State != Arrived || v.Patient != Waiting || !v.WaitingSince.Equal(c.Now()) || !v.ArrivedAt.Equal(c.Now()) || v.NurseKnows {
		t.Errorf("arrived: %+v", v)
	}
	if s := c.status(t, a.ID); s != scheduling.Arrived {
		t.Errorf("appointment is %s", s)
	}
	wantActions(t, "patient", v, ActEnter, ActCancel)
	if v.You.Participant != g.Participant {
		t.Errorf("participant %q in the visit, %q in the call", v.You.Participant, g.Participant)
	}

	c.Set(tenFifteen)
	c.arrive(t, c.annaHolm, a.ID)
	v = c.snapshot(t, c.annaHolm, a.ID)
	if v.Professional != Here || !v.NurseKnows || v.State != Arrived || v.You.Role != auth.CallHost {
		t.Errorf("host came: %+v", v)
	}
	wantActions(t, "host", v, ActEnter, ActAdmit)

	if err := c.visits.Admit(t.Context(), c.annaHolm, a.ID, g.Participant); err != nil {
		t.Fatal(err)
	}
	v = c.snapshot(t, c.annaHolm, a.ID)
	if v.State != InProgress || v.Patient != Admitted || !v.StartedAt.Equal(tenFifteen) || !v.WaitingSince.IsZero() {
		t.Errorf("admitted: %+v", v)
	}
	wantActions(t, "host", v, ActEnter, ActClose)

	v, err := c.visits.Finish(t.Context(), c.annaHolm, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if v.State != Finished || v.FinishedAt.IsZero() || len(v.You.Actions) != 0 {
		t.Errorf("finished: %+v", v)
	}
	if s := c.status(t, a.ID); s != scheduling.Fulfilled {
		t.Errorf("appointment is %s", s)
	}
	want := []string{
		patient.Actor() + " visit.arrived allowed",
		patient.Actor() + " visit.enter allowed",
		"account:anna visit.host allowed",
		"account:anna visit.inProgress allowed",
		"account:anna visit.admit allowed",
		"account:anna visit.finished allowed",
	}
	if got := c.audited(t, a.ID, ""); !slices.Equal(got, want) {
		t.Errorf("audit log:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestVisit_HostedFromPlannedToFinished(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Lars-Erik Norrgård")
	a := c.book(t, patient, scheduling.Hosted, anna, tenFifteen)
	c.Set(tenFifteen)
	id := a.ID

	wantActions(t, "nurse", c.snapshot(t, c.evaSjo, id), ActEnter, ActCheckIn)
	wantActions(t, "patient", c.snapshot(t, patient, id), ActMove, ActCancel)
	if _, err := c.visits.CheckIn(t.Context(), c.evaSjo, id, "a friend said so"); !errors.Is(err, ErrIdentityNeeded) {
		t.Errorf("error %v, want ErrIdentityNeeded", err)
	}
	v, err := c.visits.CheckIn(t.Context(), c.evaSjo, id, DrivingLicence)
	if err != nil {
		t.Fatal(err)
	}
	if v.State != Arrived || v.Identity != DrivingLicence || v.Patient != Waiting || !v.NurseKnows || v.You.Role != auth.CallRoom {
		t.Errorf("checked in: %+v", v)
	}
	wantActions(t, "nurse", v, ActEnter, ActRooming)
	if n := c.count(t, `
SELECT count(*)
FROM audit_log
WHERE action = 'visit.arrived' AND actor = 'account:eva' AND detail ->> 'identity' = 'drivingLicence'`); n != 1 {
		t.Errorf("how the identity was established stands %d times in the audit log", n)
	}

	if g := c.grant(t, c.evaSjo, id); g.Role != auth.CallRoom || g.Name != "Rum 2" {
		t.Errorf("the room's ticket says %q, %q", g.Role, g.Name)
	}
	c.arrive(t, c.evaSjo, id)
	if v, err = c.visits.Transition(t.Context(), c.evaSjo, id, Rooming); err != nil {
		t.Fatal(err)
	}
	wantActions(t, "nurse", v, ActEnter, ActReady)
	if _, err := c.visits.Grant(t.Context(), c.annaHolm, id, ""); !errors.Is(err, ErrWrongState) {
		t.Errorf("professional before it is ready: error %v, want ErrWrongState", err)
	}
	wantActions(t, "professional", c.snapshot(t, c.annaHolm, id))
	if v, err = c.visits.Transition(t.Context(), c.evaSjo, id, Ready); err != nil {
		t.Fatal(err)
	}
	if v.ReadyAt.IsZero() {
		t.Error("ready without a time")
	}
	wantActions(t, "nurse", v, ActEnter)
	wantActions(t, "professional", c.snapshot(t, c.annaHolm, id), ActEnter)

	c.Advance(3 * time.Minute)
	if v = c.snapshot(t, c.evaSjo, id); v.DelayMinutes != 3 {
		t.Errorf("ready for three minutes after the time, told of %d", v.DelayMinutes)
	}
	c.arrive(t, c.annaHolm, id)
	v = c.snapshot(t, c.annaHolm, id)
	if v.State != InProgress || v.Patient != Admitted || v.Professional != Here || !v.StartedAt.Equal(c.Now()) {
		t.Errorf("professional came: %+v", v)
	}
	wantActions(t, "professional", v, ActEnter, ActWrapUp)
	if v, err = c.visits.Transition(t.Context(), c.annaHolm, id, WrapUp); err != nil {
		t.Fatal(err)
	}
	wantActions(t, "professional", v, ActEnter, ActClose)
	if v, err = c.visits.Finish(t.Context(), c.evaSjo, id); err != nil {
		t.Fatal(err)
	}
	if v.State != Finished || c.status(t, id) != scheduling.Fulfilled {
		t.Errorf("visit is %s, appointment %s", v.State, c.status(t, id))
	}
}

func TestVisit_ByPhoneIsOnlyClosed(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Henrik Storfors")
	a := c.book(t, patient, scheduling.Phone, anna, tenFifteen)
	wantActions(t, "professional", c.snapshot(t, c.annaHolm, a.ID), ActClose)
	for name, p := range map[string]auth.Principal{"patient": patient, "professional": c.annaHolm} {
		if _, err := c.visits.Grant(t.Context(), p, a.ID, ""); !errors.Is(err, ErrWrongState) {
			t.Errorf("%s got a ticket to a call that there is not: %v", name, err)
		}
	}
	if _, err := c.visits.Finish(t.Context(), c.annaHolm, a.ID); err != nil {
		t.Fatal(err)
	}
	if s := c.status(t, a.ID); s != scheduling.Fulfilled {
		t.Errorf("appointment is %s", s)
	}
}

func TestVisit_InPersonHasADeskButNoCall(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Henrik Storfors")
	a := c.book(t, patient, scheduling.InPerson, jonas, tenFifteen)
	wantActions(t, "nurse", c.snapshot(t, c.evaSjo, a.ID), ActCheckIn)
	v, err := c.visits.CheckIn(t.Context(), c.evaSjo, a.ID, Known)
	if err != nil {
		t.Fatal(err)
	}
	if v.State != Arrived || v.Patient != Waiting {
		t.Errorf("checked in: visit is %s, patient %s", v.State, v.Patient)
	}
	for name, p := range map[string]auth.Principal{"nurse": c.evaSjo, "professional": c.jonasNyman} {
		if _, err := c.visits.Grant(t.Context(), p, a.ID, ""); !errors.Is(err, ErrWrongState) {
			t.Errorf("%s got a ticket to a call that there is not: %v", name, err)
		}
	}
	wantActions(t, "professional", c.snapshot(t, c.jonasNyman, a.ID), ActClose)
	if _, err := c.visits.Finish(t.Context(), c.jonasNyman, a.ID); err != nil {
		t.Fatal(err)
	}
	if s := c.status(t, a.ID); s != scheduling.Fulfilled {
		t.Errorf("appointment is %s", s)
	}
}

func TestSnapshot_StrangersDoNotLearnThatAVisitExists(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	a := c.book(t, c.patient(t, "Gun-Britt Lindqvist"), scheduling.Video, anna, tenFifteen)
	stranger := c.patient(t, "Oskar Hägg")
	none := ID(uuid.NewString())
	for who, p := range map[string]auth.Principal{
		"nobody": {}, "another patient": stranger, "another physician": c.jonasNyman, "a nurse": c.evaSjo,
	} {
		there, thereErr := c.visits.Snapshot(t.Context(), p, a.ID)
		_, noneErr := c.visits.Snapshot(t.Context(), p, none)
		if thereErr != ErrNotFound || noneErr != ErrNotFound || there.ID != "" {
			t.Errorf("%s: %v for the visit, %v for none", who, thereErr, noneErr)
		}
		_, finishErr := c.visits.Finish(t.Context(), p, a.ID)
		_, grantErr := c.visits.Grant(t.Context(), p, a.ID, auth.CallHost)
		if finishErr != ErrNotFound || grantErr != ErrNotFound {
			t.Errorf("%s: finish %v, grant %v", who, finishErr, grantErr)
		}
	}
	if n := len(c.audited(t, a.ID, "appointment.read")); n != 8 {
		t.Errorf("%d refused looks in the audit log, want 8", n)
	}
	for _, id := range []ID{"", "x", "*", ">", "visit.changed.*", ID(strings.Repeat("a", 36)), a.ID + "0", "{" + a.ID + "}"} {
		if _, err := c.visits.Snapshot(t.Context(), c.annaHolm, id); err != ErrNotFound {
			t.Errorf("snapshot of %q: %v", id, err)
		}
		if _, err := c.visits.Watch(t.Context(), c.annaHolm, id); err != ErrNotFound {
			t.Errorf("watch of %q: %v", id, err)
		}
		if _, err := c.visits.Finish(t.Context(), c.annaHolm, id); err != ErrNotFound {
			t.Errorf("finish of %q: %v", id, err)
		}
	}
}

func TestDay_ShowsWhoWaitsAndTellsThem(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	first, second := c.patient(t, "Gun-Britt Lindqvist"), c.patient(t, "Oskar Hägg")
	a := c.book(t, first, scheduling.Video, anna, tenFifteen)
	b := c.book(t, second, scheduling.Video, anna, tenFifteen.Add(30*time.Minute))
	h := c.book(t, c.patient(t, "Lars-Erik Norrgård"), scheduling.Hosted, anna, tenFifteen.Add(time.Hour))
	c.book(t, c.patient(t, "Aino Kallio"), scheduling.Video, jonas, tenFifteen)
	c.arrive(t, first, a.ID)
	changes := c.watch(t, first, a.ID)

	day, err := c.visits.Day(t.Context(), c.annaHolm, scheduling.DateOf(tenFifteen))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range day.Visits {
		got = append(got, fmt.Sprint(v.Appointment.Patient.Name, " ", v.State, " ", v.Patient))
	}
	want := []string{"Gun-Britt Lindqvist arrived waiting", "Oskar Hägg planned absent", "Lars-Erik Norrgård planned absent"}
	if !slices.Equal(got, want) || day.Visits[1].ID != b.ID {
		t.Errorf("day %q, want %q", got, want)
	}
	await(t, changes, "somebody knows", func(v Visit) bool { return v.NurseKnows })

	site, err := c.visits.SiteDay(t.Context(), c.evaSjo, narpes, scheduling.DateOf(tenFifteen))
	if err != nil {
		t.Fatal(err)
	}
	if len(site.Rooms) != 1 || len(site.Rooms[0].Visits) != 1 || site.Rooms[0].Visits[0].ID != h.ID ||
		len(site.Rooms[0].Devices) != 1 || site.Site.ID != narpes {
		t.Errorf("site's day: %+v", site)
	}
	if _, err := c.visits.SiteDay(t.Context(), c.mariaBack, narpes, scheduling.DateOf(tenFifteen)); !errors.Is(err, auth.ErrNotAllowed) {
		t.Errorf("another site's nurse: %v", err)
	}
	if _, err := c.visits.Day(t.Context(), first, scheduling.DateOf(tenFifteen)); !errors.Is(err, auth.ErrNotAllowed) {
		t.Errorf("a patient: %v", err)
	}
}

func TestVisit_CancelledAndMovedReachWhoWatches(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	changes := c.watch(t, patient, a.ID)
	later := tenFifteen.Add(time.Hour)
	hold, err := c.booking.Hold(t.Context(), patient, scheduling.HoldRequest{
		Service: "lakare", Start: later, Modality: scheduling.Video, Practitioner: anna, Language: "sv",
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.booking.Move(t.Context(), patient, scheduling.MoveRequest{
		Appointment: a.ID, Hold: hold.ID, IdempotencyKey: uuid.NewString(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.visits.Changed(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	await(t, changes, "moved", func(v Visit) bool { return v.Appointment.Start.Equal(later) && v.ExpectedStart.Equal(later) })

	c.arrive(t, patient, a.ID)
	if _, err := c.booking.Cancel(t.Context(), patient, a.ID, "mår bättre"); err != nil {
		t.Fatal(err)
	}
	if v := c.snapshot(t, c.annaHolm, a.ID); v.State != Cancelled {
		t.Errorf("before it was told: visit is %s", v.State)
	}
	if err := c.visits.Changed(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	v := await(t, changes, "cancelled", func(v Visit) bool { return v.State == Cancelled })
	wantActions(t, "patient", v)
	if _, err := c.visits.Arrived(t.Context(), auth.Grant{
		Room: string(a.ID), Role: auth.CallPatient, Participant: v.You.Participant, Principal: patient,
	}); !errors.Is(err, ErrWrongState) {
		t.Errorf("into a cancelled visit: %v", err)
	}
	if got := c.audited(t, a.ID, "visit.cancelled"); !slices.Equal(got, []string{"system visit.cancelled allowed"}) {
		t.Errorf("audit log: %v", got)
	}
}

func TestCancel_OnlyBeforeTheVisitBegins(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	c.begin(t, patient, c.annaHolm, a.ID)
	var wrong *WrongStateError
	if _, err := c.visits.Cancel(t.Context(), patient, a.ID, "nej"); !errors.As(err, &wrong) || wrong.State != InProgress {
		t.Errorf("in the visit: %v", err)
	}
	if s := c.status(t, a.ID); s != scheduling.Arrived {
		t.Errorf("appointment is %s", s)
	}
	b := c.book(t, patient, scheduling.Video, anna, tenFifteen.Add(time.Hour))
	changes := c.watch(t, patient, b.ID)
	c.arrive(t, patient, b.ID)
	for range 2 {
		if _, err := c.visits.Cancel(t.Context(), patient, b.ID, ""); err != nil {
			t.Fatal(err)
		}
	}
	await(t, changes, "cancelled", func(v Visit) bool { return v.State == Cancelled })
	if _, err := c.visits.Cancel(t.Context(), c.patient(t, "Oskar Hägg"), b.ID, ""); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("by another: %v", err)
	}
}

func TestFinish_BeforeTheEndFreesTheRest(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	c.Set(tenFifteen)
	c.begin(t, patient, c.annaHolm, a.ID)
	c.Advance(9 * time.Minute)
	if _, err := c.visits.Finish(t.Context(), c.annaHolm, a.ID); err != nil {
		t.Fatal(err)
	}
	c.book(t, c.patient(t, "Oskar Hägg"), scheduling.Video, anna, tenFifteen.Add(10*time.Minute))
}
