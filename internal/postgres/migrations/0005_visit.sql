-- +goose Up

-- What happens at an appointment. A row appears when something first happens; the columns up to ends_at repeat the
-- appointment, as it was when the row was last written, so that a professional's other visits cost one index.
CREATE TABLE visits (
    id           uuid        NOT NULL,
    practitioner bigint      NOT NULL,
    site         text,
    modality     text        NOT NULL,
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    state        text        NOT NULL DEFAULT 'planned',
    arrived_at   timestamptz,
    rooming_at   timestamptz,
    ready_at     timestamptz,
    started_at   timestamptz,
    wrap_up_at   timestamptz,
    finished_at  timestamptz,
    cancelled_at timestamptz,
    identity     text,
    seen_at      timestamptz, -- when the staff first had the waiting patient on a screen
    version      integer     NOT NULL DEFAULT 1,
    updated_at   timestamptz NOT NULL,
    CONSTRAINT visits_pkey PRIMARY KEY (id),
    CONSTRAINT visits_appointment_fkey FOREIGN KEY (id) REFERENCES appointments (id),
    CONSTRAINT visits_practitioner_fkey FOREIGN KEY (practitioner) REFERENCES practitioners (id),
    CONSTRAINT visits_site_fkey FOREIGN KEY (site) REFERENCES sites (id),
    CONSTRAINT visits_modality_known CHECK (modality IN ('video', 'hosted', 'in_person', 'phone')),
    CONSTRAINT visits_times_in_order CHECK (starts_at < ends_at),
    CONSTRAINT visits_state_known CHECK (state IN
        ('planned', 'arrived', 'rooming', 'ready', 'inProgress', 'wrapUp', 'finished', 'cancelled')),
    CONSTRAINT visits_nurse_states_are_hosted CHECK (
        state NOT IN ('rooming', 'ready', 'wrapUp') OR modality = 'hosted'),
    CONSTRAINT visits_begun_has_a_time CHECK (state NOT IN ('inProgress', 'wrapUp') OR started_at IS NOT NULL),
    CONSTRAINT visits_finished_has_a_time CHECK ((state = 'finished') = (finished_at IS NOT NULL)),
    CONSTRAINT visits_cancelled_has_a_time CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL)),
    CONSTRAINT visits_identity_known CHECK (identity IN ('idCard', 'drivingLicence', 'passport', 'known')),
    CONSTRAINT visits_version_positive CHECK (version >= 1)
);

-- A professional's visits that are going on or waited for.
CREATE INDEX visits_open_by_practitioner ON visits (practitioner, starts_at)
    WHERE state NOT IN ('finished', 'cancelled');

-- Who is or was in a visit's call. The id is the same each time the same person comes.
CREATE TABLE visit_participants (
    visit         uuid        NOT NULL,
    id            uuid        NOT NULL,
    role          text        NOT NULL,
    waiting_since timestamptz,
    admitted_at   timestamptz, -- stays through reloads and restarts, goes when they leave for good
    present_since timestamptz, -- NULL when they are not connected
    node          text,        -- the server they are connected through
    left_at       timestamptz,
    CONSTRAINT visit_participants_pkey PRIMARY KEY (visit, id),
    CONSTRAINT visit_participants_visit_fkey FOREIGN KEY (visit) REFERENCES visits (id),
    CONSTRAINT visit_participants_role_known CHECK (role IN ('patient', 'host', 'room', 'guest')),
    CONSTRAINT visit_participants_node_iff_present CHECK ((node IS NULL) = (present_since IS NULL))
);

CREATE INDEX visit_participants_by_node ON visit_participants (node) WHERE node IS NOT NULL;
