package wire

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/pion/stun/v4"
)

const (
	// ownerGrace is how long an address stays its owner's after a check:
	// clients check every 4 to 6 s (RFC 7675 section 5.1).
	ownerGrace  = 15e9
	magicCookie = 0x2112a442
)

// Credentials are our ICE user fragment and password (RFC 8445 section 5.3).
type Credentials struct{ Ufrag, Password string }

// Credentials are the newest; they go into the answer.
func (c *Conn) Credentials() Credentials {
	if len(c.credentials) == 0 {
		return Credentials{}
	}
	return c.credentials[len(c.credentials)-1]
}

// Restart takes the client's new credentials and makes new ones of ours (RFC
// 8445 section 9). The old ones stay valid until the next restart; DTLS and
// SRTP go on. Without a change it does nothing.
func (c *Conn) Restart(ufrag, password string) {
	if c.closed || c.remote.Ufrag == ufrag && c.remote.Password == password {
		return
	}
	c.remote.Ufrag, c.remote.Password = ufrag, password
	for len(c.credentials) > 1 {
		delete(c.loop.byUfrag, c.credentials[0].Ufrag)
		c.credentials = c.credentials[1:]
	}
	c.newCredentials()
}

// iceChars of RFC 8839 section 5.4 are exactly the alphabet of base64.
const iceChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// newCredentials has 42 random bits of ufrag, behind a character that names the
// loop, and 144 of password.
func (c *Conn) newCredentials() {
	var b [24]byte
	for {
		_, _ = rand.Read(b[:]) // never fails
		s := iceChars[c.loop.index:c.loop.index+1] + base64.StdEncoding.EncodeToString(b[:])[1:]
		if c.loop.byUfrag[s[:8]] == nil {
			c.credentials = append(c.credentials, Credentials{s[:8], s[8:]})
			c.loop.byUfrag[s[:8]] = c
			return
		}
	}
}

// localUfrag finds our part of the USERNAME of a binding request, without
// allocating: strangers may send any number of them.
func localUfrag(b []byte) []byte {
	if len(b) < 20 || b[0] != 0 || b[1] != 1 || binary.BigEndian.Uint32(b[4:]) != magicCookie {
		return nil
	}
	for a := b[20:]; len(a) >= 4; {
		n := int(binary.BigEndian.Uint16(a[2:]))
		if len(a) < 4+n {
			return nil
		}
		if stun.AttrType(binary.BigEndian.Uint16(a)) == stun.AttrUsername {
			local, _, found := bytes.Cut(a[4:4+n], []byte{':'})
			if !found {
				return nil
			}
			return local
		}
		a = a[min(len(a), 4+(n+3)&^3):]
	}
	return nil
}

// loopOf is the number of the loop that made a ufrag, MaxLoops if none did.
func loopOf(ufrag []byte) int {
	if len(ufrag) == 0 {
		return MaxLoops
	}
	if i := strings.IndexByte(iceChars, ufrag[0]); i >= 0 {
		return i
	}
	return MaxLoops
}

// stun answers binding requests as an ICE-lite agent does (RFC 8445 section
// 7.3). An address belongs to a Conn once a request with our password came
// from it; the client's candidates do not matter.
func (l *Loop) stun(b []byte, from *address) {
	if b[0] == 1 {
		l.response(b, from)
		return
	}
	ufrag := localUfrag(b)
	c := l.byUfrag[string(ufrag)]
	if ufrag == nil || c == nil {
		l.stats.Unknown++
		return
	}
	key := from.key()
	p := l.byAddr[key]
	known := p != nil && p.conn == c
	if !c.mayCheck(known) {
		l.stats.Policed++
		return
	}
	local := c.credentials[0]
	if local.Ufrag != string(ufrag) {
		local = c.Credentials()
	}
	m, pwd := &l.check, stun.NewShortTermIntegrity(local.Password)
	m.Raw = append(m.Raw[:0], b...)
	if m.Decode() != nil || pwd.Check(m) != nil || stun.Fingerprint.Check(m) != nil {
		l.stats.Refused++
		return
	}
	// A participant must not take another's packets by a forged address.
	if p != nil && !known {
		if l.now-p.heard < ownerGrace {
			l.stats.Refused++
			return
		}
		p.conn.drop(p) // which gives up its claim
	}
	if l.inbox != nil && !l.inbox.directory.claim(key, l.index, l.now) {
		l.stats.Refused++
		return
	}
	var reply stun.Message
	var err error
	if m.Contains(stun.AttrICEControlled) {
		err = reply.Build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingError,
			stun.ErrorCodeAttribute{Code: stun.CodeRoleConflict, Reason: []byte("Role Conflict")}, pwd, stun.Fingerprint)
	} else {
		a := from.addrPort()
		err = reply.Build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
			&stun.XORMappedAddress{IP: a.Addr().AsSlice(), Port: int(a.Port())}, pwd, stun.Fingerprint)
	}
	if err != nil {
		l.stats.Refused++
		return
	}
	nominates := m.Contains(stun.AttrUseCandidate)
	p, first := c.heard(from, key, len(b), nominates)
	p.send(reply.Raw)
	if !p.proved || first && !nominates {
		c.ask(p)
	}
}

// response takes the answer to a check of ours, which proves that the client
// receives where it comes from. Only who got the check knows its transaction
// id, so only for that integrity is computed.
func (l *Loop) response(b []byte, from *address) {
	p := l.byAddr[from.key()]
	if p == nil {
		l.stats.Unknown++
		return
	}
	if p.proved {
		return // that of a check which only told the client to hurry
	}
	m := &l.check
	m.Raw = append(m.Raw[:0], b...)
	if len(b) < 20 || p.challenged == 0 || [12]byte(b[8:20]) != p.challenge || m.Decode() != nil ||
		m.Type != stun.BindingSuccess || stun.NewShortTermIntegrity(p.password).Check(m) != nil {
		l.stats.Refused++
		return
	}
	p.conn.prove(p)
}
