package scheduling

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// The kinds of refusal. Edges map them to codes.
var (
	// ErrNotFound says that there is no such thing, or none that the principal may know of.
	ErrNotFound = errors.New("not found")
	// ErrHoldExpired says that the hold's five minutes are over, or that it was given back.
	ErrHoldExpired = errors.New("hold has expired")
	// ErrSlotTaken is what every *SlotTakenError is, for errors.Is.
	ErrSlotTaken = errors.New("slot is taken")
	// ErrPatientBusy says that the patient has another appointment at that time.
	ErrPatientBusy = errors.New("patient has another appointment at that time")
	// ErrWrongStatus says that the appointment's status does not allow the change.
	ErrWrongStatus = errors.New("status does not allow that")
	// ErrKeyReused says that the idempotency key was used for another request.
	ErrKeyReused = errors.New("idempotency key was used for another request")
)

// SlotTakenError says that somebody else was first, and what is near.
type SlotTakenError struct {
	Alternatives []Slot // up to three, the nearest in time first
}

func (e *SlotTakenError) Error() string { return ErrSlotTaken.Error() }

// Is makes it an ErrSlotTaken.
func (e *SlotTakenError) Is(target error) bool { return target == ErrSlotTaken }

// FieldError says what is wrong with one field of a request.
type FieldError struct {
	Field   string // in the API's spelling: "start"
	Slug    string // stable, for translation: "in-past"
	Message string // English, for developers
}

// ValidationError says what is wrong with a request, all of it at once.
type ValidationError struct {
	Fields []FieldError
}

func (e *ValidationError) Error() string {
	parts := make([]string, 0, len(e.Fields))
	for _, f := range e.Fields {
		parts = append(parts, f.Field+" "+f.Slug)
	}
	sort.Strings(parts)
	return fmt.Sprintf("invalid request: %s", strings.Join(parts, ", "))
}

// faults collects field errors.
type faults []FieldError

func (f *faults) add(field, slug, message string) {
	*f = append(*f, FieldError{Field: field, Slug: slug, Message: message})
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &ValidationError{Fields: f}
}
