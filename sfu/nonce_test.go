package sfu

import (
	"testing"

	"github.com/pion/rtcp"
	"pgregory.net/rapid"
)

// sender is a raw participant with the numbers of what it sends.
type sender struct {
	*raw
	seq       uint16
	timestamp uint32
	sent      [][]byte // of all its streams, to be replayed
	late      [][]byte // not delivered yet
}

// TestNonce_NeverTwice: three participants who publish and receive each other,
// over connections with real keys. Whatever they and the network do, nothing is
// sealed with a nonce that was used before: neither media, nor what is sent
// again, nor reports.
func TestNonce_NeverTwice(t *testing.T) {
	s := newServer(t)
	var repeated, reports, rollovers, bindings int
	var all []*sender // for all runs: numbers go on and on
	for n := range 3 {
		used, usedByReports := map[[12]byte]bool{}, map[[12]byte]bool{} // RTCP has keys of its own
		id := PeerID(rune('a' + n))
		p := &sender{raw: newRaw(t, s, "r", id, func(report bool, nonce [12]byte, d []byte) {
			table := used
			if report {
				table = usedByReports
				reports++
			}
			if table[nonce] {
				repeated++
				t.Errorf("%s: nonce %x was used before %x", id, nonce, d[:12])
			}
			table[nonce] = true
		})}
		defer p.leave()
		all = append(all, p)
	}
	rapid.Check(t, func(rt *rapid.T) {
		if repeated > 0 {
			return
		}
		any := func(rt *rapid.T) *sender { return all[rapid.IntRange(0, len(all)-1).Draw(rt, "who")] }
		pick := func(rt *rapid.T, list [][]byte) int { return rapid.IntRange(0, len(list)-1).Draw(rt, "which") }
		send := func(rt *rapid.T, p *sender, keyframe bool) {
			step := rapid.OneOf(rapid.Uint16Range(1, 2), rapid.Uint16Range(1, 2), rapid.Uint16Range(1, 25_000)).Draw(rt, "step")
			p.seq += step
			p.timestamp += 3000
			lost := rapid.IntRange(0, 5).Draw(rt, "lost") == 0
			d := p.send(p.seq, p.timestamp, keyframe, lost)
			if p.sent = append(p.sent, d); lost {
				p.late = append(p.late, d)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"packet":   func(rt *rapid.T) { send(rt, any(rt), false) },
			"burst":    func(rt *rapid.T) { p := any(rt); send(rt, p, true); send(rt, p, false); send(rt, p, false) },
			"keyframe": func(rt *rapid.T) { send(rt, any(rt), true) },
			"replay": func(rt *rapid.T) {
				if p := any(rt); len(p.sent) > 0 {
					p.write(p.sent[pick(rt, p.sent)])
				}
			},
			"late": func(rt *rapid.T) {
				if p := any(rt); len(p.late) > 0 {
					p.write(p.late[pick(rt, p.late)])
				}
			},
			"another stream": func(rt *rapid.T) {
				p := any(rt)
				p.ssrc += 2
				p.seq = rapid.Uint16Max(1<<15).Draw(rt, "first")
				p.renegotiate()
			},
			"publish or not": func(rt *rapid.T) {
				p := any(rt)
				p.publishes = !p.publishes
				p.renegotiate()
				bindings++
			},
			"restart": func(rt *rapid.T) {
				p := any(rt)
				p.restarts++
				p.renegotiate()
				p.sync()
			},
			"missing": func(rt *rapid.T) {
				p := any(rt)
				p.sync()
				ssrc := rapid.SampledFrom(p.streams).Draw(rt, "stream")
				p.tell(&rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: ssrc, Nacks: []rtcp.NackPair{
					{PacketID: p.lastSeq[ssrc] - rapid.Uint16Max(20).Draw(rt, "back"), LostPackets: rtcp.PacketBitmap(rapid.Uint16().Draw(rt, "mask"))}}})
			},
			"picture lost": func(rt *rapid.T) {
				p := any(rt)
				p.tell(&rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: p.streams[0]})
			},
			"report": func(rt *rapid.T) {
				p := any(rt)
				p.tell(&rtcp.SenderReport{SSRC: p.ssrc, NTPTime: rapid.Uint64().Draw(rt, "ntp"), RTPTime: p.timestamp})
			},
		})
		for _, p := range all {
			p.sync()
		}
	})
	packets := 0
	for _, p := range all {
		packets += p.received
		for _, r := range p.rollover {
			rollovers += int(r)
		}
	}
	st, err := s.RoomStats("r")
	if err != nil {
		t.Fatal(err)
	}
	repairs := int(st.PacketsResent)
	t.Logf("%d packets, %d of them repairs, %d reports, %d rollovers, %d bindings", packets, repairs, reports, rollovers, bindings)
	if packets == 0 || repairs == 0 || reports == 0 || rollovers == 0 || bindings == 0 {
		t.Error("too little was tried")
	}
}
