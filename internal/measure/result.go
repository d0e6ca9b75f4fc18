package measure

import (
	"math"
	"os"
)

// Result is what one run measured: one line of JSON. Its keys are the same for every server, so that lines compare.
type Result struct {
	Server string `json:"server"`
	Workload
	Participants  int     `json:"participants"`
	Seconds       float64 `json:"seconds"`       // of the window
	SentPPS       float64 `json:"sent_pps"`      // packets a second
	DeliveredPPS  float64 `json:"delivered_pps"` // to all receivers together, retransmissions left out
	DeliveredMbit float64 `json:"delivered_mbit_s"`
	// Loss is the share of the packets sent in the window that never came but by a retransmission.
	Loss       float64 `json:"loss"`
	Duplicates uint64  `json:"duplicates"` // in the window
	// Unstamped counts packets that no publisher sent: a server's own padding or probes.
	Unstamped uint64 `json:"unstamped"`
	// Latency is from just before the publisher seals a packet to its arrival at the subscriber's socket, on one clock.
	LatencyP50 float64 `json:"latency_p50_ms"`
	LatencyP99 float64 `json:"latency_p99_ms"`

	ServerCPU         float64 `json:"server_cpu"`          // cores
	ServerSystem      float64 `json:"server_system_share"` // of ServerCPU, in the kernel
	MicrosDelivered   float64 `json:"us_per_delivered"`    // server CPU for each packet delivered
	MicrosInOrOut     float64 `json:"us_per_in_or_out"`    // for each packet received or delivered
	Switches          float64 `json:"switches_per_s"`      // context switches
	ResidentMiB       float64 `json:"rss_mib"`
	KiBPerParticipant float64 `json:"rss_kib_per_participant"` // growth since before the first join
	IdleCPU           float64 `json:"idle_cpu"`                // cores, before the first join

	// Join is from the start of a join to the arrival of the first media packet, of those who joined a publisher.
	JoinP50 float64 `json:"join_p50_ms"`
	JoinP95 float64 `json:"join_p95_ms"`
	Joins   int     `json:"joins"`

	GeneratorCPU float64 `json:"generator_cpu"` // cores; above about 0.8 distrust latency and loss
	Keyframes    uint64  `json:"keyframes"`
	When         string  `json:"when"` // RFC 3339, UTC
}

// reading is what the kernel says of server and generator at one moment.
type reading struct{ server, generator Process }

func read(pid int) (r reading, err error) {
	if r.server, err = ReadProcess(pid); err != nil {
		return r, err
	}
	r.generator, err = ReadProcess(os.Getpid())
	return r, err
}

// charge puts the CPU and memory of the window into the result, from what the kernel said before the first join, at the
// start and at the end. Seconds, SentPPS, DeliveredPPS and Participants must stand already.
func (r *Result) charge(before, start, end reading) {
	cpu := end.server.CPU() - start.server.CPU()
	r.ServerCPU = ratio(cpu, r.Seconds)
	r.ServerSystem = ratio(end.server.System-start.server.System, cpu)
	r.MicrosDelivered = ratio(r.ServerCPU, r.DeliveredPPS) * 1e6
	r.MicrosInOrOut = ratio(r.ServerCPU, r.DeliveredPPS+r.SentPPS) * 1e6
	r.Switches = ratio(float64(end.server.Switches-start.server.Switches), r.Seconds)
	r.ResidentMiB = float64(end.server.ResidentKiB) / 1024
	r.KiBPerParticipant = ratio(float64(end.server.ResidentKiB-before.server.ResidentKiB), float64(r.Participants))
	r.GeneratorCPU = ratio(end.generator.CPU()-start.generator.CPU(), r.Seconds)
}

// ratio is 0 when there is nothing to divide by: JSON has no infinity.
func ratio(a, b float64) float64 {
	if b == 0 || math.IsNaN(a/b) {
		return 0
	}
	return a / b
}
