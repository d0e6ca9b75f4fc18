package httpapi

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rates are how often one address may ask for what can be guessed at or is dear.
type Rates struct {
	SignIn Rate // demo sign-in
	Link   Rate // exchange of a link's secret: 128 bits are not guessed, years of birth are
	Search Rate // free times
}

// Rate is a steady rate with a burst.
type Rate struct {
	PerSecond float64
	Burst     int
}

// DefaultRates suit people, and a health station of many people behind one address.
var DefaultRates = Rates{SignIn: Rate{1, 60}, Link: Rate{1, 60}, Search: Rate{50, 200}}

// maxAddresses bounds the memory of a limit: 4096 addresses of about 150 bytes.
const maxAddresses = 4096

// limit is a token bucket for each address.
type limit struct {
	rate Rate
	now  func() time.Time

	mu      sync.Mutex // guards the field below
	buckets map[netip.Prefix]*bucket
}

type bucket struct {
	tokens *rate.Limiter
	used   time.Time
}

func newLimit(r Rate) *limit {
	return &limit{rate: r, now: time.Now, buckets: make(map[netip.Prefix]*bucket)}
}

// allow takes a token of the address's bucket, if there is one.
func (l *limit) allow(address netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, key := l.now(), network(address)
	b := l.buckets[key]
	if b == nil {
		if len(l.buckets) >= maxAddresses {
			l.forget()
		}
		b = &bucket{tokens: rate.NewLimiter(rate.Limit(l.rate.PerSecond), l.rate.Burst)}
		l.buckets[key] = b
	}
	b.used = now
	return b.tokens.AllowN(now, 1)
}

// forget drops the address that has been quiet the longest among a handful: a flood of addresses then costs the
// flood's own buckets rather than a scan of all of them. Caller holds mu.
func (l *limit) forget() {
	const handful = 16
	var oldest netip.Prefix
	var since time.Time
	seen := 0
	for key, b := range l.buckets { // the map's order is random
		if seen == 0 || b.used.Before(since) {
			oldest, since = key, b.used
		}
		if seen++; seen == handful {
			break
		}
	}
	delete(l.buckets, oldest)
}

// network is what counts as one address: an IPv4 address, or the /64 that one IPv6 household has.
func network(address netip.Addr) netip.Prefix {
	address = address.Unmap().WithZone("")
	bits := 32
	if address.Is6() {
		bits = 64
	}
	prefix, err := address.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}

// clientAddress is the peer's address, or, when the peer is a proxy on this machine, the last one it forwards for.
func clientAddress(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	peer, err := netip.ParseAddr(host)
	if err != nil || !peer.IsLoopback() {
		return peer
	}
	forwarded := r.Header.Values("X-Forwarded-For")
	if len(forwarded) == 0 {
		return peer
	}
	last := forwarded[len(forwarded)-1]
	if i := strings.LastIndexByte(last, ','); i >= 0 {
		last = last[i+1:]
	}
	if client, err := netip.ParseAddr(strings.TrimSpace(last)); err == nil {
		return client
	}
	return peer
}
