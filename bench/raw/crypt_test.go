package main

import (
	"bytes"
	"crypto/rand"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

func keys(t testing.TB) (master, salt []byte) {
	t.Helper()
	k := make([]byte, keySize+saltSize)
	if _, err := rand.Read(k); err != nil {
		t.Fatal(err)
	}
	return k[:keySize], k[keySize:]
}

func ownAndPion(t testing.TB) (*sealer, *srtp.Context) {
	t.Helper()
	master, salt := keys(t)
	own, err := newSealer(master, salt)
	if err != nil {
		t.Fatal(err)
	}
	pion, err := srtp.CreateContext(master, salt, srtp.ProtectionProfileAeadAes128Gcm)
	if err != nil {
		t.Fatal(err)
	}
	return own, pion
}

func packets(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for name, change := range map[string]func(*rtp.Packet){
		"plain":     func(*rtp.Packet) {},
		"empty":     func(p *rtp.Packet) { p.Payload = nil },
		"large":     func(p *rtp.Packet) { p.Payload = bytes.Repeat([]byte{7}, 1100) },
		"sources":   func(p *rtp.Packet) { p.CSRC = []uint32{1, 2, 3} },
		"extension": func(p *rtp.Packet) { _ = p.SetExtension(1, []byte{42}) },
	} {
		p := rtp.Packet{
			Header:  rtp.Header{Version: 2, Marker: true, PayloadType: 96, SequenceNumber: 65535, Timestamp: 9, SSRC: 99},
			Payload: []byte("the payload of a packet"),
		}
		change(&p)
		b, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		all[name] = b
	}
	return all
}

func TestSealer_IsBitEqualToPion(t *testing.T) {
	for name, plain := range packets(t) {
		own, pion := ownAndPion(t)
		for rollover := range uint32(3) { // the same sequence number each time around
			pion.SetROC(99, rollover)
			want, err := pion.EncryptRTP(nil, plain, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := own.seal(nil, plain, rollover); !bytes.Equal(got, want) {
				t.Errorf("%s, rollover %d: sealed\n%x, pion\n%x", name, rollover, got, want)
			}
			got, err := own.open(want, rollover)
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%s, rollover %d: opened\n%x, %v, want\n%x", name, rollover, got, err, plain)
			}
		}
	}
}

func TestSealer_EveryChangedBitIsRefused(t *testing.T) {
	own, _ := ownAndPion(t)
	sealed := own.seal(nil, packets(t)["extension"], 0)
	for bit := range len(sealed) * 8 {
		forged := bytes.Clone(sealed)
		forged[bit/8] ^= 1 << (bit % 8)
		if _, err := own.open(forged, 0); err == nil {
			t.Errorf("bit %d was changed and the packet accepted", bit)
		}
	}
	if _, err := own.open(bytes.Clone(sealed), 1); err == nil {
		t.Error("accepted with another rollover counter")
	}
}

func FuzzSealer_OpenNeverPanics(f *testing.F) {
	own, _ := ownAndPion(f)
	for _, p := range packets(f) {
		f.Add(own.seal(nil, p, 0))
		f.Add(p)
	}
	f.Add([]byte{0x9f})
	f.Fuzz(func(t *testing.T, packet []byte) {
		if plain, err := own.open(packet, 0); err == nil && len(plain)+tagSize != len(packet) {
			t.Errorf("%d bytes became %d", len(packet), len(plain))
		}
	})
}

func TestSealer_BadKeysAreRefused(t *testing.T) {
	for _, size := range [][2]int{{0, 0}, {16, 14}, {15, 12}, {32, 12}} {
		if _, err := newSealer(make([]byte, size[0]), make([]byte, size[1])); err == nil {
			t.Errorf("accepted a key of %d and a salt of %d bytes", size[0], size[1])
		}
	}
}

func TestRollover_FollowsTheWrapAndLatePackets(t *testing.T) {
	var r rollover
	for i, step := range []struct {
		sequence uint16
		count    uint32
	}{{65530, 0}, {65529, 0}, {65535, 0}, {2, 1}, {65534, 0}, {3, 1}, {1, 1}, {30000, 1}, {60000, 1}, {5, 2}, {59999, 1}} {
		got := r.guess(step.sequence)
		if got != step.count {
			t.Errorf("step %d: packet %d has rollover %d, want %d", i, step.sequence, got, step.count)
		}
		r.accept(step.sequence, got)
	}
}

func BenchmarkSealer_SealAndOpen(b *testing.B) {
	own, _ := ownAndPion(b)
	plain := packets(b)["large"]
	out := make([]byte, 0, 2048)
	b.SetBytes(int64(len(plain)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := own.open(own.seal(out, plain, 0), 0); err != nil {
			b.Fatal(err)
		}
	}
}
