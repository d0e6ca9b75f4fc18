package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"nara/bench/measure"
)

// drain is how long packets under way are waited for after the last was sent.
const drain = 700 * time.Millisecond

// window is the measured time on the run's clock, open after it is set.
type window struct{ start, end atomic.Int64 }

func (w *window) set(start, end int64) {
	w.end.Store(end)
	w.start.Store(start)
}

func (w *window) contains(t int64) bool {
	start := w.start.Load()
	return start != 0 && t >= start && t < w.end.Load()
}

// run is what all participants of one run share.
type run struct {
	clock     measure.Clock
	window    window
	sending   sync.WaitGroup
	receiving sync.WaitGroup
}

// load puts a workload on the server at a control address. A pid other than 0
// is the server's, for its CPU and memory.
func load(ctx context.Context, address string, pid int, w measure.Workload) (measure.Result, error) {
	result := measure.Result{Server: "raw", Workload: w, When: time.Now().UTC().Format(time.RFC3339)}
	places, err := w.Places()
	if err != nil {
		return result, err
	}
	if _, err := loopback(address); err != nil {
		return result, err
	}
	before, idle, err := measureIdle(ctx, pid, w.Idle)
	if err != nil {
		return result, err
	}
	result.IdleCPU = idle

	r := &run{clock: measure.StartClock()}
	sendCtx, stopSending := context.WithCancel(ctx)
	participants := make([]*participant, 0, len(places))
	stop := func() {
		stopSending()
		r.sending.Wait()
		_ = wait(ctx, drain) // an interrupt only makes it shorter
		for _, p := range participants {
			p.close()
		}
		r.receiving.Wait()
	}
	defer func() { stop() }()
	for i, place := range places {
		p, err := join(ctx, r, address, place)
		if err != nil {
			return result, fmt.Errorf("join participant %d of %d: %w", i+1, len(places), err)
		}
		participants = append(participants, p)
		r.receiving.Go(p.receive)
		if place.Publishes {
			p.publisher = newPublisher(p, uint32(i))
			r.sending.Go(func() { p.publisher.run(sendCtx) })
		}
		if err := wait(ctx, w.Spacing); err != nil {
			return result, err
		}
	}
	if err := wait(ctx, w.Warm); err != nil {
		return result, err
	}

	span, err := measureWindow(ctx, r, pid, w.Dur)
	if err != nil {
		return result, err
	}
	stop()
	stop = func() {}
	if err := tally(&result, participants, w.Dur); err != nil {
		return result, err
	}
	result.Seconds = span.seconds
	result.GeneratorCPU = span.generator / span.seconds
	result.Charge(before, span.first, span.last)
	return result, nil
}

// measureIdle is the server before the first join, and the cores it uses with
// nothing to do (0 when idle is 0: nothing was measured).
func measureIdle(ctx context.Context, pid int, idle time.Duration) (before measure.Process, cores float64, err error) {
	began, err := measure.ReadProcess(pid)
	if err != nil || idle == 0 {
		return began, 0, err
	}
	if err := wait(ctx, idle); err != nil {
		return began, 0, err
	}
	before, err = measure.ReadProcess(pid)
	return before, (before.CPU() - began.CPU()) / idle.Seconds(), err
}

// span is the window as it was: its length, and the processes over it.
type span struct {
	seconds     float64
	first, last measure.Process // the server
	generator   float64         // seconds of CPU of this process
}

func measureWindow(ctx context.Context, r *run, pid int, length time.Duration) (span, error) {
	first, err := measure.ReadProcess(pid)
	if err != nil {
		return span{}, err
	}
	own, err := measure.ReadProcess(os.Getpid())
	if err != nil {
		return span{}, err
	}
	start := r.clock.Now()
	r.window.set(start, start+int64(length))
	if err := wait(ctx, length); err != nil {
		return span{}, err
	}
	last, err := measure.ReadProcess(pid)
	if err != nil {
		return span{}, err
	}
	ownLast, err := measure.ReadProcess(os.Getpid())
	if err != nil {
		return span{}, err
	}
	return span{
		seconds: float64(r.clock.Now()-start) / 1e9,
		first:   first, last: last,
		generator: ownLast.CPU() - own.CPU(),
	}, nil
}

// tally adds up what all participants counted. They have ended.
func tally(result *measure.Result, participants []*participant, length time.Duration) error {
	var latency, joins measure.Histogram
	var sent, delivered, received, bytes, expected uint64
	inRoom := map[string]uint64{}
	for _, p := range participants {
		if p.publisher != nil {
			if err := p.publisher.err; err != nil {
				return fmt.Errorf("publish: %w", err)
			}
			sent += p.publisher.sent
			inRoom[p.place.Room] += p.publisher.sent
			result.Keyframes += p.publisher.keyframes
		}
	}
	for _, p := range participants {
		latency.Merge(&p.latency)
		delivered += p.delivered
		received += p.received
		bytes += p.bytes
		result.Duplicates += p.duplicates
		result.Unstamped += p.unstamped
		expected += inRoom[p.place.Room]
		if p.publisher != nil {
			expected -= p.publisher.sent
		}
		if p.place.Finds && p.first != 0 {
			joins.Add((p.first - p.began) / 1000)
			result.Joins++
		}
	}
	if sent == 0 || expected == 0 {
		return errors.New("nothing was sent in the window")
	}
	result.Participants = len(participants)
	result.SentPPS = float64(sent) / length.Seconds()
	result.DeliveredPPS = float64(delivered) / length.Seconds()
	result.DeliveredMbit = float64(bytes) * 8 / 1e6 / length.Seconds()
	result.Loss = 1 - float64(received)/float64(expected)
	result.LatencyP50, result.LatencyP99 = latency.Millis(0.5), latency.Millis(0.99)
	result.JoinP50, result.JoinP95 = joins.Millis(0.5), joins.Millis(0.95)
	return nil
}

// wait lets a time pass, unless the context ends before.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
