package signaling

import "testing"

func TestOutbox_IsBoundedInMessagesAndBytes(t *testing.T) {
	for name, c := range map[string]struct{ size, fit int }{
		"small": {1, maxQueued},
		"large": {100 << 10, maxQueuedBytes / (100 << 10)},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOutbox()
			for n := range c.fit {
				if o.push(letter{data: make([]byte, c.size)}) {
					t.Fatalf("full after %d", n)
				}
			}
			if !o.push(letter{data: make([]byte, c.size)}) {
				t.Fatal("not full")
			}
			if _, ok, end := o.take(); ok || end == nil || *end != EndSlow {
				t.Fatal("what was queued is kept, or the session goes on", end)
			}
			if o.push(letter{data: []byte("x")}) || o.finish(EndLeft) {
				t.Fatal("the second ending counts")
			}
		})
	}
}

func TestOutbox_EndsAfterWhatIsQueued(t *testing.T) {
	o := newOutbox()
	o.push(letter{data: []byte("a")})
	o.push(letter{data: []byte("b")})
	if !o.finish(EndClosed) {
		t.Fatal("not ended")
	}
	o.push(letter{data: []byte("c")})
	for _, want := range []string{"a", "b"} {
		if l, ok, _ := o.take(); !ok || string(l.data) != want {
			t.Fatalf("%s, not %s", l.data, want)
		}
	}
	if _, ok, end := o.take(); ok || end == nil || *end != EndClosed {
		t.Fatal(end)
	}
}
