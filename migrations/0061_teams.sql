-- Who belongs to a team, and whether its new tickets go round among them.
alter table teams
    add column round_robin boolean not null default false,
    -- tickets given out so far; whoever gets one stands behind all others
    add column turns bigint not null default 0;

create table team_members (
    workspace_id uuid not null,
    team_id uuid not null,
    user_id uuid not null,
    -- the team's turn at which they were given a ticket last, 0 before the first
    last_turn bigint not null default 0,
    primary key (workspace_id, team_id, user_id),
    foreign key (workspace_id, team_id) references teams on delete cascade,
    foreign key (workspace_id, user_id) references users on delete cascade
);
create index team_members_user on team_members (workspace_id, user_id);

-- Whoever is away is passed by.
alter table users add column away_since timestamptz;

-- The team of what comes to a mailbox.
alter table mailboxes add column team_id uuid,
    add foreign key (workspace_id, team_id) references teams on delete set null (team_id);
