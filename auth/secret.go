package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
)

// redacted stands wherever a secret would have been printed.
const redacted = "[redacted]"

// sealed keeps a text behind a pointer: even where fmt ignores every method (a bad verb in a nested pointer), it prints
// an address and not the text.
type sealed struct{ at *string }

func seal(text string) sealed { return sealed{&text} }

func (s sealed) open() string {
	if s.at == nil {
		return ""
	}
	return *s.at
}

// Token is a session's 256 random bits in base64url, as the cookie carries them. It prints as "[redacted]"; only
// Reveal gives the text.
type Token struct{ sealed sealed }

// TokenOf wraps a token that came from outside.
func TokenOf(text string) Token { return Token{seal(text)} }

// Reveal returns the token itself, for the cookie and nothing else.
func (t Token) Reveal() string { return t.sealed.open() }

// Empty reports whether there is no token.
func (t Token) Empty() bool { return t.Reveal() == "" }

// String hides the token.
func (t Token) String() string { return redacted }

// GoString hides the token from %#v.
func (t Token) GoString() string { return redacted }

// LogValue hides the token from logs.
func (t Token) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the token from every encoding of the struct that holds it.
func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LinkSecret is the 128 random bits of a visit link in base64url (22 characters). It prints as "[redacted]"; only
// Reveal and URL give the text.
type LinkSecret struct{ sealed sealed }

// LinkSecretOf wraps a secret that came from outside.
func LinkSecretOf(text string) LinkSecret { return LinkSecret{seal(text)} }

// Reveal returns the secret itself.
func (s LinkSecret) Reveal() string { return s.sealed.open() }

// Empty reports whether there is no secret.
func (s LinkSecret) Empty() bool { return s.Reveal() == "" }

// URL returns the link a patient gets: the secret stands in the fragment, so that no server and no Referer sees it.
// The base has no slash at its end, like "https://nara.example".
func (s LinkSecret) URL(base string) string {
	if s.Empty() {
		return ""
	}
	return base + "/v#" + s.Reveal()
}

// String hides the secret.
func (s LinkSecret) String() string { return redacted }

// GoString hides the secret from %#v.
func (s LinkSecret) GoString() string { return redacted }

// LogValue hides the secret from logs.
func (s LinkSecret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the secret from every encoding of the struct that holds it.
func (s LinkSecret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Ticket is a signed room ticket. It prints as "[redacted]"; only Reveal gives the text.
type Ticket struct{ sealed sealed }

// TicketOf wraps a ticket that came from outside.
func TicketOf(text string) Ticket { return Ticket{seal(text)} }

// Reveal returns the ticket itself.
func (t Ticket) Reveal() string { return t.sealed.open() }

// String hides the ticket.
func (t Ticket) String() string { return redacted }

// GoString hides the ticket from %#v.
func (t Ticket) GoString() string { return redacted }

// LogValue hides the ticket from logs.
func (t Ticket) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the ticket from every encoding of the struct that holds it.
func (t Ticket) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// random returns n random bytes in base64url.
func random(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// digest is what the database keeps of a secret.
func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
