package visit

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"nara/auth"
	"nara/scheduling"
)

func TestAdmit_ManyAtOnceBeginTheVisitOnce(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	g := c.arrive(t, patient, a.ID)
	other := c.service(t)
	var tried sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		tried.Go(func() {
			errs[i] = []*Service{c.visits, other}[i%2].Admit(t.Context(), c.annaHolm, a.ID, g.Participant)
		})
	}
	tried.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	for _, action := range []string{"visit.inProgress", "visit.admit"} {
		if got := c.audited(t, a.ID, action); len(got) != 1 {
			t.Errorf("audit log has %v, want one %s", got, action)
		}
	}
}

func TestAdmit_OnlyTheHostAndOnlyWhoWaits(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	g := c.grant(t, patient, a.ID)
	if err := c.visits.Admit(t.Context(), c.annaHolm, a.ID, g.Participant); !errors.Is(err, ErrNoSuchParticipant) {
		t.Errorf("before they came: error %v, want ErrNoSuchParticipant", err)
	}
	c.arrive(t, patient, a.ID)
	if err := c.visits.Admit(t.Context(), patient, a.ID, g.Participant); !errors.Is(err, auth.ErrNotAllowed) {
		t.Errorf("themselves: error %v, want ErrNotAllowed", err)
	}
	if err := c.visits.Admit(t.Context(), c.annaHolm, a.ID, "somebody"); !errors.Is(err, ErrNoSuchParticipant) {
		t.Errorf("somebody else: error %v, want ErrNoSuchParticipant", err)
	}
	if v := c.snapshot(t, patient, a.ID); v.State != Arrived || v.Patient != Waiting {
		t.Errorf("visit is %s, patient %s", v.State, v.Patient)
	}
	if got := c.audited(t, a.ID, "visit.admit"); len(got) != 1 || !strings.HasSuffix(got[0], "refused") {
		t.Errorf("audit log has %v, want one refusal", got)
	}
}

func TestCall_ATicketOfOneDoesNotSeatAnother(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	host, own := c.grant(t, c.annaHolm, a.ID), c.grant(t, patient, a.ID)
	for name, spoil := range map[string]func(*auth.Grant){
		"host's chair":       func(g *auth.Grant) { g.Role = auth.CallHost },
		"host's participant": func(g *auth.Grant) { g.Participant = host.Participant },
		"host's both":        func(g *auth.Grant) { g.Role, g.Participant = auth.CallHost, host.Participant },
		"room's chair":       func(g *auth.Grant) { g.Role = auth.CallRoom },
		"guest's chair":      func(g *auth.Grant) { g.Role = auth.CallGuest },
		"unknown chair":      func(g *auth.Grant) { g.Role = "ghost" },
	} {
		g := own
		spoil(&g)
		if _, err := c.visits.Enter(t.Context(), g); !errors.Is(err, auth.ErrNotAllowed) {
			t.Errorf("%s: enter %v, want ErrNotAllowed", name, err)
		}
		if _, err := c.visits.Arrived(t.Context(), g); !errors.Is(err, auth.ErrNotAllowed) {
			t.Errorf("%s: arrived %v, want ErrNotAllowed", name, err)
		}
	}
	if n := c.count(t, `SELECT count(*) FROM visits`); n != 0 {
		t.Error("a refusal left a trace in the visit")
	}
}

func TestCall_AdmissionOutlivesReloadsAndTheServer(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	c.begin(t, patient, c.annaHolm, a.ID)
	g := c.grant(t, patient, a.ID)

	if err := c.visits.Left(t.Context(), g, DepartReplaced); err != nil {
		t.Fatal(err)
	}
	if v := c.snapshot(t, patient, a.ID); v.Patient != Admitted {
		t.Errorf("replaced: patient is %s", v.Patient)
	}
	if err := c.visits.Left(t.Context(), g, DepartGone); err != nil {
		t.Fatal(err)
	}
	if v := c.snapshot(t, patient, a.ID); v.Patient != Gone || v.State != InProgress {
		t.Errorf("connection lost: patient is %s, visit %s", v.Patient, v.State)
	}
	c.arrive(t, patient, a.ID)

	restarted := c.service(t)
	if err := restarted.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v := c.snapshot(t, patient, a.ID); v.Patient != Gone || v.Professional != Away {
		t.Errorf("restarted: patient is %s, professional %s", v.Patient, v.Professional)
	}
	admission, err := restarted.Enter(t.Context(), g)
	if err != nil || !admission.Admitted {
		t.Errorf("back after the restart: %+v, %v", admission, err)
	}
	if admission, err = restarted.Arrived(t.Context(), g); err != nil || !admission.Admitted {
		t.Errorf("back after the restart: %+v, %v", admission, err)
	}
	if v := c.snapshot(t, patient, a.ID); v.Patient != Admitted {
		t.Errorf("back after the restart: patient is %s", v.Patient)
	}

	if err := c.visits.Left(t.Context(), g, DepartLeft); err != nil {
		t.Fatal(err)
	}
	if admission, err = c.visits.Arrived(t.Context(), g); err != nil || admission.Admitted {
		t.Errorf("back after leaving for good: %+v, %v", admission, err)
	}
	if err := c.visits.Admit(t.Context(), c.annaHolm, a.ID, g.Participant); err != nil {
		t.Errorf("admitted anew: %v", err)
	}
}

func TestRecover_ForgetsOnlyItsOwnServersPeople(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	c.arrive(t, patient, a.ID)
	other := New(Options{Pool: c.pool, Bus: c.bus, Auth: c.auth, Scheduling: c.booking, Now: c.Now, Node: "other"})
	if err := other.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v := c.snapshot(t, patient, a.ID); v.Patient != Waiting {
		t.Errorf("patient is %s", v.Patient)
	}
}

func TestCall_AShortLossKeepsThePlaceInTheWait(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	g := c.arrive(t, patient, a.ID)
	since := c.Now()
	for _, away := range []struct {
		d    time.Duration
		kept bool
	}{{comeback, true}, {comeback + time.Second, false}} {
		if err := c.visits.Left(t.Context(), g, DepartGone); err != nil {
			t.Fatal(err)
		}
		c.Advance(away.d)
		c.arrive(t, patient, a.ID)
		if v := c.snapshot(t, patient, a.ID); v.WaitingSince.Equal(since) != away.kept {
			t.Errorf("away for %v: waiting since %v, first %v", away.d, v.WaitingSince, since)
		}
	}
}

func TestCall_TheWaitingRoomOpensHalfAnHourBefore(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	c.visits = New(Options{Pool: c.pool, Bus: c.bus, Auth: c.auth, Scheduling: c.booking, Now: c.Now})
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	wantActions(t, "patient, early", c.snapshot(t, patient, a.ID), ActMove, ActCancel)
	grant := auth.Grant{
		Room: string(a.ID), Role: auth.CallPatient, Participant: c.snapshot(t, patient, a.ID).You.Participant, Principal: patient,
	}
	opens := a.Start.Add(-30 * time.Minute)
	for what, try := range map[string]func() error{
		"ticket": func() error { _, err := c.visits.Grant(t.Context(), patient, a.ID, ""); return err },
		"enter":  func() error { _, err := c.visits.Enter(t.Context(), grant); return err },
		"arrive": func() error { _, err := c.visits.Arrived(t.Context(), grant); return err },
	} {
		var early *TooEarlyError
		if err := try(); !errors.As(err, &early) || !early.OpensAt.Equal(opens) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if s := c.status(t, a.ID); s != scheduling.Booked {
		t.Errorf("appointment is %s", s)
	}
	c.arrive(t, c.annaHolm, a.ID) // the professional may prepare
	c.Set(opens)
	c.arrive(t, patient, a.ID)
	// It stays open while the visit may still happen.
	c.Set(a.End.Add(11 * time.Hour))
	c.arrive(t, patient, a.ID)
}
