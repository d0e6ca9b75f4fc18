// Package load puts headless participants on a running server and measures what they get: it is behind `nara load`.
//
// The participants speak the product's own signalling ([nara/signaling/client]). Every publisher sends 1.19 Mbit/s of VP8
// (30 frames/s in packets of 1100 bytes, a keyframe every 4 s and when asked for) and 50 Opus packets/s, about 204
// packets/s; every packet ends with a stamp, so that loss, duplicates and latency are those of the packets themselves.
//
//	visit       Size rooms of 2, everybody publishes and receives
//	conference  Size rooms of 5, the same
//	fanout      1 publisher, Size subscribers
//
// A run is joins, Warm, then Dur that is measured. The figures and their JSON keys are those of the comparison with
// other servers in docs/benchmarks.md. Give the server's PID for its CPU and memory, put server and generator on
// different cores, start the server anew for each run, and compare only within one session. Above a GeneratorCPU of
// about 0.8 the generator is the bottleneck: distrust latency and loss then.
package load
