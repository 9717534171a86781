-- What browsers say of their users: where they are and with what, the newest on the customer.

-- Ingest locks no customer's row: each transaction notes what it saw, a row each, and a moment
-- later the newest of it is written to all of them at once and the note is gone.
create table customer_sightings (
    workspace_id uuid not null references workspaces,
    id bigint not null generated always as identity,
    -- [{customer, at, page, browser, os, time_zone, language}, …]
    seen jsonb not null,
    primary key (workspace_id, id)
);
alter table customer_sightings alter seen set storage external;

-- What the browser said last. Time zone and language follow it as long as nobody, neither a
-- person nor a server, said something else.
alter table customers add column seen_time_zone text, add column seen_language text;

-- Somebody who came, or went to another page, is news for whoever has their page open.
create trigger note_seen after update on customers
    for each row when (old.version = new.version
        and (old.last_page is distinct from new.last_page
            or old.browser is distinct from new.browser or old.os is distinct from new.os
            or old.time_zone is distinct from new.time_zone
            or old.language is distinct from new.language
            or new.last_seen_at > coalesce(old.last_seen_at, '-infinity') + interval '1 minute'))
    execute function note_customer_change();
