package auth

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nara/internal/postgres/postgrestest"
)

// clock is a clock that only the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a database with a small directory, a patient, two members of staff and one booked appointment.
type world struct {
	*clock
	pool        *pgxpool.Pool
	service     *Service
	links       *Links
	patient     PatientID
	appointment AppointmentID
	start, end  time.Time
}

const physicianID, nurseID = ResourceID(1), ResourceID(2)

const directorySQL = `
INSERT INTO municipalities (id, name, latitude, longitude)
VALUES ('narpes', '{"sv": "Närpes", "fi": "Närpiö", "en": "Närpes"}', 62.5, 21.3);
INSERT INTO sites (id, municipality, name, address, phone, latitude, longitude)
VALUES ('narpes-halsostation', 'narpes', '{"sv": "Närpes hälsostation", "fi": "Närpiön terveysasema",
    "en": "Närpes health station"}', 'Hälsovägen 1', '06 555 0180', 62.5, 21.3);
INSERT INTO units (id, name)
VALUES ('allmanmedicin', '{"sv": "Allmänmedicin", "fi": "Yleislääketiede", "en": "General medicine"}');
INSERT INTO resources (id, kind) VALUES (1, 'practitioner'), (2, 'practitioner');
INSERT INTO practitioners (id, name, profession, title, unit, municipality, languages)
VALUES
    (1, 'Anna Holm', 'physician', '{"sv": "läkare", "fi": "lääkäri", "en": "physician"}',
        'allmanmedicin', 'narpes', '{sv,fi}'),
    (2, 'Eva Sjö', 'nurse', '{"sv": "sjukskötare", "fi": "sairaanhoitaja", "en": "nurse"}',
        'allmanmedicin', 'narpes', '{sv}');
INSERT INTO services (id, position, name, summary, minutes, grid_minutes, modalities, profession)
VALUES ('lakare', 1, '{"sv": "Läkare", "fi": "Lääkäri", "en": "Physician"}',
    '{"sv": "Läkare", "fi": "Lääkäri", "en": "Physician"}', 20, 20, '{video}', 'physician');`

const patientSQL = `
INSERT INTO patients (id, name, born, municipality, language)
VALUES ($1, 'Gun-Britt Lindqvist', '1955-04-12', 'narpes', 'sv')`

const appointmentSQL = `
INSERT INTO appointments (id, patient, service, practitioner, modality, language, during,
    booked_by, created_at, updated_at)
VALUES ($1, $2, 'lakare', 1, 'video', 'sv', tstzrange($3, $4), 'test', $3, $3)`

func newWorld(t *testing.T) *world {
	t.Helper()
	start := time.Date(2026, 12, 3, 8, 15, 0, 0, time.UTC)
	w := &world{
		clock:       &clock{now: start.Add(-2 * time.Hour)},
		pool:        postgrestest.New(t),
		patient:     PatientID(newID(t)),
		appointment: AppointmentID(newID(t)),
		start:       start,
		end:         start.Add(20 * time.Minute),
	}
	w.service = New(Options{Pool: w.pool, Now: w.Now, Demo: true, Log: slog.New(slog.DiscardHandler)})
	w.links = NewLinks(w.pool, w.Now)
	w.tx(t, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, directorySQL); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, patientSQL, w.patient); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, appointmentSQL, w.appointment, w.patient, w.start, w.end); err != nil {
			return err
		}
		for _, a := range w.accounts() {
			if err := w.service.PutAccount(ctx, tx, a); err != nil {
				return err
			}
		}
		return nil
	})
	return w
}

func (w *world) accounts() []Account {
	return []Account{{
		ID: "gun-britt", Kind: KindPatient, Name: "Gun-Britt Lindqvist", Patient: w.patient, Language: "sv", Demo: true,
		Detail: Text{SV: "Hemma i Pörtom", FI: "Kotona Pirttikylässä", EN: "At home in Pörtom"},
	}, {
		ID: "anna", Kind: KindStaff, Name: "Anna Holm", Practitioner: physicianID, Roles: []Role{RolePhysician},
		Units: []UnitID{"allmanmedicin"}, Language: "sv", Demo: true,
	}, {
		ID: "eva", Kind: KindStaff, Name: "Eva Sjö", Practitioner: nurseID, Roles: []Role{RoleNurse},
		Units: []UnitID{"allmanmedicin"}, Sites: []SiteID{"narpes-halsostation"}, Language: "sv", Demo: true,
	}, {
		ID: "jonas", Kind: KindStaff, Name: "Jonas Nyman", Roles: []Role{RolePhysician}, Language: "sv",
	}}
}

func (w *world) tx(t *testing.T, work func(context.Context, pgx.Tx) error) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error { return work(t.Context(), tx) })
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) linkFor() LinkFor {
	return LinkFor{
		Appointment: w.appointment,
		Patient:     w.patient,
		Name:        "Gun-Britt Lindqvist",
		YearOfBirth: 1955,
		Language:    "sv",
		Start:       w.start,
		End:         w.end,
	}
}

func (w *world) link(t *testing.T) LinkSecret {
	t.Helper()
	var secret LinkSecret
	w.tx(t, func(ctx context.Context, tx pgx.Tx) (err error) {
		secret, err = w.links.Create(ctx, tx, w.linkFor())
		return err
	})
	return secret
}

func (w *world) exchange(t *testing.T, s LinkSecret, year int) (Exchanged, error) {
	t.Helper()
	return w.links.Exchange(t.Context(), ExchangeRequest{Secret: s, YearOfBirth: year, Address: "192.0.2.7:4711"})
}

func (w *world) signIn(t *testing.T, id AccountID) Started {
	t.Helper()
	started, err := w.service.SignInDemo(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return started
}

// count returns the number that a query yields.
func (w *world) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := w.pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func newID(t *testing.T) string {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}
