-- +goose Up

-- Who did what to what, and whether they might. Rows are written in the transaction of
-- the change they tell of and never touched again. The columns previous_hash and hash
-- are for chaining the rows; they stay NULL until that exists.
CREATE TABLE audit_log (
    id            bigint      GENERATED ALWAYS AS IDENTITY,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor         text        NOT NULL,
    action        text        NOT NULL,
    resource_kind text        NOT NULL,
    resource_id   text        NOT NULL,
    patient       uuid,
    purpose       text        NOT NULL,
    outcome       text        NOT NULL,
    detail        jsonb       NOT NULL DEFAULT '{}',
    previous_hash bytea,
    hash          bytea,
    CONSTRAINT audit_log_pkey PRIMARY KEY (id),
    CONSTRAINT audit_log_actor_given CHECK (actor <> ''),
    CONSTRAINT audit_log_action_given CHECK (action <> ''),
    CONSTRAINT audit_log_outcome_known CHECK (outcome IN ('allowed', 'refused')),
    CONSTRAINT audit_log_detail_object CHECK (jsonb_typeof(detail) = 'object')
);

CREATE INDEX audit_log_patient_at ON audit_log (patient, at) WHERE patient IS NOT NULL;
CREATE INDEX audit_log_resource ON audit_log (resource_kind, resource_id, at);

-- +goose StatementBegin
CREATE FUNCTION audit_log_refuse_change()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_log_append_only';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER audit_log_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse_change();
