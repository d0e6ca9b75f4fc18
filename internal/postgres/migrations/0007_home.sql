-- +goose Up

-- Where a patient lives, no finer than the village or the part of town: the nearest sites come first. NULL means the
-- centre of the municipality.
ALTER TABLE patients
    ADD COLUMN latitude  double precision,
    ADD COLUMN longitude double precision,
    ADD CONSTRAINT patients_home CHECK (
        num_nulls(latitude, longitude) IN (0, 2)
        AND latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180);
