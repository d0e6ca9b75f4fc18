package answer

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrite_RecordedOffers(t *testing.T) {
	for _, name := range offers(t) {
		t.Run(name, func(t *testing.T) {
			o, err := Parse(recorded(t, name+".sdp"))
			if err != nil {
				t.Fatal(err)
			}
			got := Write(o, server, decide(o), 7)
			golden := filepath.Join("testdata", name+".answer.sdp")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(recorded(t, name+".answer.sdp"), got); d != "" {
				t.Error(d)
			}
			complete(t, o, recorded(t, name+".sdp"), got)
		})
	}
}
