package answer

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// The H.264 profiles that are served, in packetization mode 1: names are the
// first two bytes of a profile-level-id. What is coded by a profile can be
// decoded by those that contain it: ConstrainedBaseline by all, Main and
// ConstrainedHigh by High. Baseline has tools that Main and High lack.
const (
	ConstrainedBaseline = "42e0"
	Baseline            = "4200"
	Main                = "4d00"
	ConstrainedHigh     = "640c"
	High                = "6400"
)

// profiles tells them by profile_idc and the bits of profile-iop (RFC 6184
// section 8.1, table 5; ConstrainedHigh by H.264 A.2.4.2).
var profiles = []struct {
	idc, mask, iop byte
	name           string
}{
	{0x42, 0x4f, 0x40, ConstrainedBaseline},
	{0x4d, 0x8f, 0x80, ConstrainedBaseline},
	{0x58, 0xcf, 0xc0, ConstrainedBaseline},
	{0x42, 0x4f, 0x00, Baseline},
	{0x58, 0xcf, 0x80, Baseline},
	{0x4d, 0xaf, 0x00, Main},
	{0x64, 0xff, 0x0c, ConstrainedHigh},
	{0x64, 0xff, 0x00, High},
}

// h264Answer names the profile that a=fmtp offers and writes the answer's
// parameters (RFC 6184 section 8.2.2: packetization mode and profile are those
// offered; so is the level, as nothing is known of what other clients can
// decode beyond it). It fails for what is not served.
func h264Answer(offered string) (profile, parameters string, ok bool) {
	if parameter(offered, "packetization-mode") != "1" {
		return "", "", false
	}
	if parameter(offered, "level-asymmetry-allowed") == "1" {
		parameters = "level-asymmetry-allowed=1;"
	}
	parameters += "packetization-mode=1"
	id := parameter(offered, "profile-level-id")
	b, err := hex.DecodeString(id)
	switch {
	case id == "":
		b = unnamed(parameter(offered, "sprop-parameter-sets"))
	case err != nil || len(b) != 3:
		return "", "", false
	default:
		parameters += ";profile-level-id=" + id
	}
	for _, p := range profiles {
		if b[0] == p.idc && b[1]&p.mask == p.iop {
			return p.name, parameters, true
		}
	}
	return "", "", false
}

// unnamed is the profile-level-id where none is offered: that of the sequence
// parameter set which the client says it sends, else Baseline at level 1 (RFC
// 6184 section 8.1).
func unnamed(sets string) []byte {
	for s := range strings.SplitSeq(sets, ",") {
		if b, err := base64.StdEncoding.DecodeString(s); err == nil && len(b) > 3 && b[0]&31 == 7 {
			return b[1:4]
		}
	}
	return []byte{0x42, 0, 10}
}
