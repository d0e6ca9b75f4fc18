package scheduling

import (
	"context"
	"errors"
	"sync/atomic"
)

// turns lets the holds of one professional's time, within this process, go one after the other. It is not what keeps them
// apart (locks and a constraint in the database do that, over all processes): it saves the database from a crowd that wants
// the same slot. Who had to wait while somebody else took something looks again first, in memory, and most
// often finds the slot gone.
type turns [256]turn

// turn is that of a professional, or of several who share it by chance and so wait for each other.
type turn struct {
	free  chan struct{} // holds one token while nobody has the turn
	taken atomic.Uint64 // how many holds were made
}

// errAnotherTurn says that somebody took something since the caller looked.
var errAnotherTurn = errors.New("somebody else had the turn")

func newTurns() *turns {
	var t turns
	for i := range t {
		t[i].free = make(chan struct{}, 1)
		t[i].free <- struct{}{}
	}
	return &t
}

// of returns the turn of anything that may be a professional's number.
func (t *turns) of(id ResourceID) *turn { return &t[uint64(id)%uint64(len(t))] }

// take calls keep in turn, unless a hold was made since the count was seen; then it is errAnotherTurn.
func (t *turn) take(ctx context.Context, seen uint64, keep func() (Hold, error)) (Hold, error) {
	select {
	case <-t.free:
	case <-ctx.Done():
		return Hold{}, ctx.Err()
	}
	defer func() { t.free <- struct{}{} }()
	if t.taken.Load() != seen {
		return Hold{}, errAnotherTurn
	}
	hold, err := keep()
	if err == nil {
		t.taken.Add(1)
	}
	return hold, err
}
