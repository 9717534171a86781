-- The list of accounts: its orders, and what a line of it says.
create index accounts_created on accounts (workspace_id, created_at, id);
-- those without a renewal stand last
create index accounts_renewal on accounts (workspace_id, coalesce(renewal_date, 'infinity'), id);
-- Of an account's customers those who wait: few, however many there are.
create index customers_account_open on customers (workspace_id, account_id, open_tickets)
    where account_id is not null and open_tickets > 0;

-- One page of accounts, as ids in order. Put together from constant parts and planned for its
-- values, as list_customers is.
create function list_accounts(
    workspace uuid, pattern text, exact text, sort text,
    after_name text, after_at timestamptz, after_day date, after_id uuid, row_limit int
) returns setof uuid
language plpgsql stable as $$
declare
    query text := 'select a.id from accounts a where a.workspace_id = $1';
begin
    if pattern is not null then
        query := query || ' and (search_fold(a.name) like $2 or a.external_id = $3
            or a.domains @> array[lower($3)])';
    end if;
    if after_id is not null then
        query := query || case sort
            when 'created' then ' and (a.created_at, a.id) < ($5, $7)'
            when 'renewal' then ' and (coalesce(a.renewal_date, ''infinity''), a.id) > ($6, $7)'
            else ' and (lower(a.name), a.id) > ($4, $7)' end;
    end if;
    query := query || case sort
        when 'created' then ' order by a.created_at desc, a.id desc'
        when 'renewal' then ' order by coalesce(a.renewal_date, ''infinity''), a.id'
        else ' order by lower(a.name), a.id' end || ' limit $8';
    return query execute query
        using workspace, '%' || search_fold(pattern) || '%', exact, after_name, after_at,
            after_day, after_id, row_limit;
end
$$;
