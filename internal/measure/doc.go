// Package measure puts participants on a media server and measures what they get and what that costs the server.
//
// A figure is worth something only beside another one that was taken in the same way: the same packets, the same
// phases, the same window, the same JSON keys. So everything that a figure depends on has one home here, and a server
// is only what [Server] says: something that one can join, send to and receive from. Three are measured: the product
// (internal/load), Janus (bench/janus) and the lower bound of forwarding (bench/raw).
//
// Every publisher sends 1.19 Mbit/s of VP8 (30 frames/s in packets of 1100 bytes, a keyframe every 4 s and when asked
// for) and 50 Opus packets/s, about 204 packets/s; every packet ends with a [Stamp], so that loss, duplicates and delay
// are those of the packets themselves.
//
//	visit       Size rooms of 2, everybody publishes and receives
//	conference  Size rooms of 5, the same
//	fanout      1 publisher, Size subscribers
//	waiting     Size participants, each alone and connected, who send nothing
//
// A run is Idle before anybody joins, the joins, Warm, and then Dur that is measured. Give the server's PID for its CPU
// and memory, put server and generator on different cores, start the server anew for each run, and compare only within
// one session. Above a GeneratorCPU of about 0.8 the generator is the bottleneck: distrust delay and loss then.
package measure
