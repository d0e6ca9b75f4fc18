package client_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/pion/webrtc/v4"

	"nara/signaling"
	"nara/signaling/client"
)

// A site device that shows the exam camera in a visit and counts what it hears.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	exam, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "exam", "site")
	if err != nil {
		log.Fatal(err)
	}
	p, err := client.Join(ctx, client.Options{
		URL:    "wss://nara.example/v1/signaling",
		Ticket: "from POST /v1/visits/{id}/ticket",
		Tracks: []client.Track{{Source: signaling.Exam, Local: exam}},
		Audio:  2,
		OnMedia: func(m *client.Media) {
			b := make([]byte, 1500)
			for {
				n, err := m.Read(b)
				if err != nil {
					return
				}
				if pub, ok := m.Publication(); ok {
					fmt.Println(pub.Participant, pub.Source, n)
				}
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	for e := range p.Events() {
		switch e := e.(type) {
		case *signaling.Chat:
			fmt.Println(e.Message.Name, "writes", e.Message.Text)
		case *signaling.ParticipantLeft:
			fmt.Println(e.Participant, "left:", e.Reason)
		}
	}
	log.Print(p.Err())
}
