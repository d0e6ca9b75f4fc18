package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

func TestSignInDemo_GivesThePrincipalOfTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	started := w.signIn(t, "eva")
	if want := w.Now().Add(SessionLifetime); !started.Expires.Equal(want) {
		t.Errorf("expires %v, want %v", started.Expires, want)
	}
	p, err := w.service.Session(t.Context(), started.Token)
	if err != nil {
		t.Fatal(err)
	}
	want := Principal{
		Account: "eva", Kind: KindStaff, Name: "Eva Sjö", Practitioner: nurseID, Roles: []Role{RoleNurse},
		Units: []UnitID{"allmanmedicin"}, Sites: []SiteID{"narpes-halsostation"}, Language: "sv", Session: p.Session,
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("principal differs (-want +got):\n%s", diff)
	}
	if p.Session == "" || p.Session != started.Principal.Session {
		t.Errorf("session id %q, at the start %q", p.Session, started.Principal.Session)
	}
}

func TestSignInDemo_RefusesWhoIsNoDemoPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, id := range []AccountID{"jonas", "nobody", "", "anna' OR true --"} {
		if _, err := w.service.SignInDemo(t.Context(), id); !errors.Is(err, ErrNoSuchAccount) {
			t.Errorf("%q: error %v, want ErrNoSuchAccount", id, err)
		}
	}
}

func TestSignInDemo_IsOffUnlessEnabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	closed := New(Options{Pool: w.pool, Now: w.Now})
	if _, err := closed.SignInDemo(t.Context(), "anna"); !errors.Is(err, ErrNoSuchAccount) {
		t.Errorf("sign-in: error %v, want ErrNoSuchAccount", err)
	}
	if _, err := closed.DemoAccounts(t.Context()); !errors.Is(err, ErrNoSuchAccount) {
		t.Errorf("list: error %v, want ErrNoSuchAccount", err)
	}
}

func TestDemoAccounts_ListsDemoPeopleInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	accounts, err := w.service.DemoAccounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range accounts {
		got = append(got, string(a.ID)+" "+a.DemoKind())
	}
	want := []string{"gun-britt patient", "anna physician", "eva nurse"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if accounts[0].Detail.SV != "Hemma i Pörtom" || accounts[0].Patient != w.patient {
		t.Errorf("account lost its facts: %+v", accounts[0])
	}
}

func TestSession_TheDatabaseHoldsOnlyADigest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.signIn(t, "anna").Token
	if len(token.Reveal()) != 43 {
		t.Fatalf("token has %d characters, want 43 (256 bits)", len(token.Reveal()))
	}
	var stored []byte
	if err := w.pool.QueryRow(t.Context(), `SELECT digest FROM sessions`).Scan(&stored); err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256([]byte(token.Reveal())); !slices.Equal(stored, sum[:]) {
		t.Error("stored digest is not the token's SHA-256")
	}
	// What somebody who stole the database has is no token.
	stolen := w.signIn(t, "anna").Principal.Session
	if _, err := w.service.Session(t.Context(), TokenOf(string(stolen))); !errors.Is(err, ErrNoSession) {
		t.Errorf("session id as a token: error %v, want ErrNoSession", err)
	}
}

func TestSession_EndsAfterHalfAnHourWithoutUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.signIn(t, "anna").Token
	w.Advance(SessionIdle - time.Second)
	if _, err := w.service.Session(t.Context(), token); err != nil {
		t.Fatalf("just before: %v", err)
	}
	w.Advance(SessionIdle - time.Second)
	if _, err := w.service.Session(t.Context(), token); err != nil {
		t.Fatalf("use did not extend it: %v", err)
	}
	w.Advance(SessionIdle)
	if _, err := w.service.Session(t.Context(), token); !errors.Is(err, ErrNoSession) {
		t.Errorf("error %v, want ErrNoSession", err)
	}
	// Nothing brings it back, not even being in a call.
	if err := w.service.KeepAlive(t.Context(), sessionID(digest(token.Reveal()))); !errors.Is(err, ErrNoSession) {
		t.Errorf("keep alive: error %v, want ErrNoSession", err)
	}
}

func TestLook_IsNoUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.signIn(t, "anna").Token
	for range 3 {
		w.Advance(SessionIdle/3 - time.Second)
		if p, err := w.service.Look(t.Context(), token); err != nil || p.Account != "anna" {
			t.Fatalf("principal %+v, %v", p, err)
		}
	}
	w.Advance(3 * time.Second)
	if _, err := w.service.Look(t.Context(), token); !errors.Is(err, ErrNoSession) {
		t.Errorf("error %v, want ErrNoSession", err)
	}
}

func TestSession_EndsAfterTwelveHoursWhateverIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	started := w.signIn(t, "anna")
	for range 12*60/20 - 1 {
		w.Advance(20 * time.Minute)
		if err := w.service.KeepAlive(t.Context(), started.Principal.Session); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.service.Session(t.Context(), started.Token); err != nil {
		t.Fatalf("kept alive for %v: %v", w.Now().Sub(started.Expires)+SessionLifetime, err)
	}
	w.Advance(20 * time.Minute)
	if _, err := w.service.Session(t.Context(), started.Token); !errors.Is(err, ErrNoSession) {
		t.Errorf("error %v, want ErrNoSession", err)
	}
}

func TestKeepAlive_HoldsASessionThroughALongVisit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	started := w.signIn(t, "anna")
	for range 5 {
		w.Advance(SessionIdle - time.Minute)
		if err := w.service.KeepAlive(t.Context(), started.Principal.Session); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.service.Session(t.Context(), started.Token); err != nil {
		t.Error(err)
	}
	for _, id := range []SessionID{"", "!", "AAAA"} {
		if err := w.service.KeepAlive(t.Context(), id); !errors.Is(err, ErrNoSession) {
			t.Errorf("%q: error %v, want ErrNoSession", id, err)
		}
	}
}

func TestSignOut_EndsTheSessionOnTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.signIn(t, "anna"), w.signIn(t, "anna")
	if err := w.service.SignOut(t.Context(), first.Token); err != nil {
		t.Fatal(err)
	}
	if _, err := w.service.Session(t.Context(), first.Token); !errors.Is(err, ErrNoSession) {
		t.Errorf("error %v, want ErrNoSession", err)
	}
	if _, err := w.service.Session(t.Context(), second.Token); err != nil {
		t.Errorf("the other browser was signed out too: %v", err)
	}
	if err := w.service.SignOut(t.Context(), first.Token); err != nil {
		t.Errorf("second time: %v", err)
	}
	if n := w.count(t, `SELECT count(*) FROM audit_log WHERE action = 'session.end'`); n != 1 {
		t.Errorf("%d ends in the audit log, want 1", n)
	}
}

func TestSession_RefusesWhatIsNoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.signIn(t, "anna").Token.Reveal()
	for name, text := range map[string]string{
		"nothing":       "",
		"too short":     token[:42],
		"too long":      token + "A",
		"another":       random(32),
		"padded":        token + "=",
		"a huge cookie": string(make([]byte, 1<<20)),
		"not UTF-8":     "\xff\xfe" + token[2:],
	} {
		if _, err := w.service.Session(t.Context(), TokenOf(text)); !errors.Is(err, ErrNoSession) {
			t.Errorf("%s: error %v, want ErrNoSession", name, err)
		}
	}
}

func TestSession_SeesTheAccountAsItIsNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.signIn(t, "eva").Token
	moved := w.accounts()[2]
	moved.Sites, moved.Units = nil, nil
	w.tx(t, func(ctx context.Context, tx pgx.Tx) error { return w.service.PutAccount(ctx, tx, moved) })
	p, err := w.service.Session(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Sites)+len(p.Units) != 0 {
		t.Errorf("still works at %v, in %v", p.Sites, p.Units)
	}
	w.tx(t, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE accounts SET disabled_at = now() WHERE id = 'eva'`)
		return err
	})
	if _, err := w.service.Session(t.Context(), token); !errors.Is(err, ErrNoSession) {
		t.Errorf("disabled account: error %v, want ErrNoSession", err)
	}
}

func TestRefused_WritesToTheAuditLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.signIn(t, "anna").Principal
	r := Resource{Kind: KindAppointment, ID: string(w.appointment), Patient: w.patient, At: w.Now()}
	d := Allow(p, ReadAppointment, r)
	if d.Allowed {
		t.Fatal("allowed without a care relation")
	}
	if err := w.service.Refused(t.Context(), p, ReadAppointment, r, d); err != nil {
		t.Fatal(err)
	}
	n := w.count(t, `
SELECT count(*)
FROM audit_log
WHERE actor = 'account:anna' AND action = 'appointment.read' AND outcome = 'refused'
    AND resource_id = $1 AND patient = $2 AND detail ->> 'reason' = 'care-relation'`, w.appointment, w.patient)
	if n != 1 {
		t.Errorf("%d such rows, want 1", n)
	}
}
