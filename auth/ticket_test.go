package auth

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

// tickets returns Tickets on the world's clock, and the folder of their keys.
func (w *world) tickets(t *testing.T) (*Tickets, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	tickets, err := NewTickets(dir, w.pool, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	return tickets, dir
}

// grant is for the physician of the world's appointment.
func (w *world) grant(t *testing.T) Grant {
	t.Helper()
	p := w.signIn(t, "anna").Principal
	return Grant{
		Room: string(w.appointment), RoomKind: RoomVisit, Participant: "p1", Role: CallHost, Name: "Anna Holm",
		Session: p.Session, Principal: p,
	}
}

func issue(t *testing.T, tickets *Tickets, g Grant) Ticket {
	t.Helper()
	ticket, _, err := tickets.Issue(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

func TestTicket_IsRedeemedOnceForWhatItWasIssued(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tickets, _ := w.tickets(t)
	want := w.grant(t)
	ticket, expires, err := tickets.Issue(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	if left := expires.Sub(w.Now()); left <= 0 || left > TicketLifetime {
		t.Errorf("lives for %v", left)
	}
	got, err := tickets.Redeem(t.Context(), ticket)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("grant differs (-want +got):\n%s", diff)
	}
	if _, err := tickets.Redeem(t.Context(), ticket); !errors.Is(err, ErrTicketUsed) {
		t.Errorf("second time: error %v, want ErrTicketUsed", err)
	}
}

func TestTicket_OfManyAtOnceOneRedeemsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tickets, dir := w.tickets(t)
	other, err := NewTickets(dir, w.pool, w.Now) // another server on the same database and keys
	if err != nil {
		t.Fatal(err)
	}
	ticket := issue(t, tickets, w.grant(t))
	var redeemed atomic.Int32
	var tried sync.WaitGroup
	for i := range 32 {
		tried.Go(func() {
			_, err := []*Tickets{tickets, other}[i%2].Redeem(t.Context(), ticket)
			switch {
			case err == nil:
				redeemed.Add(1)
			case !errors.Is(err, ErrTicketUsed):
				t.Errorf("error %v, want ErrTicketUsed", err)
			}
		})
	}
	tried.Wait()
	if n := redeemed.Load(); n != 1 {
		t.Errorf("redeemed %d times, want once", n)
	}
}

func TestTicket_EndsWithItsMinuteAndWithItsSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tickets, _ := w.tickets(t)
	late := issue(t, tickets, w.grant(t))
	w.Advance(TicketLifetime + ticketLeeway + time.Second)
	if _, err := tickets.Redeem(t.Context(), late); !errors.Is(err, ErrBadTicket) {
		t.Errorf("late: error %v, want ErrBadTicket", err)
	}
	started := w.signIn(t, "anna")
	g := w.grant(t)
	g.Session = started.Principal.Session
	orphan := issue(t, tickets, g)
	if err := w.service.SignOut(t.Context(), started.Token); err != nil {
		t.Fatal(err)
	}
	if _, err := tickets.Redeem(t.Context(), orphan); !errors.Is(err, ErrBadTicket) {
		t.Errorf("signed out: error %v, want ErrBadTicket", err)
	}
}

func TestTicket_RedeemedOnesAreForgottenOnlyWhenTheyAreOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tickets, _ := w.tickets(t)
	first := issue(t, tickets, w.grant(t))
	for range 2 { // the second redemption, just within the leeway, sweeps
		if _, err := tickets.Redeem(t.Context(), first); err != nil && !errors.Is(err, ErrTicketUsed) {
			t.Fatal(err)
		}
		w.Advance(TicketLifetime + ticketLeeway - time.Second)
	}
	if _, err := tickets.Redeem(t.Context(), issue(t, tickets, w.grant(t))); err != nil {
		t.Fatal(err)
	}
	if n := w.count(t, `SELECT count(*) FROM redeemed_tickets`); n != 1 {
		t.Errorf("%d rows kept, want 1", n)
	}
}

func TestTicket_OnlyWholeGrantsAreSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tickets, _ := w.tickets(t)
	for name, spoil := range map[string]func(*Grant){
		"no room":                  func(g *Grant) { g.Room = "" },
		"no participant":           func(g *Grant) { g.Participant = "" },
		"unknown kind":             func(g *Grant) { g.RoomKind = "party" },
		"unknown role":             func(g *Grant) { g.Role = "ghost" },
		"a visit without session":  func(g *Grant) { g.Session = "" },
		"a name of four kilobytes": func(g *Grant) { g.Name = strings.Repeat("å", 2048) },
	} {
		g := w.grant(t)
		spoil(&g)
		if _, _, err := tickets.Issue(t.Context(), g); err == nil {
			t.Errorf("%s: was signed", name)
		}
	}
}

// forgery is a ticket that somebody else made, or that was made for something else.
type forgery struct {
	method jwt.SigningMethod
	key    any
	header map[string]any
	claims jwt.MapClaims
}

func TestTicket_HostileOnesAreOneRefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tickets, _ := w.tickets(t)
	ours := tickets.keys.keys[0]
	_, theirs, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	grant := w.grant(t)
	now := w.Now().Unix()
	// genuine is what Issue makes; each case spoils one thing about it.
	forge := func(spoil func(*forgery)) string {
		f := forgery{
			method: jwt.SigningMethodEdDSA,
			key:    ours.private,
			header: map[string]any{"typ": ticketType, "kid": ours.id},
			claims: jwt.MapClaims{
				"iss": ticketIssuer, "aud": ticketAudience, "sub": "account:anna", "jti": random(16),
				"iat": now, "exp": now + 60, "room": grant.Room, "kind": "visit", "participant": "p1",
				"role": "host", "name": "Anna Holm", "sid": string(grant.Session),
			},
		}
		spoil(&f)
		token := jwt.NewWithClaims(f.method, f.claims)
		maps.Copy(token.Header, f.header)
		signed, err := token.SignedString(f.key)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	genuine := func() string { return forge(func(*forgery) {}) }
	if _, err := tickets.Redeem(t.Context(), TicketOf(genuine())); err != nil {
		t.Fatalf("the genuine one is refused, so that this test shows nothing: %v", err)
	}
	parts := strings.Split(genuine(), ".")
	header := func(json string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(json)) + "." + parts[1] + "." + parts[2]
	}
	hostile := map[string]string{
		"nothing":      "",
		"one dot":      ".",
		"two dots":     "..",
		"many dots":    strings.Repeat(".", 4000),
		"four parts":   genuine() + ".AAAA",
		"oversize":     genuine() + strings.Repeat("A", maxTicket),
		"a megabyte":   strings.Repeat("A", 1<<20),
		"not UTF-8":    "\xff\xfe." + parts[1] + "." + parts[2],
		"no signature": parts[0] + "." + parts[1] + ".",
		"spaces":       " " + genuine(),
		"padding":      genuine() + "=",
		"deep JSON":    header(`{"alg":"EdDSA","typ":` + strings.Repeat("[", 900) + strings.Repeat("]", 900) + `}`),
		"header null":  header(`null`),
		"header list":  header(`[]`),
		"no alg":       header(`{"typ":"nara-room+jwt","kid":"` + ours.id + `"}`),
		"alg a number": header(`{"alg":1,"typ":"nara-room+jwt","kid":"` + ours.id + `"}`),
		"alg lower":    header(`{"alg":"eddsa","typ":"nara-room+jwt","kid":"` + ours.id + `"}`),
		"flipped bit":  parts[0] + "." + parts[1] + "." + flip(parts[2]),
		"other claims": parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"room":"x"}`)) + "." + parts[2],
		"alg none": forge(func(f *forgery) {
			f.method, f.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
		}),
		"HS256 with the public key": forge(func(f *forgery) {
			f.method, f.key = jwt.SigningMethodHS256, []byte(ours.public())
		}),
		"somebody else's key":   forge(func(f *forgery) { f.key = theirs }),
		"no typ":                forge(func(f *forgery) { f.header["typ"] = nil }),
		"typ JWT":               forge(func(f *forgery) { f.header["typ"] = "JWT" }),
		"typ in capitals":       forge(func(f *forgery) { f.header["typ"] = "NARA-ROOM+JWT" }),
		"no kid":                forge(func(f *forgery) { delete(f.header, "kid") }),
		"unknown kid":           forge(func(f *forgery) { f.header["kid"] = "unknown" }),
		"kid a path":            forge(func(f *forgery) { f.header["kid"] = "../../etc/passwd" }),
		"kid a list":            forge(func(f *forgery) { f.header["kid"] = []string{ours.id} }),
		"own key in the header": forge(func(f *forgery) { f.key = theirs; f.header["jwk"] = map[string]string{"kty": "OKP"} }),
		"critical extension":    forge(func(f *forgery) { f.header["crit"] = []string{"b64"} }),
		"other issuer":          forge(func(f *forgery) { f.claims["iss"] = "other" }),
		"no issuer":             forge(func(f *forgery) { delete(f.claims, "iss") }),
		"other audience":        forge(func(f *forgery) { f.claims["aud"] = "nara-api" }),
		"no audience":           forge(func(f *forgery) { delete(f.claims, "aud") }),
		"two audiences":         forge(func(f *forgery) { f.claims["aud"] = []string{ticketAudience, "nara-api"} }),
		"expired":               forge(func(f *forgery) { f.claims["iat"], f.claims["exp"] = now-100, now-40 }),
		"no expiry":             forge(func(f *forgery) { delete(f.claims, "exp") }),
		"expiry a text":         forge(func(f *forgery) { f.claims["exp"] = "tomorrow" }),
		"expiry huge":           forge(func(f *forgery) { f.claims["exp"] = 1e300 }),
		"an hour long":          forge(func(f *forgery) { f.claims["exp"] = now + 3600 }),
		"issued in the future":  forge(func(f *forgery) { f.claims["iat"], f.claims["exp"] = now+40, now+90 }),
		"not issued":            forge(func(f *forgery) { delete(f.claims, "iat") }),
		"not yet":               forge(func(f *forgery) { f.claims["nbf"] = now + 50 }),
		"no id":                 forge(func(f *forgery) { delete(f.claims, "jti") }),
		"short id":              forge(func(f *forgery) { f.claims["jti"] = "1" }),
		"no room":               forge(func(f *forgery) { delete(f.claims, "room") }),
		"no participant":        forge(func(f *forgery) { f.claims["participant"] = "" }),
		"unknown role":          forge(func(f *forgery) { f.claims["role"] = "admin" }),
		"unknown kind":          forge(func(f *forgery) { f.claims["kind"] = "party" }),
		"a visit, no session":   forge(func(f *forgery) { delete(f.claims, "sid") }),
		"unknown session":       forge(func(f *forgery) { f.claims["sid"] = random(32) }),
		"session not base64":    forge(func(f *forgery) { f.claims["sid"] = "!" }),
	}
	for name, text := range hostile {
		g, err := tickets.Redeem(t.Context(), TicketOf(text))
		if err != ErrBadTicket { // the very value: no hint inside
			t.Errorf("%s: error %v, want exactly ErrBadTicket", name, err)
		}
		if diff := cmp.Diff(Grant{}, g); diff != "" {
			t.Errorf("%s: a refusal grants something:\n%s", name, diff)
		}
	}
}

// flip changes a character in the middle of a text of base64.
func flip(s string) string {
	b := []byte(s)
	if b[20] == 'A' {
		b[20] = 'B'
	} else {
		b[20] = 'A'
	}
	return string(b)
}

// FuzzTicket: whatever comes, parsing neither panics nor lets in what was not signed with our key.
func FuzzTicket(f *testing.F) {
	dir := f.TempDir()
	if _, err := openKeyring(dir, true, time.Now()); err != nil { // as a server leaves it
		f.Fatal(err)
	}
	tickets, err := NewTickets(dir, nil, time.Now)
	if err != nil {
		f.Fatal(err)
	}
	genuine, _, err := tickets.Issue(f.Context(), Grant{Room: "r", RoomKind: RoomCheck, Participant: "p", Role: CallHost})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(genuine.Reveal())
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("..")
	f.Add("\x00.\xff.=")
	signed, _, _ := strings.Cut(genuine.Reveal(), ".")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := tickets.parse(text); err == nil && !strings.HasPrefix(text, signed+".") {
			t.Errorf("accepted %q", text)
		}
	})
}
