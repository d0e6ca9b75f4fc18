// Package bus carries what must be fast and may be rebuilt: signalling between the WebSocket side and the room's media
// node, and news from the database's side. It is NATS: a server inside this process without any listener, or
// an external one by its URL. Nothing else changes between the two.
//
//	b, err := bus.Start(ctx, bus.Options{})              // embedded
//	b, err := bus.Start(ctx, bus.Options{URL: "nats://…"})
//	defer b.Close()
//
// [Placement] says which node a room lives on. It is a key-value bucket that changes only by compare-and-set, so that
// of any number of nodes that want a room exactly one gets it, and it stamps every placement with an epoch that only
// rises: whoever still speaks in an old epoch is not listened to.
package bus
