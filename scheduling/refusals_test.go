package scheduling_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/scheduling"
)

func TestIDs_OtherSpellingsNameNothing(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	a := c.book(t, by, video(c.anna, at(9, 0)))
	hold := c.hold(t, by, video(c.anna, at(10, 0)))
	for name, spell := range map[string]func(string) string{
		"URN":      func(id string) string { return "urn:uuid:" + id },
		"braces":   func(id string) string { return "{" + id + "}" },
		"bare":     func(id string) string { return strings.ReplaceAll(id, "-", "") },
		"capitals": strings.ToUpper,
	} {
		id, kept := scheduling.AppointmentID(spell(string(a.ID))), scheduling.HoldID(spell(string(hold.ID)))
		for what, try := range map[string]func() error{
			"appointment": func() error { _, err := c.service.Appointment(t.Context(), by, id); return err },
			"calendar":    func() error { _, err := c.service.Calendar(t.Context(), by, id, ""); return err },
			"cancel":      func() error { _, err := c.service.Cancel(t.Context(), by, id, ""); return err },
			"hold":        func() error { _, err := c.service.HoldByID(t.Context(), by, kept); return err },
			"release":     func() error { return c.service.Release(t.Context(), by, kept) },
			"book": func() error {
				_, err := c.service.Book(t.Context(), by, scheduling.BookRequest{Hold: kept, IdempotencyKey: key()})
				return err
			},
		} {
			if err := try(); !errors.Is(err, scheduling.ErrNotFound) {
				t.Errorf("%s in %s: %v", what, name, err)
			}
		}
	}
}

func TestRefusals_AreAudited(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by, stranger := c.patient(t), c.patient(t)
	a := c.book(t, by, video(c.anna, at(9, 0)))
	hold := c.hold(t, by, video(c.anna, at(10, 0)))
	day := scheduling.DateOf(monday)
	for action, try := range map[string]func() error{
		"appointment.read": func() error { _, err := c.service.Appointment(t.Context(), stranger, a.ID); return err },
		"appointment.cancel": func() error {
			_, err := c.service.Cancel(t.Context(), staff(c.anna, auth.RolePhysician), a.ID, "")
			return err
		},
		"slot.hold": func() error { _, err := c.service.HoldByID(t.Context(), stranger, hold.ID); return err },
		"appointment.book": func() error {
			_, err := c.service.Book(t.Context(), stranger, scheduling.BookRequest{Hold: hold.ID, IdempotencyKey: key()})
			return err
		},
		"day.read":     func() error { _, err := c.service.DayOf(t.Context(), by, c.anna, day); return err },
		"siteDay.read": func() error { _, err := c.service.SiteDay(t.Context(), by, "narpes-halsostation", day); return err },
	} {
		refused := func() int {
			return c.count(t, `SELECT count(*) FROM audit_log WHERE action = $1 AND outcome = 'refused'`, action)
		}
		before := refused()
		if err := try(); err == nil {
			t.Errorf("%s was allowed", action)
		}
		if n := refused() - before; n != 1 {
			t.Errorf("%s: %d refusals in the audit log, want 1", action, n)
		}
	}
}

func TestCancelIf_NothingChangesUnlessTheConditionHolds(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	by := c.patient(t)
	a := c.book(t, by, video(c.anna, at(9, 0)))
	before, never := c.state(t), errors.New("it has begun")
	_, err := c.service.CancelIf(t.Context(), by, a.ID, "", func(context.Context, pgx.Tx) error { return never })
	if !errors.Is(err, never) || c.state(t) != before {
		t.Errorf("got %v; was %s, is %s", err, before, c.state(t))
	}
}
