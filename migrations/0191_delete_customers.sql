-- Customers are deleted by people who may, with all that is theirs.

-- since when a deletion runs that is too large for one transaction
alter table customers add column deleting_at timestamptz;

-- What a deletion looks at beside what it deletes, so that no table is read whole.
create index messages_author on messages (workspace_id, author_customer_id)
    where author_customer_id is not null;
create index messages_forwarded on messages (workspace_id, forwards) where forwards is not null;
create index raw_emails_concerns on raw_emails (workspace_id, concerns_message_id)
    where concerns_message_id is not null;
create index tickets_split on tickets (workspace_id, split_from) where split_from is not null;
create index ticket_participants_merged on ticket_participants (workspace_id, merged_from)
    where merged_from is not null;
create index ticket_reads_ticket on ticket_reads (workspace_id, ticket_id);
create index returned_texts_ticket on returned_texts (workspace_id, ticket_id);
create index attachments_ticket on attachments (workspace_id, ticket_id) where ticket_id is not null;
