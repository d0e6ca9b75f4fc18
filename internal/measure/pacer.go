package measure

import (
	"container/heap"
	"context"
	"runtime"
	"sync"
	"time"
)

// longestNap is how soon a publisher that joins is seen.
const longestNap = 5 * time.Millisecond

// pacer sends for all publishers, each packet at its own time. Timers will not do: they are exact in a program that is
// busy and up to a millisecond late, in clumps, in one that has little else to do, and a server pays for each time that
// it is woken. So a lean generator would make its server look better than it is.
type pacer struct {
	mu  sync.Mutex   // guards new
	new []*publisher // that joined since

	due schedule
}

// schedule is a heap of publishers, the one that sends next first.
type schedule []*publisher

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].next.Before(s[j].next) }
func (s schedule) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(p any)        { *s = append(*s, p.(*publisher)) }
func (s *schedule) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

// add lets a publisher begin.
func (c *pacer) add(p *publisher) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.new = append(c.new, p)
}

// run sends until ctx ends. A publisher whose session refuses a packet fails and is left out.
func (c *pacer) run(ctx context.Context) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer sleepExactly()()
	for ctx.Err() == nil {
		c.mu.Lock()
		for _, p := range c.new {
			heap.Push(&c.due, p)
		}
		c.new = nil
		c.mu.Unlock()
		wait := longestNap
		if len(c.due) > 0 {
			wait = min(wait, time.Until(c.due[0].next))
		}
		if wait > 0 {
			sleep(wait)
			continue
		}
		p := c.due[0]
		if err := p.send(); err != nil {
			if ctx.Err() == nil {
				p.m.Fail(err)
			}
			heap.Pop(&c.due)
			continue
		}
		heap.Fix(&c.due, 0)
	}
}
