-- Everything that the info pane shows of one customer.
-- $1 workspace, $2 customer, $3 the number of the open ticket, $4 notes at the most, and one more.
with c as (
    select * from customers where workspace_id = $1 and id = coalesce(
        (select merged_into from customers where workspace_id = $1 and id = $2), $2)
)
select c.id as "id: CustomerId", c.kind as "kind: CustomerKind", c.email, c.phone, c.external_id,
    c.version, c.open_tickets, c.total_tickets, c.last_activity_at, c.created_at, c.updated_at,
    to_jsonb(c) as "details!: Json<CustomerDetails>",
    case when a.id is not null then to_jsonb(a) || jsonb_build_object(
        'owner', case when o.id is not null then jsonb_build_object('id', o.id, 'name', o.name) end
    ) end as "account: Json<AccountRow>",
    (select to_jsonb(t) || jsonb_build_object('assignee', u.name, 'team', g.name)
        from tickets t
        left join users u on u.workspace_id = t.workspace_id and u.id = t.assignee_id
        left join teams g on g.workspace_id = t.workspace_id and g.id = t.team_id
        where t.workspace_id = $1 and t.number = $3 and t.customer_id = c.id
    ) as "ticket: Json<TicketFacts>",
    (select jsonb_agg(to_jsonb(i) || jsonb_build_object('primary', i.is_primary)
            order by i.is_primary desc, i.created_at, i.value)
        from customer_identifiers i where i.workspace_id = $1 and i.customer_id = c.id
    ) as "identifiers: Json<Vec<Identifier>>",
    (select jsonb_agg(jsonb_build_object('card', card, 'fields', fields, 'saved_at', updated_at))
        from info_cards where workspace_id = $1
    ) as "layouts: Json<Vec<CardLayout>>",
    (select jsonb_agg(jsonb_build_object('card', entity, 'key', key, 'label', label, 'type', type,
            'options', options, 'sensitive', sensitive)
            order by position, key)
        from custom_fields where workspace_id = $1 and archived_at is null
    ) as "custom: Json<Vec<CardField>>",
    sensitive_keys($1, 'customer') as "of_customer!: Vec<String>",
    sensitive_keys($1, 'account') as "of_account!: Vec<String>",
    sensitive_keys($1, 'ticket') as "of_ticket!: Vec<String>",
    (select jsonb_agg(n order by n.created_at desc, n.id desc) from (
        (select * from notes where workspace_id = $1 and customer_id = c.id
            order by created_at desc, id desc limit $4)
        union all
        (select * from notes where workspace_id = $1 and account_id = c.account_id
            order by created_at desc, id desc limit $4)
    ) n) as "notes: Json<Vec<NoteRow>>"
from c
left join accounts a on a.workspace_id = $1 and a.id = c.account_id
left join users o on o.workspace_id = $1 and o.id = a.owner_id
