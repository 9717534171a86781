-- A page of the list of accounts, with what stands in its rows.
-- $1 workspace, $2 the escaped and $3 the plain search, $4 the order, $5 to $9 the last row of the page before,
-- $10 rows, $11 how far is counted.
select a.id as "id: AccountId", a.name, lower(a.name) as "folded!",
    a.domains[1] as domain, a.plan, a.mrr_minor, a.currency, a.renewal_date,
    a.owner_id as "owner_id: UserId", u.name as "owner_name?", a.created_at,
    p.n as "customers!", w.n as "open_tickets!", l.last_activity_at as "active?"
from list_accounts($1, $2, $3, $4, $5, $6, case when $7::bool then 'infinity' else $8::date end, $9,
    $10) with ordinality as page(id, n)
-- the offset keeps this a look-up by key for each row of the page
cross join lateral (
    select * from accounts where workspace_id = $1 and id = page.id offset 0
) a
left join users u on u.workspace_id = $1 and u.id = a.owner_id
cross join lateral (
    select count(*) as n from (
        select from customers where workspace_id = $1 and account_id = page.id
            and merged_into is null limit $11
    ) counted
) p
cross join lateral (
    select coalesce(sum(open_tickets), 0) as n from (
        select open_tickets from customers where workspace_id = $1
            and account_id = page.id and open_tickets > 0 limit $11
    ) counted
) w
left join lateral (
    select last_activity_at from customers where workspace_id = $1
        and account_id = page.id and merged_into is null
    order by last_activity_at desc limit 1
) l on true
order by page.n
