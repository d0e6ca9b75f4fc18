package bus_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"nara/internal/bus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start gives an embedded bus.
func start(t *testing.T) *bus.Bus {
	t.Helper()
	b, err := bus.Start(t.Context(), bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// external starts a NATS server on a free port, as an operator would.
func external(t *testing.T) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the external server does not start")
	}
	return s.ClientURL()
}

func TestBus_AnswersRequests(t *testing.T) {
	for name, start := range map[string]func(*testing.T) (asker, answerer *bus.Bus){
		"embedded": func(t *testing.T) (*bus.Bus, *bus.Bus) { b := start(t); return b, b },
		"external": func(t *testing.T) (*bus.Bus, *bus.Bus) {
			url := external(t)
			var two [2]*bus.Bus
			for i := range two {
				b, err := bus.Start(t.Context(), bus.Options{URL: url})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(b.Close)
				two[i] = b
			}
			return two[0], two[1]
		},
	} {
		t.Run(name, func(t *testing.T) {
			asker, answerer := start(t)
			if err := asker.Ready(); err != nil {
				t.Fatal(err)
			}
			if _, err := answerer.Subscribe("greet.*", func(m *nats.Msg) {
				_ = m.Respond([]byte(`{"text":"` + m.Subject + `"}`))
			}); err != nil {
				t.Fatal(err)
			}
			if err := answerer.Conn().Flush(); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			var answer struct{ Text string }
			if err := asker.Request(ctx, "greet.anna", struct{}{}, &answer); err != nil || answer.Text != "greet.anna" {
				t.Fatal(answer, err)
			}
			if err := asker.Request(ctx, "nobody", struct{}{}, &answer); !errors.Is(err, bus.ErrNobody) {
				t.Fatalf("a request to nobody: %v", err)
			}
		})
	}
}

func TestBus_EmbeddedListensNowhere(t *testing.T) {
	before := listeners(t)
	start(t)
	if after := listeners(t); after != before {
		t.Fatalf("%d listeners before, %d with the bus", before, after)
	}
}

func TestBus_ClosedIsNotReadyAndLeavesNoFolder(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	b, err := bus.Start(t.Context(), bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
	if b.Ready() == nil {
		t.Error("a closed bus says that it is ready")
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "nara-bus-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestBus_ExternalThatIsNotThereIsAnError(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	if b, err := bus.Start(t.Context(), bus.Options{URL: "nats://" + addr}); err == nil {
		b.Close()
		t.Fatal("connected to nothing")
	}
}

// listeners counts this process's listening TCP sockets.
func listeners(t *testing.T) int {
	t.Helper()
	inodes := map[string]bool{}
	fds, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil {
			inodes[to] = true
		}
	}
	n := 0
	for _, file := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		for _, inode := range listening(t, file) {
			if inodes["socket:["+inode+"]"] {
				n++
			}
		}
	}
	return n
}

// listening reads the inodes of the listening sockets from a table of /proc/net.
func listening(t *testing.T, file string) (inodes []string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) > 9 && f[3] == "0A" {
			inodes = append(inodes, f[9])
		}
	}
	return inodes
}
