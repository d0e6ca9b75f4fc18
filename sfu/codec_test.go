package sfu

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

func TestCodecs_WhatAClientCannotDecodeStaysUnbound(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true, video: webrtc.MimeTypeH264, codecs: onlyH264}).join(true).connected()
	both := newClient(t, s, "r", "both", clientOptions{spares: 1}).join(true).connected()
	vp8 := newClient(t, s, "r", "vp8", clientOptions{spares: 1, codecs: onlyVP8}).join(true).connected()
	_, stop := a.films(true)
	defer stop()
	defer a.every(5*time.Millisecond, func(bool) { a.sound([]byte("sound")) })()
	both.wait("the picture", func() bool { n, _ := both.frames("1"); return len(n) > 20 })
	vp8.wait("the sound", func() bool { return vp8.texts("0", Audio)["sound"] > 20 })
	if n, _ := vp8.frames("1"); len(n) != 0 {
		t.Error("a client gets what it cannot decode")
	}
	st, err := s.PeerStats("r", "a")
	if err != nil || len(st.Publications) != 2 {
		t.Fatalf("%+v %v", st, err)
	}
	if p := st.Publications[1]; p.Codec != "H264" || p.Subscribers != 1 || p.Undecodable != 1 {
		t.Errorf("%+v", p)
	}
	if p := st.Publications[0]; p.Codec != "opus" || p.Subscribers != 2 || p.Undecodable != 0 {
		t.Errorf("%+v", p)
	}
	// The m-line stays free for what it can carry.
	c := newClient(t, s, "r", "c", clientOptions{publish: true}).join(true).connected()
	_, stop = c.films(false)
	defer stop()
	vp8.wait("the other picture", func() bool { n, _ := vp8.frames("1"); return len(n) > 20 })
	both.mu.Lock()
	defer both.mu.Unlock()
	for _, p := range both.received["1"] {
		if p.PayloadType == 111 || p.PayloadType == 100 {
			t.Fatalf("payload type %d is not this client's for H.264", p.PayloadType)
		}
	}
}

// sound sends one packet of audio.
func (c *client) sound(payload []byte) {
	c.t.Helper()
	c.seq[0]++
	h := rtp.Header{Version: 2, SequenceNumber: c.seq[0], Timestamp: uint32(c.seq[0]) * 960}
	if err := c.audio.WriteRTP(&rtp.Packet{Header: h, Payload: payload}); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		c.t.Error(err)
	}
}

const mimeRED = "audio/red"

// withRED is a client that knows RED, by numbers of its own, and prefers it.
func withRED(opus, red uint8, first bool) func(*webrtc.MediaEngine) error {
	return func(m *webrtc.MediaEngine) error {
		plain := webrtc.RTPCodecParameters{PayloadType: webrtc.PayloadType(opus), RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}}
		redundant := webrtc.RTPCodecParameters{PayloadType: webrtc.PayloadType(red), RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: mimeRED, ClockRate: 48000, Channels: 2, SDPFmtpLine: fmt.Sprintf("%d/%d", opus, opus)}}
		list := []webrtc.RTPCodecParameters{plain, redundant}
		if first {
			list[0], list[1] = list[1], list[0]
		}
		for _, c := range list {
			if err := m.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
				return err
			}
		}
		return m.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: 100, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}}, webrtc.RTPCodecTypeVideo)
	}
}

func TestRED_GoesToThoseWhoTakeItAndPlainOpusToTheOthers(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true, audio: mimeRED, codecs: withRED(111, 63, true)}).join(true).connected()
	red := newClient(t, s, "r", "red", clientOptions{spares: 1, codecs: withRED(109, 121, false)}).join(true).connected()
	plain := newClient(t, s, "r", "plain", clientOptions{spares: 1, codecs: onlyVP8}).join(true).connected()
	defer a.every(5*time.Millisecond, func(bool) {
		a.sound([]byte{0x80 | 111, 0, 0x0c, 3, 111, 'o', 'l', 'd', 'n', 'e', 'w'})
	})()
	want := string([]byte{0x80 | 109, 0, 0x0c, 3, 109}) + "oldnew"
	red.wait("redundant sound", func() bool { return red.texts("0", Audio)[want] > 20 })
	plain.wait("plain sound", func() bool { return plain.texts("0", Audio)["new"] > 20 })
	for _, x := range []struct {
		c    *client
		want uint8
	}{{red, 121}, {plain, 111}} {
		if len(x.c.texts("0", Audio)) != 1 {
			t.Errorf("%s: %v", x.c.id, x.c.texts("0", Audio))
		}
		x.c.mu.Lock()
		for _, p := range x.c.received["0"] {
			if p.PayloadType != x.want {
				t.Fatalf("%s got payload type %d", x.c.id, p.PayloadType)
			}
		}
		x.c.mu.Unlock()
	}
}
