package main

import (
	"encoding/json"
	"fmt"
)

// request is a message of the Janus API (https://janus.conf.meetecho.com/docs/rest.html).
type request struct {
	Kind        string `json:"janus"`
	Transaction string `json:"transaction"`
	Session     uint64 `json:"session_id,omitempty"`
	Handle      uint64 `json:"handle_id,omitempty"`
	Plugin      string `json:"plugin,omitempty"`
	Body        any    `json:"body,omitempty"`
	JSEP        *jsep  `json:"jsep,omitempty"`
}

// jsep is an offer or answer; without trickle all candidates are in it.
type jsep struct {
	Type    string `json:"type"`
	SDP     string `json:"sdp"`
	Trickle *bool  `json:"trickle,omitempty"`
}

// whole is an offer or answer with all candidates in it.
func whole(kind, sdp string) *jsep { return &jsep{Type: kind, SDP: sdp, Trickle: new(bool)} }

// reply is what Janus answers or tells.
type reply struct {
	Kind        string `json:"janus"` // success, ack, event, error, webrtcup, hangup …
	Transaction string `json:"transaction"`
	Sender      uint64 `json:"sender"` // the handle that an event is of
	Reason      string `json:"reason"` // of a hangup
	Data        struct {
		ID uint64 `json:"id"`
	} `json:"data"`
	Error struct {
		Code   int    `json:"code"`
		Reason string `json:"reason"`
	} `json:"error"`
	Plugin struct {
		Data videoRoom `json:"data"`
	} `json:"plugindata"`
	JSEP *jsep `json:"jsep"`
}

// videoRoom is what the plugin says (https://janus.conf.meetecho.com/docs/videoroom.html).
type videoRoom struct {
	Code       int    `json:"error_code"`
	Error      string `json:"error"`
	Publishers []struct {
		ID string `json:"id"`
	} `json:"publishers"`
}

// feeds are the publishers that a reply names.
func (r reply) feeds() []string {
	var ids []string
	for _, p := range r.Plugin.Data.Publishers {
		ids = append(ids, p.ID)
	}
	return ids
}

// refusal is an error that Janus or the plugin answers with.
type refusal struct {
	code   int
	reason string
}

func (r refusal) Error() string { return fmt.Sprintf("refused with code %d: %s", r.code, r.reason) }

// parse reads a reply. An error of the server is an error beside the reply, which tells whose it is.
func parse(b []byte) (reply, error) {
	var r reply
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("read reply: %w", err)
	}
	switch {
	case r.Kind == "":
		return r, fmt.Errorf("reply is none of the Janus API: %.100q", b)
	case r.Kind == "error":
		return r, refusal{r.Error.Code, r.Error.Reason}
	case r.Plugin.Data.Code != 0:
		return r, refusal{r.Plugin.Data.Code, r.Plugin.Data.Error}
	}
	return r, nil
}
