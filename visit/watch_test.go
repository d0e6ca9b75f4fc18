package visit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/scheduling"
)

func TestWatch_TellsEveryChange(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	asPatient, asHost := c.watch(t, patient, a.ID), c.watch(t, c.annaHolm, a.ID)
	first := await(t, asPatient, "as it is", func(Visit) bool { return true })
	if first.State != Planned {
		t.Errorf("first told of a visit that is %s", first.State)
	}
	g := c.arrive(t, patient, a.ID)
	v := await(t, asHost, "arrived", func(v Visit) bool { return v.State == Arrived && v.Patient == Waiting })
	if v.You.Role != auth.CallHost || !slices.Contains(v.You.Actions, ActAdmit) {
		t.Errorf("the host is told as somebody else: %+v", v.You)
	}
	c.arrive(t, c.annaHolm, a.ID)
	await(t, asPatient, "professional here", func(v Visit) bool { return v.Professional == Here && v.NurseKnows })
	if err := c.visits.Admit(t.Context(), c.annaHolm, a.ID, g.Participant); err != nil {
		t.Fatal(err)
	}
	await(t, asPatient, "admitted", func(v Visit) bool { return v.State == InProgress && v.Patient == Admitted })
	if _, err := c.visits.Finish(t.Context(), c.annaHolm, a.ID); err != nil {
		t.Fatal(err)
	}
	v = await(t, asPatient, "finished", func(v Visit) bool { return v.State == Finished })
	if v.You.Role != auth.CallPatient || len(v.You.Actions) != 0 {
		t.Errorf("the patient is told %+v", v.You)
	}
}

func TestWatch_ASlowReaderGetsTheNewestOnly(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	slow, quick := c.watch(t, patient, a.ID), c.watch(t, patient, a.ID)
	g := c.arrive(t, patient, a.ID)
	for range 20 {
		if err := c.visits.Left(t.Context(), g, DepartGone); err != nil {
			t.Fatal(err)
		}
		c.arrive(t, patient, a.ID)
	}
	c.arrive(t, c.annaHolm, a.ID)
	await(t, quick, "the last", func(v Visit) bool { return v.Professional == Here })
	told := 0
	await(t, slow, "the last", func(v Visit) bool { told++; return v.Professional == Here })
	if told > 3 { // what was offered first, what was read meanwhile, and the newest
		t.Errorf("a reader who slept was told %d times", told)
	}
}

func TestWatch_RefreshesWhileThePatientWaits(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	c.arrive(t, patient, a.ID)
	c.visits = New(Options{
		Pool: c.pool, Bus: c.bus, Auth: c.auth, Scheduling: c.booking, Now: c.Now, Refresh: 10 * time.Millisecond, Opens: 12 * time.Hour,
	})
	changes := c.watch(t, patient, a.ID)
	await(t, changes, "as it is", func(v Visit) bool { return v.DelayMinutes == 0 })
	c.Set(tenFifteen.Add(8 * time.Minute)) // nothing happens but time
	v := await(t, changes, "late", func(v Visit) bool { return v.DelayMinutes == 8 })
	if !v.UpdatedAt.Equal(c.Now()) {
		t.Errorf("updated at %v, want %v", v.UpdatedAt, c.Now())
	}
}

func TestWatch_WhatHappensInOneVisitMovesTheNext(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	first, second := c.patient(t, "Oskar Hägg"), c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, first, scheduling.Video, anna, tenFifteen)
	b := c.book(t, second, scheduling.Video, anna, tenFifteen.Add(20*time.Minute))
	c.Set(tenFifteen.Add(8 * time.Minute))
	c.arrive(t, second, b.ID)
	changes := c.watch(t, second, b.ID)
	await(t, changes, "free", func(v Visit) bool { return v.Professional == Away && v.DelayMinutes == 0 })
	c.begin(t, first, c.annaHolm, a.ID) // eight minutes late
	v := await(t, changes, "busy", func(v Visit) bool { return v.Professional == Busy && v.DelayMinutes == 8 })
	if !v.ExpectedStart.Equal(tenFifteen.Add(28 * time.Minute)) {
		t.Errorf("expected at %v", v.ExpectedStart)
	}
	if all := fmt.Sprintf("%+v", v); strings.Contains(all, "Oskar") || strings.Contains(all, string(a.ID)) {
		t.Errorf("who waits is told of another patient: %s", all)
	}
	if _, err := c.visits.Finish(t.Context(), c.annaHolm, a.ID); err != nil {
		t.Fatal(err)
	}
	await(t, changes, "free again", func(v Visit) bool { return v.Professional == Away && v.DelayMinutes == 0 })
}

func TestWatchDay_TellsStaffOfWhatConcernsThem(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	home, hosted := c.patient(t, "Gun-Britt Lindqvist"), c.patient(t, "Lars-Erik Norrgård")
	a := c.book(t, home, scheduling.Video, anna, tenFifteen)
	h := c.book(t, hosted, scheduling.Hosted, anna, tenFifteen.Add(time.Hour))
	ctx, cancel := context.WithCancel(t.Context())
	watchDay := func(p auth.Principal) <-chan Facts {
		changes, err := c.visits.WatchDay(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			cancel()
			for range changes { // until the watch has ended
			}
		})
		return changes
	}
	annas, evas, jonas, marias := watchDay(c.annaHolm), watchDay(c.evaSjo), watchDay(c.jonasNyman), watchDay(c.mariaBack)
	asPatient := c.watch(t, home, a.ID)

	c.arrive(t, home, a.ID)
	await(t, annas, "at home", func(f Facts) bool { return f.ID == a.ID && f.Patient == Waiting })
	await(t, asPatient, "somebody knows", func(v Visit) bool { return v.NurseKnows }) // it is on Anna's screen
	if _, err := c.visits.CheckIn(t.Context(), c.evaSjo, h.ID, Known); err != nil {
		t.Fatal(err)
	}
	isHosted := func(f Facts) bool {
		if f.ID == a.ID {
			return false
		}
		return f.ID == h.ID && f.State == Arrived
	}
	await(t, annas, "hosted, to the professional", isHosted)
	onSite := await(t, evas, "hosted, to the nurse", func(f Facts) bool { return true })
	if !isHosted(onSite) {
		t.Errorf("the nurse at the site was told of %+v", onSite)
	}
	cancel()
	for name, changes := range map[string]<-chan Facts{"another physician": jonas, "another site's nurse": marias} {
		for f := range changes {
			t.Errorf("%s was told of %s", name, f.ID)
		}
	}
	if _, err := c.visits.WatchDay(t.Context(), home); !errors.Is(err, auth.ErrNotAllowed) {
		t.Errorf("a patient: %v", err)
	}
}

func TestClose_WaitsForEveryWatch(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	before := c.bus.Conn().NumSubscriptions()
	ctx, cancel := context.WithCancel(t.Context())
	one, err := c.visits.Watch(ctx, patient, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.visits.WatchDay(ctx, c.annaHolm)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	c.visits.Close()
	select { // both are closed by now, whoever read them or not
	case _, open := <-all:
		if open {
			t.Error("the day's watch goes on")
		}
	default:
		t.Error("the day's watch goes on")
	}
	for range one { // at most what was offered before
	}
	if n := c.bus.Conn().NumSubscriptions(); n != before {
		t.Errorf("%d subscriptions left, %d before", n, before)
	}
}

func TestChange_AKilledTransactionChangesNothing(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Lars-Erik Norrgård")
	a := c.book(t, patient, scheduling.Hosted, anna, tenFifteen)
	told := make(chan event, 8)
	end, err := c.visits.listen(subjectPrefix+"*", func(e event) { told <- e })
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	killed := c.visits.change(t.Context(), c.evaSjo, a.ID, func(ctx context.Context, ch *change) error {
		if err := ch.step(ctx, Arrived, auth.CheckIn); err != nil {
			return err
		}
		if err := ch.row.save(ctx, ch.tx, ch.at); err != nil {
			return err
		}
		_, err := ch.tx.Exec(ctx, `SELECT pg_terminate_backend(pg_backend_pid())`)
		return err
	})
	if killed == nil {
		t.Fatal("the transaction survived")
	}
	if v := c.snapshot(t, c.evaSjo, a.ID); v.State != Planned || c.status(t, a.ID) != scheduling.Booked {
		t.Errorf("visit is %s, appointment %s", v.State, c.status(t, a.ID))
	}
	if n := c.count(t, `SELECT count(*) FROM visits`); n != 0 {
		t.Errorf("%d rows", n)
	}
	if got := c.audited(t, a.ID, ""); len(got) != 0 {
		t.Errorf("audit log has %v", got)
	}
	if _, err := c.visits.CheckIn(t.Context(), c.evaSjo, a.ID, Known); err != nil {
		t.Fatalf("afterwards: %v", err)
	}
	await(t, told, "the check-in", func(e event) bool { return e.Visit == a.ID })
	select {
	case e := <-told:
		t.Errorf("also told of %+v", e)
	default:
	}
}

func TestChange_StandsWhenTheBusIsGone(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	a := c.book(t, c.patient(t, "Lars-Erik Norrgård"), scheduling.Hosted, anna, tenFifteen)
	c.bus.Conn().Close()
	v, err := c.visits.CheckIn(t.Context(), c.evaSjo, a.ID, Known)
	if err != nil || v.State != Arrived {
		t.Errorf("visit is %s, %v", v.State, err)
	}
}

func TestCall_FromTicketToChair(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	patient := c.patient(t, "Gun-Britt Lindqvist")
	a := c.book(t, patient, scheduling.Video, anna, tenFifteen)
	links := auth.NewLinks(c.pool, c.Now)
	err := pgx.BeginFunc(t.Context(), c.pool, func(tx pgx.Tx) error {
		secret, err := links.Create(t.Context(), tx, auth.LinkFor{
			Appointment: a.ID, Patient: patient.Patient, Name: "Gun-Britt Lindqvist", YearOfBirth: 1955, Language: "sv",
			Start: a.Start, End: a.End,
		})
		a.LinkSecret = secret
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	opened, err := links.Exchange(t.Context(), auth.ExchangeRequest{Secret: a.LinkSecret, YearOfBirth: 1955})
	if err != nil {
		t.Fatal(err)
	}
	tickets, err := auth.NewTickets(t.TempDir(), c.pool, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	ticket, _, err := tickets.Issue(t.Context(), c.grant(t, opened.Principal, a.ID))
	if err != nil {
		t.Fatal(err)
	}
	g, err := tickets.Redeem(t.Context(), ticket)
	if err != nil {
		t.Fatal(err)
	}
	admission, err := c.visits.Enter(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	if admission.Admitted || admission.Role != auth.CallPatient || admission.Name != "Gun-Britt Lindqvist" {
		t.Errorf("admission %+v", admission)
	}
	// The account and the link of one patient are one participant: the newer replaces the older.
	if own := c.grant(t, patient, a.ID); own.Participant != g.Participant {
		t.Errorf("participant %s by account, %s by link", own.Participant, g.Participant)
	}
}
