package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"nara/httpapi"
)

func TestOpenAPI_CommittedDocumentIsTheAPIs(t *testing.T) {
	document, err := httpapi.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile("../web/src/api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(document, committed) {
		t.Error("web/src/api/openapi.json is not what the Go types say: run make types")
	}
}

func TestOpenAPI_DescribesEachOperationWhole(t *testing.T) {
	encoded, err := httpapi.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Summary     string
			Tags        []string
			Responses   map[string]struct{ Content map[string]any }
		}
	}
	if err := json.Unmarshal(encoded, &document); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(document.OpenAPI, "3.1") {
		t.Errorf("OpenAPI %s", document.OpenAPI)
	}
	seen := map[string]bool{}
	for path, operations := range document.Paths {
		for method, o := range operations {
			if o.OperationID == "" || seen[o.OperationID] || o.Summary == "" || len(o.Tags) != 1 {
				t.Errorf("%s %s is not described: %+v", method, path, o)
			}
			seen[o.OperationID] = true
			if _, ok := o.Responses["default"].Content["application/problem+json"]; !ok {
				t.Errorf("%s %s does not say that errors are problems", method, path)
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("%d operations", len(seen))
	}
}

// A list is never null, so that the UI need not ask; no object takes fields that nobody reads.
func TestOpenAPI_NoNullsAndNoUnknownFields(t *testing.T) {
	encoded, err := httpapi.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Components struct {
			Schemas map[string]struct {
				AdditionalProperties any
				Properties           map[string]map[string]any
			}
		}
	}
	if err := json.Unmarshal(encoded, &document); err != nil {
		t.Fatal(err)
	}
	for name, schema := range document.Components.Schemas {
		if schema.AdditionalProperties != false {
			t.Errorf("%s takes unknown fields", name)
		}
		for property, p := range schema.Properties {
			if strings.Contains(fmt.Sprint(p["type"]), "null") {
				t.Errorf("%s.%s may be null", name, property)
			}
		}
	}
}
