-- One e-mail makes one message, and taking it in again finds that message at once.
create unique index messages_raw_email on messages (workspace_id, raw_email_id)
    where raw_email_id is not null;
