-- +goose Up

-- A hold may be for moving one appointment: then what that appointment takes is not in its way.
ALTER TABLE holds
    ADD COLUMN moving uuid CONSTRAINT holds_moving_fkey REFERENCES appointments (id);
