package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// county answers as the API does; it is another program, not a part of ours.
type county struct {
	directory string
	slots     http.HandlerFunc
	searches  atomic.Int64
}

func (c *county) serve(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/directory", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(c.directory)) })
	mux.HandleFunc("GET /v1/slots", func(w http.ResponseWriter, r *http.Request) {
		c.searches.Add(1)
		c.slots(w, r)
	})
	mux.HandleFunc("POST /v1/demo/sign-in", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "nara", Value: "secret", Path: "/"})
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

const twoServices = `{"services":[{"id":"lakare","modalities":["video","hosted"]},{"id":"hudbesvar","modalities":[]}]}`

func twoSlots(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte(`{"slots":[{},{}],"days":[]}`))
}

func TestRun_AsksEveryQuestionInTurn(t *testing.T) {
	asked, people := make(chan string, 100), make(chan string, 100)
	c := &county{directory: twoServices, slots: func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.RawQuery
		people <- r.Header.Get("X-Forwarded-For")
		twoSlots(w, r)
	}}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"--url", c.serve(t), "--count", "16", "--parallel", "4"}, &out); err != nil {
		t.Fatal(err)
	}
	close(asked)
	times := map[string]int{}
	for q := range asked {
		times[q]++
	}
	close(people)
	seen := map[string]bool{}
	for address := range people {
		if seen[address] || !strings.HasPrefix(address, "198.51.100.") {
			t.Errorf("asks again as %q: one person's searches are limited", address)
		}
		seen[address] = true
	}
	// 8 questions: each once to warm up, twice in turn, twice in parallel.
	if len(times) != 8 || times["language=fi&service=hudbesvar"] != 5 || times["modality=hosted&service=lakare"] != 5 {
		t.Errorf("asked %v", times)
	}
	if got := out.String(); !strings.Contains(got, "| 1 | 16 | 8 |") || !strings.Contains(got, "| 4 | 16 | 8 |") || !strings.Contains(got, "| 2.0 | 0 |") {
		t.Error(got)
	}
}

func TestRun_SignsInWhenAsked(t *testing.T) {
	c := &county{directory: twoServices, slots: func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("nara"); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		twoSlots(w, r)
	}}
	url := c.serve(t)
	var out bytes.Buffer
	if err := run(t.Context(), []string{"--url", url}, &out); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("without an account: %v", err)
	}
	if err := run(t.Context(), []string{"--url", url, "--account", "gun-britt", "--count", "1"}, &out); err != nil {
		t.Errorf("with an account: %v", err)
	}
}

func TestRun_AServerWithoutFreeTimesIsNoMeasurement(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	for want, c := range map[string]*county{
		"has no services": {directory: `{"services":[]}`, slots: twoSlots},
		"read directory":  {directory: `<html>`, slots: twoSlots},
		"no search found": {directory: twoServices, slots: answer(http.StatusOK, `{"slots":[]}`)},
		"read slots":      {directory: twoServices, slots: answer(http.StatusOK, `no field`)},
		"503":             {directory: twoServices, slots: answer(http.StatusServiceUnavailable, "")},
		"429 Too Many":    {directory: twoServices, slots: answer(http.StatusTooManyRequests, "")},
	} {
		var out bytes.Buffer
		err := run(t.Context(), []string{"--url", c.serve(t), "--count", "4"}, &out)
		if err == nil || !strings.Contains(err.Error(), want) || out.Len() > 0 {
			t.Errorf("%v, want an error with %q; printed %q", err, want, out.String())
		}
		if c.searches.Load() > 8 {
			t.Errorf("%s: went on for %d searches", want, c.searches.Load())
		}
	}
}

func TestRun_InterruptedSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := &county{directory: twoServices, slots: func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}}
	if err := run(ctx, []string{"--url", c.serve(t)}, &bytes.Buffer{}); err == nil {
		t.Error("an interrupted run printed a result")
	}
}

func TestRun_WhatIsTooMuchOrElsewhereIsRefused(t *testing.T) {
	for _, args := range [][]string{
		{}, {"--url", "http://192.0.2.1"}, {"--url", "http://nara.example"}, {"--url", "https://127.0.0.1"}, {"--url", "://"},
		{"--url", "http://127.0.0.1:1", "--count", "0"}, {"--url", "http://127.0.0.1:1", "--count", "1000000"},
		{"--url", "http://127.0.0.1:1", "--parallel", "17"}, {"--url", "http://127.0.0.1:1"},
	} {
		if err := run(t.Context(), args, &bytes.Buffer{}); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
}
