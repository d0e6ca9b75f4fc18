package answer

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pion/sdp/v3"
)

// transport is where the client is. Each m-line of a first offer may name its
// own; the bundle's is that of the m-line which its group names first (RFC 8843
// section 7.2), and what that does not say, the session does.
type transport struct {
	ufrag, password, setup string
	fingerprint            string // SHA-256, in hexadecimal with colons
}

// read takes what attributes of one level say, in the place of what was said.
func (t *transport) read(attributes []sdp.Attribute) error {
	var said transport
	for _, a := range attributes {
		var at *string
		value := strings.TrimSpace(a.Value)
		switch a.Key {
		case "ice-ufrag":
			at = &said.ufrag
		case "ice-pwd":
			at = &said.password
		case "setup":
			at = &said.setup
		case "fingerprint":
			algorithm, hash, _ := strings.Cut(value, " ")
			if !strings.EqualFold(algorithm, "sha-256") {
				continue // others may stand beside it (RFC 8122 section 5)
			}
			at, value = &said.fingerprint, strings.ToUpper(hash)
		default:
			continue
		}
		if *at != "" && *at != value {
			return fmt.Errorf("%w: two values of %s in one place", ErrBad, a.Key)
		}
		*at = value
	}
	t.ufrag, t.password = cmp.Or(said.ufrag, t.ufrag), cmp.Or(said.password, t.password)
	t.setup, t.fingerprint = cmp.Or(said.setup, t.setup), cmp.Or(said.fingerprint, t.fingerprint)
	return nil
}

func (t *transport) complete() (ufrag, password string, fingerprint [32]byte, err error) {
	sum, hexErr := hex.DecodeString(strings.ReplaceAll(t.fingerprint, ":", ""))
	switch {
	case !iceChars(t.ufrag, 4) || !iceChars(t.password, 22):
		err = fmt.Errorf("%w: no usable ice-ufrag and ice-pwd", ErrBad)
	case hexErr != nil || len(sum) != len(fingerprint):
		err = fmt.Errorf("%w: no sha-256 fingerprint", ErrBad)
	case t.setup != "actpass" && t.setup != "active":
		err = fmt.Errorf("%w: setup must be actpass or active", ErrBad)
	}
	copy(fingerprint[:], sum)
	return t.ufrag, t.password, fingerprint, err
}

// token says whether s is a token (RFC 8866 section 9) of at most n bytes.
func token(s string, n int) bool {
	for _, r := range []byte(s) {
		if !alphanumeric(r) && !strings.ContainsRune("!#$%&'*+-.^_`{|}~", rune(r)) {
			return false
		}
	}
	return s != "" && len(s) <= n
}

// iceChars says whether s consists of at least n and at most 256 ice-chars
// (RFC 8839 section 5.4).
func iceChars(s string, n int) bool {
	for _, r := range []byte(s) {
		if !alphanumeric(r) && r != '+' && r != '/' {
			return false
		}
	}
	return n <= len(s) && len(s) <= 256
}

func alphanumeric(r byte) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
