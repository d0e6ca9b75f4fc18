package load

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

func TestSilence_HoldsBackReportsOfWhoHasSentNothing(t *testing.T) {
	var written []uint32
	var s silence
	w := s.BindRTCPWriter(interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
		for _, p := range packets {
			written = append(written, p.DestinationSSRC()...)
		}
		return 1, nil
	}))
	block := []rtcp.ReceptionReport{{SSRC: 3}}
	for _, packets := range [][]rtcp.Packet{
		{&rtcp.SenderReport{SSRC: 1}},
		{&rtcp.SenderReport{SSRC: 2, PacketCount: 1}},
		{&rtcp.ReceiverReport{SSRC: 9, Reports: block}},
		{&rtcp.PictureLossIndication{MediaSSRC: 4}},
		{&rtcp.SenderReport{SSRC: 5}, &rtcp.PictureLossIndication{MediaSSRC: 6}},
	} {
		if _, err := w.Write(packets, nil); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]uint32{2, 3, 4, 5, 6}, written); diff != "" {
		t.Error(diff)
	}
}
