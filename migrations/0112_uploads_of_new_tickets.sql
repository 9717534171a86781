-- Files can wait for the first message of a ticket that is not opened yet: for one of this customer's.

alter table attachments
    add column new_ticket_of uuid,
    add foreign key (workspace_id, new_ticket_of) references customers (workspace_id, id)
        on delete cascade not valid,
    drop constraint attachments_place,
    add constraint attachments_place check (message_id is not null
        or ((ticket_id is not null or new_ticket_of is not null)
            and uploaded_by is not null and upload_mode is not null)) not valid;
create index attachments_new_ticket on attachments (workspace_id, new_ticket_of)
    where new_ticket_of is not null;
