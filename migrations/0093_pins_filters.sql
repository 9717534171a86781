-- What agents keep on top of a customer's timeline. It names an event by its place; one that is
-- gone by then shows no more.
create table timeline_pins (
    workspace_id uuid not null,
    customer_id uuid not null,
    kind text collate "C" not null,
    occurred_at timestamptz not null,
    event_id uuid not null,
    pinned_by uuid,
    pinned_at timestamptz not null,
    primary key (workspace_id, customer_id, event_id),
    foreign key (workspace_id, customer_id) references customers (workspace_id, id),
    foreign key (workspace_id, pinned_by) references users (workspace_id, id)
);

create function note_pin_change() returns trigger language plpgsql as $$
declare
    pin timeline_pins := coalesce(new, old);
begin
    perform note_change(pin.workspace_id, surviving_customer(pin.workspace_id, pin.customer_id),
        'timeline', surviving_customer(pin.workspace_id, pin.customer_id));
    return null;
end $$;
create trigger note_change after insert or delete on timeline_pins
    for each row execute function note_pin_change();

-- Filters of the timeline that agents saved for themselves.
create table saved_filters (
    workspace_id uuid not null,
    user_id uuid not null,
    id uuid not null,
    name text not null,
    -- as in the address, without a position: ?filter=error&source=sentry
    query text not null,
    primary key (workspace_id, user_id, id),
    foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade
);
create unique index saved_filters_name on saved_filters (workspace_id, user_id, lower(name));
