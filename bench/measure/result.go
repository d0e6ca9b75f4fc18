package measure

import "math"

// Result is what one run measured: one line of JSON. Its keys are the same for
// every server and generator, so that lines compare.
type Result struct {
	Server string `json:"server"`
	Workload
	Participants      int     `json:"participants"`
	Seconds           float64 `json:"seconds"`       // of the window
	SentPPS           float64 `json:"sent_pps"`      // packets a second
	DeliveredPPS      float64 `json:"delivered_pps"` // to all receivers together
	DeliveredMbit     float64 `json:"delivered_mbit_s"`
	Loss              float64 `json:"loss"`                // share of what was sent in the window and never came
	Duplicates        uint64  `json:"duplicates"`          // in the window
	Unstamped         uint64  `json:"unstamped"`           // a server's own packets
	LatencyP50        float64 `json:"latency_p50_ms"`      // write at the publisher to read at the subscriber
	LatencyP99        float64 `json:"latency_p99_ms"`      //
	ServerCPU         float64 `json:"server_cpu"`          // cores
	ServerSystem      float64 `json:"server_system_share"` // of ServerCPU, in the kernel
	MicrosDelivered   float64 `json:"us_per_delivered"`    // server CPU for each packet delivered
	MicrosInOrOut     float64 `json:"us_per_in_or_out"`    // for each packet received or delivered
	Switches          float64 `json:"switches_per_s"`
	ResidentMiB       float64 `json:"rss_mib"`
	KiBPerParticipant float64 `json:"rss_kib_per_participant"` // growth over the run
	IdleCPU           float64 `json:"idle_cpu"`                // cores, before the first join
	JoinP50           float64 `json:"join_p50_ms"`             // start of a join to the first media packet,
	JoinP95           float64 `json:"join_p95_ms"`             // of those who joined a publisher
	Joins             int     `json:"joins"`
	GeneratorCPU      float64 `json:"generator_cpu"` // cores; above about 0.8 distrust latency and loss
	Keyframes         uint64  `json:"keyframes"`
	When              string  `json:"when"` // RFC 3339, UTC
}

// Charge puts the server's share of the window into the result, from what the
// kernel said of it before the first join, at the start and at the end.
// Seconds, SentPPS, DeliveredPPS and Participants must stand already.
func (r *Result) Charge(before, start, end Process) {
	cpu := end.CPU() - start.CPU()
	r.ServerCPU = ratio(cpu, r.Seconds)
	r.ServerSystem = ratio(end.System-start.System, cpu)
	r.MicrosDelivered = ratio(r.ServerCPU, r.DeliveredPPS) * 1e6
	r.MicrosInOrOut = ratio(r.ServerCPU, r.DeliveredPPS+r.SentPPS) * 1e6
	r.Switches = ratio(float64(end.Switches-start.Switches), r.Seconds)
	r.ResidentMiB = float64(end.ResidentKiB) / 1024
	r.KiBPerParticipant = ratio(float64(end.ResidentKiB-before.ResidentKiB), float64(r.Participants))
}

// ratio is 0 when there is nothing to divide by: JSON has no infinity.
func ratio(a, b float64) float64 {
	if b == 0 || math.IsNaN(a/b) {
		return 0
	}
	return a / b
}
