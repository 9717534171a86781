-- What happened to a company and to none of its people: an account has events of its own.

-- They lie in the one stream table like everybody's, so that dedupe, counts, retention and pages
-- need no second kind of row. Ids are unique across both tables (UUIDv7).
comment on column timeline_events.customer_id is 'whose stream this is: a customer, or an account with events of its own';
comment on column timeline_counts.customer_id is 'as in timeline_events';
comment on column timeline_days.customer_id is 'as in timeline_events';

-- Neither customers nor accounts are ever deleted.
create or replace function check_event_customers() returns trigger language plpgsql as $$
begin
    if exists (
        select 1 from (select distinct workspace_id, customer_id from written) w
        where not exists (select 1 from customers c
                where c.workspace_id = w.workspace_id and c.id = w.customer_id)
            and not exists (select 1 from accounts a
                where a.workspace_id = w.workspace_id and a.id = w.customer_id)
    ) then
        raise foreign_key_violation using
            message = 'an event of nobody in its workspace';
    end if;
    return null;
end $$;
alter table timeline_counts drop constraint timeline_counts_workspace_id_customer_id_fkey;
alter table timeline_days drop constraint timeline_days_workspace_id_customer_id_fkey;
