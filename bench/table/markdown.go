package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"nara/internal/measure"
)

// busy is the share of a core above which a generator on one core is the bottleneck.
const busy = 0.8

// column is one figure of a table.
type column struct {
	title string
	cell  func(g group, all []group) string
}

func cost(r measure.Result) float64 { return r.MicrosDelivered }

// figure makes a column of a median.
func figure(title, format string, f func(measure.Result) float64) column {
	return column{title, func(g group, _ []group) string { return fmt.Sprintf(format, g.median(f)) }}
}

// times makes a column of the ratio to another server's cost of the same workload.
func times(server string) column {
	return column{"× " + server, func(g group, all []group) string {
		than := find(all, server, g.workload, g.size)
		if than == nil || than.median(cost) == 0 {
			return "–"
		}
		return fmt.Sprintf("%.2f", g.median(cost)/than.median(cost))
	}}
}

var (
	runs = column{"runs", func(g group, _ []group) string { return fmt.Sprint(len(g.runs)) }}

	delivered = figure("delivered/s", "%.0f", func(r measure.Result) float64 { return r.DeliveredPPS })
	micros    = figure("µs/delivered", "%.2f", cost)
	extremes  = column{"min–max", func(g group, _ []group) string {
		v := g.sorted(cost)
		return fmt.Sprintf("%.2f–%.2f", v[0], v[len(v)-1])
	}}
	loss      = figure("loss %", "%.3f", func(r measure.Result) float64 { return 100 * r.Loss })
	memory    = figure("KiB/participant", "%.0f", func(r measure.Result) float64 { return r.KiBPerParticipant })
	generator = figure("generator CPU %", "%.0f", func(r measure.Result) float64 { return 100 * r.GeneratorCPU })
)

// writeCalls prints what calls cost, and below it what makes a figure doubtful.
func writeCalls(out io.Writer, groups []group) error {
	return write(out, groups, []column{
		runs, delivered, micros, extremes, times(bound), times(other), loss,
		figure("delay p50 ms", "%.2f", func(r measure.Result) float64 { return r.LatencyP50 }),
		figure("p99 ms", "%.2f", func(r measure.Result) float64 { return r.LatencyP99 }),
		memory,
		figure("join p50 ms", "%.1f", func(r measure.Result) float64 { return r.JoinP50 }),
		figure("p95 ms", "%.1f", func(r measure.Result) float64 { return r.JoinP95 }),
		figure("server CPU %", "%.1f", func(r measure.Result) float64 { return 100 * r.ServerCPU }),
		generator,
	}, nil, slices.Concat(lost(groups), loaded(groups), uneven(groups)))
}

// writeGrowth prints the cost of each workload, and below it how the cost of a packet grows with the size, and how much
// more two loops carry than one: twice as much where a packet costs the same while each has as much to do as the one.
func writeGrowth(out io.Writer, groups []group) error {
	var findings []string
	for i, g := range groups {
		for _, small := range groups[:i] {
			if small.server == g.server && small.workload == g.workload {
				findings = append(findings, fmt.Sprintf("- %s: a packet of %s %d costs %.2f × one of %s %d.",
					g.server, g.workload, g.size, g.median(cost)/small.median(cost), small.workload, small.size))
			}
		}
		if server, ok := strings.CutSuffix(g.server, "-loops-2"); ok {
			if one := find(groups, server+"-loops-1", g.workload, g.size); one != nil {
				findings = append(findings, fmt.Sprintf("- %s: with two loops a packet of %s %d costs %.2f × what it does with one.",
					server, g.workload, g.size, g.median(cost)/one.median(cost)))
			}
			if one := find(groups, server+"-loops-1", g.workload, g.size/2); one != nil && g.size%2 == 0 {
				ratio := g.median(cost) / one.median(cost)
				findings = append(findings, fmt.Sprintf("- %s: a packet of %s %d costs %.2f × with two loops what one of %s %d does with one, so two carry %.2f × as much.",
					server, g.workload, g.size, ratio, g.workload, one.size, 2/ratio))
			}
		}
	}
	return write(out, groups, []column{runs, delivered, micros, extremes, loss,
		figure("server CPU %", "%.1f", func(r measure.Result) float64 { return 100 * r.ServerCPU }), generator}, findings, lost(groups))
}

// writeWaiting prints what those cost who are connected and wait.
func writeWaiting(out io.Writer, groups []group) error {
	return write(out, groups, []column{runs,
		figure("CPU %", "%.2f", func(r measure.Result) float64 { return 100 * r.ServerCPU }),
		column{"min–max", func(g group, _ []group) string {
			v := g.sorted(func(r measure.Result) float64 { return 100 * r.ServerCPU })
			return fmt.Sprintf("%.2f–%.2f", v[0], v[len(v)-1])
		}},
		figure("with nobody there %", "%.2f", func(r measure.Result) float64 { return 100 * r.IdleCPU }),
		memory,
	}, nil, uneven(groups))
}

// write prints a table, the findings below it, and then what makes a figure doubtful.
func write(out io.Writer, groups []group, columns []column, findings, doubts []string) error {
	var b strings.Builder
	b.WriteString("| workload | server |")
	for _, c := range columns {
		fmt.Fprintf(&b, " %s |", c.title)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("--:|", len(columns)) + "\n")
	for _, g := range groups {
		fmt.Fprintf(&b, "| %s %d | %s |", g.workload, g.size, g.server)
		for _, c := range columns {
			fmt.Fprintf(&b, " %s |", c.cell(g, groups))
		}
		b.WriteString("\n")
	}
	for _, notes := range [][]string{findings, doubts} {
		if len(notes) > 0 {
			b.WriteString("\n" + strings.Join(notes, "\n") + "\n")
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// lost names the runs in which packets were lost.
func lost(groups []group) []string {
	return doubt(groups, func(r measure.Result) bool { return r.Loss > 0 }, "packets were lost in %d of %d runs.")
}

// loaded names the runs in which the generator had more to do than it may.
func loaded(groups []group) []string {
	return doubt(groups, func(r measure.Result) bool { return r.GeneratorCPU > busy },
		fmt.Sprintf("the generator used more than %.0f %%%% of a core in %%d of %%d runs; distrust delay and loss.", 100*busy))
}

func doubt(groups []group, of func(measure.Result) bool, text string) []string {
	var notes []string
	for _, g := range groups {
		n := 0
		for _, r := range g.runs {
			if of(r) {
				n++
			}
		}
		if n > 0 {
			notes = append(notes, fmt.Sprintf("- %s %d, %s: "+text, g.workload, g.size, g.server, n, len(g.runs)))
		}
	}
	return notes
}

// uneven names the groups that are compared with one of more or fewer runs.
func uneven(groups []group) []string {
	var notes []string
	for _, g := range groups {
		for _, than := range []string{bound, other} {
			if o := find(groups, than, g.workload, g.size); o != nil && len(o.runs) != len(g.runs) {
				notes = append(notes, fmt.Sprintf("- %s %d: %d runs of %s beside %d of %s.", g.workload, g.size, len(g.runs), g.server, len(o.runs), than))
			}
		}
	}
	return notes
}
