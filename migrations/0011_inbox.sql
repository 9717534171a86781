-- What the inbox orders and filters by, so that every view of it is an index scan.

alter table tickets add column priority_rank smallint not null
    generated always as (
        case priority when 'urgent' then 3 when 'high' then 2 when 'normal' then 1 else 0 end
    ) stored;

create index tickets_priority on tickets (workspace_id, priority_rank, last_activity_at, id);
-- The tickets that wait for us are few and looked at all day; closed ones pile up for years.
create index tickets_todo on tickets (workspace_id, last_activity_at, id)
    where status in ('new', 'open');
create index tickets_unclosed_assignee on tickets (workspace_id, assignee_id, last_activity_at, id)
    where status <> 'closed';
