package httpapi

import (
	"bytes"
	_ "embed" // the page's template and stylesheet
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html
var docsPage string

//go:embed docs.css
var docsStyle []byte

// describe serves the API's own description, for programs and for people. Both are made once: the API does not
// change while it runs.
func (a *API) describe() error {
	document, err := a.document()
	if err != nil {
		return err
	}
	page, err := a.renderDocs()
	if err != nil {
		return err
	}
	serve := func(contentType string, content []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = w.Write(content)
		}
	}
	a.mux.Handle("GET /v1/openapi.json", serve("application/openapi+json", document))
	a.mux.Handle("GET /v1/docs", serve("text/html; charset=utf-8", page))
	a.mux.Handle("GET /v1/docs.css", serve("text/css; charset=utf-8", docsStyle))
	return nil
}

// explainProblem makes a problem's type an address that can be opened.
func explainProblem(w http.ResponseWriter, r *http.Request) {
	atRoute(r, "problems")
	http.Redirect(w, r, "/v1/docs#problem-"+strings.TrimPrefix(r.URL.Path, "/problems/"), http.StatusSeeOther)
}

// docs is what the page is rendered from.
type docs struct {
	Title, About string
	Groups       []docsGroup
	Schemas      []docsSchema
	Problems     []docsProblem
}

type docsGroup struct {
	Name       string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary, About string
	Members                          bool
	Params                           []docsField
	Takes                            string
	Answers                          []docsAnswer
}

type docsAnswer struct {
	Status, About, Schema string
}

type docsSchema struct {
	Name   string
	Fields []docsField
}

type docsField struct {
	Name, Type, Ref, About, Limits string
	Where                          string
	Required                       bool
}

type docsProblem struct {
	Code, Title string
	Status      int
}

func (a *API) renderDocs() ([]byte, error) {
	page, err := template.New("docs").Parse(docsPage)
	if err != nil {
		return nil, fmt.Errorf("parse docs page: %w", err)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, a.docs()); err != nil {
		return nil, fmt.Errorf("render docs page: %w", err)
	}
	return out.Bytes(), nil
}

func (a *API) docs() docs {
	api := a.huma.OpenAPI()
	d := docs{Title: api.Info.Title, About: api.Info.Description}
	for _, operation := range a.operations {
		described := describeOperation(operation)
		i := slices.IndexFunc(d.Groups, func(g docsGroup) bool { return g.Name == operation.Tags[0] })
		if i < 0 {
			i, d.Groups = len(d.Groups), append(d.Groups, docsGroup{Name: operation.Tags[0]})
		}
		d.Groups[i].Operations = append(d.Groups[i].Operations, described)
	}
	schemas := api.Components.Schemas.Map()
	for _, name := range sortedKeys(schemas) {
		d.Schemas = append(d.Schemas, docsSchema{Name: name, Fields: fields(schemas[name])})
	}
	for _, kind := range problemKinds() {
		d.Problems = append(d.Problems, docsProblem{Code: kind.code, Title: kind.title, Status: kind.status})
	}
	return d
}

func describeOperation(operation *huma.Operation) docsOperation {
	o := docsOperation{ID: operation.OperationID, Method: operation.Method, Path: operation.Path, Summary: operation.Summary, About: operation.Description, Members: operation.Security != nil}
	for _, p := range operation.Parameters {
		f := field(p.Name, p.Schema, p.Required)
		f.Where = p.In
		if f.About == "" {
			f.About = p.Description
		}
		o.Params = append(o.Params, f)
	}
	if operation.RequestBody != nil {
		o.Takes = refName(operation.RequestBody.Content["application/json"].Schema)
	}
	for _, status := range sortedKeys(operation.Responses) {
		answer := docsAnswer{Status: status, About: operation.Responses[status].Description}
		for _, media := range operation.Responses[status].Content {
			answer.Schema = refName(media.Schema)
		}
		o.Answers = append(o.Answers, answer)
	}
	return o
}

func fields(schema *huma.Schema) []docsField {
	var out []docsField
	for _, name := range sortedKeys(schema.Properties) {
		out = append(out, field(name, schema.Properties[name], slices.Contains(schema.Required, name)))
	}
	slices.SortStableFunc(out, func(a, b docsField) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return out
}

func field(name string, schema *huma.Schema, required bool) docsField {
	f := docsField{Name: name, Required: required, About: schema.Description, Type: schema.Type, Ref: refName(schema)}
	shown := schema
	if schema.Type == huma.TypeArray && schema.Items != nil {
		f.Ref, f.Type, shown = refName(schema.Items), "list of "+schema.Items.Type, schema.Items
		if f.Ref != "" {
			f.Type = "list of"
		}
	}
	var limits []string
	if schema.Format != "" && schema.Type == huma.TypeString {
		limits = append(limits, schema.Format)
	}
	if len(shown.Enum) > 0 {
		words := make([]string, len(shown.Enum))
		for i, word := range shown.Enum {
			words[i] = fmt.Sprint(word)
		}
		limits = append(limits, strings.Join(words, " · "))
	}
	if schema.MaxLength != nil {
		limits = append(limits, fmt.Sprintf("at most %d characters", *schema.MaxLength))
	}
	if schema.Minimum != nil {
		limits = append(limits, fmt.Sprintf("≥ %g", *schema.Minimum))
	}
	if schema.Maximum != nil {
		limits = append(limits, fmt.Sprintf("≤ %g", *schema.Maximum))
	}
	f.Limits = strings.Join(limits, ", ")
	return f
}

// refName is the name of the schema that is referred to, or "".
func refName(schema *huma.Schema) string {
	if schema == nil {
		return ""
	}
	return strings.TrimPrefix(schema.Ref, "#/components/schemas/")
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
