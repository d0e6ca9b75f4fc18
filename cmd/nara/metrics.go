package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"nara/sfu"
	"nara/signaling"
)

// metrics are what /metrics shows: the Go process, HTTP by route, calls and their media, the database pool.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "nara_http_request_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.001, .0025, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route", "method", "status"}),
	}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// request counts an answer. Long-lived lines would only blur the picture of the short ones.
func (m *metrics) request(route, method string, status int, took time.Duration) {
	if status == http.StatusSwitchingProtocols || route == "GET /v1/events" {
		return
	}
	m.requests.WithLabelValues(route, knownMethod(method), strconv.Itoa(status)).Observe(took.Seconds())
}

// knownMethod keeps made-up methods from making up labels.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// parts are what the figures are read from, whenever somebody asks.
type parts struct {
	media   *sfu.Manager
	node    *signaling.Node
	gateway *signaling.Gateway
	pool    *pgxpool.Pool
}

func (m *metrics) watch(p parts) { m.registry.MustRegister(figures{p}) }

// figures is a prometheus.Collector that reads all of the media's figures at once.
type figures struct{ parts }

var (
	descRooms        = prometheus.NewDesc("nara_rooms", "Calls hosted here.", nil, nil)
	descPeers        = prometheus.NewDesc("nara_peers", "Media connections.", nil, nil)
	descSessions     = prometheus.NewDesc("nara_signaling_sessions", "Open WebSockets.", nil, nil)
	descPackets      = prometheus.NewDesc("nara_media_packets_total", "Datagrams of media and its control.", []string{"direction"}, nil)
	descBytes        = prometheus.NewDesc("nara_media_bytes_total", "Bytes of media and its control.", []string{"direction"}, nil)
	descCalls        = prometheus.NewDesc("nara_media_system_calls_total", "System calls for media.", []string{"direction"}, nil)
	descLost         = prometheus.NewDesc("nara_media_dropped_total", "Datagrams not used, by reason.", []string{"reason"}, nil)
	descHandshakes   = prometheus.NewDesc("nara_media_handshakes_total", "DTLS handshakes, by outcome.", []string{"outcome"}, nil)
	descRepairs      = prometheus.NewDesc("nara_media_repairs_total", "Packets of media by what became of their loss.", []string{"outcome"}, nil)
	descKeyframes    = prometheus.NewDesc("nara_media_keyframes_total", "Keyframes asked of publishers.", nil, nil)
	descReplays      = prometheus.NewDesc("nara_media_replays_total", "Frame groups replayed to newcomers instead.", nil, nil)
	descStalls       = prometheus.NewDesc("nara_media_stalls_total", "Video begun anew because the socket took no more.", nil, nil)
	descRoundTrip    = prometheus.NewDesc("nara_media_round_trip_seconds", "Round trips, as clients' reports tell each second.", nil, nil)
	descLoss         = prometheus.NewDesc("nara_media_loss_ratio", "Share of packets lost on the way to clients, as their reports tell.", nil, nil)
	descConnections  = prometheus.NewDesc("nara_database_connections", "Connections of the pool.", []string{"state"}, nil)
	descAcquireWaits = prometheus.NewDesc("nara_database_acquire_wait_seconds_total", "Time spent waiting for a connection.", nil, nil)
)

// Describe is part of prometheus.Collector.
func (f figures) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(f, to) }

// Collect is part of prometheus.Collector.
func (f figures) Collect(to chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value int, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(value), labels...)
	}
	counter := func(desc *prometheus.Desc, value uint64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value), labels...)
	}
	media := f.media.Stats()
	gauge(descRooms, f.node.Rooms())
	gauge(descPeers, media.Peers)
	gauge(descSessions, f.gateway.Sessions())
	counter(descPackets, media.PacketsIn, "in")
	counter(descPackets, media.PacketsOut, "out")
	counter(descBytes, media.BytesIn, "in")
	counter(descBytes, media.BytesOut, "out")
	counter(descCalls, media.ReceiveCalls, "in")
	counter(descCalls, media.SendCalls, "out")
	counter(descLost, media.Dropped, "not-sent")
	counter(descLost, media.Unknown, "unknown")
	counter(descLost, media.Refused, "refused")
	counter(descLost, media.Policed, "policed")
	counter(descLost, media.Overrun, "overrun")
	counter(descHandshakes, media.HandshakesDone, "done")
	counter(descHandshakes, media.HandshakeErrors, "failed")
	counter(descHandshakes, media.HandshakesPutOff, "put-off")
	counter(descRepairs, media.Recovery.PacketsRepaired, "from-publisher")
	counter(descRepairs, media.Recovery.PacketsMissing, "asked-by-subscriber")
	counter(descRepairs, media.Recovery.PacketsResent, "to-subscriber")
	counter(descRepairs, media.Recovery.PacketsMissed, "too-late")
	counter(descRepairs, media.Recovery.RepairsRefused, "refused")
	counter(descKeyframes, media.Recovery.KeyframesAsked)
	counter(descReplays, media.Recovery.Replays)
	counter(descStalls, media.Recovery.Stalls)
	to <- histogram(descRoundTrip, media.RoundTrip)
	to <- histogram(descLoss, media.Loss)
	pool := f.pool.Stat()
	gauge(descConnections, int(pool.AcquiredConns()), "used")
	gauge(descConnections, int(pool.IdleConns()), "idle")
	to <- prometheus.MustNewConstMetric(descAcquireWaits, prometheus.CounterValue, pool.EmptyAcquireWaitTime().Seconds())
}

// histogram gives a distribution the cumulative form that Prometheus has.
func histogram(desc *prometheus.Desc, d sfu.Distribution) prometheus.Metric {
	buckets, count := make(map[float64]uint64, len(d.Bounds)), uint64(0)
	for i, n := range d.Counts {
		if count += n; i < len(d.Bounds) {
			buckets[d.Bounds[i]] = count
		}
	}
	return prometheus.MustNewConstHistogram(desc, count, d.Sum, buckets)
}
