//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"nara/internal/measure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a server until the test ends, and checks that it ends well.
func start(t *testing.T, segment bool) *server {
	t.Helper()
	s, err := listen("127.0.0.1:0", segment)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Error("run:", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("the server does not end")
		}
	})
	return s
}

func TestLoad_NothingIsLost(t *testing.T) {
	for _, c := range []struct {
		name, workload     string
		size, participants int
		segment            bool
	}{
		{"visit", "visit", 2, 4, false},
		{"conference in segments", "conference", 1, 5, true},
		{"fanout", "fanout", 4, 5, false},
		{"fanout in segments", "fanout", 4, 5, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, c.segment)
			r, err := measure.Run(t.Context(), bound{"raw", s.address()}, measure.Workload{
				Name: c.workload, Size: c.size, Warm: 100 * time.Millisecond, Dur: time.Second, Spacing: time.Millisecond,
			}, os.Getpid())
			if err != nil {
				t.Fatal(err)
			}
			if r.Loss != 0 || r.Duplicates != 0 || r.Unstamped != 0 {
				t.Errorf("loss %v, %d duplicates, %d unstamped", r.Loss, r.Duplicates, r.Unstamped)
			}
			if r.Participants != c.participants || r.DeliveredPPS < 100 || r.LatencyP50 <= 0 || r.LatencyP99 < r.LatencyP50 {
				t.Errorf("%d participants, %v delivered/s, latency %v to %v ms", r.Participants, r.DeliveredPPS, r.LatencyP50, r.LatencyP99)
			}
			if r.Joins == 0 || r.JoinP50 <= 0 || r.ServerCPU <= 0 || r.Keyframes == 0 {
				t.Errorf("%d joins of %v ms, %v cores, %d keyframes", r.Joins, r.JoinP50, r.ServerCPU, r.Keyframes)
			}
			if n := s.counts.refused.Load() + s.counts.unsent.Load(); n != 0 {
				t.Errorf("%d packets were refused by server or kernel", n)
			}
		})
	}
}

func TestServer_StrangersAndForgedPacketsGoNowhere(t *testing.T) {
	s := start(t, false)
	sender, receiver := enter(t, s, "a"), enter(t, s, "a")
	stranger, err := net.Dial("udp4", sender.server.String())
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	sound := measure.Sound(1)
	measure.Stamp{Stream: 1, Sequence: 1}.Put(sound)
	header := rtp.Header{Version: 2, PayloadType: measure.AudioType, SSRC: sender.ssrc, SequenceNumber: 1}
	plain, err := (&rtp.Packet{Header: header, Payload: sound}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	genuine, err := sender.up.EncryptRTP(nil, plain, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{genuine, {}, {0x80}} {
		if _, err := stranger.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	forged := bytes.Clone(genuine)
	forged[20] ^= 1
	for _, b := range [][]byte{forged, {0x9f, 0xff}, {}, make([]byte, 2040)} {
		if _, err := sender.media.WriteToUDPAddrPort(b, sender.server); err != nil {
			t.Fatal(err)
		}
	}
	if err := sender.Send(measure.Packet{Kind: measure.Audio, Sequence: 1, Payload: sound}); err != nil {
		t.Fatal(err)
	}
	if err := receiver.media.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 2048)
	n, err := receiver.media.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	got, err := receiver.down.DecryptRTP(nil, b[:n], nil)
	if err != nil {
		t.Fatal(err)
	}
	if stamp, ok := measure.ReadStamp(got); !ok || stamp.Sequence != 1 {
		t.Errorf("the first packet to arrive is %+v %v, want the genuine one", stamp, ok)
	}
}

// enter lets a participant into a room, who does not read.
func enter(t *testing.T, s *server, room string) *participant {
	t.Helper()
	control, err := net.Dial("tcp4", s.address())
	if err != nil {
		t.Fatal(err)
	}
	p := &participant{control: control}
	t.Cleanup(p.Close)
	if err := p.enter(t.Context(), room); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestServer_BadJoinsAreRefused(t *testing.T) {
	s := start(t, false)
	for _, c := range []struct{ send, want string }{
		{`{"room":"a","address":"192.0.2.1:5000"}`, "127.0.0.0/8"},
		{`{"room":"a","address":"[::1]:5000"}`, "127.0.0.0/8"},
		{`{"room":"a","address":"localhost"}`, "PORT"},
		{`{"room":"a"}`, "PORT"},
		{`{"room":"a","address":"127.0.0.1:5000","copies":9}`, "unknown field"},
		{`{"room":"` + strings.Repeat("a", 2*maxControl) + `"}`, "read join"},
		{"GET / HTTP/1.1\r\n\r\n", "read join"},
	} {
		conn, err := net.Dial("tcp4", s.address())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(c.send)); err != nil {
			t.Fatal(err)
		}
		var answer joinAnswer
		if err := json.NewDecoder(conn).Decode(&answer); err != nil {
			t.Errorf("%.40q: %v", c.send, err)
		}
		if !strings.Contains(answer.Error, c.want) || answer.Up != nil {
			t.Errorf("%.40q was answered %+v, want an error with %q", c.send, answer, c.want)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestServer_LeavingFreesThePlace(t *testing.T) {
	s := start(t, false)
	address := "127.0.0.1:5000"
	for range 3 {
		m, _, err := s.join(joinRequest{Room: "a", Address: address})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.join(joinRequest{Room: "b", Address: address}); err == nil {
			t.Error("one address is two members")
		}
		s.leave(m)
	}
	if len(s.members) != 0 || len(s.rooms) != 0 {
		t.Errorf("%d members and %d rooms are left", len(s.members), len(s.rooms))
	}
}

func TestServer_IsFullAtItsBound(t *testing.T) {
	s := start(t, false)
	for i := range measure.MaxParticipants + 1 {
		_, _, err := s.join(joinRequest{Room: fmt.Sprint(i), Address: loopbackPort(10_000 + i)})
		if full := i == measure.MaxParticipants; (err != nil) != full {
			t.Fatalf("member %d: %v", i+1, err)
		}
	}
}

func loopbackPort(port int) string {
	return (&net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}).String()
}

func TestListen_OnlyLoopback(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "[::]:0", ":7000", "192.0.2.1:0", "", "127.0.0.1"} {
		if s, err := listen(address, false); err == nil {
			t.Errorf("listens on %s for %q", s.address(), address)
		}
	}
	if _, err := measure.Run(t.Context(), bound{"raw", "192.0.2.1:7000"}, measure.Workload{Name: "visit", Size: 1, Dur: time.Second}, 0); err == nil {
		t.Error("a load on another machine was started")
	}
}

func TestLoad_InterruptedEndsAtOnce(t *testing.T) {
	s := start(t, false)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err := measure.Run(ctx, bound{"raw", s.address()}, measure.Workload{Name: "visit", Size: 1, Warm: time.Minute, Dur: time.Minute}, 0)
	if err == nil || time.Since(begin) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}

func TestRun_CommandsSayWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"load"}, "--address"},
		{[]string{"load", "--address", "127.0.0.1:1", "--workload", "party"}, "party"},
		{[]string{"load", "--address", "127.0.0.1:1", "--pid", "1073741824"}, "process"},
		{[]string{"load", "--address", "127.0.0.1:1"}, "reach server"},
		{[]string{"serve", "--for", "2h"}, "1h"},
		{[]string{"serve", "--listen", "0.0.0.0:0"}, "127.0.0.0/8"},
	} {
		var out bytes.Buffer
		if err := execute(t.Context(), c.args, &out); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want an error with %q", c.args, err, c.want)
		}
	}
	var out bytes.Buffer
	if err := execute(t.Context(), []string{"serve", "--for", "1ms"}, &out); err != nil || !strings.HasPrefix(out.String(), "address=127.0.0.1:") {
		t.Errorf("serve printed %q, %v", out.String(), err)
	}
}
