-- Open pages are told when the numbers beside the inbox and the bell change. What concerns nobody
-- in particular, as in open_tickets, is everybody's and has all zeros.
alter table changes drop constraint changes_what_check, add constraint changes_what_check
    check (what in ('ticket', 'receipt', 'timeline', 'customer', 'account', 'person', 'waiting'));

create function note_open_tickets_change() returns trigger language plpgsql as $$
begin
    perform note_change(new.workspace_id, new.assignee_id, 'waiting', new.assignee_id);
    return null;
end $$;
create trigger note_change after insert or update on open_tickets
    for each row execute function note_open_tickets_change();

create function note_notification_change() returns trigger language plpgsql as $$
declare
    notification notifications := coalesce(new, old);
begin
    perform note_change(notification.workspace_id, notification.user_id, 'waiting', notification.user_id);
    return null;
end $$;
create trigger note_insert after insert on notifications
    for each row execute function note_notification_change();
create trigger note_update after update on notifications
    for each row when (old.read_at is distinct from new.read_at) execute function note_notification_change();
create trigger note_delete after delete on notifications
    for each row when (old.read_at is null) execute function note_notification_change();
