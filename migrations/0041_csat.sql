-- Asking customers how it went.

-- Minutes after closing until the survey leaves; null asks nobody.
alter table workspaces add column csat_delay_minutes int
    check (csat_delay_minutes between 0 and 43200);

-- One survey a ticket, however often it is reopened.
create table csat_surveys (
    workspace_id uuid not null,
    ticket_id uuid not null,
    sent_at timestamptz not null,
    answered_at timestamptz,
    -- bounded, as nobody has to log in for it
    answers smallint not null default 0,
    primary key (workspace_id, ticket_id),
    foreign key (workspace_id, ticket_id) references tickets on delete cascade
);
