-- How soon tickets are answered: policies, and when each ticket is due. Due times are computed by
-- the transaction that changes what they depend on; pages and lists read them.
create table sla_policies (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    name text not null,
    -- the first one whose conditions hold is the ticket's
    position int not null,
    -- conditions; null: any
    priority text check (priority in ('urgent', 'high', 'normal', 'low')),
    team_id uuid,
    channel text check (channel in ('email', 'chat', 'phone', 'form', 'api', 'internal')),
    account_plan text,
    -- targets in minutes; null: none
    first_response_minutes int check (first_response_minutes > 0),
    next_response_minutes int check (next_response_minutes > 0),
    resolution_minutes int check (resolution_minutes > 0),
    -- {time_zone, days: [{from, to} or null, Monday first]}, minutes of the day; null: always
    hours jsonb,
    archived_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, team_id) references teams on delete cascade
);

alter table tickets
    add column sla_policy_id uuid,
    add column first_response_due_at timestamptz,
    add column next_response_due_at timestamptz,
    add column resolution_due_at timestamptz,
    -- what was left of the resolution's time when it was paused
    add column resolution_left_s bigint,
    -- the first message of the customer that nobody answered yet
    add column awaiting_since timestamptz,
    -- the next due time whose passing is to be noted
    add column sla_check_at timestamptz,
    add column due_at timestamptz generated always as
        (least(first_response_due_at, next_response_due_at, resolution_due_at)) stored,
    add foreign key (workspace_id, sla_policy_id) references sla_policies (workspace_id, id);
create index tickets_due on tickets (workspace_id, due_at, id) where due_at is not null;
-- Asked for by the server itself, for all workspaces.
create index tickets_sla_check on tickets (sla_check_at) where sla_check_at is not null;
