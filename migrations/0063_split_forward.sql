-- A ticket that was split off another one, and where its messages came from.
alter table tickets add column split_from uuid,
    add foreign key (workspace_id, split_from) references tickets (workspace_id, id);
alter table messages
    add column split_from uuid,
    -- the message that this one passes on to others: the customer does not get it
    add column forwards uuid,
    add foreign key (workspace_id, split_from) references tickets (workspace_id, id),
    add foreign key (workspace_id, forwards) references messages (workspace_id, id)
        on delete set null (forwards);
create index messages_split on messages (workspace_id, split_from) where split_from is not null;
create index messages_forwards on messages (workspace_id, ticket_id) where forwards is not null;
