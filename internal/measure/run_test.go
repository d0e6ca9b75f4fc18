package measure

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hall is a server in memory: what somebody sends comes to the others of the room at once.
type hall struct {
	mu      sync.Mutex
	rooms   map[string][]*seat
	refused string                                       // nobody with this ID may join
	deliver func(to *Member, number int, payload []byte) // nil: Receive
}

type seat struct {
	hall   *hall
	m      *Member
	number int
}

func (*hall) Name() string { return "hall" }

func (h *hall) Join(_ context.Context, m *Member) (Session, error) {
	if m.ID == h.refused {
		return nil, errors.New("no entry")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	s := &seat{hall: h, m: m}
	if h.rooms == nil {
		h.rooms = map[string][]*seat{}
	}
	h.rooms[m.Room] = append(h.rooms[m.Room], s)
	m.WantKeyframe()
	return s, nil
}

func (s *seat) Send(p Packet) error {
	s.hall.mu.Lock()
	defer s.hall.mu.Unlock()
	s.number++
	for _, o := range s.hall.rooms[s.m.Room] {
		switch {
		case o == s:
		case s.hall.deliver != nil:
			s.hall.deliver(o.m, s.number, p.Payload)
		default:
			o.m.Receive(p.Payload, 0)
		}
	}
	return nil
}

func (s *seat) Close() {}

func TestRun_CountsWhatIsSentAndComes(t *testing.T) {
	for _, c := range []struct {
		workload            string
		size, people, finds int
	}{{Visit, 2, 4, 2}, {Conference, 1, 5, 4}, {Fanout, 3, 4, 3}} {
		r, err := Run(t.Context(), &hall{}, Workload{Name: c.workload, Size: c.size, Idle: 10 * time.Millisecond, Dur: 500 * time.Millisecond}, os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if r.Server != "hall" || r.Participants != c.people || r.Joins != c.finds || r.Loss != 0 || r.Duplicates != 0 || r.Unstamped != 0 ||
			r.SentPPS < 100 || r.DeliveredPPS < 100 || r.Keyframes == 0 || r.LatencyP99 < r.LatencyP50 || r.ResidentMiB <= 0 || r.Seconds < 0.5 {
			t.Errorf("%+v", r)
		}
	}
}

// Of ten packets the third comes twice, the fifth never, and before the seventh comes one of the server's own.
func TestRun_TellsLossDuplicatesAndTheServersOwn(t *testing.T) {
	h := &hall{deliver: func(to *Member, number int, payload []byte) {
		switch number % 10 {
		case 3:
			to.Receive(payload, 0)
		case 5:
			return
		case 7:
			to.Receive(make([]byte, 100), 0)
		}
		to.Receive(payload, 0)
	}}
	r, err := Run(t.Context(), h, Workload{Name: Fanout, Size: 1, Dur: time.Second}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if r.Loss < 0.08 || r.Loss > 0.12 || float64(r.Duplicates) < 0.08*r.SentPPS || float64(r.Duplicates) > 0.12*r.SentPPS || r.Unstamped == 0 {
		t.Errorf("%+v", r)
	}
}

func TestRun_WaitingIsSilent(t *testing.T) {
	r, err := Run(t.Context(), &hall{}, Workload{Name: Waiting, Size: 7, Dur: 100 * time.Millisecond}, os.Getpid())
	if err != nil || r.Participants != 7 || r.SentPPS != 0 || r.DeliveredPPS != 0 || r.MicrosDelivered != 0 || r.Joins != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRun_SaysWhoCannotJoin(t *testing.T) {
	_, err := Run(t.Context(), &hall{refused: "p1"}, Workload{Name: Visit, Size: 1, Dur: time.Second}, 0)
	if err == nil || !strings.Contains(err.Error(), "p1 of load-") || !strings.Contains(err.Error(), "no entry") {
		t.Error(err)
	}
}

func TestRun_EndsWhenAConnectionIsLost(t *testing.T) {
	h := &hall{deliver: func(to *Member, number int, payload []byte) {
		to.Receive(payload, 0)
		if number == 10 {
			to.Fail(errors.New("gone"))
		}
	}}
	_, err := Run(t.Context(), h, Workload{Name: Fanout, Size: 1, Dur: time.Minute}, 0)
	if err == nil || !strings.Contains(err.Error(), "p1 of load-") || !strings.Contains(err.Error(), "gone") {
		t.Error(err)
	}
}

func TestRun_EndsWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err := Run(ctx, &hall{}, Workload{Name: Visit, Size: 1, Dur: time.Minute}, 0)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}

func TestRun_RefusesAProcessThatCannotBe(t *testing.T) {
	if _, err := Run(t.Context(), &hall{}, Workload{Name: Visit, Size: 1, Dur: time.Second}, 1<<30); err == nil {
		t.Error("measured a process that cannot be")
	}
}

// The keys are compared with other servers' by scripts.
func TestResult_HasTheKeysOfTheComparison(t *testing.T) {
	b, err := json.Marshal(Result{})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(`server workload size participants seconds sent_pps delivered_pps delivered_mbit_s loss duplicates
		unstamped latency_p50_ms latency_p99_ms server_cpu server_system_share us_per_delivered us_per_in_or_out switches_per_s
		rss_mib rss_kib_per_participant idle_cpu join_p50_ms join_p95_ms joins generator_cpu keyframes when`)
	for _, k := range want {
		if _, ok := got[k]; !ok {
			t.Errorf("%s is missing", k)
		}
		delete(got, k)
	}
	if len(got) > 0 {
		t.Errorf("more: %v", got)
	}
}

func TestResult_ChargesTheWindowToTheServer(t *testing.T) {
	r := Result{Participants: 4, Seconds: 2, SentPPS: 100, DeliveredPPS: 300}
	r.charge(reading{server: Process{ResidentKiB: 1000}},
		reading{server: Process{User: 1, ResidentKiB: 1500}, generator: Process{User: 3}},
		reading{server: Process{User: 1.3, System: 0.1, ResidentKiB: 2024, Switches: 10}, generator: Process{User: 3.5, System: 0.5}})
	for name, c := range map[string][2]float64{ // 0.4 s in 2 s are 0.2 cores
		"server_cpu": {r.ServerCPU, 0.2}, "system": {r.ServerSystem, 0.25}, "us_per_delivered": {r.MicrosDelivered, 0.2 / 300 * 1e6},
		"us_per_in_or_out": {r.MicrosInOrOut, 0.2 / 400 * 1e6}, "rss_kib_per_participant": {r.KiBPerParticipant, 256},
		"switches_per_s": {r.Switches, 5}, "generator_cpu": {r.GeneratorCPU, 0.5},
	} {
		if got, want := c[0], c[1]; got < want*0.999 || got > want*1.001 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

func TestResult_NothingDeliveredStaysPrintable(t *testing.T) {
	var r Result
	r.charge(reading{}, reading{}, reading{server: Process{User: 1}})
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}
