package sfu

import (
	"errors"
	"net/netip"
	"slices"

	"nara/sfu/answer"
)

// candidates are the addresses at which clients reach a loop: first all that
// take UDP, then those that take TCP, each kind in the order of the endpoints.
func candidates(udp, tcp []netip.AddrPort, public []Public) ([]answer.Candidate, error) {
	var list []answer.Candidate
	dual := !slices.ContainsFunc(udp, func(at netip.AddrPort) bool { return at.Addr().Is4() })
	for i, endpoints := range [][]netip.AddrPort{udp, tcp} {
		for _, at := range endpoints {
			for _, reached := range reachedAt(at.Addr(), dual, public) {
				c := answer.Candidate{Address: netip.AddrPortFrom(reached, at.Port()), TCP: i == 1}
				if !slices.Contains(list, c) {
					list = append(list, c)
				}
			}
		}
	}
	if len(list) == 0 {
		return nil, errors.New("media: listening on every address needs the addresses that clients can reach")
	}
	return list, nil
}

// reachedAt has the addresses at which clients reach a local one; dual: [::]
// takes IPv4 too.
func reachedAt(local netip.Addr, dual bool, public []Public) (list []netip.Addr) {
	everywhere := local.IsUnspecified()
	local = local.WithZone("") // means something on this machine only
	for _, p := range public {
		family := p.Address.Is4() == local.Is4() || everywhere && local.Is6() && dual
		if family && (!p.Local.IsValid() || p.Local == local || everywhere) {
			list = append(list, p.Address)
		}
	}
	if len(list) == 0 && !everywhere {
		list = []netip.Addr{local}
	}
	return list
}
