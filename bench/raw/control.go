package main

import (
	"fmt"
	"net/netip"
)

// The control protocol: a member opens a TCP connection, sends one joinRequest
// and gets one joinAnswer, a JSON object each. Its end is the leaving.
type (
	joinRequest struct {
		Room    string `json:"room"`
		Address string `json:"address"` // the member's UDP socket
	}
	joinAnswer struct {
		Media string `json:"media"` // the server's UDP socket
		SSRC  uint32 `json:"ssrc"`  // for audio; video has the next one
		Up    []byte `json:"up"`    // master key and salt, member to server
		Down  []byte `json:"down"`
		Error string `json:"error,omitempty"`
	}
)

// maxControl is the length of a request or answer in bytes.
const maxControl = 1024

// loopback reads an address and refuses all that are not on this machine.
func loopback(address string) (netip.AddrPort, error) {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("address %q: want 127.0.0.1:PORT", address)
	}
	if !a.Addr().Is4() || !a.Addr().IsLoopback() {
		return netip.AddrPort{}, fmt.Errorf("address %s: only 127.0.0.0/8 is measured", a)
	}
	return a, nil
}
