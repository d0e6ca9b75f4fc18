package httpapi_test

import (
	"compress/gzip"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"nara/httpapi"
)

func TestEdge_BadRequestsAreProblems(t *testing.T) {
	t.Parallel()
	s := start(t)
	patient := s.as(t, "gun-britt")
	const json = "application/json"
	hold := `{"service":"lakare","start":"2030-01-01T08:00:00Z","modality":"video","practitioner":1,"language":"sv"%s}`
	for name, test := range map[string]struct {
		method, path, contentType, body string
		header                          []string
		status                          int
		code, field, fault              string
	}{
		"unknown field":         {"POST", "/v1/holds", json, strings.Replace(hold, "%s", `,"colour":"red"`, 1), nil, 422, "invalid", "colour", "unknown"},
		"missing field":         {"POST", "/v1/holds", json, `{"service":"lakare"}`, nil, 422, "invalid", "", "required"},
		"wrong type of field":   {"POST", "/v1/holds", json, strings.Replace(strings.Replace(hold, "1,", `"one",`, 1), "%s", "", 1), nil, 422, "invalid", "practitioner", "invalid"},
		"word not in list":      {"POST", "/v1/holds", json, strings.Replace(strings.Replace(hold, "video", "hologram", 1), "%s", "", 1), nil, 422, "invalid", "modality", "invalid"},
		"time that is none":     {"POST", "/v1/holds", json, strings.Replace(strings.Replace(hold, "2030-01-01T08:00:00Z", "soon", 1), "%s", "", 1), nil, 422, "invalid", "start", "invalid"},
		"not JSON":              {"POST", "/v1/holds", json, `{"service":`, nil, 400, "malformed", "", "invalid"},
		"a list":                {"POST", "/v1/holds", json, `[]`, nil, 422, "invalid", "", "invalid"},
		"nothing":               {"POST", "/v1/holds", json, ``, nil, 400, "malformed", "", ""},
		"two objects":           {"POST", "/v1/demo/sign-in", json, `{"account":"eva"}{"account":"anna"}`, nil, 400, "malformed", "", "invalid"},
		"NUL in text":           {"POST", "/v1/demo/sign-in", json, `{"account":"a\u0000"}`, nil, 400, "malformed", "", "invalid"},
		"NUL in address":        {"GET", "/v1/appointments/%00", "", "", nil, 400, "malformed", "", ""},
		"not UTF-8 in address":  {"GET", "/v1/appointments/%ff", "", "", nil, 400, "malformed", "", ""},
		"not UTF-8 in query":    {"GET", "/v1/slots?service=%ff", "", "", nil, 400, "malformed", "", ""},
		"query cut short":       {"GET", "/v1/slots?service=%f", "", "", nil, 400, "malformed", "", ""},
		"too large":             {"POST", "/v1/holds", json, `{"service":"` + strings.Repeat("x", 70<<10) + `"}`, nil, 413, "too-large", "", ""},
		"a form":                {"POST", "/v1/holds", "application/x-www-form-urlencoded", "service=lakare", nil, 415, "not-json", "", ""},
		"text":                  {"POST", "/v1/holds", "text/plain", strings.Replace(hold, "%s", "", 1), nil, 415, "not-json", "", ""},
		"another charset":       {"POST", "/v1/holds", "application/json; charset=latin1", strings.Replace(hold, "%s", "", 1), nil, 415, "not-json", "", ""},
		"compressed":            {"POST", "/v1/holds", json, strings.Replace(hold, "%s", "", 1), []string{"Content-Encoding", "gzip"}, 415, "not-json", "", ""},
		"wrong method":          {"PUT", "/v1/holds", json, `{}`, nil, 405, "method-not-allowed", "", ""},
		"no such route":         {"GET", "/v1/nothing", "", "", nil, 404, "not-found", "", ""},
		"API root":              {"GET", "/v1", "", "", nil, 404, "not-found", "", ""},
		"unknown parameter":     {"GET", "/v1/slots?service=lakare&colour=red", "", "", nil, 422, "invalid", "query.colour", "unknown"},
		"missing parameter":     {"GET", "/v1/slots", "", "", nil, 422, "invalid", "query.service", "required"},
		"parameter not in list": {"GET", "/v1/slots?service=lakare&language=de", "", "", nil, 422, "invalid", "query.language", "invalid"},
		"parameter too large":   {"GET", "/v1/slots?service=lakare&limit=100000", "", "", nil, 422, "invalid", "query.limit", "out-of-range"},
		"no date":               {"GET", "/v1/slots?service=lakare&from=tomorrow", "", "", nil, 422, "invalid", "query.from", "invalid"},
		"date that is not":      {"GET", "/v1/slots?service=lakare&from=2027-02-30", "", "", nil, 422, "invalid", "query.from", "invalid"},
		"no such service":       {"GET", "/v1/slots?service=heart-surgery", "", "", nil, 422, "invalid", "service", ""},
		"foreign origin":        {"POST", "/v1/sign-out", json, `{}`, []string{"Origin", "https://evil.example"}, 403, "cross-origin", "", ""},
		"foreign site":          {"POST", "/v1/sign-out", json, `{}`, []string{"Sec-Fetch-Site", "cross-site"}, 403, "cross-origin", "", ""},
		"no idempotency key":    {"POST", "/v1/appointments", json, `{"hold":"019b0000-0000-7000-8000-00000000000a"}`, nil, 422, "invalid", "header.Idempotency-Key", "required"},
		"hold that is no id":    {"POST", "/v1/appointments", json, `{"hold":"first"}`, []string{"Idempotency-Key", "12345678"}, 422, "invalid", "hold", "invalid"},
		"telephone is words":    {"POST", "/v1/appointments", json, `{"hold":"019b0000-0000-7000-8000-00000000000a","phone":"call me"}`, []string{"Idempotency-Key", "12345678"}, 422, "invalid", "phone", "invalid"},
		"reason too long":       {"POST", "/v1/appointments", json, `{"hold":"019b0000-0000-7000-8000-00000000000a","reason":"` + strings.Repeat("x", 501) + `"}`, []string{"Idempotency-Key", "12345678"}, 422, "invalid", "reason", "too-long"},
		"no such hold":          {"POST", "/v1/appointments", json, `{"hold":"019b0000-0000-7000-8000-00000000000a"}`, []string{"Idempotency-Key", "12345678"}, 404, "not-found", "", ""},
		"no such appointment":   {"GET", "/v1/appointments/019b0000-0000-7000-8000-00000000000a", "", "", nil, 404, "not-found", "", ""},
		"id as a URN":           {"GET", "/v1/holds/urn:uuid:019b0000-0000-7000-8000-00000000000a", "", "", nil, 404, "not-found", "", ""},
		"id that is none":       {"GET", "/v1/appointments/first", "", "", nil, 404, "not-found", "", ""},
		"id with SQL":           {"GET", "/v1/visits/'%20OR%201=1--", "", "", nil, 404, "not-found", "", ""},
		"no such visit":         {"POST", "/v1/visits/019b0000-0000-7000-8000-00000000000a/ticket", json, `{}`, nil, 404, "not-found", "", ""},
		"no such account":       {"POST", "/v1/demo/sign-in", json, `{"account":"root"}`, nil, 404, "not-found", "", ""},
		"staff only":            {"GET", "/v1/events", "", "", nil, 403, "not-allowed", "", ""},
		"someone else's site":   {"GET", "/v1/sites/narpes-halsostation/day", "", "", nil, 403, "not-allowed", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			header := test.header
			if test.contentType != "" {
				header = append([]string{"Content-Type", test.contentType}, header...)
			}
			patient := *patient
			patient.t = t
			p := patient.do(test.method, test.path, []byte(test.body), header...).problem(test.status, test.code)
			if test.field == "" && test.fault == "" {
				return
			}
			for _, f := range p.Fields {
				if (test.field == "" || f.Field == test.field) && (test.fault == "" || f.Code == test.fault) {
					return
				}
			}
			t.Errorf("no fault %q at %q: %+v", test.fault, test.field, p.Fields)
		})
	}
	if strings.Contains(s.logs.String(), "request failed") {
		t.Errorf("bad input was logged as a failure of ours:\n%s", s.logs.String())
	}
}

func TestEdge_ProblemsNeverRepeatWhatWasSent(t *testing.T) {
	t.Parallel()
	s := start(t)
	r := s.as(t, "gun-britt").do("POST", "/v1/holds", []byte(`{"service":"canary-010155-123A"`), "Content-Type", "application/json")
	if strings.Contains(string(r.body), "canary") || strings.Contains(s.logs.String(), "canary") {
		t.Errorf("repeated: %s", r.body)
	}
}

func TestEdge_MembersOnlyRoutesNeedASession(t *testing.T) {
	t.Parallel()
	s := start(t)
	stranger := s.browser(t)
	const id = "019b0000-0000-7000-8000-00000000000a"
	for _, path := range []string{
		"/v1/holds/" + id, "/v1/appointments", "/v1/appointments/" + id, "/v1/appointments/" + id + "/calendar.ics",
		"/v1/visits/" + id, "/v1/day", "/v1/sites/narpes-halsostation/day", "/v1/events",
	} {
		stranger.get(path).problem(401, "sign-in-needed")
	}
	stranger.remove("/v1/holds/"+id).problem(401, "sign-in-needed")
	stranger.post("/v1/visits/"+id+"/ticket", struct{}{}).problem(401, "sign-in-needed")
	stranger.hold(stranger.slots("service=lakare")[0]).problem(401, "sign-in-needed")
	if me := decode[httpapi.Me](stranger.get("/v1/me").want(200)); me.SignedIn || me.Principal != nil || !me.Demo {
		t.Errorf("a stranger is %+v", me)
	}
	forged := s.browser(t)
	forged.do("GET", "/v1/appointments", nil, "Cookie", "nara="+strings.Repeat("A", 43)).problem(401, "sign-in-needed")
}

func TestEdge_SecurityHeadersAreOnEveryAnswer(t *testing.T) {
	t.Parallel()
	b := start(t).browser(t)
	for _, path := range []string{"/", "/some/page", "/assets/app-1a2b.js", "/assets/none.js", "/v1/me", "/v1/nothing", "/v1/docs", "/v1/openapi.json", "/problems/slot-taken"} {
		h := b.get(path).header
		policy := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy lacks %s", path, want)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
			t.Errorf("%s: the policy is loose: %s", path, policy)
		}
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if permissions := h.Get("Permissions-Policy"); !strings.Contains(permissions, "camera=(self)") || !strings.Contains(permissions, "geolocation=()") {
			t.Errorf("%s: Permissions-Policy is %q", path, permissions)
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: other origins may read", path)
		}
	}
}

func TestEdge_HTTPSGivesHostCookiesAndHSTS(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *httpapi.Options) { o.Origins = []string{"https://nara.example"} })
	r := s.browser(t).post("/v1/demo/sign-in", httpapi.DemoSignIn{Account: "anna"}).want(200)
	cookie := r.header.Get("Set-Cookie")
	for _, want := range []string{"__Host-nara=", "Secure", "HttpOnly", "SameSite=", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s: %s", want, cookie)
		}
	}
	if strings.Contains(cookie, "Domain") {
		t.Errorf("the cookie names a domain: %s", cookie)
	}
	if r.header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS")
	}
}

func TestEdge_CachingOnlyOfHashedAssets(t *testing.T) {
	t.Parallel()
	b := start(t).browser(t)
	for path, want := range map[string]string{
		"/": "no-store", "/day": "no-store", "/v1/me": "no-store", "/v1/docs": "no-store", "/assets/none.js": "no-store",
		"/assets/app-1a2b.js": "public, max-age=31536000, immutable", "/mark.svg": "no-cache",
	} {
		if got := b.get(path).header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q, want %q", path, got, want)
		}
	}
}

func TestUI_PagesAssetsAndNothingElse(t *testing.T) {
	t.Parallel()
	b := start(t).browser(t)
	for _, page := range []string{"/", "/v", "/find", "/visits/019b0000-0000-7000-8000-00000000000a", "/index.html", "/v1x"} {
		r := b.get(page).want(200)
		if !strings.Contains(string(r.body), "<title>Nära</title>") || r.header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s is not the page: %s %s", page, r.header.Get("Content-Type"), r.body)
		}
	}
	for _, path := range []string{
		"/assets/", "/assets", "/assets/none.js", "/none.svg", "/.keep", "/.vite/manifest.json", "/../go.mod", "/%2e%2e/go.mod", "/assets/..%2f..%2fgo.mod",
		"/assets/app-1a2b.js/", "/assets/big-3c.js.br", "/.git/config", "/..%5cgo.mod",
	} {
		r := b.get(path)
		if strings.Contains(string(r.body), "module nara") || strings.Contains(string(r.body), "{}") || r.status == 200 && !strings.Contains(string(r.body), "<title>") {
			t.Errorf("%s answers %d: %s", path, r.status, r.body)
		}
	}
	b.get("/assets/none.js").problem(404, "not-found")
	b.post("/find", struct{}{}).problem(405, "method-not-allowed")
}

func TestUI_CompressedWhenAsked(t *testing.T) {
	t.Parallel()
	b := start(t).browser(t)
	for accepts, want := range map[string]string{"gzip": "gzip", "gzip, br": "gzip", "identity": "", "gzip;q=0": "", "br": ""} {
		r := b.do("GET", "/assets/app-1a2b.js", nil, "Accept-Encoding", accepts).want(200)
		if got := r.header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q gives %q, want %q", accepts, got, want)
		}
		if want == "gzip" {
			unpacked, err := gzip.NewReader(strings.NewReader(string(r.body)))
			if err != nil {
				t.Fatal(err)
			}
			if plain, err := io.ReadAll(unpacked); err != nil || !strings.HasPrefix(string(plain), "console.log") {
				t.Errorf("not the file: %v", err)
			}
		}
	}
	if r := b.do("GET", "/assets/big-3c.js", nil, "Accept-Encoding", "gzip, br").want(200); string(r.body) != "brotli" || r.header.Get("Content-Encoding") != "br" {
		t.Errorf("the brotli beside the file is not used: %s", r.body)
	}
	first := b.get("/mark.svg").want(200)
	b.do("GET", "/mark.svg", nil, "If-None-Match", first.header.Get("ETag")).want(304)
}

func TestUI_ServerWithoutItsPagesSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *httpapi.Options) { o.UI = nil })
	if r := s.browser(t).get("/").want(503); !strings.Contains(string(r.body), "make build") {
		t.Errorf("%s", r.body)
	}
}

func TestDocs_AreWholeAndLoadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	b := start(t).browser(t)
	page := string(b.get("/v1/docs").want(200).body)
	for _, want := range []string{`id="book"`, `id="object-Appointment"`, `id="problem-slot-taken"`, "/v1/links/exchange", `id="events"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, never := range []string{"<script", "http://", "https://", "style=", "//cdn"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %s", never)
		}
	}
	if css := string(b.get("/v1/docs.css").want(200).body); strings.Contains(css, "url(") || strings.Contains(css, "@import") {
		t.Error("the stylesheet loads something")
	}
	r := b.get("/problems/slot-taken").want(303)
	if r.header.Get("Location") != "/v1/docs#problem-slot-taken" {
		t.Errorf("Location %q", r.header.Get("Location"))
	}
}

func TestRates_OneAddressCannotFloodAndOthersStillCan(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *httpapi.Options) { o.Rates.SignIn = httpapi.Rate{PerSecond: 0.001, Burst: 3} })
	b := s.browser(t)
	for range 3 {
		b.post("/v1/demo/sign-in", httpapi.DemoSignIn{Account: "eva"}).want(200)
	}
	r := b.post("/v1/demo/sign-in", httpapi.DemoSignIn{Account: "eva"})
	if p := r.problem(429, "too-many"); p.RetryAfter == 0 || r.header.Get("Retry-After") == "" {
		t.Errorf("it does not say how long to wait: %s", r.body)
	}
	b.post("/v1/demo/sign-in", httpapi.DemoSignIn{Account: "eva"}, "X-Forwarded-For", "203.0.113.9, 198.51.100.7").want(200)
	b.get("/v1/me").want(200)
}

// A request that a client never finishes must not hold a handler for ever, and a panic must not take the server along.
func TestEdge_HalfARequestIsAnswered(t *testing.T) {
	t.Parallel()
	s := start(t)
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /v1/demo/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	answer := make([]byte, 64)
	n, err := conn.Read(answer)
	if err != nil || !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 4") {
		t.Errorf("got %q, %v", answer[:n], err)
	}
}

func TestEdge_UnknownErrorsTellOnlyTheRequestsId(t *testing.T) {
	t.Parallel()
	s := start(t)
	b := s.as(t, "gun-britt")
	s.pool.Close() // the database is gone
	p := b.get("/v1/appointments").problem(500, "internal")
	if p.Detail != "" || len(p.Fields) > 0 {
		t.Errorf("it says more: %+v", p)
	}
	if !strings.Contains(s.logs.String(), p.Request) || !strings.Contains(s.logs.String(), "request failed") {
		t.Errorf("the log does not have request %s:\n%s", p.Request, s.logs.String())
	}
}
