package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestLink_OwnerOpensItAsOftenAsTheyLike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.link(t)
	if url := secret.URL("https://nara.example"); url != "https://nara.example/v#"+secret.Reveal() || len(secret.Reveal()) != 22 {
		t.Errorf("url %q", url)
	}
	for range 3 {
		opened, err := w.exchange(t, secret, 1955)
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.service.Session(t.Context(), opened.Token)
		if err != nil {
			t.Fatal(err)
		}
		if p.Kind != KindLink || p.Appointment != w.appointment || p.Patient != w.patient || p.Account != "" ||
			p.Name != "Gun-Britt Lindqvist" || len(p.Roles) != 0 {
			t.Errorf("principal %+v", p)
		}
	}
}

func TestLink_AsksForTheSecondFactorAndSaysNothingMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	live := w.link(t)
	w.tx(t, func(ctx context.Context, tx pgx.Tx) error { return w.links.Cancel(ctx, tx, w.appointment) })
	cancelled := live
	fresh := w.link(t)
	for name, secret := range map[string]LinkSecret{"live": fresh, "cancelled": cancelled} {
		if _, err := w.exchange(t, secret, 0); !errors.Is(err, ErrFactorNeeded) {
			t.Errorf("%s: error %v, want ErrFactorNeeded", name, err)
		}
	}
	if _, err := w.exchange(t, cancelled, 1956); !errors.As(err, new(*FactorWrongError)) {
		t.Errorf("wrong factor at a cancelled link: error %v, want FactorWrongError", err)
	}
	if _, err := w.exchange(t, cancelled, 1955); !errors.Is(err, ErrLinkCancelled) {
		t.Errorf("error %v, want ErrLinkCancelled", err)
	}
}

func TestLink_UnknownSecretsAreUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.link(t).Reveal()
	for name, text := range map[string]string{
		"nothing":   "",
		"another":   random(16),
		"longer":    secret + "A",
		"shorter":   secret[:21],
		"padded":    secret + "==",
		"SQL":       "' OR true; --         ",
		"not UTF-8": "\xff" + secret[1:],
		"a NUL":     "\x00" + secret[1:],
		"huge":      strings.Repeat("A", 1<<20),
	} {
		if _, err := w.exchange(t, LinkSecretOf(text), 1955); !errors.Is(err, ErrLinkUnknown) {
			t.Errorf("%s: error %v, want ErrLinkUnknown", name, err)
		}
	}
}

func TestLink_LivesUntilTwelveHoursAfterTheVisit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.link(t)
	w.Advance(w.end.Add(VisitLinkAfterEnd - time.Second).Sub(w.Now()))
	opened, err := w.exchange(t, secret, 1955)
	if err != nil {
		t.Fatal(err)
	}
	w.Advance(time.Second)
	if _, err := w.exchange(t, secret, 1955); !errors.Is(err, ErrLinkExpired) {
		t.Errorf("error %v, want ErrLinkExpired", err)
	}
	if _, err := w.service.Session(t.Context(), opened.Token); !errors.Is(err, ErrNoSession) {
		t.Errorf("its session outlives it: error %v, want ErrNoSession", err)
	}
}

func TestLink_FiveWrongTriesThenAWaitThatGrowsAndEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.link(t)
	for _, wait := range []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour} {
		for left := linkTries - 1; left > 0; left-- {
			var wrong *FactorWrongError
			if _, err := w.exchange(t, secret, 1956); !errors.As(err, &wrong) || wrong.TriesLeft != left {
				t.Fatalf("error %v with %+v, want %d tries left", err, wrong, left)
			}
		}
		var waits *TooManyTriesError
		if _, err := w.exchange(t, secret, 1956); !errors.As(err, &waits) || waits.RetryAfter != wait {
			t.Fatalf("error %v with %+v, want a wait of %v", err, waits, wait)
		}
		w.Advance(wait - time.Second)
		if _, err := w.exchange(t, secret, 1955); !errors.As(err, &waits) || waits.RetryAfter != time.Second {
			t.Fatalf("right factor during the wait: error %v with %+v", err, waits)
		}
		w.Advance(time.Second)
	}
	if _, err := w.exchange(t, secret, 1955); err != nil {
		t.Fatalf("after the waits: %v", err)
	}
	var wrong *FactorWrongError
	if _, err := w.exchange(t, secret, 1956); !errors.As(err, &wrong) || wrong.TriesLeft != linkTries-1 {
		t.Errorf("tries were not forgiven: %v", err)
	}
}

func TestLink_TriesAtOnceAreCountedOneByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.link(t)
	var tried sync.WaitGroup
	errs := make([]error, 40)
	for i := range errs {
		tried.Go(func() {
			_, errs[i] = w.links.Exchange(t.Context(), ExchangeRequest{
				Secret: secret, YearOfBirth: 1900 + i, Address: fmt.Sprintf("192.0.2.%d", i),
			})
		})
	}
	tried.Wait()
	wrong := 0
	for _, err := range errs {
		if errors.As(err, new(*FactorWrongError)) {
			wrong++
		} else if !errors.As(err, new(*TooManyTriesError)) {
			t.Errorf("error %v", err)
		}
	}
	if wrong != linkTries-1 {
		t.Errorf("%d tries were looked at before the wait, want %d", wrong, linkTries-1)
	}
}

func TestLink_AnAddressThatGuessesManyLinksWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := w.link(t)
	try := func(address string, s LinkSecret) error {
		_, err := w.links.Exchange(t.Context(), ExchangeRequest{Secret: s, YearOfBirth: 1955, Address: address})
		return err
	}
	// One IPv6 customer has a whole /64.
	for i := range addressTries {
		if err := try(fmt.Sprintf("[2001:db8:1:2::%x]:443", i+1), LinkSecretOf(random(16))); !errors.Is(err, ErrLinkUnknown) {
			t.Fatal(err)
		}
	}
	var waits *TooManyTriesError
	if err := try("2001:db8:1:2:ffff::1", good); !errors.As(err, &waits) || waits.RetryAfter != addressWindow {
		t.Fatalf("error %v with %+v", err, waits)
	}
	if err := try("2001:db8:1:3::1", good); err != nil {
		t.Errorf("a neighbour waits too: %v", err)
	}
	w.Advance(addressWindow)
	if err := try("2001:db8:1:2::1", good); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestLink_ANewBrowserEndsTheOldOnesSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.link(t), w.link(t) // a repeated booking request has another secret of the same appointment
	old, err := w.exchange(t, first, 1955)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.exchange(t, second, 1955); err != nil {
		t.Fatal(err)
	}
	if _, err := w.service.Session(t.Context(), old.Token); !errors.Is(err, ErrNoSession) {
		t.Errorf("error %v, want ErrNoSession", err)
	}
}

func TestLink_TheOwnersBrowserNeedsNoFactorAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.link(t)
	opened, err := w.exchange(t, secret, 1955)
	if err != nil {
		t.Fatal(err)
	}
	owner, err := w.service.Session(t.Context(), opened.Token)
	if err != nil {
		t.Fatal(err)
	}
	stranger := owner
	stranger.Appointment, stranger.Patient = AppointmentID(newID(t)), PatientID(newID(t))
	for name, c := range map[string]struct {
		current Principal
		want    error
	}{
		"same link":     {owner, nil},
		"own account":   {w.signIn(t, "gun-britt").Principal, nil},
		"another link":  {stranger, ErrFactorNeeded},
		"staff":         {w.signIn(t, "anna").Principal, ErrFactorNeeded},
		"not signed in": {Principal{}, ErrFactorNeeded},
	} {
		again, err := w.links.Exchange(t.Context(), ExchangeRequest{Secret: secret, Address: "192.0.2.7", Current: c.current})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
		if c.want == nil && (again.Appointment != w.appointment || !again.Token.Empty()) {
			t.Errorf("%s: opened %+v", name, again)
		}
	}
	if _, err := w.service.Session(t.Context(), opened.Token); err != nil {
		t.Errorf("the session ended: %v", err)
	}
}

func TestLink_MovedTellsTheLastTimeAfterTheFactor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.link(t)
	opened, err := w.exchange(t, first, 1955)
	if err != nil {
		t.Fatal(err)
	}
	f := w.linkFor()
	var newest LinkSecret
	for range 2 {
		f.Start, f.End = f.Start.Add(48*time.Hour), f.End.Add(48*time.Hour)
		w.Advance(time.Second)
		w.tx(t, func(ctx context.Context, tx pgx.Tx) (err error) {
			newest, err = w.links.Move(ctx, tx, w.appointment, f)
			return err
		})
	}
	if _, err := w.exchange(t, first, 0); !errors.Is(err, ErrFactorNeeded) {
		t.Errorf("before the factor: error %v, want ErrFactorNeeded", err)
	}
	w.Advance(w.end.Add(VisitLinkAfterEnd + time.Hour).Sub(w.Now())) // the old time is long past
	var moved *LinkMovedError
	if _, err := w.exchange(t, first, 1955); !errors.As(err, &moved) {
		t.Fatalf("error %v, want LinkMovedError", err)
	}
	if !moved.Start.Equal(f.Start) || moved.Appointment != w.appointment {
		t.Errorf("moved to %+v, want %v", moved, f.Start)
	}
	if _, err := w.exchange(t, newest, 1955); err != nil {
		t.Errorf("new link: %v", err)
	}
	w.tx(t, func(ctx context.Context, tx pgx.Tx) error { return w.links.Cancel(ctx, tx, w.appointment) })
	for name, s := range map[string]LinkSecret{"first": first, "newest": newest} {
		if _, err := w.exchange(t, s, 1955); !errors.Is(err, ErrLinkCancelled) {
			t.Errorf("%s link after cancelling: error %v, want ErrLinkCancelled", name, err)
		}
	}
	if _, err := w.service.Session(t.Context(), opened.Token); !errors.Is(err, ErrNoSession) {
		t.Errorf("session after cancelling: error %v, want ErrNoSession", err)
	}
}

func TestLink_WhoMovesTheirOwnTimeStaysSignedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened, err := w.exchange(t, w.link(t), 1955)
	if err != nil {
		t.Fatal(err)
	}
	f := w.linkFor()
	f.Start, f.End = f.Start.Add(time.Hour), f.End.Add(time.Hour)
	w.tx(t, func(ctx context.Context, tx pgx.Tx) error {
		_, err := w.links.Move(ctx, tx, w.appointment, f)
		return err
	})
	if _, err := w.service.Session(t.Context(), opened.Token); err != nil {
		t.Error(err)
	}
}

func TestLink_AnAbandonedTransactionChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.link(t)
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.links.Cancel(t.Context(), tx, w.appointment); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.exchange(t, secret, 1955); err != nil {
		t.Error(err)
	}
}

func TestAddressKey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"192.0.2.7":              "192.0.2.7",
		"192.0.2.7:4711":         "192.0.2.7",
		"::ffff:192.0.2.7":       "192.0.2.7",
		"[::ffff:192.0.2.7]:443": "192.0.2.7",
		"2001:db8:1:2:3:4:5:6":   "2001:db8:1:2::/64",
		"[fe80::1%eth0]:80":      "fe80::/64",
		"":                       "unknown",
		"pipe":                   "unknown",
	} {
		if got := addressKey(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
