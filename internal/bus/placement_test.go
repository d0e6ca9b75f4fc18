package bus_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"nara/internal/bus"
)

func TestPlacement_OneOfManyClaimsWins(t *testing.T) {
	url := external(t)
	var buses []*bus.Bus
	for range 4 {
		b, err := bus.Start(t.Context(), bus.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.Close)
		buses = append(buses, b)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for round := range 5 {
		room := fmt.Sprintf("room-%d", round)
		var mu sync.Mutex
		places := map[bus.Place]int{}
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				place, err := buses[i%len(buses)].Placement().Claim(ctx, room, bus.NodeID(fmt.Sprintf("node-%d", i)))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				places[place]++
			})
		}
		wg.Wait()
		if len(places) != 1 {
			t.Fatalf("the room lives in %d places: %v", len(places), places)
		}
	}
}

func TestPlacement_OneOfManyTakeoversWins(t *testing.T) {
	p := start(t).Placement()
	ctx := t.Context()
	first, err := p.Claim(ctx, "room", "a")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var winners []bus.Place
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			place, err := p.Takeover(ctx, "room", first, bus.NodeID(fmt.Sprintf("node-%d", i)))
			if errors.Is(err, bus.ErrMoved) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			winners = append(winners, place)
		})
	}
	wg.Wait()
	if len(winners) != 1 || winners[0].Epoch <= first.Epoch {
		t.Fatalf("winners %v after epoch %d", winners, first.Epoch)
	}
	if got, err := p.Lookup(ctx, "room"); err != nil || got != winners[0] {
		t.Fatal(got, err)
	}
	if err := p.Release(ctx, "room", first); !errors.Is(err, bus.ErrMoved) {
		t.Fatalf("the loser released the room: %v", err)
	}
}

func TestPlacement_EpochRisesOverReleaseAndClaim(t *testing.T) {
	p := start(t).Placement()
	ctx := t.Context()
	if _, err := p.Lookup(ctx, "room"); !errors.Is(err, bus.ErrNotPlaced) {
		t.Fatalf("a room that nobody claimed: %v", err)
	}
	var last bus.Epoch
	for range 5 {
		place, err := p.Claim(ctx, "room", "a")
		if err != nil {
			t.Fatal(err)
		}
		if place.Epoch <= last {
			t.Fatalf("epoch %d after %d", place.Epoch, last)
		}
		last = place.Epoch
		if again, err := p.Claim(ctx, "room", "b"); err != nil || again != place {
			t.Fatalf("a second claim got %v, %v", again, err)
		}
		if err := p.Release(ctx, "room", place); err != nil {
			t.Fatal(err)
		}
		if err := p.Release(ctx, "room", place); !errors.Is(err, bus.ErrMoved) {
			t.Fatalf("released twice: %v", err)
		}
		if _, err := p.Takeover(ctx, "room", place, "b"); !errors.Is(err, bus.ErrMoved) {
			t.Fatalf("took over a released room: %v", err)
		}
		if _, err := p.Lookup(ctx, "room"); !errors.Is(err, bus.ErrNotPlaced) {
			t.Fatalf("a released room: %v", err)
		}
	}
}

func TestPlacement_RefusesWhatIsNoKey(t *testing.T) {
	p := start(t).Placement()
	for _, room := range []string{"", "a b", "a.>", "*", ".a"} {
		if place, err := p.Claim(t.Context(), room, "a"); err == nil {
			t.Errorf("claimed %q: %v", room, place)
		}
	}
}
