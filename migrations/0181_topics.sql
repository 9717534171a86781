-- A change is told under a topic, with a hint: both are words that the database and the streams hand
-- on, and that the pages alone read. A new number on a page is a trigger here and a reader there.
--
-- Topics: `inbox`, `customer <id>`, `account <id>`; `person <id>` and `everybody`, which each stream
-- follows; `sessions <id>`, which servers follow, to look at a person's streams again.
drop table changes;
create table changes (
    xid bigint not null default pg_current_xact_id()::text::bigint,
    workspace_id uuid not null,
    topic text not null,
    hint text not null,
    at timestamptz not null default now(),
    -- one row a transaction and thing, however often it is touched
    primary key (xid, workspace_id, topic, hint)
);

drop function note_change(uuid, uuid, text, uuid);
create function note_change(workspace uuid, topic text, hint text) returns void
language sql as $$
    insert into changes (workspace_id, topic, hint) values (workspace, topic, hint)
    on conflict do nothing
$$;

create or replace function note_ticket_change() returns trigger language plpgsql as $$
begin
    perform note_change(new.workspace_id, 'inbox', 'ticket ' || new.id);
    perform note_change(new.workspace_id, 'customer ' || new.customer_id, 'ticket ' || new.id);
    if tg_op = 'UPDATE' and old.customer_id <> new.customer_id then
        perform note_change(old.workspace_id, 'customer ' || old.customer_id, 'ticket ' || old.id);
    end if;
    return null;
end $$;

create or replace function note_message_change() returns trigger language plpgsql as $$
begin
    insert into changes (workspace_id, topic, hint)
    select t.workspace_id, 'customer ' || t.customer_id, 'receipt ' || t.id
    from messages m join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
    where m.workspace_id = new.workspace_id and m.id = new.message_id
    on conflict do nothing;
    return null;
end $$;

create or replace function note_receipt_change() returns trigger language plpgsql as $$
begin
    perform note_change(new.workspace_id, 'customer ' || t.customer_id, 'receipt ' || t.id)
    from tickets t where t.workspace_id = new.workspace_id and t.id = new.ticket_id;
    return null;
end $$;

create or replace function note_customer_change() returns trigger language plpgsql as $$
begin
    perform note_change(new.workspace_id, 'customer ' || new.id, 'customer ' || new.id);
    return null;
end $$;

create or replace function note_identifier_change() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        perform note_change(old.workspace_id, 'customer ' || old.customer_id, 'customer ' || old.customer_id);
    end if;
    if tg_op <> 'DELETE' then
        perform note_change(new.workspace_id, 'customer ' || new.customer_id, 'customer ' || new.customer_id);
    end if;
    return null;
end $$;

create or replace function note_account_change() returns trigger language plpgsql as $$
begin
    perform note_change(new.workspace_id, 'account ' || new.id, 'account ' || new.id);
    return null;
end $$;

create or replace function note_note_change() returns trigger language plpgsql as $$
declare
    note notes := coalesce(new, old);
begin
    if note.customer_id is not null then
        perform note_change(note.workspace_id, 'customer ' || note.customer_id, 'customer ' || note.customer_id);
    else
        perform note_change(note.workspace_id, 'account ' || note.account_id, 'account ' || note.account_id);
    end if;
    return null;
end $$;

create or replace function note_pin_change() returns trigger language plpgsql as $$
declare
    pin timeline_pins := coalesce(new, old);
    customer uuid := surviving_customer(pin.workspace_id, pin.customer_id);
begin
    perform note_change(pin.workspace_id, 'customer ' || customer, 'timeline ' || customer);
    return null;
end $$;

create or replace function note_person_change() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'sessions' then
        perform note_change(old.workspace_id, 'sessions ' || old.user_id, 'sessions');
    else
        perform note_change(old.workspace_id, 'sessions ' || old.id, 'sessions');
    end if;
    return null;
end $$;

-- What is nobody's waits for everybody.
create or replace function note_open_tickets_change() returns trigger language plpgsql as $$
begin
    perform note_change(new.workspace_id,
        case when new.assignee_id = '00000000-0000-0000-0000-000000000000' then 'everybody'
            else 'person ' || new.assignee_id end,
        'waiting');
    return null;
end $$;

create or replace function note_notification_change() returns trigger language plpgsql as $$
declare
    notification notifications := coalesce(new, old);
begin
    perform note_change(notification.workspace_id, 'person ' || notification.user_id, 'waiting');
    return null;
end $$;
