-- How many tickets wait for somebody, or for anybody: kept by whatever changes a ticket, for the
-- number beside the inbox.
create table open_tickets (
    workspace_id uuid not null references workspaces,
    -- all zeros: nobody's
    assignee_id uuid not null,
    n int not null,
    primary key (workspace_id, assignee_id)
);

create function keep_open_tickets() returns trigger
language plpgsql as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
begin
    -- in one order, so that two who hand tickets to each other do not wait for each other
    insert into open_tickets as o (workspace_id, assignee_id, n)
    select workspace_id, assignee, sum(change)::int from (
        select old.workspace_id, coalesce(old.assignee_id, nobody) as assignee, -1 as change
        where tg_op <> 'INSERT' and old.status in ('new', 'open')
        union all
        select new.workspace_id, coalesce(new.assignee_id, nobody), 1
        where tg_op <> 'DELETE' and new.status in ('new', 'open')
    ) changes
    group by workspace_id, assignee having sum(change) <> 0
    order by assignee
    on conflict (workspace_id, assignee_id) do update set n = o.n + excluded.n;
    return null;
end
$$;
create trigger keep_open_tickets after insert or delete or update of status, assignee_id on tickets
    for each row execute function keep_open_tickets();

insert into open_tickets (workspace_id, assignee_id, n)
select workspace_id, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'), count(*)
from tickets where status in ('new', 'open') group by 1, 2;
