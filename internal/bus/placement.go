package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// NodeID names a process that hosts rooms. It is one token of a subject: letters, digits, - and _.
type NodeID string

// Epoch counts the placements of all rooms together; a later placement of a room always has a higher one. It is the
// revision of the bucket's entry, so the server counts and nobody else can.
type Epoch uint64

// Place is where a room lives.
type Place struct {
	Node  NodeID
	Epoch Epoch
}

// ErrNotPlaced says that no node has the room.
var ErrNotPlaced = errors.New("room has no place")

// ErrMoved says that the room's place is not, or no longer, the one that the caller knew.
var ErrMoved = errors.New("room has moved")

// Placement is the bucket `rooms`: room → node. All its changes are compare-and-set.
type Placement struct{ kv jetstream.KeyValue }

// entry is what stands in the bucket.
type entry struct {
	Node NodeID `json:"node"`
}

func openPlacement(ctx context.Context, conn *nats.Conn) (*Placement, error) {
	kv, err := openBucket(ctx, conn, jetstream.KeyValueConfig{
		Bucket:         "rooms",
		Description:    "where rooms live",
		Storage:        jetstream.MemoryStorage,
		LimitMarkerTTL: time.Minute, // lets Release put a marker that vanishes, so that old rooms cost nothing
	})
	if err != nil {
		return nil, err
	}
	return &Placement{kv: kv}, nil
}

// Lookup says where a room lives, or ErrNotPlaced.
func (p *Placement) Lookup(ctx context.Context, room string) (Place, error) {
	e, err := p.kv.Get(ctx, room)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return Place{}, ErrNotPlaced
	}
	if err != nil {
		return Place{}, fmt.Errorf("look up room: %w", err)
	}
	var v entry
	if err := json.Unmarshal(e.Value(), &v); err != nil || v.Node == "" {
		return Place{}, fmt.Errorf("look up room: entry of %q is not ours", room)
	}
	return Place{Node: v.Node, Epoch: Epoch(e.Revision())}, nil
}

// Claim puts a room that has no place on node. It returns where the room lives after all: of several claims one wins,
// and all get the winner's place.
func (p *Placement) Claim(ctx context.Context, room string, node NodeID) (Place, error) {
	for {
		revision, err := p.kv.Create(ctx, room, value(node))
		if err == nil {
			return Place{Node: node, Epoch: Epoch(revision)}, nil
		}
		if !errors.Is(err, jetstream.ErrKeyExists) {
			return Place{}, fmt.Errorf("claim room: %w", err)
		}
		place, err := p.Lookup(ctx, room)
		if !errors.Is(err, ErrNotPlaced) {
			return place, err
		}
		// Released between the two: there is a winner to be again.
		if err := ctx.Err(); err != nil {
			return Place{}, fmt.Errorf("claim room: %w", err)
		}
	}
}

// Takeover moves a room from the place that the caller knows to node, in a new epoch. It is ErrMoved when the room is
// not there any more.
func (p *Placement) Takeover(ctx context.Context, room string, from Place, node NodeID) (Place, error) {
	revision, err := p.kv.Update(ctx, room, value(node), uint64(from.Epoch))
	if moved(err) {
		return Place{}, ErrMoved
	}
	if err != nil {
		return Place{}, fmt.Errorf("take over room: %w", err)
	}
	return Place{Node: node, Epoch: Epoch(revision)}, nil
}

// Release forgets a room that has ended at place. It is ErrMoved when the room is not there any more.
func (p *Placement) Release(ctx context.Context, room string, place Place) error {
	err := p.kv.Purge(ctx, room, jetstream.LastRevision(uint64(place.Epoch)), jetstream.PurgeTTL(time.Minute))
	if moved(err) {
		return ErrMoved
	}
	if err != nil {
		return fmt.Errorf("release room: %w", err)
	}
	return nil
}

func moved(err error) bool {
	return errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch)
}

func value(node NodeID) []byte {
	b, err := json.Marshal(entry{Node: node})
	if err != nil {
		panic(err) // a struct of one string
	}
	return b
}
