package answer

import (
	"errors"
	"testing"
)

// FuzzParse: the seeds are long, so run it with -fuzzminimizetime 10x, or the
// engine spends its time making them shorter.
func FuzzParse(f *testing.F) {
	for _, name := range offers(f) {
		f.Add(recorded(f, name+".sdp"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := Parse(text)
		if err != nil {
			if !errors.Is(err, ErrBad) && !errors.Is(err, ErrTooMany) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if len(o.Media) > MaxLines {
			t.Fatal("too many m-lines")
		}
		complete(t, o, text, Write(o, server, decide(o), 1))
	})
}
