package signaling_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"nara/signaling"
)

// Everybody who joins while others write gets every line once, in the history or as an event, in order.
func TestOrder_NothingIsLostOrDoubledAroundAJoin(t *testing.T) {
	h := newHouse(t, setting{gateways: 2})
	writer := h.joins(h.check("c1", "writer"), 0)
	ctx, cancel := writer.deadline()
	defer cancel()
	const lines = 55
	var wg sync.WaitGroup
	wg.Go(func() {
		for range lines {
			if _, err := writer.Chat(ctx, "line"); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for n := range 6 {
		wg.Go(func() {
			p, err := h.tryJoin(h.check("c1", fmt.Sprint("p", n)), n%2)
			if err != nil {
				t.Error(err)
				return
			}
			var got []signaling.ChatID
			for _, line := range p.Joined().Chat {
				got = append(got, line.ID)
			}
			timeout := time.After(patience)
			for len(got) < lines {
				select {
				case m := <-p.Events():
					if c, ok := m.(*signaling.Chat); ok {
						got = append(got, c.Message.ID)
					}
				case <-timeout:
					t.Errorf("p%d got %d of %d lines", n, len(got), lines)
					return
				}
			}
			for i, id := range got {
				if want := fmt.Sprintf("-%d", i+1); string(id)[len(id)-len(want):] != want {
					t.Errorf("p%d: line %d is %s, of %v", n, i+1, id, got)
					return
				}
			}
		})
	}
	wg.Wait()
}

// A newcomer gets the chat whatever its letters are: those that JSON for HTML makes six times as long must not make the
// answer to a join too large for the bus.
func TestOrder_AnyChatFitsIntoAJoin(t *testing.T) {
	h := newHouse(t, setting{})
	for letter, text := range map[string]string{"less-than": "<", "line-ends": "a\u2028"} {
		t.Run(letter, func(t *testing.T) {
			room := "c-" + letter
			line := strings.Repeat(text, signaling.MaxChat/len([]rune(text)))
			for n := range 2 { // so that nobody floods
				p := h.joins(h.check(room, fmt.Sprint("writer", n)), 0)
				ctx, cancel := p.deadline()
				defer cancel()
				for range 50 {
					if _, err := p.Chat(ctx, line); err != nil {
						t.Fatal(err)
					}
				}
			}
			j := h.joins(h.check(room, "newcomer"), 0).Joined()
			if len(j.Chat) == 0 || j.Chat[len(j.Chat)-1].Text != line {
				t.Errorf("%d lines", len(j.Chat))
			}
		})
	}
}
