package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What Janus 1.1.2 writes, with json = "compact".
const (
	created  = `{"janus":"success","transaction":"1","data":{"id":6528591951038455}}`
	received = `{"janus":"ack","session_id":6528591951038455,"transaction":"4"}`
	joined   = `{"janus":"event","session_id":6528591951038455,"transaction":"4","sender":4988071634593530,"plugindata":{"plugin":"janus.plugin.videoroom","data":{"videoroom":"joined","room":"r","description":"Room r","id":"p1","private_id":2958190174,"publishers":[{"id":"p0","streams":[{"type":"audio","mindex":0,"mid":"0","codec":"opus"},{"type":"video","mindex":1,"mid":"1","codec":"vp8"}],"talking":false}]}},"jsep":{"type":"answer","sdp":"v=0\r\n"}}`
	arrived  = `{"janus":"event","session_id":6528591951038455,"sender":4988071634593530,"plugindata":{"plugin":"janus.plugin.videoroom","data":{"videoroom":"event","room":"r","publishers":[{"id":"p2","streams":[]},{"id":"p3","streams":[]}]}}}`
	left     = `{"janus":"event","session_id":6528591951038455,"sender":4988071634593530,"plugindata":{"plugin":"janus.plugin.videoroom","data":{"videoroom":"event","room":"r","unpublished":"p2"}}}`
	exists   = `{"janus":"success","session_id":6528591951038455,"transaction":"3","sender":4988071634593530,"plugindata":{"plugin":"janus.plugin.videoroom","data":{"videoroom":"event","error_code":427,"error":"Room r already exists"}}}`
	unknown  = `{"janus":"error","session_id":1,"transaction":"2","error":{"code":458,"reason":"No such session 1"}}`
	up       = `{"janus":"webrtcup","session_id":6528591951038455,"sender":4988071634593530}`
)

func TestParse_WhatTheServerSays(t *testing.T) {
	for name, c := range map[string]struct {
		said, kind, transaction string
		id                      uint64
		feeds                   []string
		sdp                     string
		refused                 int
	}{
		"session made":      {said: created, kind: "success", transaction: "1", id: 6528591951038455},
		"request received":  {said: received, kind: "ack", transaction: "4"},
		"joined":            {said: joined, kind: "event", transaction: "4", feeds: []string{"p0"}, sdp: "v=0\r\n"},
		"others arrived":    {said: arrived, kind: "event", feeds: []string{"p2", "p3"}},
		"somebody left":     {said: left, kind: "event"},
		"connected":         {said: up, kind: "webrtcup"},
		"refused by plugin": {said: exists, kind: "success", transaction: "3", refused: roomExists},
		"refused by core":   {said: unknown, kind: "error", transaction: "2", refused: 458},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := parse([]byte(c.said))
			var refused refusal
			if errors.As(err, &refused); refused.code != c.refused || (err != nil) != (c.refused != 0) {
				t.Fatalf("%v, want code %d", err, c.refused)
			}
			sdp := ""
			if r.JSEP != nil {
				sdp = r.JSEP.SDP
			}
			if r.Kind != c.kind || r.Transaction != c.transaction || r.Data.ID != c.id || sdp != c.sdp {
				t.Errorf("%+v", r)
			}
			if diff := cmp.Diff(c.feeds, r.feeds()); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, bad := range []string{"", "{", "[]", `{"publishers":[]}`, `"janus"`, `{"janus":"success","data":{"id":"text"}}`} {
		if r, err := parse([]byte(bad)); err == nil {
			t.Errorf("%q was read as %+v", bad, r)
		}
	}
}

// script is a server that answers each request with lines, "T" in them standing for its transaction.
func script(t *testing.T, answer func(q request) []string) string {
	t.Helper()
	upgrade := websocket.Upgrader{Subprotocols: []string{"janus-protocol"}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrade.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		for {
			_, b, err := conn.ReadMessage()
			if err != nil {
				return
			}
			if bytes.HasSuffix(b, []byte("\n")) {
				t.Errorf("%q ends with a newline, which Janus refuses", b)
			}
			var q request
			if err := json.Unmarshal(b, &q); err != nil {
				t.Errorf("%q: %v", b, err)
			}
			for _, line := range answer(q) {
				if line == "end" {
					return
				}
				line = strings.ReplaceAll(line, `"T"`, `"`+q.Transaction+`"`)
				if err := conn.WriteMessage(websocket.TextMessage, []byte(line)); err != nil {
					return
				}
			}
		}
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

func TestLink_AnAnswerFindsWhoAsked(t *testing.T) {
	url := script(t, func(q request) []string {
		switch q.Kind {
		case "create":
			return []string{`{"janus":"success","transaction":"T","data":{"id":7}}`}
		case "attach":
			if q.Session != 7 || q.Plugin != "janus.plugin.videoroom" {
				return []string{`{"janus":"error","transaction":"T","error":{"code":1,"reason":"wrong"}}`}
			}
			return []string{`{"janus":"success","transaction":"T","data":{"id":8}}`}
		case "message":
			return []string{`{"janus":"ack","transaction":"T"}`, arrived, `{"janus":"event","transaction":"T","sender":8,"jsep":{"type":"answer","sdp":"x"}}`}
		}
		return []string{`{"janus":"error","transaction":"T","error":{"code":458,"reason":"No such session"}}`}
	})
	told := make(chan reply, 10)
	l, err := dial(t.Context(), url, func(r reply) { told <- r })
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	handle, err := l.attach(t.Context())
	if err != nil || handle != 8 {
		t.Fatalf("handle %d, %v", handle, err)
	}
	r, err := l.message(t.Context(), handle, map[string]any{"request": "join"}, whole("offer", "v=0"))
	if err != nil || r.JSEP == nil || r.JSEP.SDP != "x" {
		t.Errorf("%+v, %v", r, err)
	}
	select {
	case r := <-told:
		if diff := cmp.Diff([]string{"p2", "p3"}, r.feeds()); diff != "" {
			t.Error(diff)
		}
	case <-time.After(5 * time.Second):
		t.Error("what nobody asked for was not told")
	}
	var refused refusal
	if err := l.destroy(t.Context()); !errors.As(err, &refused) || refused.code != 458 {
		t.Errorf("%v, want the server's refusal", err)
	}
}

func TestLink_WhoAsksLearnsThatTheServerIsGone(t *testing.T) {
	for name, last := range map[string]string{"closed": "end", "nonsense": "{"} {
		url := script(t, func(q request) []string {
			if q.Kind == "create" {
				return []string{`{"janus":"success","transaction":"T","data":{"id":7}}`}
			}
			return []string{last}
		})
		l, err := dial(t.Context(), url, func(reply) {})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.attach(t.Context()); err == nil {
			t.Errorf("%s: attached to nothing", name)
		}
		l.close()
	}
}

func TestRun_SaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "--url"},
		{[]string{"--url", "ws://192.0.2.1:8188"}, "loopback"},
		{[]string{"--url", "ws://127.0.0.1:1", "--address", "192.0.2.1"}, "loopback"},
		{[]string{"--url", "ws://127.0.0.1:1", "--workload", "party"}, "party"},
		{[]string{"--url", "ws://127.0.0.1:1", "--size", "1", "--spacing", "0s"}, "reach server"},
	} {
		var out bytes.Buffer
		if err := run(t.Context(), c.args, &out); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want an error with %q", c.args, err, c.want)
		}
	}
}
