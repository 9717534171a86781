-- Tickets that sleep, were merged into another, or are spam.
alter table tickets
    -- when it comes back by itself; only while it is snoozed
    add column snoozed_until timestamptz,
    -- the ticket that took in this one's messages, and what it was before
    add column merged_into uuid,
    add column status_before_merge text,
    add column spam_at timestamptz,
    add foreign key (workspace_id, merged_into) references tickets (workspace_id, id);
create index tickets_merged on tickets (workspace_id, merged_into) where merged_into is not null;

-- What a merge brought, so that it can be taken back.
alter table messages add column merged_from uuid,
    add foreign key (workspace_id, merged_from) references tickets (workspace_id, id);
create index messages_merged on messages (workspace_id, merged_from) where merged_from is not null;
alter table ticket_participants add column merged_from uuid,
    add foreign key (workspace_id, merged_from) references tickets (workspace_id, id);
