//go:build linux

package interop

import (
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"nara/sfu"
)

func TestIPv6_CarriesMediaOfAll(t *testing.T) {
	if here.reason != "" {
		t.Skip(here.reason)
	}
	for _, of := range implementations {
		t.Run(of.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, func(c *sfu.Config) { c.Listen = []netip.AddrPort{netip.AddrPortFrom(address6, 0)} })
			partner := s.join(t, pion, "partner")
			p := s.join(t, of, "client")
			p.sees(t, partner, clip)
			partner.sees(t, p, of.publishes)
		})
	}
}

// TestTCP_CarriesMediaWithoutUDP takes the UDP candidates out of the answer.
func TestTCP_CarriesMediaWithoutUDP(t *testing.T) {
	for _, of := range implementations {
		t.Run(of.name, func(t *testing.T) {
			t.Parallel()
			of.skip(t, iceTCP)
			s := newServer(t, func(c *sfu.Config) { c.TCP = true })
			s.rewrite = func(id sfu.PeerID, answer string) string {
				if id == "partner" {
					return answer
				}
				return udpCandidate.ReplaceAllString(answer, "")
			}
			partner := s.join(t, pion, "partner")
			p := s.join(t, of, "client")
			p.sees(t, partner, clip)
			partner.sees(t, p, of.publishes)
			if r := p.report(); r.Protocol != "" && r.Protocol != "tcp" {
				t.Errorf("media flow over %s", r.Protocol)
			}
		})
	}
}

var udpCandidate = regexp.MustCompile(`(?mi)^a=candidate:\S+ \d+ udp .*\r\n`)

// TestLoss_IsRepairedBothWays loses every twentieth packet of media in each
// direction between the client and the server.
func TestLoss_IsRepairedBothWays(t *testing.T) {
	for _, of := range implementations {
		t.Run(of.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			lossy := newRelay(t, 20)
			s.rewrite = func(id sfu.PeerID, answer string) string {
				if id == "client" {
					return lossy.stand(t, answer)
				}
				return answer
			}
			partner := s.join(t, chromium, "partner")
			p := s.join(t, of, "client")
			p.sees(t, partner, chromium.publishes)
			partner.sees(t, p, of.publishes)
			p.until(t, "losses are repaired both ways", func(r report) bool {
				n := s.Stats().Recovery
				return n.PacketsResent > 0 && n.PacketsRepaired > 0
			})
			p.sees(t, partner, chromium.publishes)
			partner.sees(t, p, of.publishes)
		})
	}
}

// relay stands between one client and the server and loses packets of media.
type relay struct {
	front *net.UDPConn // the client's side
	every int
	done  sync.WaitGroup

	mu   sync.Mutex                      // guards back
	back map[netip.AddrPort]*net.UDPConn // by the client's address
}

func newRelay(t *testing.T, every int) *relay {
	t.Helper()
	front, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(here.media, 0)))
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{front: front, every: every, back: map[netip.AddrPort]*net.UDPConn{}}
	t.Cleanup(func() { // ends every goroutine, and waits for them
		_ = front.Close()
		r.mu.Lock()
		for _, c := range r.back {
			_ = c.Close()
		}
		r.mu.Unlock()
		r.done.Wait()
	})
	return r
}

// stand puts the relay's port in place of the server's into an answer.
func (r *relay) stand(t *testing.T, answer string) string {
	t.Helper()
	found := candidatePort.FindStringSubmatch(answer)
	if found == nil {
		t.Fatalf("no candidate in\n%s", answer)
	}
	port, _ := strconv.Atoi(found[1])
	server := netip.AddrPortFrom(here.media, uint16(port))
	r.done.Go(func() { r.forward(server) })
	mine := strconv.Itoa(r.front.LocalAddr().(*net.UDPAddr).Port)
	return strings.ReplaceAll(answer, " "+found[1]+" typ host", " "+mine+" typ host")
}

var candidatePort = regexp.MustCompile(`a=candidate:.* (\d+) typ host`)

// forward carries what the client sends, from a socket for each of its addresses.
func (r *relay) forward(server netip.AddrPort) {
	b, lost := make([]byte, 2048), loss{every: r.every}
	for {
		n, from, err := r.front.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		if lost.takes(b[:n]) {
			continue
		}
		r.mu.Lock()
		c := r.back[from]
		if c == nil {
			if c, err = net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(server)); err != nil {
				r.mu.Unlock()
				return
			}
			r.back[from] = c
			r.done.Go(func() { r.backward(c, from) })
		}
		r.mu.Unlock()
		_, _ = c.Write(b[:n])
	}
}

// backward carries what the server sends to one address of the client.
func (r *relay) backward(c *net.UDPConn, to netip.AddrPort) {
	b, lost := make([]byte, 2048), loss{every: r.every}
	for {
		n, err := c.Read(b)
		if err != nil {
			return
		}
		if !lost.takes(b[:n]) {
			_, _ = r.front.WriteToUDPAddrPort(b[:n], to)
		}
	}
}

// loss takes every so many packets of RTP.
type loss struct{ every, seen int }

func (l *loss) takes(b []byte) bool {
	if len(b) < 12 || b[0]>>6 != 2 || 192 <= b[1] && b[1] <= 223 { // RFC 5761 section 4: the latter are RTCP
		return false
	}
	l.seen++
	return l.seen%l.every == 0
}
