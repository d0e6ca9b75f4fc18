package signaling

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is decoded is encoded to something that is decoded to the same, and nothing is decoded that is not valid.
func FuzzDecodeClient(f *testing.F) {
	seed(f, "client-*.json")
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := DecodeClient(data)
		if err != nil {
			return
		}
		again(t, m, func(b []byte) (message, error) { return DecodeClient(b) })
	})
}

func FuzzDecodeServer(f *testing.F) {
	seed(f, "server-*.json")
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := DecodeServer(data)
		if err != nil {
			return
		}
		switch m := m.(type) { // the visit is kept as it came, blanks and all
		case *VisitChanged:
			m.Visit = nil
		case *Joined:
			m.Visit = nil
		}
		b, err := Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := m.(*VisitChanged); !ok {
			if _, err := DecodeServer(b); err != nil {
				t.Fatalf("%s: %v", b, err)
			}
		}
	})
}

func seed(f *testing.F, pattern string) {
	files, err := filepath.Glob(filepath.Join(goldenDir, pattern))
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, s := range []string{`{"type":"ping","request":1e2}`, `{"type":"chat","text":"\ud800"}`, "\ufeff{}", `{"type":"ping"}` + "\x00",
		`{"type":"mute","publication":"a","muted":"true"}`, `{"type":"join","publications":[[[[[[]]]]]]}`} {
		f.Add([]byte(s))
	}
}

func again(t *testing.T, m message, decode func([]byte) (message, error)) {
	t.Helper()
	b, err := Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decode(b)
	if err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	if d := cmp.Diff(m, got); d != "" {
		t.Fatalf("decoded again (-first +second):\n%s", d)
	}
}
