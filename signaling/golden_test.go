package signaling

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden messages anew")

const goldenDir = "testdata/messages"

const goldenSDP = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2 3\r\n"

func at(ms int) Time {
	return Time{time.Date(2026, 11, 23, 8, 30, 0, ms*int(time.Millisecond), time.UTC)}
}

// goldens has every message and every variant of its shape.
func goldens() map[string]message {
	patient := Participant{ID: "p-2", Name: "Gun-Britt Lindqvist", Role: Patient, State: Waiting, Connection: Connected, JoinedAt: at(0)}
	admitted := patient
	admitted.State = Admitted
	lost := admitted
	lost.Connection = Lost
	host := Participant{ID: "p-1", Name: "Anna Holm", Role: Host, State: Admitted, Connection: Connecting, JoinedAt: at(125)}
	room := Participant{ID: "p-3", Name: "Rum 1 <Närpes & co>", Role: Room, State: Admitted, Connection: Connected, JoinedAt: at(7)}
	guest := Participant{ID: "p-4", Name: "Tulkki", Role: Guest, State: Waiting, Connection: Connected, JoinedAt: at(9)}
	mic := Publication{ID: "t-1", Participant: "p-2", Source: Microphone, Kind: Audio}
	cam := Publication{ID: "t-2", Participant: "p-2", Source: Camera, Kind: Video, Muted: true}
	exam := Publication{ID: "t-3", Participant: "p-3", Source: Exam, Kind: Video}
	own := []Publication{{ID: "t-7", Participant: "p-1", Source: Camera, Kind: Video}}
	one, two := mic.ID, cam.ID
	bound := []Assignment{{Mid: "2", Publication: &one}, {Mid: "3", Publication: &two}, {Mid: "4"}}
	line := ChatMessage{ID: "c-1", From: "p-2", Name: "Gun-Britt Lindqvist", Text: "Hör ni mig?\n<ja> \U0001F44D", At: at(999)}
	visit := Visit(`{"id":"0192f0c1-7a00-7000-8000-000000000001","state":"arrived","delayMinutes":5,"nurse":null}`)
	n := Numbered{Request: 7}
	return map[string]message{
		"client-join": &Join{Numbered: Numbered{1}, Ticket: "eyJhbGciOiJFZERTQSJ9.e30.c2ln", Offer: goldenSDP, Publications: []Intended{
			{"0", Microphone}, {"1", Camera}, {"2", Screen}, {"3", RoomView}, {"4", Exam}, {"5", Stethoscope}}},
		"client-join-empty":                 &Join{Ticket: "t", Offer: goldenSDP, Publications: []Intended{}},
		"client-offer":                      &Offer{Numbered: n, Offer: goldenSDP, Publications: []Intended{{"0", Microphone}}},
		"client-offer-bare":                 &Offer{Offer: goldenSDP, Publications: []Intended{}},
		"client-mute":                       &Mute{Numbered: n, Publication: "t-1", Muted: true},
		"client-mute-off":                   &Mute{Publication: "t-1"},
		"client-chat":                       &PostChat{Numbered: n, Text: "Hör ni mig?\n<ja> \U0001F44D"},
		"client-chat-bare":                  &PostChat{Text: "x"},
		"client-chat-long":                  &PostChat{Text: strings.Repeat("\U0001F44D", MaxChat)},
		"client-admit":                      &Admit{Numbered: n, Participant: "p-2"},
		"client-admit-bare":                 &Admit{Participant: "p-2"},
		"client-leave":                      &Leave{},
		"client-leave-request":              &Leave{Numbered: n},
		"client-ping":                       &Ping{Numbered: Numbered{1<<53 - 1}},
		"client-ping-bare":                  &Ping{},
		"server-joined":                     &Joined{Numbered: Numbered{1}, You: host, Answer: goldenSDP, Participants: []Participant{admitted, room}, Publications: []Publication{mic, cam, exam}, Assignments: bound, Chat: []ChatMessage{line}, Visit: visit},
		"server-joined-waiting":             &Joined{Numbered: Numbered{1}, You: patient, Answer: goldenSDP, Participants: []Participant{}, Publications: []Publication{}, Assignments: []Assignment{}, Chat: []ChatMessage{}, Visit: visit},
		"server-joined-no-visit":            &Joined{You: host, Answer: goldenSDP, Participants: []Participant{}, Publications: []Publication{}, Assignments: []Assignment{{Mid: "2"}}, Chat: []ChatMessage{}},
		"server-answer":                     &Answer{Numbered: n, Answer: goldenSDP, Publications: own, Assignments: bound},
		"server-answer-bare":                &Answer{Answer: goldenSDP, Publications: []Publication{}, Assignments: []Assignment{}},
		"server-participantJoined":          &ParticipantJoined{Participant: host},
		"server-participantJoined-waiting":  &ParticipantJoined{Participant: guest},
		"server-participantChanged":         &ParticipantChanged{Participant: admitted},
		"server-participantChanged-request": &ParticipantChanged{Numbered: n, Participant: admitted},
		"server-participantChanged-lost":    &ParticipantChanged{Participant: lost},
		"server-participantLeft":            &ParticipantLeft{Participant: "p-2", Reason: LeftSelf},
		"server-participantLeft-gone":       &ParticipantLeft{Participant: "p-2", Reason: LeftGone},
		"server-participantLeft-replaced":   &ParticipantLeft{Participant: "p-2", Reason: LeftReplaced},
		"server-participantLeft-removed":    &ParticipantLeft{Participant: "p-2", Reason: LeftRemoved},
		"server-participantLeft-closed":     &ParticipantLeft{Participant: "p-2", Reason: LeftClosed},
		"server-publicationAdded":           &PublicationAdded{Publication: mic},
		"server-publicationAdded-exam":      &PublicationAdded{Publication: exam},
		"server-publicationChanged":         &PublicationChanged{Publication: cam},
		"server-publicationChanged-request": &PublicationChanged{Numbered: n, Publication: cam},
		"server-publicationRemoved":         &PublicationRemoved{Publication: "t-1"},
		"server-assign":                     &Assign{Assignments: bound},
		"server-assign-nothing":             &Assign{Assignments: []Assignment{{Mid: "2"}}},
		"server-chat":                       &Chat{Message: line},
		"server-chat-request":               &Chat{Numbered: n, Message: line},
		"server-visit":                      &VisitChanged{Visit: visit},
		"server-error":                      &Error{Numbered: n, Code: NotAllowed, Message: NotAllowed.text()},
		"server-error-bare":                 &Error{Code: BadMessage, Message: "type is unknown"},
		"server-pong":                       &Pong{Numbered: n},
		"server-pong-bare":                  &Pong{},
	}
}

func TestGoldenMessages(t *testing.T) {
	want := goldens()
	if *update {
		for name, m := range want {
			b, err := Encode(m)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(goldenDir, name+".json"), append(b, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(goldenDir, "*.json"))
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d golden files for %d messages, %v", len(files), len(want), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got message
			if strings.HasPrefix(name, "client-") {
				got, err = DecodeClient(raw)
			} else {
				got, err = DecodeServer(raw)
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want[name], got, cmp.AllowUnexported(Time{})); d != "" {
				t.Errorf("decoded (-want +got):\n%s", d)
			}
			again, err := Encode(got)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(strings.TrimSpace(string(raw)), string(again)); d != "" {
				t.Errorf("encoded again (-file +got):\n%s", d)
			}
			if !json.Valid(again) {
				t.Error("not JSON")
			}
		})
	}
}
