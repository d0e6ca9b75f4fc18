package wire

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"slices"

	"github.com/pion/stun/v4"
)

const (
	maxAddrs    = 8   // remembered for each Conn
	ownerGrace  = 5e9 // how long an address stays its owner's after a check
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

// newCredentials has 48 random bits of ufrag and 144 of password. The base64
// alphabet is exactly the ice-chars of RFC 8839 section 5.4.
func (c *Conn) newCredentials() {
	var b [24]byte
	for {
		_, _ = rand.Read(b[:]) // never fails
		s := base64.StdEncoding.EncodeToString(b[:])
		if c.loop.byUfrag[s[:8]] == nil {
			c.credentials = append(c.credentials, Credentials{s[:8], s[8:]})
			c.loop.byUfrag[s[:8]] = c
			return
		}
	}
}

func (c *Conn) forget(k addrKey) {
	if c.loop.byAddr[k] == c {
		delete(c.loop.byAddr, k)
		c.loop.last.conn = nil
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

// stun answers binding requests as an ICE-lite agent does (RFC 8445 section
// 7.3). An address belongs to a Conn once a request with our password came
// from it; the client's candidates do not matter.
func (l *Loop) stun(b []byte, from *address, key addrKey) {
	if b[0] == 1 {
		return // the response to a check of our own
	}
	ufrag := localUfrag(b)
	c := l.byUfrag[string(ufrag)]
	if ufrag == nil || c == nil {
		l.stats.Unknown++
		return
	}
	if c.checks.over(maxChecks, l.now) {
		l.stats.Policed++
		return
	}
	local := c.credentials[0]
	if local.Ufrag != string(ufrag) {
		local = c.Credentials()
	}
	m, pwd := &l.check, stun.NewShortTermIntegrity(local.Password)
	m.Raw = append(m.Raw[:0], b...)
	if m.Decode() != nil || m.Type != stun.BindingRequest ||
		pwd.Check(m) != nil || stun.Fingerprint.Check(m) != nil {
		l.stats.Refused++
		return
	}
	if owner := l.byAddr[key]; owner != nil && owner != c && l.now-owner.seen < ownerGrace {
		// Another client is alive there: a participant must not take its
		// packets by a forged address.
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
	first := c.heard(from, key, nominates)
	l.tx.message(from, append(l.tx.room(len(reply.Raw)), reply.Raw...))
	if first && !nominates {
		c.checkOnce(from, local)
	}
}

// heard registers an address that proved to be the client's, and says whether
// it is new. DTLS may come before any nomination (Chromium), so until there is
// one the answer goes to where the last check came from; from then on only a
// nomination moves the Conn.
func (c *Conn) heard(from *address, key addrKey, nominates bool) (first bool) {
	l := c.loop
	c.seen = l.now
	if first = l.byAddr[key] != c; first {
		if owner := l.byAddr[key]; owner != nil {
			owner.forget(key)
		}
		l.byAddr[key] = c
		l.last.conn = nil
		if !slices.Contains(c.addrs, key) {
			c.addrs = append(c.addrs, key)
		}
	}
	if nominates || !c.nominated {
		c.to, c.nominated = *from, c.nominated || nominates
	}
	if len(c.addrs) > maxAddrs { // the oldest goes, but for the one in use
		i := slices.IndexFunc(c.addrs, func(k addrKey) bool { return k != c.to.key() })
		c.forget(c.addrs[i])
		c.addrs = slices.Delete(c.addrs, i, i+1)
	}
	return first
}

// checkOnce sends one check of our own. A lite agent need not; but a pion
// client nominates either when a check comes from the other side or at its
// next tick, up to 200 ms later. Its response is ignored.
func (c *Conn) checkOnce(to *address, local Credentials) {
	var m stun.Message
	if m.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(c.remote.Ufrag+":"+local.Ufrag),
		stun.RawAttribute{Type: stun.AttrICEControlled, Value: make([]byte, 8)},
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{0x6e, 0, 1, 0xff}},
		stun.NewShortTermIntegrity(c.remote.Password), stun.Fingerprint) == nil {
		c.loop.tx.message(to, append(c.loop.tx.room(len(m.Raw)), m.Raw...))
	}
}
