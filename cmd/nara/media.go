package main

import (
	"net/netip"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"nara/sfu"
)

// media reads how media reaches the server. It wants IP addresses: names would be resolved once and then be wrong.
func (f *faultList) media(s settings) sfu.Config {
	c := sfu.Config{OnePort: s.MediaOnePort, TCP: s.MediaTCP, GCMOnly: s.MediaGCMOnly, Loops: f.loops(s.Loops)}
	everywhere := false
	for _, text := range s.MediaListen {
		at, err := netip.ParseAddrPort(strings.TrimSpace(text))
		switch {
		case err != nil:
			f.add("media-listen", "%q is not an IP address and port", text)
			continue
		case !c.OnePort && at.Port() != 0 && int(at.Port())+c.Loops-1 > 65535:
			f.add("media-listen", "%q has no ports behind it for %d loops", text, c.Loops)
		}
		everywhere = everywhere || at.Addr().IsUnspecified()
		c.Listen = append(c.Listen, netip.AddrPortFrom(at.Addr().Unmap(), at.Port()))
	}
	for _, text := range s.MediaAddress {
		public, local, translated := strings.Cut(text, "=")
		p := sfu.Public{Address: f.reachable(public, text)}
		if translated {
			p.Local = f.reachable(local, text)
		}
		switch {
		case !p.Address.IsValid() || translated != p.Local.IsValid():
		case len(c.Listen) > 0 && !leads(p, c.Listen):
			f.add("media-address", "%q leads to no address of --media-listen", text)
		default:
			c.Public = append(c.Public, p)
		}
	}
	if everywhere && len(s.MediaAddress) == 0 {
		f.add("media-address", "is needed when --media-listen listens everywhere: at which IP addresses do browsers reach it?")
	}
	return c
}

// leads says whether one of the endpoints listens where the address leads to.
func leads(p sfu.Public, listen []netip.AddrPort) bool {
	everyFamily := !slices.ContainsFunc(listen, func(at netip.AddrPort) bool { return at.Addr().Is4() })
	return slices.ContainsFunc(listen, func(at netip.AddrPort) bool {
		everywhere := at.Addr().IsUnspecified()
		return (p.Address.Is4() == at.Addr().Is4() || everywhere && everyFamily) && (everywhere || !p.Local.IsValid() || p.Local == at.Addr().WithZone(""))
	})
}

// reachable is an address, or a fault of the whole text and no address.
func (f *faultList) reachable(text, whole string) netip.Addr {
	address, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil || address.IsUnspecified() || address.IsMulticast() || address.Zone() != "" {
		f.add("media-address", "%q: %q is not an IP address that browsers can reach", whole, text)
		return netip.Addr{}
	}
	return address.Unmap()
}

func (f *faultList) loops(text string) int {
	if text == "" {
		return min(runtime.GOMAXPROCS(0), sfu.MaxLoops)
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > sfu.MaxLoops {
		f.add("loops", "%q is not a number from 1 to %d", text, sfu.MaxLoops)
	}
	return n
}
