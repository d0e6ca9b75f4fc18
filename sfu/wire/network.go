package wire

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

// MaxLoops is how many the first character of a ufrag can name.
const MaxLoops = 64

// Config of a Network.
type Config struct {
	// Listen has the endpoints of the first loop: local addresses of IPv4 or
	// IPv6, each once; [::] takes IPv4 too unless an endpoint of IPv4 stands
	// beside it. Loop n uses each port plus n; port 0 takes free ones. A
	// machine with several addresses must list each: a socket on all of them
	// answers from the one that the kernel prefers.
	Listen []netip.AddrPort
	Loops  int // 1…MaxLoops; 0: one
	// OnePort lets all loops share the endpoints of the first.
	OnePort bool
	// TCP listens for ICE-TCP (RFC 6544) on the addresses and port numbers of
	// Listen, for all loops.
	TCP      bool
	Identity *Identity
	Log      *slog.Logger
	GCMOnly  bool // refuse clients that have no AES-GCM
	// Now is a monotonic clock; nil: the machine's.
	Now func() time.Duration
}

// Network is the server's sockets and the loops behind them.
type Network struct {
	loops   []*Loop
	sockets []*socket // all of them
	shared  *sorter   // nil: every loop has sockets of its own
	tcp     *tcpPort  // nil: none
	log     *slog.Logger
	done    chan struct{}
	running sync.WaitGroup // goroutines of Run

	mu     sync.Mutex // guards closed
	closed bool
}

// Listen opens the sockets. Run must be called next.
func Listen(cfg Config) (*Network, error) {
	if len(cfg.Listen) == 0 || len(cfg.Listen) > 255 {
		return nil, errors.New("listen for media: at least one address is needed, and at most 255")
	}
	if cfg.Loops = max(cfg.Loops, 1); cfg.Loops > MaxLoops {
		return nil, fmt.Errorf("listen for media: %d loops, at most %d", cfg.Loops, MaxLoops)
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		start := time.Now()
		cfg.Now = func() time.Duration { return time.Since(start) }
	}
	n := &Network{log: cfg.Log, done: make(chan struct{})}
	if err := n.open(cfg); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for media: %w", err), n.Close())
	}
	return n, nil
}

func (n *Network) open(cfg Config) error {
	var sockets []*socket
	for i := range cfg.Loops {
		if i == 0 || !cfg.OnePort {
			sockets = nil
			for _, at := range cfg.Listen {
				if at.Port() != 0 {
					if int(at.Port())+i > 65535 {
						return fmt.Errorf("no port for loop %d: %v and %d are too much", i, at, i)
					}
					at = netip.AddrPortFrom(at.Addr(), at.Port()+uint16(i))
				}
				s, err := openSocket(at, cfg.Listen)
				if err != nil {
					return err
				}
				sockets = append(sockets, s)
			}
			n.sockets = append(n.sockets, sockets...)
		}
		n.loops = append(n.loops, newLoop(cfg, uint8(i), sockets))
	}
	if cfg.OnePort && cfg.Loops > 1 {
		n.shared = newSorter(n.loops, cfg.Now)
	}
	if cfg.TCP {
		return n.listenTCP(cfg.Listen)
	}
	return nil
}

// Loops never change.
func (n *Network) Loops() []*Loop { return n.loops }

// Run reads until Close, and tells the log of a socket that fails before.
func (n *Network) Run() {
	for _, l := range n.loops {
		for i, s := range l.sockets {
			take := l.take
			if n.shared != nil {
				if l.index > 0 {
					continue
				}
				take = n.shared.newReader()
			}
			n.running.Go(func() {
				if err := s.read(uint8(i), take); !errors.Is(err, net.ErrClosed) {
					n.log.Error("media socket cannot be read", "address", s.addr, "error", err)
				}
			})
		}
		if l.inbox != nil {
			n.running.Go(func() { l.inbox.drain(n.done) })
		}
	}
	if n.tcp != nil {
		n.tcp.run()
	}
	n.running.Wait()
}

// Close closes every Conn and socket and waits for running handshakes; Run
// returns. The caller must hold no loop's lock. Closing twice is no error.
func (n *Network) Close() error {
	n.mu.Lock()
	already := n.closed
	n.closed = true
	n.mu.Unlock()
	for _, l := range n.loops {
		l.close()
	}
	var errs []error
	if !already {
		close(n.done)
		for _, s := range n.sockets {
			errs = append(errs, s.conn.Close())
		}
		if n.tcp != nil {
			errs = append(errs, n.tcp.close())
		}
	}
	for _, l := range n.loops {
		l.handshakes.Wait()
	}
	return errors.Join(errs...)
}
