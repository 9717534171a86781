-- The first hour of a workspace: what is still to do, until it is done or somebody has enough of it.
alter table workspaces
    -- whether "Get started" still shows; workspaces of before have started long ago
    add column getting_started boolean not null default false,
    -- steps that somebody left out: words of rapport_services::start::Step
    add column start_skipped text[] not null default '{}',
    -- the customer to try things with, while there is one
    add column sample_customer_id uuid,
    -- whether there ever was one
    add column sample_made boolean not null default false;
