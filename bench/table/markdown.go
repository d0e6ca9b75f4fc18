package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"nara/internal/measure"
)

// busy is the share of a core above which the generator is the bottleneck.
const busy = 0.8

// column is one figure of the table.
type column struct {
	title string
	cell  func(g group, raw *group) string
}

func cost(r measure.Result) float64 { return r.MicrosDelivered }

// figure makes a column of a median.
func figure(title, format string, f func(measure.Result) float64) column {
	return column{title, func(g group, _ *group) string { return fmt.Sprintf(format, g.median(f)) }}
}

var columns = []column{
	{"runs", func(g group, _ *group) string { return fmt.Sprint(len(g.runs)) }},
	figure("delivered/s", "%.0f", func(r measure.Result) float64 { return r.DeliveredPPS }),
	figure("µs/delivered", "%.2f", cost),
	{"min–max", func(g group, _ *group) string {
		v := g.sorted(cost)
		return fmt.Sprintf("%.2f–%.2f", v[0], v[len(v)-1])
	}},
	{"× raw", func(g group, raw *group) string {
		if raw == nil || raw.median(cost) == 0 {
			return "–"
		}
		return fmt.Sprintf("%.2f", g.median(cost)/raw.median(cost))
	}},
	figure("loss %", "%.3f", func(r measure.Result) float64 { return 100 * r.Loss }),
	figure("delay p50 ms", "%.2f", func(r measure.Result) float64 { return r.LatencyP50 }),
	figure("p99 ms", "%.2f", func(r measure.Result) float64 { return r.LatencyP99 }),
	figure("KiB/participant", "%.0f", func(r measure.Result) float64 { return r.KiBPerParticipant }),
	figure("join p50 ms", "%.1f", func(r measure.Result) float64 { return r.JoinP50 }),
	figure("p95 ms", "%.1f", func(r measure.Result) float64 { return r.JoinP95 }),
	figure("idle CPU %", "%.2f", func(r measure.Result) float64 { return 100 * r.IdleCPU }),
	figure("server CPU %", "%.1f", func(r measure.Result) float64 { return 100 * r.ServerCPU }),
	figure("generator CPU %", "%.0f", func(r measure.Result) float64 { return 100 * r.GeneratorCPU }),
}

// write prints the table, and below it what makes a figure doubtful.
func write(out io.Writer, groups []group) error {
	var b strings.Builder
	b.WriteString("| workload | server |")
	for _, c := range columns {
		fmt.Fprintf(&b, " %s |", c.title)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("--:|", len(columns)) + "\n")
	for _, g := range groups {
		fmt.Fprintf(&b, "| %s %d | %s |", g.workload, g.size, g.server)
		raw := boundOf(groups, g)
		for _, c := range columns {
			fmt.Fprintf(&b, " %s |", c.cell(g, raw))
		}
		b.WriteString("\n")
	}
	if notes := doubts(groups); len(notes) > 0 {
		b.WriteString("\n" + strings.Join(notes, "\n") + "\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// boundOf is the lower bound of the same workload, nil when it was not run.
func boundOf(groups []group, g group) *group {
	i := slices.IndexFunc(groups, func(o group) bool {
		return o.server == bound && o.workload == g.workload && o.size == g.size
	})
	if i < 0 {
		return nil
	}
	return &groups[i]
}

// doubts says for each group what a reader must know before trusting it.
func doubts(groups []group) []string {
	var notes []string
	for _, g := range groups {
		lost, loaded := 0, 0
		for _, r := range g.runs {
			if r.Loss > 0 {
				lost++
			}
			if r.GeneratorCPU > busy {
				loaded++
			}
		}
		if lost > 0 {
			notes = append(notes, fmt.Sprintf("- %s %d, %s: packets were lost in %d of %d runs.", g.workload, g.size, g.server, lost, len(g.runs)))
		}
		if loaded > 0 {
			notes = append(notes, fmt.Sprintf("- %s %d, %s: the generator used more than %.0f %% of a core in %d of %d runs; distrust delay and loss.",
				g.workload, g.size, g.server, 100*busy, loaded, len(g.runs)))
		}
		if raw := boundOf(groups, g); raw != nil && len(raw.runs) != len(g.runs) {
			notes = append(notes, fmt.Sprintf("- %s %d: %d runs of %s beside %d of %s.", g.workload, g.size, len(g.runs), g.server, len(raw.runs), bound))
		}
	}
	return notes
}
