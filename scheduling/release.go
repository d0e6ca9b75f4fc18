package scheduling

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/internal/audit"
)

// HoldByID returns an active hold for the principal's own patient; ErrNotFound or ErrHoldExpired otherwise.
func (s *Service) HoldByID(ctx context.Context, by auth.Principal, id HoldID) (Hold, error) {
	if !wellFormed(id) {
		return Hold{}, ErrNotFound
	}
	h, err := readHold(ctx, s.pool, id)
	if err != nil {
		return Hold{}, err
	}
	if err := s.mayHold(ctx, by, h.Hold); err != nil {
		return Hold{}, err
	}
	if h.state != holdActive || !s.now().Before(h.ExpiresAt) {
		return Hold{}, ErrHoldExpired
	}
	return h.Hold, nil
}

// mayHold asks the policy about a hold that exists. Who may not have it hears ErrNotFound.
func (s *Service) mayHold(ctx context.Context, by auth.Principal, h Hold) error {
	err := s.allow(ctx, by, auth.HoldSlot, auth.Resource{
		Kind: auth.KindSlot, ID: string(h.Slot.Service), Patient: h.Patient, At: s.now(),
	})
	if errors.Is(err, auth.ErrNotAllowed) {
		return ErrNotFound
	}
	return err
}

// Release gives a hold back. Giving back what is over already is no error.
func (s *Service) Release(ctx context.Context, by auth.Principal, id HoldID) error {
	if !wellFormed(id) {
		return ErrNotFound
	}
	h, err := readHold(ctx, s.pool, id)
	if err != nil {
		return err
	}
	if err := s.mayHold(ctx, by, h.Hold); err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := lockPatient(ctx, tx, h.Patient); err != nil {
			return err
		}
		active, err := activeHoldOf(ctx, tx, h.Patient)
		if err != nil || active.id != id {
			return err
		}
		if err := lockResources(ctx, tx, active.resources); err != nil {
			return err
		}
		if err := releaseHold(ctx, tx, id, s.now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Actor:    by.Actor(),
			Action:   "slot.release",
			Resource: audit.Resource{Kind: "hold", ID: string(id)},
			Patient:  string(h.Patient),
		})
	})
	if err != nil {
		return fmt.Errorf("release a hold: %w", err)
	}
	return nil
}
