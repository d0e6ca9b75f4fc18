-- +goose Up

CREATE TABLE patients (
    id           uuid NOT NULL,
    name         text NOT NULL,
    born         date NOT NULL,
    municipality text NOT NULL,
    place        text NOT NULL DEFAULT '', -- village or part of town, as people call it
    language     text NOT NULL,
    phone        text NOT NULL DEFAULT '',
    email        text NOT NULL DEFAULT '',
    CONSTRAINT patients_pkey PRIMARY KEY (id),
    CONSTRAINT patients_name_given CHECK (name <> ''),
    CONSTRAINT patients_born_range CHECK (born BETWEEN DATE '1890-01-01' AND DATE '2200-01-01'),
    CONSTRAINT patients_municipality_fkey FOREIGN KEY (municipality) REFERENCES municipalities (id),
    CONSTRAINT patients_language_known CHECK (language IN ('sv', 'fi', 'en'))
);

-- Whom a patient calls "my physician", "my nurse". Profession is repeated from the
-- practitioner so that one patient has one of each.
CREATE TABLE own_professionals (
    patient      uuid   NOT NULL,
    profession   text   NOT NULL,
    practitioner bigint NOT NULL,
    since        date   NOT NULL,
    CONSTRAINT own_professionals_pkey PRIMARY KEY (patient, profession),
    CONSTRAINT own_professionals_patient_fkey FOREIGN KEY (patient) REFERENCES patients (id),
    CONSTRAINT own_professionals_practitioner_fkey FOREIGN KEY (practitioner) REFERENCES practitioners (id)
);

-- Weekly hours in wall-clock time of Europe/Helsinki, in minutes after local midnight;
-- an end after 1440 is on the following day. A professional's row says for which
-- modalities, and where they then are; a nurse's row with a site and 'hosted' hosts
-- there. Rooms and devices have hours as well.
CREATE TABLE schedules (
    id           bigint    GENERATED ALWAYS AS IDENTITY,
    resource     bigint    NOT NULL,
    weekday      smallint  NOT NULL, -- ISO: 1 is Monday
    start_minute smallint  NOT NULL,
    end_minute   smallint  NOT NULL,
    modalities   text[]    NOT NULL,
    site         text,
    on_closures  boolean   NOT NULL DEFAULT false, -- holds on public holidays too
    effective    daterange NOT NULL,
    CONSTRAINT schedules_pkey PRIMARY KEY (id),
    CONSTRAINT schedules_resource_fkey FOREIGN KEY (resource) REFERENCES resources (id),
    CONSTRAINT schedules_weekday_range CHECK (weekday BETWEEN 1 AND 7),
    CONSTRAINT schedules_minutes_range CHECK (
        start_minute BETWEEN 0 AND 1439 AND end_minute > start_minute AND end_minute <= start_minute + 1440),
    CONSTRAINT schedules_modalities_known CHECK (
        cardinality(modalities) > 0 AND modalities <@ ARRAY['video', 'hosted', 'in_person', 'phone']),
    CONSTRAINT schedules_site_fkey FOREIGN KEY (site) REFERENCES sites (id),
    CONSTRAINT schedules_in_person_has_site CHECK (NOT 'in_person' = ANY (modalities) OR site IS NOT NULL),
    CONSTRAINT schedules_effective_bounded CHECK (
        NOT isempty(effective) AND NOT lower_inf(effective))
);

-- What a resource does not do although its hours say so. The audit log says why.
CREATE TABLE absences (
    id       bigint    GENERATED ALWAYS AS IDENTITY,
    resource bigint    NOT NULL,
    during   tstzrange NOT NULL,
    kind     text      NOT NULL,
    CONSTRAINT absences_pkey PRIMARY KEY (id),
    CONSTRAINT absences_resource_fkey FOREIGN KEY (resource) REFERENCES resources (id),
    CONSTRAINT absences_during_bounded CHECK (
        NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)
        AND lower_inc(during) AND NOT upper_inc(during)),
    CONSTRAINT absences_kind_known CHECK (kind IN ('away', 'break', 'broken', 'other'))
);

-- Days on which only hours with on_closures hold: for the county, or for one site.
CREATE TABLE closures (
    day  date  NOT NULL,
    site text,
    name jsonb NOT NULL,
    CONSTRAINT closures_day_site_key UNIQUE NULLS NOT DISTINCT (day, site),
    CONSTRAINT closures_site_fkey FOREIGN KEY (site) REFERENCES sites (id),
    CONSTRAINT closures_name_text CHECK (speaks_three_languages(name))
);

-- The number grows with every change of what stands above (patients apart), so that a
-- process knows whether its copy of the directory and the hours is still true.
CREATE TABLE directory_version (
    single  boolean NOT NULL DEFAULT true,
    version bigint  NOT NULL,
    CONSTRAINT directory_version_pkey PRIMARY KEY (single),
    CONSTRAINT directory_version_single CHECK (single)
);

INSERT INTO directory_version (version) VALUES (1);

-- +goose StatementBegin
CREATE FUNCTION directory_changed()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE directory_version SET version = version + 1;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER municipalities_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON municipalities
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER sites_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON sites
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER units_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON units
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER resources_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON resources
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER practitioners_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON practitioners
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER rooms_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON rooms
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER devices_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON devices
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER services_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON services
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER service_needs_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON service_needs
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER practitioner_services_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON practitioner_services
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER schedules_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON schedules
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER absences_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON absences
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
CREATE TRIGGER closures_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON closures
    FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();

-- A slot that somebody keeps while they confirm. The row stays when the hold is used or
-- given back, so that a late confirmation can be told what happened.
CREATE TABLE holds (
    id           uuid        NOT NULL,
    holder       text        NOT NULL, -- who asked, as the audit log names them
    patient      uuid        NOT NULL, -- for whom
    service      text        NOT NULL,
    practitioner bigint      NOT NULL,
    nurse        bigint,
    room         bigint,
    devices      bigint[]    NOT NULL DEFAULT '{}',
    site         text,
    modality     text        NOT NULL,
    language     text        NOT NULL,
    during       tstzrange   NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    state        text        NOT NULL DEFAULT 'active',
    CONSTRAINT holds_pkey PRIMARY KEY (id),
    CONSTRAINT holds_patient_fkey FOREIGN KEY (patient) REFERENCES patients (id),
    CONSTRAINT holds_service_fkey FOREIGN KEY (service) REFERENCES services (id),
    CONSTRAINT holds_practitioner_fkey FOREIGN KEY (practitioner) REFERENCES practitioners (id),
    CONSTRAINT holds_nurse_fkey FOREIGN KEY (nurse) REFERENCES practitioners (id),
    CONSTRAINT holds_room_fkey FOREIGN KEY (room) REFERENCES rooms (id),
    CONSTRAINT holds_site_fkey FOREIGN KEY (site) REFERENCES sites (id),
    CONSTRAINT holds_modality_known CHECK (modality IN ('video', 'hosted', 'in_person', 'phone')),
    CONSTRAINT holds_language_known CHECK (language IN ('sv', 'fi', 'en')),
    CONSTRAINT holds_site_iff_at_site CHECK ((site IS NOT NULL) = (modality IN ('hosted', 'in_person'))),
    CONSTRAINT holds_expiry_after_creation CHECK (expires_at > created_at),
    CONSTRAINT holds_state_known CHECK (state IN ('active', 'used', 'released'))
);

-- One active hold for each patient: choosing another time gives the first one back.
CREATE UNIQUE INDEX holds_one_active_per_patient ON holds (patient) WHERE state = 'active';
CREATE INDEX holds_created_at ON holds (created_at);

CREATE TABLE appointments (
    id           uuid        NOT NULL,
    patient      uuid        NOT NULL,
    service      text        NOT NULL,
    practitioner bigint      NOT NULL,
    nurse        bigint,
    room         bigint,
    devices      bigint[]    NOT NULL DEFAULT '{}',
    site         text,
    modality     text        NOT NULL,
    language     text        NOT NULL,
    during       tstzrange   NOT NULL,
    status       text        NOT NULL DEFAULT 'booked',
    reason       text        NOT NULL DEFAULT '',
    phone        text        NOT NULL DEFAULT '',
    email        text        NOT NULL DEFAULT '',
    version      integer     NOT NULL DEFAULT 1,
    booked_by    text        NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    CONSTRAINT appointments_pkey PRIMARY KEY (id),
    CONSTRAINT appointments_patient_fkey FOREIGN KEY (patient) REFERENCES patients (id),
    CONSTRAINT appointments_service_fkey FOREIGN KEY (service) REFERENCES services (id),
    CONSTRAINT appointments_practitioner_fkey FOREIGN KEY (practitioner) REFERENCES practitioners (id),
    CONSTRAINT appointments_nurse_fkey FOREIGN KEY (nurse) REFERENCES practitioners (id),
    CONSTRAINT appointments_room_fkey FOREIGN KEY (room) REFERENCES rooms (id),
    CONSTRAINT appointments_site_fkey FOREIGN KEY (site) REFERENCES sites (id),
    CONSTRAINT appointments_modality_known CHECK (modality IN ('video', 'hosted', 'in_person', 'phone')),
    CONSTRAINT appointments_language_known CHECK (language IN ('sv', 'fi', 'en')),
    CONSTRAINT appointments_site_iff_at_site CHECK ((site IS NOT NULL) = (modality IN ('hosted', 'in_person'))),
    CONSTRAINT appointments_room_at_site CHECK (room IS NULL OR site IS NOT NULL),
    CONSTRAINT appointments_nurse_is_another CHECK (nurse <> practitioner),
    CONSTRAINT appointments_during_bounded CHECK (
        NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)
        AND lower_inc(during) AND NOT upper_inc(during)),
    CONSTRAINT appointments_status_known CHECK (
        status IN ('booked', 'arrived', 'fulfilled', 'cancelled', 'noshow')),
    CONSTRAINT appointments_reason_length CHECK (length(reason) <= 500),
    CONSTRAINT appointments_version_positive CHECK (version >= 1),
    -- The patient, too, is in one place at a time.
    CONSTRAINT appointments_patient_no_overlap
        EXCLUDE USING gist (patient WITH =, during WITH &&) WHERE (status IN ('booked', 'arrived'))
);

CREATE INDEX appointments_patient_start ON appointments (patient, lower(during));
CREATE INDEX appointments_practitioner_start ON appointments (practitioner, lower(during));
CREATE INDEX appointments_nurse_start ON appointments (nurse, lower(during)) WHERE nurse IS NOT NULL;
CREATE INDEX appointments_site_start ON appointments (site, lower(during)) WHERE site IS NOT NULL;

-- What is taken: a row for each resource of each hold and of each appointment. One
-- constraint covers both, and makes a double booking impossible whatever the code does.
-- A row that is given back stays for a while with released_at, so that processes
-- which keep a copy of what is taken learn of it from changed_by.
CREATE TABLE reservations (
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    resource    bigint      NOT NULL,
    during      tstzrange   NOT NULL,
    hold        uuid,
    appointment uuid,
    expires_at  timestamptz, -- a hold's; NULL for an appointment
    released_at timestamptz, -- NULL while it takes
    changed_by  xid8        NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT reservations_pkey PRIMARY KEY (id),
    CONSTRAINT reservations_resource_fkey FOREIGN KEY (resource) REFERENCES resources (id),
    CONSTRAINT reservations_hold_fkey FOREIGN KEY (hold) REFERENCES holds (id),
    CONSTRAINT reservations_appointment_fkey FOREIGN KEY (appointment) REFERENCES appointments (id),
    CONSTRAINT reservations_one_owner CHECK (num_nonnulls(hold, appointment) = 1),
    CONSTRAINT reservations_only_holds_expire CHECK ((expires_at IS NOT NULL) = (hold IS NOT NULL)),
    CONSTRAINT reservations_during_bounded CHECK (
        NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)
        AND lower_inc(during) AND NOT upper_inc(during)),
    CONSTRAINT reservations_no_overlap
        EXCLUDE USING gist (resource WITH =, during WITH &&) WHERE (released_at IS NULL)
);

CREATE INDEX reservations_start ON reservations (lower(during)) WHERE released_at IS NULL;
CREATE INDEX reservations_changed_by ON reservations (changed_by);
CREATE INDEX reservations_hold ON reservations (hold) WHERE hold IS NOT NULL;
CREATE INDEX reservations_appointment ON reservations (appointment) WHERE appointment IS NOT NULL;

-- A request that was carried out, so that a repetition has no second effect. The key
-- itself is the caller's; the fingerprint is the SHA-256 of what was asked.
CREATE TABLE idempotency_keys (
    principal   text        NOT NULL,
    key         text        NOT NULL,
    fingerprint bytea       NOT NULL,
    appointment uuid,
    created_at  timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (principal, key),
    CONSTRAINT idempotency_keys_key_length CHECK (length(key) BETWEEN 8 AND 200),
    CONSTRAINT idempotency_keys_appointment_fkey FOREIGN KEY (appointment) REFERENCES appointments (id)
);

CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
