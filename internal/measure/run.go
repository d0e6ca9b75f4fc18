package measure

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"
)

const (
	joinTimeout = 20 * time.Second
	settleQuiet = 2 * time.Second // what is missing at the end is lost when so long nothing came
	settleMost  = 10 * time.Second
	poll        = 10 * time.Millisecond
	gcPercent   = 400 // the generator collects less often than the default, to disturb itself less
)

// run is a workload under way.
type run struct {
	Workload
	server  Server
	clock   Clock
	window  Window
	members []*Member
}

// Run puts the workload on the server and measures. A pid other than 0 is the server's process. It ends early, with an
// error, when somebody cannot join or send.
func Run(ctx context.Context, s Server, w Workload, pid int) (Result, error) {
	places, err := w.Places()
	if err != nil {
		return Result{}, err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	r := &run{Workload: w, server: s, clock: StartClock()}
	for _, p := range places {
		r.members = append(r.members, &Member{Place: p, clock: r.clock, window: &r.window, fail: fail})
	}
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	defer r.leave()
	return r.measure(ctx, pid)
}

// measure runs the phases.
func (r *run) measure(ctx context.Context, pid int) (result Result, err error) {
	result = Result{Server: r.server.Name(), Workload: r.Workload, Participants: len(r.members), When: time.Now().UTC().Format(time.RFC3339)}
	began, err := read(pid)
	if err != nil {
		return result, err
	}
	before := began
	if r.Idle > 0 {
		if err := pause(ctx, r.Idle); err != nil {
			return result, err
		}
		if before, err = read(pid); err != nil {
			return result, err
		}
		result.IdleCPU = (before.server.CPU() - began.server.CPU()) / r.Idle.Seconds()
	}

	sendCtx, stop := context.WithCancel(ctx)
	var sending sync.WaitGroup
	defer sending.Wait()
	defer stop()
	var pace pacer
	sending.Go(func() { pace.run(sendCtx) })
	publish := func(m *Member, n int) { pace.add(newPublisher(m, n)) }
	if err := r.join(ctx, publish); err != nil {
		return result, err
	}
	if err := r.hear(ctx); err != nil {
		return result, err
	}
	if err := pause(ctx, r.Warm); err != nil {
		return result, err
	}

	first, err := read(pid)
	if err != nil {
		return result, err
	}
	start := r.clock.Now()
	r.window.Open(start, r.Dur)
	if err := pause(ctx, r.Dur); err != nil {
		return result, err
	}
	last, err := read(pid)
	if err != nil {
		return result, err
	}
	result.Seconds = float64(r.clock.Now()-start) / 1e9
	stop()
	sending.Wait()
	if err := r.settle(ctx); err != nil {
		return result, err
	}
	if err := r.add(&result); err != nil {
		return result, err
	}
	result.charge(before, first, last)
	return result, nil
}

// join lets everybody join, Spacing apart, and starts the publishers.
func (r *run) join(ctx context.Context, publish func(m *Member, n int)) error {
	var joining sync.WaitGroup
	for n, m := range r.members {
		joining.Go(func() {
			ctx, stop := context.WithTimeout(ctx, joinTimeout)
			defer stop()
			m.Begin()
			session, err := r.server.Join(ctx, m)
			if err != nil {
				m.Fail(err)
				return
			}
			m.session = session
			if m.Publishes {
				publish(m, n)
			}
		})
		if pause(ctx, r.Spacing) != nil {
			break
		}
	}
	joining.Wait()
	return context.Cause(ctx)
}

// hear waits until everybody gets sound and picture of all others. A picture begins with a keyframe; what is sent
// before is not for its subscribers, so it is not lost.
func (r *run) hear(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, joinTimeout, errors.New("somebody has joined and does not get all media"))
	defer cancel()
	for _, m := range r.members {
		for m.streams() < 2*m.Others {
			if err := pause(ctx, poll); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle waits for what is under way, until all has come or nothing comes any more.
func (r *run) settle(ctx context.Context) error {
	var expected uint64
	for _, n := range r.expected() {
		expected += n
	}
	var last uint64
	for begin, since := r.clock.Now(), r.clock.Now(); r.clock.Now()-begin < int64(settleMost); {
		var n uint64
		for _, m := range r.members {
			n += m.received()
		}
		if n >= expected || n == last && r.clock.Now()-since > int64(settleQuiet) {
			break
		}
		if n != last {
			last, since = n, r.clock.Now()
		}
		if err := pause(ctx, poll); err != nil {
			return err
		}
	}
	return nil
}

// expected is how many packets of the window each member should get. Everybody has stopped sending.
func (r *run) expected() []uint64 {
	inRoom := map[string]uint64{}
	for _, m := range r.members {
		inRoom[m.Room] += m.sent.Load()
	}
	out := make([]uint64, len(r.members))
	for i, m := range r.members {
		out[i] = inRoom[m.Room] - m.sent.Load()
	}
	return out
}

// add adds up what all members counted.
func (r *run) add(result *Result) error {
	var latency, joins Histogram
	var sent, delivered, received, bytes, expected uint64
	for i, n := range r.expected() {
		m := r.members[i]
		m.close()
		expected += n
		sent += m.sent.Load()
		result.Keyframes += m.keyframes.Load()
		latency.Merge(&m.latency)
		received += m.latency.Count()
		delivered += m.delivered
		bytes += m.bytes
		result.Duplicates += m.duplicates
		result.Unstamped += m.unstamped
		if m.Finds && m.first != 0 {
			joins.Add((m.first - m.began) / 1000)
		}
	}
	if expected == 0 && r.Name != Waiting {
		return errors.New("nothing was sent in the window")
	}
	if expected > 0 {
		result.Loss = 1 - float64(received)/float64(expected)
	}
	result.SentPPS = float64(sent) / r.Dur.Seconds()
	result.DeliveredPPS = float64(delivered) / r.Dur.Seconds()
	result.DeliveredMbit = float64(bytes) * 8 / 1e6 / r.Dur.Seconds()
	result.LatencyP50, result.LatencyP99 = latency.Millis(0.5), latency.Millis(0.99)
	result.JoinP50, result.JoinP95, result.Joins = joins.Millis(0.5), joins.Millis(0.95), int(joins.Count())
	return nil
}

// leave ends all sessions.
func (r *run) leave() {
	var leaving sync.WaitGroup
	for _, m := range r.members {
		if m.session != nil {
			leaving.Go(m.session.Close)
		}
	}
	leaving.Wait()
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return context.Cause(ctx)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
