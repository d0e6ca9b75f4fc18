package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"nara/internal/measure"
)

// report is what one kind of asking measured.
type report struct {
	parallel  int
	questions int // different ones
	times     measure.Histogram
	slowest   string // the question that took longest
	longest   time.Duration
	offered   int // slots in all answers
	empty     int // answers without any
}

// ask puts count searches, in turn from the questions, parallel at a time. The
// first failure ends it.
func ask(ctx context.Context, c *client, questions []string, count, parallel int) (report, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	reports := make([]report, parallel)
	var asking sync.WaitGroup
	for i := range reports {
		asking.Go(func() {
			for n := int(next.Add(1)) - 1; n < count && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				if err := reports[i].one(ctx, c, questions[n%len(questions)]); err != nil {
					cancel(err)
				}
			}
		})
	}
	asking.Wait()
	if err := context.Cause(ctx); err != nil {
		return report{}, err
	}
	total := report{parallel: parallel, questions: min(count, len(questions))}
	for i := range reports {
		total.merge(&reports[i])
	}
	if total.offered == 0 {
		return report{}, errors.New("no search found a free time: is the demo county seeded?")
	}
	return total, nil
}

func (r *report) one(ctx context.Context, c *client, question string) error {
	begin := time.Now()
	offered, err := c.search(ctx, question)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	took := time.Since(begin)
	r.times.Add(took.Microseconds())
	if took > r.longest {
		r.longest, r.slowest = took, question
	}
	r.offered += offered
	if offered == 0 {
		r.empty++
	}
	return nil
}

func (r *report) merge(o *report) {
	r.times.Merge(&o.times)
	r.offered += o.offered
	r.empty += o.empty
	if o.longest > r.longest {
		r.longest, r.slowest = o.longest, o.slowest
	}
}

// write prints the reports as a Markdown table.
func write(out io.Writer, reports []report) error {
	_, err := fmt.Fprint(out, "| at a time | searches | different | p50 ms | p95 ms | p99 ms | longest ms | slots/answer | empty | slowest |\n",
		"|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n")
	if err != nil {
		return err
	}
	for _, r := range reports {
		n := r.times.Count()
		_, err := fmt.Fprintf(out, "| %d | %d | %d | %.1f | %.1f | %.1f | %.1f | %.1f | %d | `%s` |\n",
			r.parallel, n, r.questions, r.times.Millis(0.5), r.times.Millis(0.95), r.times.Millis(0.99),
			float64(r.longest.Microseconds())/1000, float64(r.offered)/float64(n), r.empty, r.slowest)
		if err != nil {
			return err
		}
	}
	return nil
}
