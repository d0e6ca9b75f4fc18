-- Who may sign in, who is signed in, and the two kinds of note that let somebody in without an account of their own:
-- visit links and room tickets. Secrets are never here, only their SHA-256.

-- +goose Up
CREATE TABLE accounts (
    id              text        NOT NULL CONSTRAINT accounts_pkey PRIMARY KEY,
    ordinal         bigint      GENERATED ALWAYS AS IDENTITY,
    kind            text        NOT NULL,
    name            text        NOT NULL,
    detail          jsonb       NOT NULL DEFAULT '{}',
    patient_id      uuid        CONSTRAINT accounts_patient REFERENCES patients (id),
    practitioner_id bigint      CONSTRAINT accounts_practitioner REFERENCES practitioners (id),
    roles           text[]      NOT NULL DEFAULT '{}',
    language        text        NOT NULL,
    demo            boolean     NOT NULL DEFAULT false,
    disabled_at     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounts_kind CHECK (kind IN ('patient', 'staff')),
    CONSTRAINT accounts_patient_is_a_patient CHECK ((kind = 'patient') = (patient_id IS NOT NULL)),
    CONSTRAINT accounts_staff_have_roles CHECK ((kind = 'staff') = (cardinality(roles) > 0)),
    CONSTRAINT accounts_practitioner_is_staff CHECK (practitioner_id IS NULL OR kind = 'staff'),
    CONSTRAINT accounts_roles_known CHECK (roles <@ ARRAY['nurse', 'physician', 'professional']),
    CONSTRAINT accounts_language CHECK (language IN ('sv', 'fi', 'en'))
);

CREATE UNIQUE INDEX accounts_one_each_patient ON accounts (patient_id) WHERE patient_id IS NOT NULL;
CREATE UNIQUE INDEX accounts_one_each_practitioner ON accounts (practitioner_id) WHERE practitioner_id IS NOT NULL;

CREATE TABLE account_units (
    account_id text NOT NULL CONSTRAINT account_units_account REFERENCES accounts (id) ON DELETE CASCADE,
    unit_id    text NOT NULL CONSTRAINT account_units_unit REFERENCES units (id),
    CONSTRAINT account_units_pkey PRIMARY KEY (account_id, unit_id)
);

CREATE TABLE account_sites (
    account_id text NOT NULL CONSTRAINT account_sites_account REFERENCES accounts (id) ON DELETE CASCADE,
    site_id    text NOT NULL CONSTRAINT account_sites_site REFERENCES sites (id),
    CONSTRAINT account_sites_pkey PRIMARY KEY (account_id, site_id)
);

-- A link's secret is looked up by its digest. Several links of one appointment may live at once; a move retires them
-- all and the appointment they moved to stands in moved_to (the same one, when only its time changed).
CREATE TABLE visit_links (
    id             uuid        NOT NULL CONSTRAINT visit_links_pkey PRIMARY KEY,
    secret_digest  bytea       NOT NULL CONSTRAINT visit_links_secret_once UNIQUE,
    appointment_id uuid        NOT NULL,
    patient_id     uuid        NOT NULL CONSTRAINT visit_links_patient REFERENCES patients (id),
    name           text        NOT NULL,
    year_of_birth  integer     NOT NULL,
    language       text        NOT NULL,
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL,
    valid_until    timestamptz NOT NULL,
    moved_to       uuid,
    moved_at       timestamptz,
    cancelled_at   timestamptz,
    wrong_tries    integer     NOT NULL DEFAULT 0,
    waits          integer     NOT NULL DEFAULT 0,
    wait_until     timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT visit_links_appointment FOREIGN KEY (appointment_id) REFERENCES appointments (id)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT visit_links_moved_to FOREIGN KEY (moved_to) REFERENCES appointments (id)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT visit_links_digest_is_sha256 CHECK (octet_length(secret_digest) = 32),
    CONSTRAINT visit_links_year_of_birth CHECK (year_of_birth BETWEEN 1850 AND 2200),
    CONSTRAINT visit_links_language CHECK (language IN ('sv', 'fi', 'en')),
    CONSTRAINT visit_links_times CHECK (starts_at < ends_at AND ends_at < valid_until),
    CONSTRAINT visit_links_moved_somewhere CHECK ((moved_to IS NULL) = (moved_at IS NULL)),
    CONSTRAINT visit_links_tries CHECK (wrong_tries >= 0 AND waits >= 0)
);

CREATE INDEX visit_links_by_appointment ON visit_links (appointment_id, created_at DESC);

-- A session belongs to an account or to a link. What ended stays until it is swept, so that an end is an end.
CREATE TABLE sessions (
    digest       bytea       NOT NULL CONSTRAINT sessions_pkey PRIMARY KEY,
    account_id   text        CONSTRAINT sessions_account REFERENCES accounts (id) ON DELETE CASCADE,
    link_id      uuid        CONSTRAINT sessions_link REFERENCES visit_links (id) ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    CONSTRAINT sessions_digest_is_sha256 CHECK (octet_length(digest) = 32),
    CONSTRAINT sessions_one_owner CHECK (num_nonnulls(account_id, link_id) = 1),
    CONSTRAINT sessions_times CHECK (created_at <= last_used_at AND created_at < expires_at)
);

CREATE INDEX sessions_by_link ON sessions (link_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Wrong tries at visit links, counted for each network address too: guessing many links is as bad as guessing one.
CREATE TABLE link_tries (
    address      text        NOT NULL CONSTRAINT link_tries_pkey PRIMARY KEY,
    since        timestamptz NOT NULL,
    wrong_tries  integer     NOT NULL,
    CONSTRAINT link_tries_counted CHECK (wrong_tries > 0)
);

CREATE INDEX link_tries_by_age ON link_tries (since);

-- Room tickets that were redeemed. A row outlives its ticket by little.
CREATE TABLE redeemed_tickets (
    id         text        NOT NULL CONSTRAINT redeemed_tickets_once PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

CREATE INDEX redeemed_tickets_by_end ON redeemed_tickets (expires_at);
