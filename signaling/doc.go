// Package signaling is the WebSocket protocol of a call: docs/signaling.md in Go.
//
// This is where messages are decoded, strictly, and encoded. The golden files in testdata/messages are decoded and
// encoded again here and by the TypeScript client, so the two cannot drift apart.
package signaling
