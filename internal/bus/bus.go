package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options of Start.
type Options struct {
	// URL of an external NATS server with JetStream; "" starts one in this process that nobody else can reach.
	URL string
	// Log gets life-cycle lines; nil is silent.
	Log *slog.Logger
}

// Bus is a connection to NATS and, by default, NATS itself.
type Bus struct {
	log       *slog.Logger
	server    *embedded // nil when external
	conn      *nats.Conn
	closed    chan struct{} // closed by the connection's last callback
	placement *Placement
}

// Start connects and opens the placement bucket. ctx bounds the start only.
func Start(ctx context.Context, o Options) (*Bus, error) {
	b := &Bus{log: o.Log, closed: make(chan struct{})}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	options := []nats.Option{
		nats.Name("nara"),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.Timeout(5 * time.Second),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				b.log.Warn("bus lost", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { b.log.Info("bus back") }),
		nats.ErrorHandler(func(_ *nats.Conn, s *nats.Subscription, err error) {
			subject := ""
			if s != nil {
				subject = s.Subject
			}
			b.log.Warn("bus error", "subject", subject, "error", err)
		}),
		nats.ClosedHandler(func(*nats.Conn) { close(b.closed) }),
	}
	url := o.URL
	if url == "" {
		server, err := startEmbedded(b.log)
		if err != nil {
			return nil, err
		}
		b.server = server
		options = append(options, nats.InProcessServer(server.nats))
	}
	conn, err := nats.Connect(url, options...)
	if err != nil {
		if b.server != nil {
			b.server.stop()
		}
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	b.conn = conn
	if b.placement, err = openPlacement(ctx, conn); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Conn is the connection, for what the helpers do not cover.
func (b *Bus) Conn() *nats.Conn { return b.conn }

// Placement says where rooms live.
func (b *Bus) Placement() *Placement { return b.placement }

// Ready reports whether messages get through now; the error says why not.
func (b *Bus) Ready() error {
	if s := b.conn.Status(); s != nats.CONNECTED {
		return fmt.Errorf("bus is %s", s)
	}
	return nil
}

// Publish sends v as JSON to whoever listens.
func (b *Bus) Publish(subject string, v any) error {
	data, err := encode(subject, v)
	if err != nil {
		return err
	}
	if err := b.conn.Publish(subject, data); err != nil {
		return fmt.Errorf("publish to %s: %w", subject, err)
	}
	return nil
}

// ErrNobody says that no one listens where a request went.
var ErrNobody = errors.New("nobody answers on the bus")

// Request sends v as JSON and decodes the answer into answer. It is ErrNobody at once when no one listens.
func (b *Bus) Request(ctx context.Context, subject string, v, answer any) error {
	data, err := encode(subject, v)
	if err != nil {
		return err
	}
	m, err := b.conn.RequestWithContext(ctx, subject, data)
	if errors.Is(err, nats.ErrNoResponders) {
		return ErrNobody
	}
	if err != nil {
		return fmt.Errorf("ask %s: %w", subject, err)
	}
	if err := json.Unmarshal(m.Data, answer); err != nil {
		return fmt.Errorf("decode answer of %s: %w", subject, err)
	}
	return nil
}

// encode makes JSON as small as it goes: escaped for HTML, which json.Marshal does, chat of a room that just fits into a
// message would not fit any more.
func encode(subject string, v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode for %s: %w", subject, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Subscribe calls handle for each message, one after the other, in a goroutine that Unsubscribe, Drain or Close end.
func (b *Bus) Subscribe(subject string, handle func(*nats.Msg)) (*nats.Subscription, error) {
	s, err := b.conn.Subscribe(subject, handle)
	if err != nil {
		return nil, fmt.Errorf("subscribe to %s: %w", subject, err)
	}
	return s, nil
}

// SubscribeOne is Subscribe where each message goes to only one of all subscribers of the same queue.
func (b *Bus) SubscribeOne(subject, queue string, handle func(*nats.Msg)) (*nats.Subscription, error) {
	s, err := b.conn.QueueSubscribe(subject, queue, handle)
	if err != nil {
		return nil, fmt.Errorf("subscribe to %s: %w", subject, err)
	}
	return s, nil
}

// Close ends the connection and the embedded server and returns when both have ended.
func (b *Bus) Close() {
	b.conn.Close()
	<-b.closed
	if b.server != nil {
		b.server.stop()
	}
}

// openBucket makes the bucket or takes the one that is there.
func openBucket(ctx context.Context, conn *nats.Conn, cfg jetstream.KeyValueConfig) (jetstream.KeyValue, error) {
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("open JetStream: %w", err)
	}
	kv, err := js.CreateOrUpdateKeyValue(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", cfg.Bucket, err)
	}
	return kv, nil
}
