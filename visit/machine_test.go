package visit

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"nara/auth"
	"nara/scheduling"
)

var everyState = []State{Planned, Arrived, Rooming, Ready, InProgress, WrapUp, Finished, Cancelled}

// everyStep are all the ways there are to bring a visit to another state.
var everyStep = []struct {
	name string
	do   func(context.Context, *county, auth.Principal, ID) error
}{
	{"enter", func(ctx context.Context, c *county, p auth.Principal, id ID) error {
		g, err := c.visits.Grant(ctx, p, id, "")
		if err == nil {
			_, err = c.visits.Arrived(ctx, g)
		}
		return err
	}},
	{"checkIn", func(ctx context.Context, c *county, p auth.Principal, id ID) error {
		_, err := c.visits.CheckIn(ctx, p, id, Passport)
		return err
	}},
	{"rooming", to(Rooming)},
	{"ready", to(Ready)},
	{"admit", func(ctx context.Context, c *county, p auth.Principal, id ID) error {
		return c.visits.Admit(ctx, p, id, waiting)
	}},
	{"wrapUp", to(WrapUp)},
	{"finished", to(Finished)},
	{"inProgress", to(InProgress)},
	{"planned", to(Planned)},
	{"cancelled", to(Cancelled)},
}

func to(state State) func(context.Context, *county, auth.Principal, ID) error {
	return func(ctx context.Context, c *county, p auth.Principal, id ID) error {
		_, err := c.visits.Transition(ctx, p, id, state)
		return err
	}
}

// waiting is somebody who waits in the visit of the table, in whatever state it is put.
const waiting = "00000000-0000-7000-8000-000000000001"

// putSQL puts a visit into a state by force, as if all that led there had happened.
const putSQL = `
INSERT INTO visits (id, practitioner, site, modality, starts_at, ends_at, state, started_at, finished_at, cancelled_at, updated_at)
SELECT id, practitioner, site, modality, lower(during), upper(during), @state,
    CASE WHEN @state IN ('inProgress', 'wrapUp') THEN lower(during) END,
    CASE WHEN @state = 'finished' THEN lower(during) END,
    CASE WHEN @state = 'cancelled' THEN lower(during) END,
    lower(during)
FROM appointments
WHERE id = @id
ON CONFLICT ON CONSTRAINT visits_pkey DO UPDATE SET
    state = excluded.state,
    started_at = excluded.started_at,
    finished_at = excluded.finished_at,
    cancelled_at = excluded.cancelled_at`

const putStatusSQL = `
UPDATE appointments
SET status = 'booked', version = version + 1
WHERE id = @id`

const forgetPeopleSQL = `
DELETE FROM visit_participants
WHERE visit = @id`

const putWaitingSQL = `
INSERT INTO visit_participants (visit, id, role, waiting_since, present_since, node)
VALUES (@id, @waiting, 'patient', now(), now(), 'local')`

func (c *county) put(t *testing.T, id ID, s State) {
	t.Helper()
	var batch pgx.Batch
	batch.Queue(putStatusSQL, pgx.StrictNamedArgs{"id": id})
	batch.Queue(putSQL, pgx.StrictNamedArgs{"id": id, "state": s})
	batch.Queue(forgetPeopleSQL, pgx.StrictNamedArgs{"id": id})
	batch.Queue(putWaitingSQL, pgx.StrictNamedArgs{"id": id, "waiting": waiting})
	if err := c.pool.SendBatch(t.Context(), &batch).Close(); err != nil {
		t.Fatal(err)
	}
}

// Rows are what somebody tries, columns the states planned, arrived, rooming, ready, inProgress, wrapUp, finished,
// cancelled: x it happened, w another state is needed, - they may not, ? they may not know of the visit, blank when
// a visit of this kind is never in that state.
const (
	homeTable = `
enter patient      x x     x   w w
enter host         x x     x   w w
enter physician    ? ?     ?   ? ?
enter nurse        ? ?     ?   ? ?
checkIn patient    - -     -   - -
checkIn host       - -     -   - -
checkIn physician  ? ?     ?   ? ?
checkIn nurse      ? ?     ?   ? ?
rooming patient    - -     -   - -
rooming host       - -     -   - -
rooming physician  ? ?     ?   ? ?
rooming nurse      ? ?     ?   ? ?
ready patient      - -     -   - -
ready host         - -     -   - -
ready physician    ? ?     ?   ? ?
ready nurse        ? ?     ?   ? ?
admit patient      - -     -   - -
admit host         w x     x   w w
admit physician    ? ?     ?   ? ?
admit nurse        ? ?     ?   ? ?
wrapUp patient     - -     -   - -
wrapUp host        w w     w   w w
wrapUp physician   ? ?     ?   ? ?
wrapUp nurse       ? ?     ?   ? ?
finished patient   - -     -   - -
finished host      w w     x   w w
finished physician ? ?     ?   ? ?
finished nurse     ? ?     ?   ? ?
inProgress patient w w     w   w w
inProgress host    w w     w   w w
inProgress physician ? ?     ?   ? ?
inProgress nurse   ? ?     ?   ? ?
planned patient    w w     w   w w
planned host       w w     w   w w
planned physician  ? ?     ?   ? ?
planned nurse      ? ?     ?   ? ?
cancelled patient  w w     w   w w
cancelled host     w w     w   w w
cancelled physician ? ?     ?   ? ?
cancelled nurse    ? ?     ?   ? ?
`
	hostedTable = `
enter patient      - - - - - - - -
enter host         w w w x x x w w
enter nurse        x x x x x x w w
enter otherNurse   ? ? ? ? ? ? ? ?
checkIn patient    - - - - - - - -
checkIn host       - - - - - - - -
checkIn nurse      x w w w w w w w
checkIn otherNurse ? ? ? ? ? ? ? ?
rooming patient    - - - - - - - -
rooming host       - - - - - - - -
rooming nurse      w x w w w w w w
rooming otherNurse ? ? ? ? ? ? ? ?
ready patient      - - - - - - - -
ready host         - - - - - - - -
ready nurse        w w x w w w w w
ready otherNurse   ? ? ? ? ? ? ? ?
admit patient      - - - - - - - -
admit host         w w w w x w w w
admit nurse        - - - - - - - -
admit otherNurse   ? ? ? ? ? ? ? ?
wrapUp patient     - - - - - - - -
wrapUp host        w w w w x w w w
wrapUp nurse       w w w w x w w w
wrapUp otherNurse  ? ? ? ? ? ? ? ?
finished patient   - - - - - - - -
finished host      w w w w w x w w
finished nurse     w w w w w x w w
finished otherNurse ? ? ? ? ? ? ? ?
inProgress patient w w w w w w w w
inProgress host    w w w w w w w w
inProgress nurse   w w w w w w w w
inProgress otherNurse ? ? ? ? ? ? ? ?
planned patient    w w w w w w w w
planned host       w w w w w w w w
planned nurse      w w w w w w w w
planned otherNurse ? ? ? ? ? ? ? ?
cancelled patient  w w w w w w w w
cancelled host     w w w w w w w w
cancelled nurse    w w w w w w w w
cancelled otherNurse ? ? ? ? ? ? ? ?
`
)

func TestMachine_EveryStepByEveryoneInEveryState(t *testing.T) {
	t.Parallel()
	for _, m := range []struct {
		modality scheduling.Modality
		states   []State
		want     string
	}{
		{scheduling.Video, []State{Planned, Arrived, InProgress, Finished, Cancelled}, homeTable},
		{scheduling.Hosted, everyState, hostedTable},
	} {
		t.Run(string(m.modality), func(t *testing.T) {
			t.Parallel()
			c := newCounty(t)
			patient := c.patient(t, "Gun-Britt Lindqvist")
			a := c.book(t, patient, m.modality, anna, tenFifteen)
			c.Set(tenFifteen)
			type person struct {
				name string
				p    auth.Principal
			}
			people := []person{{"patient", patient}, {"host", c.annaHolm}, {"physician", c.jonasNyman}, {"nurse", c.evaSjo}}
			if m.modality == scheduling.Hosted {
				people = []person{{"patient", patient}, {"host", c.annaHolm}, {"nurse", c.evaSjo}, {"otherNurse", c.mariaBack}}
			}
			var got strings.Builder
			got.WriteString("\n")
			for _, s := range everyStep {
				for _, who := range people {
					line := fmt.Sprintf("%-18s", s.name+" "+who.name)
					for _, state := range everyState {
						mark := " "
						for _, possible := range m.states {
							if possible == state {
								c.put(t, a.ID, state)
								mark = kind(s.do(t.Context(), c, who.p, a.ID))
							}
						}
						line += " " + mark
					}
					got.WriteString(strings.TrimRight(line, " ") + "\n")
				}
			}
			if got.String() != m.want {
				t.Errorf("the machine has changed; got%swant%s", got.String(), m.want)
			}
		})
	}
}
