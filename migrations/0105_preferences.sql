-- How a person likes to work: one object, so that a preference more is no migration. What it may
-- hold is written in crates/domain/src/preferences.rs.
alter table users add column preferences jsonb not null default '{}'
    check (jsonb_typeof(preferences) = 'object');
