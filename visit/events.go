package visit

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"nara/auth"
)

// subjectPrefix, followed by the visit's id, is where changes of a visit are told. A message tells only whom it
// concerns: who listens reads the visit anew, as they may see it.
const subjectPrefix = "visit.changed."

// event is the message.
type event struct {
	Visit        ID              `json:"visit"`
	Practitioner auth.ResourceID `json:"practitioner"`
	Site         auth.SiteID     `json:"site"`
}

func readEvent(data []byte) (event, error) {
	var e event
	err := json.Unmarshal(data, &e)
	return e, err
}

// publish tells of changes that have committed. A message that the bus does not take is not worth an error: the change
// stands, and whoever watches reads it at the next refresh.
func (s *Service) publish(events ...event) {
	for _, e := range events {
		if err := s.bus.Publish(subjectPrefix+string(e.Visit), e); err != nil {
			s.log.Warn("visit change not told", "visit", e.Visit, "error", err)
		}
	}
}

const neighboursSQL = `
SELECT id, practitioner, coalesce(site, '')
FROM visits
WHERE practitioner = @practitioner
    AND id <> @id
    AND state IN ('arrived', 'rooming', 'ready')`

// neighbours are the visits that wait for the same professional: what happens in one moves the others' time.
func neighbours(ctx context.Context, tx pgx.Tx, r *row) ([]event, error) {
	rows, err := tx.Query(ctx, neighboursSQL, pgx.StrictNamedArgs{"practitioner": r.practitioner, "id": r.id})
	if err != nil {
		return nil, fmt.Errorf("read who else waits: %w", err)
	}
	events, err := pgx.CollectRows(rows, pgx.RowToStructByPos[event])
	if err != nil {
		return nil, fmt.Errorf("read who else waits: %w", err)
	}
	return events, nil
}
