package auth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestSecrets_NeverPrintThemselves(t *testing.T) {
	t.Parallel()
	const canary = "kanariefågel"
	holder := struct {
		Token  Token
		Link   LinkSecret
		Ticket Ticket
		Nested *Exchanged
	}{TokenOf(canary), LinkSecretOf(canary), TicketOf(canary), &Exchanged{Started: Started{Token: TokenOf(canary)}}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		fmt.Fprintf(&out, verb, holder.Token)
		fmt.Fprintf(&out, verb, holder.Link)
		fmt.Fprintf(&out, verb, holder.Ticket)
		fmt.Fprintf(&out, verb, holder)
		fmt.Fprintf(&out, verb, *holder.Nested)
	}
	for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(h).Info("opened", "token", holder.Token, "link", holder.Link, "ticket", holder.Ticket, "all", holder)
	}
	encoded, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	if strings.Contains(out.String(), canary) {
		t.Errorf("a secret was printed:\n%s", out.String())
	}
	if !strings.Contains(out.String(), redacted) {
		t.Error("nothing was printed at all")
	}
}

func TestSessionCookie_IsForOurOwnPagesOnly(t *testing.T) {
	t.Parallel()
	s := Started{Token: TokenOf("secret"), Expires: time.Date(2026, 12, 3, 20, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		secure bool
		want   string
	}{
		{true, "__Host-nara=secret; Path=/; Expires=Thu, 03 Dec 2026 20:00:00 GMT; HttpOnly; Secure; SameSite=Strict"},
		{false, "nara=secret; Path=/; Expires=Thu, 03 Dec 2026 20:00:00 GMT; HttpOnly; SameSite=Strict"},
	} {
		if got := SessionCookie(c.secure, s).String(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		gone := GoneCookie(c.secure)
		if gone.Name != CookieName(c.secure) || gone.Value != "" || gone.MaxAge >= 0 {
			t.Errorf("gone: %s", gone)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if !RequestToken(c.secure, r).Empty() {
			t.Error("token from nowhere")
		}
		r.AddCookie(SessionCookie(c.secure, s))
		if RequestToken(c.secure, r).Reveal() != "secret" {
			t.Error("token lost")
		}
		if !RequestToken(!c.secure, r).Empty() {
			t.Error("the other scheme's cookie was taken")
		}
	}
}
