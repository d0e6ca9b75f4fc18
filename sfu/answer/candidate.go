package answer

import (
	"fmt"
	"net/netip"
)

// Candidate is an address of the server that clients may send to.
type Candidate struct {
	Address netip.AddrPort
	TCP     bool // ICE-TCP: the client connects (RFC 6544 passive)
}

// Type preferences of host candidates (RFC 8445 section 5.1.2.1): any UDP
// comes before any TCP, as RFC 6544 section 4.2 recommends for media.
const (
	preferUDP = 126
	preferTCP = 90
)

// preferPassive is the direction preference of a passive host candidate (RFC
// 6544 section 4.2).
const preferPassive = 4

// text is the candidate's attribute value (RFC 8839 section 5.1, RFC 6544
// section 4.5); place counts all candidates of the answer, best first, from 0.
// Each has a foundation of its own, for their bases differ.
func (c Candidate) text(place int) string {
	transport, suffix := "udp", ""
	priority := preferUDP<<24 | (65535-place)<<8 | 255
	if c.TCP {
		transport, suffix = "tcp", " tcptype passive"
		priority = preferTCP<<24 | (preferPassive<<13|(8191-place))<<8 | 255
	}
	return fmt.Sprintf("%d 1 %s %d %s %d typ host%s", place+1, transport, priority, c.Address.Addr(), c.Address.Port(), suffix)
}
