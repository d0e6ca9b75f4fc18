package load

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

// Options of Run.
type Options struct {
	// URL of the signalling, ws:// or wss://.
	URL string
	// Origin as the server knows it; default: the URL's own.
	Origin string
	// Tickets gives a ticket for a participant of a room that has no visit.
	Tickets func(room, participant string) (string, error)
	// Workload is visit, conference or fanout.
	Workload string
	// Size is the number of rooms, for fanout of subscribers.
	Size int
	// Warm is the time between the last join and the measurement, Dur the measured time.
	Warm, Dur time.Duration
	// Idle measures the server before the first join, if given.
	Idle time.Duration
	// Spacing is the time between two joins; 0 is 50 ms.
	Spacing time.Duration
	// PID of the server, 0 for none.
	PID int
}

// The bounds of a run, so that a slip of the finger does not take a machine down.
const (
	maxParticipants = 1000
	maxPhase        = 10 * time.Minute
	joinTimeout     = 20 * time.Second
	settle          = 2 * time.Second // what is missing at the end is lost when so long nothing came
	maxSettle       = 10 * time.Second
	poll            = 10 * time.Millisecond
)

// run is a workload under way.
type run struct {
	Options
	api    *webrtc.API
	window window
	people []*participant
}

// Run puts the workload on the server and measures. It ends early, with an error, when somebody cannot join.
func Run(ctx context.Context, o Options) (Result, error) {
	people, err := cast(o.Workload, o.Size)
	if err != nil {
		return Result{}, err
	}
	if len(people) > maxParticipants || max(o.Warm, o.Dur, o.Idle) > maxPhase {
		return Result{}, fmt.Errorf("at most %d participants and %v a phase", maxParticipants, maxPhase)
	}
	if o.Dur <= 0 {
		return Result{}, errors.New("nothing to measure: the duration is 0")
	}
	if o.Spacing == 0 {
		o.Spacing = 50 * time.Millisecond
	}
	r := &run{Options: o, people: people}
	if r.api, err = newAPI(o.URL); err != nil {
		return Result{}, err
	}
	defer func() {
		var closing sync.WaitGroup
		for _, p := range r.people {
			closing.Go(p.leave)
		}
		closing.Wait()
	}()
	m, err := r.measure(ctx)
	if err != nil {
		return Result{}, err
	}
	return r.result(m), nil
}

// measured is what the kernel said of server and generator.
type measured struct {
	idleCPU     float64
	empty       process // the server before the first join
	from, to    process
	busy0, busy process // the generator
	seconds     float64
}

// measure runs the phases.
func (r *run) measure(ctx context.Context) (m measured, err error) {
	if m.empty, err = readProcess(r.PID); err != nil {
		return m, err
	}
	if r.Idle > 0 {
		before := m.empty
		if err := pause(ctx, r.Idle); err != nil {
			return m, err
		}
		if m.empty, err = readProcess(r.PID); err != nil {
			return m, err
		}
		m.idleCPU = (m.empty.cpu() - before.cpu()) / r.Idle.Seconds()
	}

	sendCtx, stop := context.WithCancel(ctx)
	var sending sync.WaitGroup
	defer sending.Wait()
	defer stop()
	if err := r.join(ctx, func(p *participant) { sending.Go(func() { p.publish(sendCtx, &r.window) }) }); err != nil {
		return m, err
	}
	if err := r.hear(ctx); err != nil {
		return m, err
	}
	if err := pause(ctx, r.Warm); err != nil {
		return m, err
	}

	if m.from, err = readProcess(r.PID); err != nil {
		return m, err
	}
	if m.busy0, err = readProcess(os.Getpid()); err != nil {
		return m, err
	}
	start := now()
	r.window.open(start, r.Dur)
	if err := pause(ctx, r.Dur); err != nil {
		return m, err
	}
	if m.to, err = readProcess(r.PID); err != nil {
		return m, err
	}
	if m.busy, err = readProcess(os.Getpid()); err != nil {
		return m, err
	}
	m.seconds = float64(now()-start) / 1e9
	stop()
	sending.Wait()
	return m, r.settle(ctx)
}

// hear waits until everybody gets sound and picture of all others. A picture begins with a keyframe; what is sent
// before is not for its subscribers, so it is not lost.
func (r *run) hear(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, joinTimeout, errors.New("somebody has joined and does not get all media"))
	defer cancel()
	for _, p := range r.people {
		for p.tally.streams() < 2*p.others {
			if err := pause(ctx, poll); err != nil {
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

// settle waits for what is under way, until all has come or nothing comes any more.
func (r *run) settle(ctx context.Context) error {
	expected := 0
	for _, n := range r.expected() {
		expected += int(n)
	}
	for begin, last, since := now(), -1, now(); now()-begin < int64(maxSettle); {
		n := 0
		for _, p := range r.people {
			n += p.tally.received()
		}
		if n >= expected || n == last && now()-since > int64(settle) {
			break
		}
		if n != last {
			last, since = n, now()
		}
		if err := pause(ctx, poll); err != nil {
			return err
		}
	}
	return nil
}

// expected is how many packets of the window each participant should get. Everybody has stopped sending.
func (r *run) expected() []uint64 {
	inRoom := map[string]uint64{}
	for _, p := range r.people {
		inRoom[p.room] += p.sent.Load()
	}
	out := make([]uint64, len(r.people))
	for i, p := range r.people {
		out[i] = inRoom[p.room] - p.sent.Load()
	}
	return out
}

// join lets everybody join, Spacing apart, and starts the publishers.
func (r *run) join(ctx context.Context, start func(*participant)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var joining sync.WaitGroup
	for _, p := range r.people {
		joining.Go(func() {
			ctx, stop := context.WithTimeout(ctx, joinTimeout)
			defer stop()
			if err := p.join(ctx, r); err != nil {
				cancel(fmt.Errorf("%s of %s: %w", p.id, p.room, err))
				return
			}
			if p.publishes {
				start(p)
			}
		})
		if pause(ctx, r.Spacing) != nil {
			break
		}
	}
	joining.Wait()
	return context.Cause(ctx)
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
