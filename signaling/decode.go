package signaling

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
)

// message is what both directions have in common.
type message interface{ kind() string }

// DecodeClient decodes one message from a client. Whatever the protocol does not name is refused: unknown types and
// fields (also in other letter case), missing or doubled fields, null, wrong types, values out of range, data behind
// the message, bad UTF-8, more than MaxMessage bytes. The error says what is wrong, without quoting values.
func DecodeClient(data []byte) (ClientMessage, error) {
	if len(data) > MaxMessage {
		return nil, TooLarge
	}
	fields, kind, err := open(data, clientForm)
	if err != nil {
		return nil, err
	}
	m := newClientMessage(kind)
	if m == nil {
		return nil, errors.New("type is unknown")
	}
	if raw, ok := fields["request"]; ok {
		var n int64
		if json.Unmarshal(raw, &n) != nil || n < 1 || n > 1<<53-1 {
			return nil, errors.New("request is not a positive integer")
		}
	}
	if err := fill(m, fields); err != nil {
		return nil, err
	}
	if err := m.valid(); err != nil {
		return nil, err
	}
	return m, nil
}

// DecodeServer decodes one message from the server, as strictly as DecodeClient but without a limit of size.
func DecodeServer(data []byte) (ServerMessage, error) {
	fields, kind, err := open(data, serverForm)
	if err != nil {
		return nil, err
	}
	m := newServerMessage(kind)
	if m == nil {
		return nil, errors.New("type is unknown")
	}
	if err := fill(m, fields); err != nil {
		return nil, err
	}
	return m, nil
}

// Encode makes one message of either direction.
func Encode(m interface{ kind() string }) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"type":%q,`, m.kind())
	head := b.Len()
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("encode %s: %w", m.kind(), err)
	}
	out := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	// {"type":"x", and {…} become one object.
	if string(out[head:]) == "{}" {
		return append(out[:head-1], '}'), nil
	}
	return append(out[:head], out[head+1:]...), nil
}

// open checks the form of an object and takes it apart.
func open(data []byte, f form) (fields map[string]json.RawMessage, kind string, err error) {
	if !utf8.Valid(data) {
		return nil, "", errors.New("not UTF-8")
	}
	if err := f.check(data); err != nil {
		return nil, "", err
	}
	if err := json.Unmarshal(data, &fields); err != nil || fields == nil {
		return nil, "", errors.New("not a JSON object")
	}
	raw, ok := fields["type"]
	if !ok || json.Unmarshal(raw, &kind) != nil {
		return nil, "", errors.New("type is missing")
	}
	delete(fields, "type")
	return fields, kind, nil
}

// fill sets the fields of m, all of them and no others.
func fill(m message, fields map[string]json.RawMessage) error {
	v := reflect.ValueOf(m).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		if f.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		raw, ok := fields[name]
		if !ok {
			if options == "omitempty" {
				continue
			}
			return fmt.Errorf("%s is missing", name)
		}
		delete(fields, name)
		if string(raw) == "null" {
			return fmt.Errorf("%s is null", name)
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(v.FieldByIndex(f.Index).Addr().Interface()); err != nil {
			return fmt.Errorf("%s has the wrong form", name)
		}
	}
	if len(fields) > 0 {
		return errors.New("unknown field")
	}
	return nil
}

// form is what a direction's objects may look like beyond being JSON.
type form struct {
	depth int
	nulls bool              // null may stand where the protocol has it
	names func(string) bool // names of fields at any depth; nil allows all
}

var (
	clientForm = form{depth: 4, names: clientName}
	serverForm = form{depth: 32, nulls: true}
)

// clientName knows every field of every client message in its exact letter case, which encoding/json ignores.
func clientName(name string) bool {
	switch name {
	case "type", "request", "ticket", "offer", "publications", "mid", "source", "publication", "muted", "text", "participant":
		return true
	}
	return false
}

// check refuses what encoding/json lets through: data behind the value, doubled names, names in another letter
// case, depth, and null where there is none.
func (f form) check(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := f.walk(d, f.depth); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("data behind the message")
	}
	return nil
}

func (f form) walk(d *json.Decoder, depth int) error {
	t, err := d.Token()
	if err != nil {
		return errors.New("not JSON")
	}
	open, ok := t.(json.Delim)
	if !ok {
		if t == nil && !f.nulls {
			return errors.New("null is not a value here")
		}
		return nil
	}
	if depth == 0 {
		return errors.New("nested too deeply")
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			t, err := d.Token()
			if err != nil {
				return errors.New("not JSON")
			}
			name, _ := t.(string)
			if f.names != nil && !f.names(name) {
				return errors.New("unknown field")
			}
			if seen[name] {
				return errors.New("a field stands twice")
			}
			seen[name] = true
		}
		if err := f.walk(d, depth-1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return errors.New("not JSON")
	}
	return nil
}
