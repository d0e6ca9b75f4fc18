package signaling

import (
	"container/list"
	"net/netip"
)

// How many WebSockets may be open that have not shown a ticket yet: of one address (of IPv6, one /64), and of all.
const (
	maxStrangersEach = 32
	maxStrangers     = 1024
)

// strangers are the sessions that have not shown a ticket yet, in the order in which they came. For one too many the
// oldest goes, of the same address if that is where the many come from. Who has a ticket shows it at once and is no
// stranger any more before it is their turn; who only holds sockets open pushes out their own. Guarded by the gateway's
// mutex.
type strangers struct {
	order list.List // of *session
	each  map[netip.Prefix]int
}

// add notes a newcomer and gives the session that must go, if any.
func (g *strangers) add(s *session) (surplus *session) {
	if g.each == nil {
		g.each = map[netip.Prefix]int{}
	}
	s.stranger = g.order.PushBack(s)
	g.each[s.address]++
	switch {
	case g.each[s.address] > maxStrangersEach:
		for e := g.order.Front(); e != nil; e = e.Next() {
			if o := e.Value.(*session); o.address == s.address {
				surplus = o
				break
			}
		}
	case g.order.Len() > maxStrangers:
		surplus = g.order.Front().Value.(*session)
	}
	if surplus != nil {
		g.remove(surplus)
	}
	return surplus
}

// remove forgets a session, which may have been forgotten already.
func (g *strangers) remove(s *session) {
	if s.stranger == nil {
		return
	}
	g.order.Remove(s.stranger)
	s.stranger = nil
	if g.each[s.address]--; g.each[s.address] == 0 {
		delete(g.each, s.address)
	}
}

// addressOf is where a request comes from, as coarsely as one owner has addresses. All that cannot be told apart count
// as one.
func addressOf(remote string) netip.Prefix {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr, bits := at.Addr().Unmap().WithZone(""), 64
	if addr.Is4() {
		bits = 32
	}
	return netip.PrefixFrom(addr, bits).Masked()
}
