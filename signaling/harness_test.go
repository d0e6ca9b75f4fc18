package signaling_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"nara/auth"
	"nara/internal/bus"
	"nara/sfu"
	"nara/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen: long enough for a machine that is busy with something else.
const patience = time.Minute

// house is a whole service on real parts: bus, media server, node, gateways behind HTTP.
type house struct {
	t        testing.TB
	bus      *bus.Bus
	nodeBus  *bus.Bus // the same, unless the setting has a busURL
	node     *signaling.Node
	gateways []*signaling.Gateway
	servers  []*httptest.Server
	visits   *visits
	tickets  *tickets
	slow     <-chan struct{} // a session was found slow
}

// setting of a house; zero values are the product's.
type setting struct {
	gateways    int
	joinTimeout time.Duration
	pingEvery   time.Duration
	grace       time.Duration
	silence     time.Duration
	look        time.Duration
	nodeEvery   time.Duration
	busURL      string // of a NATS server; then node and gateways have connections of their own
	sendBuffer  int    // of the kernel for each WebSocket, so that a slow reader shows soon
}

func newHouse(t testing.TB, o setting) *house {
	t.Helper()
	h := &house{t: t, visits: newVisits(), tickets: &tickets{grants: map[string]auth.Grant{}}}
	slow := make(chan struct{}, 8) // more than sessions are ever slow in a test
	h.slow = slow
	log := slog.New(slog.NewTextHandler(&testLog{t, slow}, nil))
	h.bus = startBus(t, bus.Options{Log: log, URL: o.busURL})
	h.nodeBus = h.bus
	if o.busURL != "" {
		h.nodeBus = startBus(t, bus.Options{Log: log, URL: o.busURL})
	}
	h.node = signaling.NewNode(signaling.NodeOptions{ID: "n1", Bus: h.nodeBus, Log: log, Grace: o.grace, Silence: o.silence, Look: o.look})
	media, err := sfu.New(sfu.Config{Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}, Events: h.node.MediaEvent})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := media.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := h.node.Start(media); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.node.Close)
	for range max(1, o.gateways) {
		s := httptest.NewUnstartedServer(nil)
		origin := "http://" + s.Listener.Addr().String()
		g, err := signaling.NewGateway(signaling.GatewayOptions{Bus: h.bus, Tickets: h.tickets, Visits: h.visits,
			Origins: []string{origin}, Home: "n1", Log: log, JoinTimeout: o.joinTimeout, PingEvery: o.pingEvery, NodeEvery: o.nodeEvery})
		if err != nil {
			t.Fatal(err)
		}
		s.Config.Handler = g
		if o.sendBuffer > 0 {
			s.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
				if err := c.(*net.TCPConn).SetWriteBuffer(o.sendBuffer); err != nil {
					t.Error(err)
				}
				return ctx
			}
		}
		s.Start()
		t.Cleanup(s.Close)
		t.Cleanup(g.Close)
		h.gateways, h.servers = append(h.gateways, g), append(h.servers, s)
	}
	return h
}

func startBus(t testing.TB, o bus.Options) *bus.Bus {
	t.Helper()
	b, err := bus.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func (h *house) url(gateway int) string {
	return "ws" + strings.TrimPrefix(h.servers[gateway].URL, "http")
}

// ticket issues one for a visit: a host is called anna, everybody else waits.
func (h *house) ticket(room, participant string, role auth.CallRole) string {
	return h.tickets.issue(auth.Grant{Room: room, RoomKind: auth.RoomVisit, Participant: participant, Role: role, Name: "Name of " + participant})
}

// check issues a ticket for a room without a visit.
func (h *house) check(room, participant string) string {
	return h.tickets.issue(auth.Grant{Room: room, RoomKind: auth.RoomCheck, Participant: participant, Role: auth.CallHost, Name: participant})
}

// tickets is the edge to auth: opaque tokens, each good once.
type tickets struct {
	mu     sync.Mutex
	grants map[string]auth.Grant
	used   int
}

func (t *tickets) issue(g auth.Grant) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	token := fmt.Sprintf("ticket-%d", len(t.grants)+t.used)
	t.grants[token] = g
	return token
}

func (t *tickets) Redeem(_ context.Context, ticket auth.Ticket) (auth.Grant, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g, ok := t.grants[ticket.Reveal()]
	if !ok {
		return g, auth.ErrBadTicket
	}
	if g.Room == "" {
		return g, auth.ErrTicketUsed
	}
	t.grants[ticket.Reveal()] = auth.Grant{}
	return g, nil
}

// visits is the edge to the visit: hosts are in, others wait; it tells what it was told.
type visits struct {
	mu      sync.Mutex
	state   map[string]string // by visit
	told    []string
	changed chan struct{} // closed and made anew at every change
	refuse  error         // of Enter
	leaving func()        // if not nil: what takes its time in Left
}

func newVisits() *visits { return &visits{state: map[string]string{}, changed: make(chan struct{})} }

func (v *visits) note(format string, a ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.told = append(v.told, fmt.Sprintf(format, a...))
	close(v.changed)
	v.changed = make(chan struct{})
}

func (v *visits) set(visit, state string) {
	v.mu.Lock()
	v.state[visit] = state
	v.mu.Unlock()
	v.note("%s is %s", visit, state)
}

// await waits until the visits were told something.
func (v *visits) await(t *testing.T, what string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		v.mu.Lock()
		changed, told := v.changed, strings.Join(v.told, "\n")
		v.mu.Unlock()
		if strings.Contains(told, what) {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("the visit was never told %q, only:\n%s", what, told)
		}
	}
}

func (v *visits) Enter(_ context.Context, g auth.Grant) (bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.refuse != nil {
		return false, v.refuse
	}
	v.told = append(v.told, g.Participant+" enters")
	return g.Role == auth.CallHost || g.Role == auth.CallRoom, nil
}

func (v *visits) Arrived(_ context.Context, g auth.Grant) error {
	v.note("%s arrived", g.Participant)
	return nil
}

func (v *visits) Admit(_ context.Context, by auth.Grant, p signaling.ParticipantID) error {
	if by.Participant == "jonas" {
		return fmt.Errorf("admit: %w", signaling.NotAllowed)
	}
	v.note("%s admits %s", by.Participant, p)
	return nil
}

func (v *visits) Left(_ context.Context, _ signaling.RoomID, p signaling.ParticipantID, why signaling.LeaveReason) error {
	if v.leaving != nil {
		v.leaving()
	}
	v.note("%s left: %s", p, why)
	return nil
}

func (v *visits) Watch(ctx context.Context, g auth.Grant) (<-chan signaling.Snapshot, error) {
	out := make(chan signaling.Snapshot, 1)
	go func() { // ends with ctx, which the session ends
		defer close(out)
		var last []byte
		for {
			v.mu.Lock()
			state, changed := v.state[g.Room], v.changed
			v.mu.Unlock()
			if state == "hidden" && g.Role == auth.CallPatient {
				return
			}
			b, err := json.Marshal(map[string]string{"id": g.Room, "state": state, "you": g.Participant})
			if err != nil {
				panic(err)
			}
			if !bytes.Equal(b, last) {
				last = b
				select {
				case out <- signaling.Snapshot{Visit: b, Over: state == "finished"}:
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out, nil
}

// testLog passes log lines on to the test until it has ended.
type testLog struct {
	t    testing.TB
	slow chan struct{} // holds one: a session was found slow
}

func (l *testLog) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("session is slow")) {
		l.slow <- struct{}{}
	}
	if l.t.Context().Err() == nil {
		l.t.Logf("%s", bytes.TrimSpace(b))
	}
	return len(b), nil
}
