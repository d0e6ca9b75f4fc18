package load

import (
	"slices"
	"time"
)

// Result is what one run measured. The JSON keys are those of the comparison with other servers.
type Result struct {
	Server   string `json:"server"`
	Workload string `json:"workload"`
	Size     int    `json:"size"`

	Participants  int     `json:"participants"`
	Seconds       float64 `json:"seconds"`
	SentPPS       float64 `json:"sent_pps"`
	DeliveredPPS  float64 `json:"delivered_pps"`
	DeliveredMbit float64 `json:"delivered_mbit_s"`
	// Loss is the share of the packets sent in the window that never came.
	Loss       float64 `json:"loss"`
	Duplicates uint64  `json:"duplicates"`
	// Unstamped counts packets that no publisher sent: a server's own padding or probes.
	Unstamped uint64 `json:"unstamped"`
	// Latency is from the write at the publisher to the read at the subscriber, on one clock.
	LatencyP50 float64 `json:"latency_p50_ms"`
	LatencyP99 float64 `json:"latency_p99_ms"`

	ServerCPU         float64 `json:"server_cpu"` // cores
	ServerSystem      float64 `json:"server_system_share"`
	MicrosDelivered   float64 `json:"us_per_delivered"`
	MicrosInOrOut     float64 `json:"us_per_in_or_out"`
	Switches          float64 `json:"switches_per_s"`
	RSSMiB            float64 `json:"rss_mib"`
	RSSPerParticipant float64 `json:"rss_kib_per_participant"` // growth since the empty server
	IdleCPU           float64 `json:"idle_cpu"`                // cores

	// Join is from the opening of the WebSocket to the first media packet, for participants whose room had a
	// publisher already.
	JoinP50 float64 `json:"join_p50_ms"`
	JoinP95 float64 `json:"join_p95_ms"`
	Joins   int     `json:"joins"`

	GeneratorCPU float64 `json:"generator_cpu"` // cores
	Keyframes    uint64  `json:"keyframes"`
	When         string  `json:"when"`
}

// result adds everything up. Everybody has stopped.
func (r *run) result(m measured) Result {
	res := Result{Server: "nara", Workload: r.Workload, Size: r.Size, Participants: len(r.people), Seconds: m.seconds,
		IdleCPU: m.idleCPU, When: time.Now().UTC().Format(time.RFC3339)}
	var sent uint64
	for _, p := range r.people {
		sent += p.sent.Load()
		res.Keyframes += p.keyframes.Load()
	}
	var latencies, joins []int32
	var received, delivered, bytes, expected uint64
	for i, n := range r.expected() {
		p := r.people[i]
		expected += n
		t := p.tally.close()
		latencies = append(latencies, t.latencies...)
		received += uint64(len(t.latencies))
		delivered += t.delivered
		bytes += t.bytes
		res.Duplicates += t.duplicates
		res.Unstamped += t.unstamped
		if p.late && t.first != 0 {
			joins = append(joins, int32((t.first-p.began)/1000))
		}
	}
	res.SentPPS = float64(sent) / r.Dur.Seconds()
	res.DeliveredPPS = float64(delivered) / r.Dur.Seconds()
	res.DeliveredMbit = float64(bytes) * 8 / 1e6 / r.Dur.Seconds()
	if expected > 0 {
		res.Loss = 1 - float64(received)/float64(expected)
	}
	slices.Sort(latencies)
	slices.Sort(joins)
	res.LatencyP50, res.LatencyP99 = quantile(latencies, .5), quantile(latencies, .99)
	res.JoinP50, res.JoinP95, res.Joins = quantile(joins, .5), quantile(joins, .95), len(joins)
	res.GeneratorCPU = (m.busy.cpu() - m.busy0.cpu()) / m.seconds
	if r.PID != 0 {
		res.server(m)
	}
	return res
}

// server sets what is known of the server's process.
func (res *Result) server(m measured) {
	cpu := m.to.cpu() - m.from.cpu()
	res.ServerCPU = cpu / m.seconds
	if cpu > 0 {
		res.ServerSystem = (m.to.system - m.from.system) / cpu
	}
	if res.DeliveredPPS > 0 {
		res.MicrosDelivered = res.ServerCPU / res.DeliveredPPS * 1e6
		res.MicrosInOrOut = res.ServerCPU / (res.DeliveredPPS + res.SentPPS) * 1e6
	}
	res.Switches = float64(m.to.switches-m.from.switches) / m.seconds
	res.RSSMiB = float64(m.to.rssKiB) / 1024
	res.RSSPerParticipant = float64(m.to.rssKiB-m.empty.rssKiB) / float64(res.Participants)
}

// quantile gives, in milliseconds, the value of sorted microseconds below which a share q lies; 0 for none.
func quantile(sorted []int32, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]) / 1000
}
