package measure

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

const ticksPerSecond = 100 // USER_HZ of Linux, whatever the kernel's own HZ

// Process is what the kernel says of one process at one moment.
type Process struct {
	User, System float64 // seconds of CPU since its start
	ResidentKiB  int64
	Switches     int64 // context switches of all its threads
}

// CPU is user and system time in seconds, with a resolution of 10 ms each.
func (p Process) CPU() float64 { return p.User + p.System }

// ReadProcess reads /proc/PID; pid 0 means no process and gives zeros.
func ReadProcess(pid int) (Process, error) {
	if pid == 0 {
		return Process{}, nil
	}
	p, err := readProcess(fmt.Sprintf("/proc/%d", pid))
	if err != nil {
		return Process{}, fmt.Errorf("read process %d: %w", pid, err)
	}
	return p, nil
}

func readProcess(dir string) (Process, error) {
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return Process{}, err
	}
	p, err := parseStat(stat)
	if err != nil {
		return Process{}, err
	}
	status, err := os.ReadFile(dir + "/status")
	if err != nil {
		return Process{}, err
	}
	p.ResidentKiB = statusField(status, "VmRSS")
	tasks, err := os.ReadDir(dir + "/task")
	if err != nil {
		return Process{}, err
	}
	for _, t := range tasks {
		status, err := os.ReadFile(dir + "/task/" + t.Name() + "/status")
		if err != nil {
			continue // the thread has ended since the directory was read
		}
		p.Switches += statusField(status, "voluntary_ctxt_switches") + statusField(status, "nonvoluntary_ctxt_switches")
	}
	return p, nil
}

// parseStat reads the times from proc(5)'s stat. The second field is the name
// in parentheses, which may hold spaces and parentheses itself.
func parseStat(stat []byte) (Process, error) {
	end := bytes.LastIndexByte(stat, ')')
	fields := strings.Fields(string(stat[end+1:]))
	if end < 0 || len(fields) < 13 {
		return Process{}, fmt.Errorf("stat is not of proc(5)'s form: %q", stat)
	}
	user, err := strconv.ParseUint(fields[11], 10, 64)
	if err != nil {
		return Process{}, fmt.Errorf("parse user time: %w", err)
	}
	system, err := strconv.ParseUint(fields[12], 10, 64)
	if err != nil {
		return Process{}, fmt.Errorf("parse system time: %w", err)
	}
	return Process{User: float64(user) / ticksPerSecond, System: float64(system) / ticksPerSecond}, nil
}

// statusField is the number behind a name in proc(5)'s status, 0 when the name
// is not there (a kernel thread has no VmRSS).
func statusField(status []byte, name string) int64 {
	for line := range strings.Lines(string(status)) {
		key, value, ok := strings.Cut(line, ":")
		if !ok || key != name {
			continue
		}
		fields := strings.Fields(value)
		if len(fields) == 0 {
			return 0
		}
		n, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	return 0
}
