-- Mail as the world sends it.

-- Where an answer to a message goes, where that is not where it came from: its Reply-To.
alter table messages add column answer_to text;

-- Who was in To and Cc of a customer's mail, without our own addresses: whoever of them answers it
-- takes part in its ticket.
alter table messages add column addressed text[];

-- Whether anybody vouched for somebody who takes part: an agent, or a mail whose sender was proven.
-- Who only says that they are somebody in copy gets no answers by themselves.
alter table ticket_participants add column proven boolean not null default true;

-- When the newest mail came that a machine wrote: it wakes nobody, and is found by this.
alter table tickets add column automatic_at timestamptz;

create index tickets_automatic on tickets (workspace_id, automatic_at desc, id desc)
    where automatic_at is not null;
