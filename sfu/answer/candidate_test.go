package answer

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/ice/v4"
)

func TestCandidate_UDPComesBeforeTCP(t *testing.T) {
	o, err := Parse(recorded(t, "chromium.sdp"))
	if err != nil {
		t.Fatal(err)
	}
	s := server
	s.Candidates = nil
	for _, at := range []string{"192.0.2.1:7000", "[2001:db8::1]:7000"} {
		s.Candidates = append(s.Candidates, Candidate{Address: netip.MustParseAddrPort(at)})
	}
	for _, at := range []string{"192.0.2.1:7000", "[2001:db8::1]:7001"} {
		s.Candidates = append(s.Candidates, Candidate{Address: netip.MustParseAddrPort(at), TCP: true})
	}
	section := strings.Split(Write(o, s, decide(o), 1), "m=")[1]
	var got []ice.Candidate
	for line := range strings.Lines(section) {
		if text, found := strings.CutPrefix(strings.TrimSpace(line), "a=candidate:"); found {
			c, err := ice.UnmarshalCandidate(text)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, c)
		}
	}
	if len(got) != 4 {
		t.Fatalf("%d candidates", len(got))
	}
	foundations := map[string]bool{}
	for i, c := range got {
		if i > 0 && c.Priority() >= got[i-1].Priority() {
			t.Errorf("%v is not below %v", c, got[i-1])
		}
		if foundations[c.Foundation()] {
			t.Errorf("%v has another's foundation", c)
		}
		foundations[c.Foundation()] = true
		if want := s.Candidates[i]; c.Address() != want.Address.Addr().String() || c.Port() != int(want.Address.Port()) || c.NetworkType().IsTCP() != want.TCP {
			t.Errorf("%v, want %v", c, want)
		}
		if want := map[bool]ice.TCPType{false: ice.TCPTypeUnspecified, true: ice.TCPTypePassive}; c.TCPType() != want[s.Candidates[i].TCP] {
			t.Errorf("%v is of TCP type %v", c, c.TCPType())
		}
	}
}
