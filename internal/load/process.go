package load

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ticksPerSecond is USER_HZ, which Linux has fixed for user space.
const ticksPerSecond = 100

// process is what Linux says of a process.
type process struct {
	user, system float64 // seconds
	rssKiB       int64
	switches     int64 // context switches of all threads
}

func (p process) cpu() float64 { return p.user + p.system }

// readProcess reads /proc/PID; PID 0 is nobody.
func readProcess(pid int) (p process, err error) {
	if pid == 0 {
		return p, nil
	}
	dir := fmt.Sprintf("/proc/%d", pid)
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return p, fmt.Errorf("read process: %w", err)
	}
	// The name may hold anything, also brackets and blanks; utime and stime are fields 14 and 15.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 13 {
		return p, fmt.Errorf("read process: %s/stat has %d fields", dir, len(fields))
	}
	for i, into := range []*float64{&p.user, &p.system} {
		ticks, err := strconv.ParseFloat(fields[11+i], 64)
		if err != nil {
			return p, fmt.Errorf("read process: %w", err)
		}
		*into = ticks / ticksPerSecond
	}
	status, err := os.ReadFile(dir + "/status")
	if err != nil {
		return p, fmt.Errorf("read process: %w", err)
	}
	p.rssKiB = statusNumber(string(status), "VmRSS")
	threads, err := os.ReadDir(dir + "/task")
	if err != nil {
		return p, fmt.Errorf("read process: %w", err)
	}
	for _, thread := range threads {
		status, err := os.ReadFile(dir + "/task/" + thread.Name() + "/status")
		if err != nil {
			continue // it has ended
		}
		p.switches += statusNumber(string(status), "voluntary_ctxt_switches") + statusNumber(string(status), "nonvoluntary_ctxt_switches")
	}
	return p, nil
}

// statusNumber finds a line like "VmRSS:   1234 kB"; 0 when it is not there.
func statusNumber(status, name string) int64 {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			if f := strings.Fields(rest); len(f) > 0 {
				n, _ := strconv.ParseInt(f[0], 10, 64)
				return n
			}
		}
	}
	return 0
}
