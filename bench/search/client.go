package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"
)

const (
	maxAnswer      = 8 << 20 // bytes
	requestTimeout = 20 * time.Second
)

// client speaks to the API of one server. Each request is another person's: it
// names an address of TEST-NET-2 (RFC 5737) as a proxy on this machine would,
// for what one person may ask is limited.
type client struct {
	base   *url.URL
	http   *http.Client
	people atomic.Uint32
}

func newClient(base *url.URL, connections int) (*client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make cookie jar: %w", err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}
	return &client{base: base, http: &http.Client{Transport: transport, Jar: jar, Timeout: requestTimeout}}, nil
}

func (c *client) close() { c.http.CloseIdleConnections() }

// call asks and reads the whole answer; any status but 200 is an error.
func (c *client) call(ctx context.Context, method, target string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath("/").String()+target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("X-Forwarded-For", netip.AddrFrom4([4]byte{198, 51, 100, byte(c.people.Add(1))}).String())
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s /%s: %s: %.200s", method, target, resp.Status, answer)
	}
	return answer, nil
}

// signIn becomes one of the made-up people of the demo county.
func (c *client) signIn(ctx context.Context, account string) error {
	body, err := json.Marshal(map[string]string{"account": account})
	if err != nil {
		return fmt.Errorf("write account: %w", err)
	}
	if _, err := c.call(ctx, http.MethodPost, "v1/demo/sign-in", body); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	return nil
}

// questions are the searches that the directory allows.
func (c *client) questions(ctx context.Context) ([]string, error) {
	answer, err := c.call(ctx, http.MethodGet, "v1/directory", nil)
	if err != nil {
		return nil, fmt.Errorf("read directory: %w", err)
	}
	var directory struct {
		Services []struct {
			ID         string   `json:"id"`
			Modalities []string `json:"modalities"`
		} `json:"services"`
	}
	if err := json.Unmarshal(answer, &directory); err != nil {
		return nil, fmt.Errorf("read directory: %w", err)
	}
	var all []string
	add := func(filters url.Values) { all = append(all, "v1/slots?"+filters.Encode()) }
	for _, s := range directory.Services {
		add(url.Values{"service": {s.ID}})
		for _, language := range []string{"sv", "fi"} {
			add(url.Values{"service": {s.ID}, "language": {language}})
		}
		for _, modality := range s.Modalities {
			add(url.Values{"service": {s.ID}, "modality": {modality}})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the directory has no services: is the demo county seeded?")
	}
	return all, nil
}

// search asks one question and returns how many times were offered.
func (c *client) search(ctx context.Context, question string) (int, error) {
	answer, err := c.call(ctx, http.MethodGet, question, nil)
	if err != nil {
		return 0, err
	}
	var found struct {
		Slots []json.RawMessage `json:"slots"`
	}
	if err := json.Unmarshal(answer, &found); err != nil {
		return 0, fmt.Errorf("read slots: %w", err)
	}
	return len(found.Slots), nil
}
