package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"nara/auth"
	"nara/internal/load"
	"nara/internal/measure"
)

type loadCommand struct {
	Workload string        `default:"visit" enum:"visit,conference,fanout,waiting" help:"visit (rooms of 2), conference (rooms of 5), fanout (1 publisher) or waiting (nobody sends): ${enum} (${default})."`
	Size     int           `default:"10" help:"Rooms; for fanout, subscribers; for waiting, participants (${default})."`
	Warm     time.Duration `default:"3s" help:"Between the last join and the measurement (${default})."`
	Dur      time.Duration `default:"8s" help:"Measured time (${default})."`
	Idle     time.Duration `default:"0s" help:"Measure the server before the first join, for so long (${default})."`
	Spacing  time.Duration `default:"50ms" help:"Between two joins (${default})."`
	PID      int           `name:"pid" help:"The server's process, for its CPU and memory."`
	URL      string        `name:"url" default:"http://localhost:8080" help:"The server (${default})."`
	Origin   string        `placeholder:"URL" help:"Origin to send. Default: that of --url."`
	DataDir  string        `default:"./data" placeholder:"FOLDER" help:"The server's data folder: its key signs the tickets (${default})."`
}

func (l loadCommand) Run(p *process) error {
	if len(p.environment.faults) > 0 {
		return configFaults(p.environment.faults)
	}
	folder, err := filepath.Abs(l.DataDir)
	if err != nil {
		return err
	}
	tickets, err := auth.NewTickets(keyFolder(folder), nil, nil)
	if err != nil {
		return err
	}
	server := load.Nara{URL: signalingURL(l.URL), Origin: l.Origin, Tickets: func(room, participant string) (string, error) {
		ticket, _, err := tickets.Issue(p.ctx, auth.Grant{
			Room: room, RoomKind: auth.RoomCheck, Participant: participant, Role: auth.CallGuest, Name: participant,
		})
		return ticket.Reveal(), err
	}}
	result, err := measure.Run(p.ctx, server, measure.Workload{
		Name: l.Workload, Size: l.Size, Idle: l.Idle, Warm: l.Warm, Dur: l.Dur, Spacing: l.Spacing,
	}, l.PID)
	if err != nil {
		return err
	}
	encoded, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("encode result: %w", err)
	}
	_, err = fmt.Fprintf(p.stdout, "%s\n", encoded)
	return err
}

// signalingURL is the WebSocket of a server.
func signalingURL(server string) string {
	return "ws" + strings.TrimPrefix(strings.TrimSuffix(server, "/"), "http") + "/v1/signaling"
}
