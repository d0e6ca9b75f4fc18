package wire

import (
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

// check makes a binding request as a browser would.
func (f *far) check(change ...stun.Setter) []byte {
	f.t.Helper()
	c := f.conn.Credentials()
	return f.checkWith(c, append([]stun.Setter{stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)}}, change...)...)
}

func (f *far) checkWith(c Credentials, change ...stun.Setter) []byte {
	f.t.Helper()
	set := append([]stun.Setter{stun.TransactionID, stun.BindingRequest, stun.NewUsername(c.Ufrag + ":theirs"),
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{1, 2, 3, 4}}}, change...)
	m, err := stun.Build(append(set, stun.NewShortTermIntegrity(c.Password), stun.Fingerprint)...)
	if err != nil {
		f.t.Fatal(err)
	}
	return m.Raw
}

var nominate = stun.RawAttribute{Type: stun.AttrUseCandidate}

// reply reads a STUN message and checks its integrity with our password.
func (f *far) reply(c Credentials) stun.Message {
	f.t.Helper()
	m := stun.Message{Raw: f.read()}
	if err := m.Decode(); err != nil {
		f.t.Fatal(err)
	}
	if err := stun.NewShortTermIntegrity(c.Password).Check(&m); err != nil {
		f.t.Fatal(err)
	}
	return m
}

func TestICE_CheckIsAnsweredAndRegisters(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, false)
	b.in(f.check(), f.addr)
	m := f.reply(f.conn.Credentials())
	var x stun.XORMappedAddress
	if err := x.GetFrom(&m); err != nil || m.Type != stun.BindingSuccess {
		t.Fatalf("%v %v", m.Type, err)
	}
	if x.Port != int(f.addr.Port()) || !x.IP.Equal(f.addr.Addr().AsSlice()) {
		t.Errorf("mapped %v, want %v", x, f.addr)
	}
	// One check of our own follows, with the client's password.
	own := stun.Message{Raw: f.read()}
	if err := own.Decode(); err != nil || own.Type != stun.BindingRequest {
		t.Fatalf("%v %v", own.Type, err)
	}
	if err := stun.NewShortTermIntegrity("their-password-of-22-chars").Check(&own); err != nil {
		t.Fatal(err)
	}
	// The address counts before any nomination: Chromium starts DTLS at once.
	if f.conn.wanted.addrPort() != f.addr || f.conn.nominated {
		t.Errorf("to %v, nominated %v", f.conn.wanted.addrPort(), f.conn.nominated)
	}
}

func TestICE_RoleConflict(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, false)
	b.in(f.checkWith(f.conn.Credentials(), stun.RawAttribute{Type: stun.AttrICEControlled, Value: make([]byte, 8)}), f.addr)
	m := f.reply(f.conn.Credentials())
	var code stun.ErrorCodeAttribute
	if err := code.GetFrom(&m); err != nil || code.Code != stun.CodeRoleConflict {
		t.Errorf("%v %v", code, err)
	}
}

func TestICE_StrangersAreNotAnswered(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, false)
	own := f.conn.Credentials()
	noUser, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewShortTermIntegrity(own.Password), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	noIntegrity, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(own.Ufrag+":theirs"), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	noFingerprint, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(own.Ufrag+":theirs"), stun.NewShortTermIntegrity(own.Password))
	if err != nil {
		t.Fatal(err)
	}
	good := f.check()
	for name, d := range map[string][]byte{
		"wrong password":   f.checkWith(Credentials{own.Ufrag, "wrong"}),
		"unknown fragment": f.checkWith(Credentials{"unknown1", own.Password}),
		"no user":          noUser.Raw,
		"no integrity":     noIntegrity.Raw,
		"no fingerprint":   noFingerprint.Raw,
		"cut":              good[:len(good)-1],
		"header only":      good[:20],
		"response":         append([]byte{1, 1}, good[2:]...),
	} {
		sent := b.stats.PacketsOut
		b.in(d, f.addr)
		if b.stats.PacketsOut != sent || f.conn.wanted != nil || len(b.byAddr) != 0 {
			t.Errorf("%s: answered or registered", name)
		}
	}
	b.in([]byte{22, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, f.addr)
	b.in([]byte{0x80, 96, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, f.addr)
	if b.stats.Handshakes != 0 || b.stats.Unknown < 2 {
		t.Errorf("%+v", b.stats)
	}
}

func TestICE_LivingOwnerKeepsTheAddress(t *testing.T) {
	b := newBench(t)
	victim, thief := newFar(t, b, false), newFar(t, b, false)
	b.in(victim.check(nominate), victim.addr)
	b.in(thief.check(nominate), victim.addr)
	a := addressOf(victim.addr)
	if b.owner(a) != victim.conn {
		t.Fatal("a forged source address took another's packets")
	}
	b.time += ownerGrace
	b.in(thief.check(nominate), victim.addr)
	if b.owner(a) != thief.conn {
		t.Error("an address that its owner left must be free")
	}
}

func TestICE_RestartKeepsTheOldCredentialsOnce(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, false)
	first := f.conn.Credentials()
	b.Lock()
	f.conn.Restart("theirs", "their-password-of-22-chars")
	b.Unlock()
	if f.conn.Credentials() != first {
		t.Fatal("the same offer is no restart")
	}
	b.Lock()
	f.conn.Restart("theirs2", "their-password-of-22-charz")
	b.Unlock()
	second := f.conn.Credentials()
	if second.Ufrag == first.Ufrag || second.Password == first.Password {
		t.Fatal("nothing new")
	}
	b.in(f.checkWith(first), f.addr)
	f.reply(first)
	b.Lock()
	f.conn.Restart("theirs3", "their-password-of-22-chars")
	b.Unlock()
	refused := b.stats.Unknown
	b.in(f.checkWith(first), f.addr)
	if b.stats.Unknown != refused+1 {
		t.Error("credentials live for two restarts")
	}
	b.Lock()
	f.conn.Close()
	b.Unlock()
	if len(b.byUfrag) != 0 || len(b.byAddr) != 0 || len(b.all) != 0 {
		t.Errorf("left behind: %v %v", b.byUfrag, b.byAddr)
	}
}

func TestICE_FloodOfChecksIsPoliced(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, false)
	d := f.check(nominate)
	for range 3 * maxChecks {
		b.in(d, f.addr)
	}
	// The first comes from an unknown address, and is answered by a check too.
	if b.stats.PacketsOut != maxChecks+2 || b.stats.Policed != 2*maxChecks-1 {
		t.Errorf("%+v", b.stats)
	}
}

func TestICE_FewAddressesAreRemembered(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, false)
	for i := range 50 {
		b.in(f.check(nominate), netip.AddrPortFrom(f.addr.Addr(), uint16(1000+i)))
	}
	if len(b.byAddr) != maxPaths || len(f.conn.paths) != maxPaths {
		t.Errorf("%d addresses", len(b.byAddr))
	}
}

func TestICE_TheAddressInUseIsNotForgotten(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, false)
	b.in(f.check(nominate), f.addr)
	for i := range 50 { // a laptop with many networks goes on checking from all of them
		b.in(f.check(), netip.AddrPortFrom(f.addr.Addr(), uint16(1000+i)))
	}
	a := addressOf(f.addr)
	if b.owner(a) != f.conn {
		t.Error("media from the nominated address are not taken any more")
	}
	if len(b.byAddr) != maxPaths {
		t.Errorf("%d addresses", len(b.byAddr))
	}
}

func TestTick_ConsentAndTimeouts(t *testing.T) {
	b := newBench(t)
	keyed, unkeyed := newFar(t, b, true), newFar(t, b, false)
	tick := func(after time.Duration) {
		b.time += after
		b.Lock()
		b.Tick()
		b.Unlock()
	}
	tick(29 * time.Second)
	if len(keyed.failures)+len(unkeyed.failures) != 0 {
		t.Fatal("too early")
	}
	b.in(keyed.check(nominate), keyed.addr)
	tick(2 * time.Second)
	if len(keyed.failures) != 0 || len(unkeyed.failures) != 1 || unkeyed.failures[0] != FailedUnconnected {
		t.Fatalf("%v %v", keyed.failures, unkeyed.failures)
	}
	tick(30 * time.Second)
	tick(30 * time.Second)
	if len(keyed.failures) != 1 || keyed.failures[0] != FailedConsent || len(unkeyed.failures) != 1 {
		t.Errorf("%v %v", keyed.failures, unkeyed.failures)
	}
}

func FuzzSTUN(f *testing.F) {
	b := newBench(f)
	x := newFar(f, b, true)
	f.Add(x.check(), true)
	f.Add(x.check(nominate), false)
	f.Add(x.checkWith(x.conn.Credentials(), stun.RawAttribute{Type: stun.AttrICEControlled, Value: make([]byte, 8)}), true)
	f.Fuzz(func(t *testing.T, d []byte, own bool) {
		if own { // make it ours, so that more of it is looked at
			m := stun.Message{Raw: append([]byte(nil), d...)}
			if m.Decode() == nil {
				c := x.conn.Credentials()
				m.Attributes = append(stun.Attributes{{Type: stun.AttrUsername, Value: []byte(c.Ufrag + ":x")}}, m.Attributes...)
				if r, err := stun.Build(&m, stun.NewShortTermIntegrity(c.Password), stun.Fingerprint); err == nil {
					d = r.Raw
				}
			}
		}
		b.time += time.Second // no policing
		b.in(d, x.addr)
	})
}
