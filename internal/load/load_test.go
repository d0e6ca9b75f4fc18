package load_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"nara/auth"
	"nara/internal/bus"
	"nara/internal/load"
	"nara/internal/measure"
	"nara/sfu"
	"nara/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tickets is the edge to auth: the token is the room and the participant.
type tickets struct {
	mu   sync.Mutex
	used map[string]bool
}

func (t *tickets) Redeem(_ context.Context, ticket auth.Ticket) (auth.Grant, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	room, participant, ok := strings.Cut(ticket.Reveal(), "/")
	if !ok || t.used[ticket.Reveal()] {
		return auth.Grant{}, auth.ErrBadTicket
	}
	t.used[ticket.Reveal()] = true
	return auth.Grant{Room: room, RoomKind: auth.RoomCheck, Participant: participant, Role: auth.CallGuest, Name: participant}, nil
}

func issue(room, participant string) (string, error) { return room + "/" + participant, nil }

// serve starts a service and gives its URL.
func serve(t *testing.T) (string, *sfu.Manager) {
	t.Helper()
	b, err := bus.Start(t.Context(), bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	node := signaling.NewNode(signaling.NodeOptions{ID: "n", Bus: b})
	media, err := sfu.New(sfu.Config{Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}, Events: node.MediaEvent})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = media.Close() })
	if err := node.Start(media); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(node.Close)
	s := httptest.NewUnstartedServer(nil)
	origin := "http://" + s.Listener.Addr().String()
	g, err := signaling.NewGateway(signaling.GatewayOptions{Bus: b, Tickets: &tickets{used: map[string]bool{}}, Origins: []string{origin}, Home: "n"})
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Handler = g
	s.Start()
	t.Cleanup(s.Close)
	t.Cleanup(g.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http"), media
}

// dropped counts what this machine's kernel and the server dropped because something was too slow to take it.
func dropped(t *testing.T, media *sfu.Manager) (n uint64) {
	t.Helper()
	snmp, err := os.ReadFile("/proc/net/snmp")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(snmp)) {
		f := strings.Fields(line)
		switch {
		case f[0] != "Udp:":
		case names == nil:
			names = f
		default:
			for i, name := range names {
				if strings.HasSuffix(name, "Errors") {
					v, err := strconv.ParseUint(f[i], 10, 64)
					if err != nil {
						t.Fatal(err)
					}
					n += v
				}
			}
		}
	}
	st := media.Stats()
	return n + st.Dropped + st.Policed
}

// Nothing is lost but what was dropped because the machine was busy with something else: that is counted elsewhere, too.
func TestRun_DeliversEverything(t *testing.T) {
	url, media := serve(t)
	for _, c := range []struct {
		workload           string
		size, people, late int
	}{{"visit", 2, 4, 2}, {"conference", 1, 5, 4}, {"fanout", 3, 4, 3}} {
		t.Run(c.workload, func(t *testing.T) {
			before := dropped(t, media)
			r, err := measure.Run(t.Context(), load.Nara{URL: url, Tickets: issue}, measure.Workload{Name: c.workload, Size: c.size,
				Warm: 100 * time.Millisecond, Dur: 700 * time.Millisecond, Spacing: 20 * time.Millisecond}, os.Getpid())
			if err != nil {
				t.Fatal(err)
			}
			n := dropped(t, media) - before
			t.Logf("join %.0f/%.0f ms, latency %.2f/%.2f ms, loss %.4f, %d dropped", r.JoinP50, r.JoinP95, r.LatencyP50, r.LatencyP99, r.Loss, n)
			if r.Participants != c.people || r.Joins != c.late || r.Loss < 0 || r.Loss > 0 && n == 0 || r.Duplicates > 0 || r.Unstamped > 0 {
				t.Errorf("%d dropped, %+v", n, r)
			}
			if r.SentPPS <= 0 || r.DeliveredPPS <= 0 || r.DeliveredMbit <= 0 || r.LatencyP50 <= 0 || r.LatencyP99 < r.LatencyP50 ||
				r.JoinP50 <= 0 || r.JoinP95 < r.JoinP50 || r.MicrosDelivered <= 0 || r.ResidentMiB <= 0 || r.GeneratorCPU <= 0 || r.Keyframes == 0 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// Who waits is connected, with m-lines as for a call, and no packet of media goes either way.
func TestRun_WaitingPeersAreConnectedAndSendNothing(t *testing.T) {
	url, media := serve(t)
	r, err := measure.Run(t.Context(), load.Nara{URL: url, Tickets: issue}, measure.Workload{Name: measure.Waiting, Size: 5,
		Warm: 100 * time.Millisecond, Dur: 300 * time.Millisecond}, os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if r.Participants != 5 || r.SentPPS != 0 || r.DeliveredPPS != 0 || r.Unstamped != 0 || r.Loss != 0 || r.Joins != 0 || r.ResidentMiB <= 0 {
		t.Errorf("%+v", r)
	}
	if st := media.Stats(); st.Handshakes != 5 {
		t.Errorf("not everybody was connected: %+v", st)
	}
}

func TestRun_EndsWhenSomebodyCannotJoin(t *testing.T) {
	url, _ := serve(t)
	broken := errors.New("no key")
	var mu sync.Mutex
	var asked []string
	tickets := func(room, participant string) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, participant)
		if len(asked) == 3 {
			return "", broken
		}
		return issue(room, participant)
	}
	_, err := measure.Run(t.Context(), load.Nara{URL: url, Tickets: tickets}, measure.Workload{Name: measure.Visit, Size: 2, Dur: time.Second}, 0)
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if slices.Contains(asked, "") {
		t.Fatal(asked)
	}
}
