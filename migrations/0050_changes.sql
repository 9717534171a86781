-- What changed lately, for pages that are open: written by the transaction of the change, read by
-- each server's tail, deleted after minutes. Ids only: who may see what is decided when it is read.

-- By transaction, not by number: transactions commit out of order, and everything below the
-- oldest one that still runs is complete. A server reads for all workspaces at once, so this
-- key alone starts with the transaction.
create table changes (
    xid bigint not null default pg_current_xact_id()::text::bigint,
    workspace_id uuid not null,
    -- the customer whose page shows it; for accounts and people the same as id
    about_id uuid not null,
    what text not null check (what in ('ticket', 'receipt', 'timeline', 'customer', 'account', 'person')),
    id uuid not null,
    at timestamptz not null default now(),
    -- one row a transaction and thing, however often it is touched
    primary key (xid, workspace_id, about_id, what, id)
);

create function note_change(workspace uuid, about uuid, what text, id uuid) returns void
language sql as $$
    insert into changes (workspace_id, about_id, what, id)
    values (workspace, about, what, id)
    on conflict do nothing
$$;

create function note_ticket_change() returns trigger language plpgsql as $$
begin
    perform note_change(new.workspace_id, new.customer_id, 'ticket', new.id);
    if tg_op = 'UPDATE' and old.customer_id <> new.customer_id then
        perform note_change(old.workspace_id, old.customer_id, 'ticket', old.id);
    end if;
    return null;
end $$;
create trigger note_insert after insert on tickets
    for each row execute function note_ticket_change();
create trigger note_update after update on tickets
    for each row when (old.* is distinct from new.*) execute function note_ticket_change();

-- What became of a mail concerns its ticket's open page, and no list.
create function note_message_change() returns trigger language plpgsql as $$
begin
    insert into changes (workspace_id, about_id, what, id)
    select t.workspace_id, t.customer_id, 'receipt', t.id
    from messages m join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
    where m.workspace_id = new.workspace_id and m.id = new.message_id
    on conflict do nothing;
    return null;
end $$;
create trigger note_update after update on deliveries
    for each row when (old.* is distinct from new.*) execute function note_message_change();
create trigger note_update after update on outgoing_mails
    for each row when (old.attempts <> new.attempts or old.next_attempt_at is distinct from new.next_attempt_at)
    execute function note_message_change();

create function note_receipt_change() returns trigger language plpgsql as $$
begin
    perform note_change(new.workspace_id, t.customer_id, 'receipt', t.id)
    from tickets t where t.workspace_id = new.workspace_id and t.id = new.ticket_id;
    return null;
end $$;
create trigger note_update after update on messages
    for each row when (old.* is distinct from new.*) execute function note_receipt_change();

create function note_customer_change() returns trigger language plpgsql as $$
begin
    perform note_change(new.workspace_id, new.id, 'customer', new.id);
    return null;
end $$;
-- Each event moves last_activity_at: that alone is no change that anybody waits for.
create trigger note_update after update on customers
    for each row when (old.version <> new.version or old.kind <> new.kind
        or old.account_id is distinct from new.account_id
        or old.merged_into is distinct from new.merged_into
        or old.open_tickets <> new.open_tickets or old.total_tickets <> new.total_tickets)
    execute function note_customer_change();

create function note_identifier_change() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        perform note_change(old.workspace_id, old.customer_id, 'customer', old.customer_id);
    end if;
    if tg_op <> 'DELETE' then
        perform note_change(new.workspace_id, new.customer_id, 'customer', new.customer_id);
    end if;
    return null;
end $$;
create trigger note_change after insert or update or delete on customer_identifiers
    for each row execute function note_identifier_change();

create function note_account_change() returns trigger language plpgsql as $$
begin
    perform note_change(new.workspace_id, new.id, 'account', new.id);
    return null;
end $$;
create trigger note_update after update on accounts
    for each row when (old.version <> new.version) execute function note_account_change();

create function note_note_change() returns trigger language plpgsql as $$
declare
    note notes := coalesce(new, old);
begin
    if note.customer_id is not null then
        perform note_change(note.workspace_id, note.customer_id, 'customer', note.customer_id);
    else
        perform note_change(note.workspace_id, note.account_id, 'account', note.account_id);
    end if;
    return null;
end $$;
create trigger note_change after insert or update or delete on notes
    for each row execute function note_note_change();

-- Events are noted by the counts that each request keeps: a row a customer, not one an event.
create function note_timeline_change() returns trigger language plpgsql as $$
begin
    insert into changes (workspace_id, about_id, what, id)
    select distinct workspace_id, customer_id, 'timeline', customer_id from counted
    on conflict do nothing;
    return null;
end $$;
create trigger note_insert after insert on timeline_counts referencing new table as counted
    for each statement execute function note_timeline_change();
create trigger note_update after update on timeline_counts referencing new table as counted
    for each statement execute function note_timeline_change();

-- Whoever logs out, is locked out or gets another role: their streams are looked at again.
create function note_person_change() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'sessions' then
        perform note_change(old.workspace_id, old.user_id, 'person', old.user_id);
    else
        perform note_change(old.workspace_id, old.id, 'person', old.id);
    end if;
    return null;
end $$;
create trigger note_delete after delete on sessions
    for each row execute function note_person_change();
create trigger note_update after update on users
    for each row when (old.role <> new.role or old.disabled_at is distinct from new.disabled_at)
    execute function note_person_change();
