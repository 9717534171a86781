-- Who has which ticket open, for colleagues to see. It lives for seconds and is worth nothing
-- afterwards: unlogged, so a beat writes no log and waits for no disk, and without foreign keys,
-- whose checks would lock the ticket's row. Every server reads it several times a second.
create unlogged table presence (
    workspace_id uuid not null,
    user_id uuid not null,
    -- drawn by the browser's tab, which is at one ticket at a time
    tab bigint not null,
    ticket_id uuid not null,
    customer_id uuid not null,
    name text not null,
    -- past both, the tab is taken for gone
    until timestamptz not null,
    typing_until timestamptz,
    primary key (workspace_id, user_id, tab)
) with (fillfactor = 50);
