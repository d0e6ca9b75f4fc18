package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// embedded is a NATS server in this process: no listener of any kind, reached through memory.
type embedded struct {
	nats *server.Server
	dir  string // JetStream wants a folder even when all it stores is in memory
}

func startEmbedded(log *slog.Logger) (*embedded, error) {
	dir, err := os.MkdirTemp("", "nara-bus-")
	if err != nil {
		return nil, fmt.Errorf("make folder of the bus: %w", err)
	}
	s, err := server.NewServer(&server.Options{
		ServerName:             "nara",
		DontListen:             true, // the ports of HTTP, WebSocket, MQTT, leaf nodes and clusters are off by default
		NoSigs:                 true,
		DisableJetStreamBanner: true,
		JetStream:              true,
		StoreDir:               dir,
		JetStreamMaxMemory:     256 << 20,
		JetStreamMaxStore:      1 << 20,
		MaxPayload:             1 << 20,
	})
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("make NATS server: %w", err)
	}
	s.SetLoggerV2(serverLog{log}, false, false, false)
	s.Start()
	e := &embedded{nats: s, dir: dir}
	if !s.ReadyForConnections(10 * time.Second) {
		e.stop()
		return nil, errors.New("NATS server did not start within 10 s")
	}
	return e, nil
}

// stop returns when the server has ended.
func (e *embedded) stop() {
	e.nats.Shutdown()
	e.nats.WaitForShutdown()
	_ = os.RemoveAll(e.dir)
}

// serverLog passes on what an operator must know; NATS tells much more.
type serverLog struct{ log *slog.Logger }

func (l serverLog) Noticef(string, ...any) {}
func (l serverLog) Debugf(string, ...any)  {}
func (l serverLog) Tracef(string, ...any)  {}
func (l serverLog) Warnf(format string, v ...any) {
	l.log.Warn("bus", "said", fmt.Sprintf(format, v...))
}
func (l serverLog) Errorf(format string, v ...any) {
	l.log.Error("bus", "said", fmt.Sprintf(format, v...))
}
func (l serverLog) Fatalf(format string, v ...any) {
	l.log.Error("bus", "said", fmt.Sprintf(format, v...))
}
