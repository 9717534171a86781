-- A mail leaves as its author saw it: with these words below the answer, whatever the mailbox says
-- by the time it leaves. Taking it back puts back all that it did to the ticket.

-- whether answers from here quote the last message, unless their author says otherwise
alter table mailboxes add column quotes boolean not null default false;

alter table outgoing_mails
    -- null on rows of before: the mailbox's
    add column signature text,
    add column quoted text,
    -- the ticket's properties before and after the message; null on rows of before
    add column moved jsonb,
    drop column status_before,
    drop column status_after;
