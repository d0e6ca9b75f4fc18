package auth

import (
	"net/http"
	"time"
)

// CookieName is the session cookie's name. Over HTTPS its prefix makes browsers insist on Secure, on Path=/ and on
// no Domain; plain http://localhost cannot have that.
func CookieName(secure bool) string {
	if secure {
		return "__Host-nara"
	}
	return "nara"
}

// SessionCookie carries a session's token to the browser. The browser sends it only from our own pages.
func SessionCookie(secure bool, s Started) *http.Cookie {
	return &http.Cookie{
		Name:     CookieName(secure),
		Value:    s.Token.Reveal(),
		Path:     "/",
		Expires:  s.Expires,
		Secure:   secure,
		HttpOnly: true,
		SameSite: http.SameSiteStrictMode,
	}
}

// GoneCookie makes the browser forget the session.
func GoneCookie(secure bool) *http.Cookie {
	return &http.Cookie{
		Name:     CookieName(secure),
		Path:     "/",
		Expires:  time.Unix(1, 0),
		MaxAge:   -1,
		Secure:   secure,
		HttpOnly: true,
		SameSite: http.SameSiteStrictMode,
	}
}

// RequestToken returns the token a request carries, or an empty one.
func RequestToken(secure bool, r *http.Request) Token {
	c, err := r.Cookie(CookieName(secure))
	if err != nil {
		return Token{}
	}
	return TokenOf(c.Value)
}
