-- An account's page follows its own events and those of its customers, and keeps events of its own on top.

-- Under which topics an event of a stream is told: its customer's, and the account's that it belongs to.
create function timeline_topics(workspace uuid, stream uuid) returns setof text
language sql stable as $$
    select 'customer ' || stream
    union all
    select 'account ' || c.account_id from customers c
        where c.workspace_id = workspace and c.id = stream and c.account_id is not null
    union all
    select 'account ' || a.id from accounts a where a.workspace_id = workspace and a.id = stream
$$;

-- Who joins an account or leaves it shows on its page.
create function note_member_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.account_id is not null then
        perform note_change(old.workspace_id, 'account ' || old.account_id, 'account ' || old.account_id);
    end if;
    if new.account_id is not null then
        perform note_change(new.workspace_id, 'account ' || new.account_id, 'account ' || new.account_id);
    end if;
    return null;
end $$;
create trigger note_member_change after update of account_id on customers
    for each row when (old.account_id is distinct from new.account_id)
    execute function note_member_change();
create trigger note_new_member after insert on customers
    for each row when (new.account_id is not null) execute function note_member_change();

-- As in timeline_events, customer_id says whose stream it is, an account's too.
alter table timeline_pins drop constraint timeline_pins_workspace_id_customer_id_fkey;

create or replace function note_pin_change() returns trigger language plpgsql as $$
declare
    pin timeline_pins := coalesce(new, old);
    stream uuid := coalesce(surviving_customer(pin.workspace_id, pin.customer_id), pin.customer_id);
begin
    insert into changes (workspace_id, topic, hint)
    select pin.workspace_id, topic, 'timeline ' || stream
    from timeline_topics(pin.workspace_id, stream) as t (topic)
    on conflict do nothing;
    return null;
end $$;
