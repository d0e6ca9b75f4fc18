package signaling

import (
	"context"
	"errors"
	"sync"
	"time"

	"nara/internal/bus"
)

// nodeMisses is how often in a row a node must not be there: one that only lost its bus for a moment comes back.
const nodeMisses = 3

// watchNodes ends the sessions of a node that is gone, so that their clients join again where the room goes on. A node
// that is there but does not answer in time is busy: that ends nothing.
func (g *Gateway) watchNodes() {
	tick := time.NewTicker(g.NodeEvery)
	defer tick.Stop()
	missed := map[bus.NodeID]int{}
	for {
		select {
		case <-tick.C:
		case <-g.ctx.Done():
			return
		}
		sessions := g.byNode()
		gone := g.gone(sessions)
		for node := range missed {
			if !gone[node] {
				delete(missed, node)
			}
		}
		for node := range gone {
			if missed[node]++; missed[node] < nodeMisses {
				continue
			}
			g.Log.Warn("node is gone", "node", node, "sessions", len(sessions[node]))
			for _, s := range sessions[node] {
				s.end(EndUnavailable)
			}
		}
	}
}

// byNode are the sessions that have a place, by its node.
func (g *Gateway) byNode() map[bus.NodeID][]*session {
	g.mu.Lock()
	defer g.mu.Unlock()
	nodes := map[bus.NodeID][]*session{}
	for _, s := range g.sessions {
		if place := s.settled.Load(); place != nil {
			nodes[place.Node] = append(nodes[place.Node], s)
		}
	}
	return nodes
}

// gone asks every node at once and gives those where nobody hears.
func (g *Gateway) gone(nodes map[bus.NodeID][]*session) map[bus.NodeID]bool {
	ctx, cancel := context.WithTimeout(g.ctx, g.Ask)
	defer cancel()
	var mu sync.Mutex // guards out
	out := map[bus.NodeID]bool{}
	var asking sync.WaitGroup
	for node := range nodes {
		asking.Go(func() {
			var v verdict
			if errors.Is(g.Bus.Request(ctx, thereSubject(node), struct{}{}, &v), bus.ErrNobody) {
				mu.Lock()
				defer mu.Unlock()
				out[node] = true
			}
		})
	}
	asking.Wait()
	return out
}
