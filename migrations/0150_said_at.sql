-- When each property of a customer or account was said by an event, by the property's name: what
-- comes late sets what nothing newer set. `email=` is the address that was said last.
alter table customers add column said_at jsonb not null default '{}';
alter table accounts add column said_at jsonb not null default '{}';
alter table customers drop column traits_at;

-- An external id that is an e-mail address has its letters in one case, as the address has.
update customer_identifiers i set value = lower(i.value)
where i.kind = 'external_id' and i.value like '%_@_%._%' and i.value <> lower(i.value)
    and not exists (
        select 1 from customer_identifiers o
        where o.workspace_id = i.workspace_id and o.kind = i.kind and o.value = lower(i.value)
    )
    and not exists (
        select 1 from customer_identifiers o
        where o.workspace_id = i.workspace_id and o.kind = i.kind and o.value <> i.value
            and lower(o.value) = lower(i.value)
    );
update customers c set external_id = i.value
from customer_identifiers i
where i.workspace_id = c.workspace_id and i.customer_id = c.id and i.kind = 'external_id'
    and i.is_primary and c.external_id <> i.value;

-- What a workspace knows of its own ids and numbers: values that identify nobody there, and the
-- country of phone numbers without one.
alter table workspaces
    add column nobody_ids text[] not null default '{}',
    add column phone_country text;
