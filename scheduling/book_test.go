package scheduling_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"nara/auth"
	"nara/scheduling"
)

func TestBook_TakesPhysicianNurseRoomAndDeviceAsOne(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	a := c.book(t, by, skin(c.anna, at(9, 0)))
	if a.Status != scheduling.Booked || a.Practitioner != c.anna || a.Nurse != c.eva || a.Room != c.room2 ||
		len(a.Devices) != 1 || a.Devices[0] != c.scope || a.Site != "narpes-halsostation" || a.Version != 1 {
		t.Fatalf("booked %+v", a)
	}
	if a.LinkSecret.Empty() {
		t.Error("no visit link")
	}
	if !a.Start.Equal(at(9, 0)) || !a.End.Equal(at(9, 20)) {
		t.Errorf("from %v to %v", a.Start, a.End)
	}
	// The nurse and the room are there ten minutes before and five after.
	taken := c.count(t, `SELECT count(*) FROM reservations WHERE appointment = $1 AND during = tstzrange($2, $3)`,
		a.ID, at(8, 50), at(9, 25))
	if taken != 2 {
		t.Errorf("%d resources are taken around the visit, want nurse and room", taken)
	}
	if n := c.count(t, `SELECT count(*) FROM audit_log WHERE action = 'appointment.book' AND resource_id = $1`, a.ID); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	if n := c.count(t, `SELECT count(*) FROM visit_links WHERE appointment_id = $1`, a.ID); n != 1 {
		t.Errorf("%d visit links", n)
	}
}

func TestBook_SecondPatientIsRefusedAndHearsOfThreeNear(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	c.book(t, c.patient(t), skin(c.anna, at(9, 0)))
	// Jonas is free, but nurse, room and dermatoscope are not.
	_, err := c.service.Hold(t.Context(), c.patient(t), skin(c.jonas, at(9, 10)))
	var taken *scheduling.SlotTakenError
	if !errors.As(err, &taken) || !errors.Is(err, scheduling.ErrSlotTaken) {
		t.Fatalf("got %v", err)
	}
	if len(taken.Alternatives) != 3 {
		t.Fatalf("%d alternatives", len(taken.Alternatives))
	}
	for _, s := range taken.Alternatives {
		if s.Site != "narpes-halsostation" || s.Service != "hudbesvar" || s.Nurse != c.eva || s.Start.Sub(at(9, 10)).Abs() > 2*time.Hour {
			t.Errorf("alternative %+v", s)
		}
	}
}

func TestHold_RefusesWhatNoHoursOffer(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	far := time.Date(9999, 1, 1, 8, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		change func(*scheduling.HoldRequest)
		field  string
		slug   string
	}{
		"at night":              {func(r *scheduling.HoldRequest) { r.Start = at(22, 0) }, "start", "not-offered"},
		"off the grid":          {func(r *scheduling.HoldRequest) { r.Start = at(9, 5) }, "start", "not-offered"},
		"between seconds":       {func(r *scheduling.HoldRequest) { r.Start = at(9, 0).Add(time.Nanosecond) }, "start", "not-offered"},
		"in the past":           {func(r *scheduling.HoldRequest) { r.Start = at(7, 50) }, "start", "too-soon"},
		"far in the past":       {func(r *scheduling.HoldRequest) { r.Start = time.Time{} }, "start", "not-offered"},
		"in another millennium": {func(r *scheduling.HoldRequest) { r.Start = far }, "start", "not-offered"},
		"unknown service":       {func(r *scheduling.HoldRequest) { r.Service = "'; DROP TABLE holds; --" }, "service", "unknown"},
		"unknown practitioner":  {func(r *scheduling.HoldRequest) { r.Practitioner = 1 << 40 }, "practitioner", "unknown"},
		"negative practitioner": {func(r *scheduling.HoldRequest) { r.Practitioner = -1 }, "practitioner", "unknown"},
		"a nurse as physician":  {func(r *scheduling.HoldRequest) { r.Practitioner = c.eva }, "practitioner", "not-offered"},
		"unspoken language":     {func(r *scheduling.HoldRequest) { r.Practitioner, r.Language = c.jonas, "fi" }, "language", "not-offered"},
		"unknown language":      {func(r *scheduling.HoldRequest) { r.Language = "tlh" }, "language", "unknown"},
		"unknown modality":      {func(r *scheduling.HoldRequest) { r.Modality = "telepathy" }, "modality", "unknown"},
		"a site for video":      {func(r *scheduling.HoldRequest) { r.Site = "narpes-halsostation" }, "site", "not-allowed"},
		"hosted without a site": {func(r *scheduling.HoldRequest) { r.Modality = scheduling.Hosted }, "site", "required"},
		"hosted at no site":     {func(r *scheduling.HoldRequest) { r.Modality, r.Site = scheduling.Hosted, "moon" }, "site", "unknown"},
		"not given that way": {func(r *scheduling.HoldRequest) {
			r.Service, r.Modality = "hudbesvar", scheduling.Phone
		}, "modality", "not-offered"},
	} {
		req := video(c.anna, at(9, 0))
		test.change(&req)
		_, err := c.service.Hold(t.Context(), by, req)
		var invalid *scheduling.ValidationError
		if !errors.As(err, &invalid) || invalid.Fields[0].Field != test.field || invalid.Fields[0].Slug != test.slug {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if n := c.count(t, `SELECT count(*) FROM reservations`); n != 0 {
		t.Errorf("%d reservations remain", n)
	}
}

func TestHold_IsForOneselfOnly(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	req := video(c.anna, at(9, 0))
	if _, err := c.service.Hold(t.Context(), auth.Principal{}, req); !errors.Is(err, auth.ErrNotAllowed) {
		t.Errorf("anonymous: %v", err)
	}
	req.Patient = c.patient(t).Patient
	if _, err := c.service.Hold(t.Context(), c.patient(t), req); !errors.Is(err, auth.ErrNotAllowed) {
		t.Errorf("for another: %v", err)
	}
	ghost := auth.Principal{Account: "ghost", Kind: auth.KindPatient, Patient: "0199aaaa-0000-7000-8000-000000000000"}
	if _, err := c.service.Hold(t.Context(), ghost, video(c.anna, at(9, 0))); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("patient who does not exist: %v", err)
	}
}

func TestHold_ChoosingAnotherTimeGivesTheFirstBack(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	first := c.hold(t, by, skin(c.anna, at(9, 0)))
	second := c.hold(t, by, skin(c.anna, at(9, 10))) // overlaps the first
	if _, err := c.service.HoldByID(t.Context(), by, first.ID); !errors.Is(err, scheduling.ErrHoldExpired) {
		t.Errorf("the first hold: %v", err)
	}
	if got, err := c.service.HoldByID(t.Context(), by, second.ID); err != nil || !got.Slot.Start.Equal(at(9, 10)) {
		t.Errorf("the second hold: %+v, %v", got, err)
	}
	if _, err := c.service.HoldByID(t.Context(), c.patient(t), second.ID); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("another's hold: %v", err)
	}
}

func TestHold_ExpiresAfterFiveMinutes(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	first, second := c.patient(t), c.patient(t)
	hold := c.hold(t, first, skin(c.anna, at(9, 0)))
	if !hold.ExpiresAt.Equal(monday.Add(5 * time.Minute)) {
		t.Errorf("expires at %v", hold.ExpiresAt)
	}
	c.clock.add(5*time.Minute - time.Second)
	if _, err := c.service.Hold(t.Context(), second, skin(c.anna, at(9, 0))); !errors.Is(err, scheduling.ErrSlotTaken) {
		t.Fatalf("before the end: %v", err)
	}
	c.clock.add(time.Second)
	_, err := c.service.Book(t.Context(), first, scheduling.BookRequest{Hold: hold.ID, IdempotencyKey: key()})
	if !errors.Is(err, scheduling.ErrHoldExpired) {
		t.Fatalf("booking too late: %v", err)
	}
	c.book(t, second, skin(c.anna, at(9, 0)))
}

func TestRelease_FreesTheSlotAtOnce(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	hold := c.hold(t, by, skin(c.anna, at(9, 0)))
	if err := c.service.Release(t.Context(), c.patient(t), hold.ID); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("by another: %v", err)
	}
	for range 2 {
		if err := c.service.Release(t.Context(), by, hold.ID); err != nil {
			t.Fatal(err)
		}
	}
	c.book(t, c.patient(t), skin(c.anna, at(9, 0)))
}

func TestBook_RefusesHostileText(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	hold := c.hold(t, by, video(c.anna, at(9, 0)))
	for name, req := range map[string]scheduling.BookRequest{
		"NUL":           {Hold: hold.ID, IdempotencyKey: key(), Reason: "a\x00b"},
		"broken UTF-8":  {Hold: hold.ID, IdempotencyKey: key(), Reason: "\xff\xfe"},
		"too long":      {Hold: hold.ID, IdempotencyKey: key(), Reason: strings.Repeat("å", 501)},
		"no key":        {Hold: hold.ID},
		"endless key":   {Hold: hold.ID, IdempotencyKey: strings.Repeat("k", 201)},
		"header phone":  {Hold: hold.ID, IdempotencyKey: key(), Phone: "06\r\nBcc: x"},
		"letters phone": {Hold: hold.ID, IdempotencyKey: key(), Phone: "call me"},
		"header e-mail": {Hold: hold.ID, IdempotencyKey: key(), Email: "a@b.fi\r\nBcc: c@d.fi"},
		"named e-mail":  {Hold: hold.ID, IdempotencyKey: key(), Email: "A <a@b.fi>"},
	} {
		_, err := c.service.Book(t.Context(), by, req)
		var invalid *scheduling.ValidationError
		if !errors.As(err, &invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, id := range []scheduling.HoldID{"", "x", "' OR 1=1", "0199aaaa-0000-7000-8000-000000000000"} {
		_, err := c.service.Book(t.Context(), by, scheduling.BookRequest{Hold: id, IdempotencyKey: key()})
		if !errors.Is(err, scheduling.ErrNotFound) {
			t.Errorf("hold %q: %v", id, err)
		}
	}
	_, err := c.service.Book(t.Context(), c.patient(t), scheduling.BookRequest{Hold: hold.ID, IdempotencyKey: key()})
	if !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("another's hold: %v", err)
	}
	// 500 characters, of whatever length, are fine; SQL in them is only text.
	reason := strings.Repeat("💩", 480) + "'); DROP TABLE x;"
	a, err := c.service.Book(t.Context(), by, scheduling.BookRequest{Hold: hold.ID, IdempotencyKey: key(), Reason: reason})
	if err != nil || a.Reason != reason {
		t.Fatalf("got %q, %v", a.Reason, err)
	}
}

func TestCancel_FreesEverythingAndRetiresTheLink(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	a := c.book(t, by, skin(c.anna, at(9, 0)))
	if _, err := c.service.Cancel(t.Context(), c.patient(t), a.ID, ""); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("by another: %v", err)
	}
	if _, err := c.service.Cancel(t.Context(), staff(c.anna, auth.RolePhysician), a.ID, ""); !errors.Is(err, auth.ErrNotAllowed) {
		t.Errorf("by one who may read it only: %v", err)
	}
	for range 2 {
		got, err := c.service.Cancel(t.Context(), by, a.ID, "Jag är frisk")
		if err != nil || got.Status != scheduling.Cancelled || got.Version != 2 {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	c.book(t, c.patient(t), skin(c.anna, at(9, 0)))
	links := auth.NewLinks(c.pool, c.clock.now)
	_, err := links.Exchange(t.Context(), auth.ExchangeRequest{Secret: a.LinkSecret, YearOfBirth: 1955, Address: "127.0.0.1"})
	if !errors.Is(err, auth.ErrLinkCancelled) {
		t.Errorf("the link: %v", err)
	}
}

func TestStatus_FollowsTheTable(t *testing.T) {
	t.Parallel()
	all := []scheduling.Status{scheduling.Booked, scheduling.Arrived, scheduling.Fulfilled, scheduling.Cancelled, scheduling.NoShow}
	allowed := map[[2]scheduling.Status]bool{
		{scheduling.Booked, scheduling.Arrived}: true, {scheduling.Booked, scheduling.Fulfilled}: true,
		{scheduling.Booked, scheduling.Cancelled}: true, {scheduling.Booked, scheduling.NoShow}: true,
		{scheduling.Arrived, scheduling.Fulfilled}: true, {scheduling.Arrived, scheduling.Cancelled}: true,
		{scheduling.Arrived, scheduling.NoShow}: true,
	}
	for _, from := range all {
		for _, to := range all {
			if from.May(to) != allowed[[2]scheduling.Status{from, to}] {
				t.Errorf("from %s to %s: %v", from, to, from.May(to))
			}
		}
	}
}

func TestFulfil_EndsAnAppointmentInTheCallersTransaction(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by, anna := c.patient(t), staff(c.anna, auth.RolePhysician)
	a := c.book(t, by, video(c.anna, at(9, 0)))
	tx, err := c.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{
		func() error { return c.service.Arrive(t.Context(), tx, by, a.ID) },
		func() error { return c.service.Arrive(t.Context(), tx, by, a.ID) },
		func() error { return c.service.Fulfil(t.Context(), tx, anna, a.ID) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.service.Missed(t.Context(), tx, anna, a.ID); !errors.Is(err, scheduling.ErrWrongStatus) {
		t.Errorf("missed after fulfilled: %v", err)
	}
	if err := c.service.Arrive(t.Context(), tx, anna, "nobody"); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := c.service.Appointment(t.Context(), by, a.ID)
	if err != nil || got.Status != scheduling.Fulfilled {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := c.service.Cancel(t.Context(), by, a.ID, ""); !errors.Is(err, scheduling.ErrWrongStatus) {
		t.Errorf("cancel after fulfilled: %v", err)
	}
}

func TestReads_ShowEachTheirOwn(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by, other := c.patient(t), c.patient(t)
	late := c.book(t, by, video(c.anna, at(15, 0)))
	early := c.book(t, by, skin(c.anna, at(9, 0)))
	c.clock.set(at(10, 0))
	list, err := c.service.AppointmentsOf(t.Context(), by, by.Patient)
	if err != nil || len(list) != 2 || list[0].ID != late.ID || list[1].ID != early.ID {
		t.Fatalf("own list: %v, %v", list, err)
	}
	if list, err = c.service.AppointmentsOf(t.Context(), other, by.Patient); err != nil || len(list) != 0 {
		t.Fatalf("another's list: %v, %v", list, err)
	}
	day := scheduling.DateOf(monday)
	if list, err = c.service.DayOf(t.Context(), staff(c.anna, auth.RolePhysician), c.anna, day); err != nil || len(list) != 2 {
		t.Fatalf("Anna's day: %v, %v", list, err)
	}
	if list, err = c.service.DayOf(t.Context(), staff(c.eva, auth.RoleNurse), c.eva, day); err != nil || len(list) != 1 {
		t.Fatalf("Eva's day: %v, %v", list, err)
	}
	if _, err = c.service.DayOf(t.Context(), staff(c.jonas, auth.RolePhysician), c.anna, day); !errors.Is(err, auth.ErrNotAllowed) {
		t.Fatalf("another's day: %v", err)
	}
	if list, err = c.service.SiteDay(t.Context(), staff(c.eva, auth.RoleNurse), "narpes-halsostation", day); err != nil || len(list) != 1 {
		t.Fatalf("the site's day: %v, %v", list, err)
	}
	if _, err = c.service.SiteDay(t.Context(), by, "narpes-halsostation", day); !errors.Is(err, auth.ErrNotAllowed) {
		t.Fatalf("the site's day for a patient: %v", err)
	}
	if _, err = c.service.Appointment(t.Context(), other, early.ID); !errors.Is(err, scheduling.ErrNotFound) {
		t.Fatalf("another's appointment: %v", err)
	}
}
