package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"nara/auth"
	"nara/httpapi"
	"nara/signaling"
	"nara/visit"
)

// keepAlive is how often being in a call counts as use of one's session, well within auth.SessionIdle.
const keepAlive = 5 * time.Minute

// callVisits is what the signalling knows of visits: visit.Service behind signaling.Visits.
type callVisits struct {
	visits   *visit.Service
	accounts *auth.Service
	encode   httpapi.VisitEncoder
}

func (c callVisits) Enter(ctx context.Context, grant auth.Grant) (bool, error) {
	admission, err := c.visits.Enter(ctx, grant)
	return admission.Admitted, callError(err)
}

func (c callVisits) Arrived(ctx context.Context, grant auth.Grant) error {
	_, err := c.visits.Arrived(ctx, grant)
	return callError(err)
}

func (c callVisits) Admit(ctx context.Context, by auth.Grant, participant signaling.ParticipantID) error {
	return callError(c.visits.Admit(ctx, by.Principal, visit.ID(by.Room), string(participant)))
}

func (c callVisits) Left(ctx context.Context, room signaling.RoomID, participant signaling.ParticipantID, reason signaling.LeaveReason) error {
	gone := auth.Grant{Room: string(room), RoomKind: auth.RoomVisit, Participant: string(participant)}
	return callError(c.visits.Left(ctx, gone, visit.Departure(reason)))
}

// Watch passes the visit on as the API shows it, and keeps the session of who watches alive meanwhile.
func (c callVisits) Watch(ctx context.Context, grant auth.Grant) (<-chan signaling.Snapshot, error) {
	changes, err := c.visits.Watch(ctx, grant.Principal, visit.ID(grant.Room))
	if err != nil {
		return nil, callError(err)
	}
	snapshots := make(chan signaling.Snapshot)
	go func() { // ends with changes, which ends with ctx
		defer close(snapshots)
		alive := time.NewTicker(keepAlive)
		defer alive.Stop()
		for {
			select {
			case <-alive.C:
				// A session that has ended lets nobody in anew; who is in the call stays, as the visit's states say.
				_ = c.accounts.KeepAlive(ctx, grant.Session)
			case v, open := <-changes:
				if !open {
					return
				}
				snapshot, err := c.snapshot(ctx, grant.Principal, v)
				if err != nil {
					continue // the next change brings the whole visit again
				}
				select {
				case snapshots <- snapshot:
				case <-ctx.Done():
				}
			}
		}
	}()
	return snapshots, nil
}

func (c callVisits) snapshot(ctx context.Context, p auth.Principal, v visit.Visit) (signaling.Snapshot, error) {
	shown, err := c.encode.Encode(ctx, p, v)
	if err != nil {
		return signaling.Snapshot{}, err
	}
	encoded, err := json.Marshal(shown)
	if err != nil {
		return signaling.Snapshot{}, fmt.Errorf("encode visit: %w", err)
	}
	return signaling.Snapshot{Visit: encoded, Over: v.State.Over()}, nil
}

// callError gives the visit's refusals the codes of the signalling protocol.
func callError(err error) error {
	var early *visit.TooEarlyError
	if errors.As(err, &early) {
		return signaling.WrongState
	}
	for _, known := range []struct {
		kind error
		code signaling.Code
	}{
		{auth.ErrNotAllowed, signaling.NotAllowed},
		{visit.ErrNotFound, signaling.NotAllowed},
		{visit.ErrNoSuchParticipant, signaling.NoSuchParticipant},
		{visit.ErrWrongState, signaling.WrongState},
	} {
		if errors.Is(err, known.kind) {
			return known.code
		}
	}
	return err
}
