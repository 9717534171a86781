-- Whether whoever wrote a mail may bring others into its ticket: it opened the ticket, or proves to
-- come from somebody who takes part. Anybody else's To and Cc say who was written to, and no more.
alter table messages add column addressed_vouched boolean not null default false;
