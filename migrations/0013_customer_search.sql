-- What keeps a customer's copies and search text in step with identifiers and account.

-- New customers find their account by the domain of their e-mail.
create index accounts_domains on accounts using gin (domains);

-- The customer that `customer` is now: itself, or the one it was merged into.
create function surviving_customer(workspace uuid, customer uuid) returns uuid
language sql stable as $$
    with recursive chain as (
        select c.id, c.merged_into, 1 as depth
        from customers c where c.workspace_id = workspace and c.id = customer
        union all
        select c.id, c.merged_into, chain.depth + 1
        from chain join customers c on c.workspace_id = workspace and c.id = chain.merged_into
        -- a bound, should a cycle ever arise
        where chain.depth < 32
    )
    select id from chain where merged_into is null limit 1
$$;

-- Everything that a search finds this customer by: words in lower case, each after a
-- space, so that "starts a word" is a pattern too.
create function customer_search_text(workspace uuid, customer uuid) returns text
language sql stable as $$
    select ' ' || lower(concat_ws(' ', c.name, c.company, i.found, a.name))
    from customers c
    left join accounts a on a.workspace_id = c.workspace_id and a.id = c.account_id
    left join lateral (
        select string_agg(value, ' ' order by kind, value) as found
        from customer_identifiers
        where workspace_id = c.workspace_id and customer_id = c.id and kind <> 'anonymous_id'
    ) i on true
    where c.workspace_id = workspace and c.id = customer
$$;

-- Call after a change of name, identifiers or account: every kind of identifier has a
-- primary one, lists see it, and the search text is current.
create function refresh_customer(workspace uuid, customer uuid) returns void
language sql as $$
    update customer_identifiers i set is_primary = true
    from (
        select distinct on (kind) kind, value, bool_or(is_primary) over (partition by kind) as has_primary
        from customer_identifiers where workspace_id = workspace and customer_id = customer
        order by kind, created_at, value
    ) oldest
    where i.workspace_id = workspace and i.customer_id = customer
        and i.kind = oldest.kind and i.value = oldest.value and not oldest.has_primary;

    update customers c set
        email = (select value from customer_identifiers i where i.workspace_id = workspace
            and i.customer_id = customer and i.kind = 'email' and i.is_primary),
        phone = (select value from customer_identifiers i where i.workspace_id = workspace
            and i.customer_id = customer and i.kind = 'phone' and i.is_primary),
        external_id = (select value from customer_identifiers i where i.workspace_id = workspace
            and i.customer_id = customer and i.kind = 'external_id' and i.is_primary),
        search = customer_search_text(workspace, customer)
    where c.workspace_id = workspace and c.id = customer;
$$;

-- One page of the customer list, as ids in order. Whoever is named exactly comes first, on
-- the first page; then all that contain every pattern. The statement is put together from
-- constant parts and planned for its values: a rare word is looked up in the trigram index,
-- a common one found while walking in the list's order, and no cached plan serves both.
create function list_customers(
    workspace uuid, exact_id uuid, exact_kinds text[], exact_values text[],
    patterns text[], digits text, account uuid, sort text,
    after_at timestamptz, after_name text, after_id uuid, row_limit int
) returns table (exact boolean, id uuid)
language plpgsql stable as $$
declare
    hits uuid[];
    words text;
    query text := 'select false, c.id from customers c where c.workspace_id = $1 and c.merged_into is null';
begin
    if patterns is not null then
        hits := array(
            select surviving_customer(workspace, i.customer_id)
            from unnest(exact_kinds, exact_values) as k(kind, value)
            join customer_identifiers i
                on i.workspace_id = workspace and i.kind = k.kind and i.value = k.value
            union
            select surviving_customer(workspace, exact_id));
        if after_id is null then
            return query
            select true, c.id from customers c
            where c.workspace_id = workspace and c.id = any (hits)
                and (account is null or c.account_id = account)
            order by c.last_activity_at desc, c.id desc;
        end if;
        select string_agg(format('c.search like $3[%s]', n), ' and ') into words
        from generate_subscripts(patterns, 1) n;
        query := query || ' and (' || words || case when digits is null then '' else ' or c.search like $4' end || ')';
        -- a null in the list would make "not in it" unknown for everyone
        hits := array_remove(hits, null);
        if cardinality(hits) > 0 then
            query := query || ' and c.id <> all ($5)';
        end if;
    end if;
    if account is not null then
        query := query || ' and c.account_id = $2';
    end if;
    if after_id is not null then
        query := query || case sort
            when 'name' then ' and (lower(c.name), c.id) > ($7, $8)'
            when 'created' then ' and (c.created_at, c.id) < ($6, $8)'
            else ' and (c.last_activity_at, c.id) < ($6, $8)' end;
    end if;
    query := query || case sort
        when 'name' then ' order by lower(c.name), c.id'
        when 'created' then ' order by c.created_at desc, c.id desc'
        else ' order by c.last_activity_at desc, c.id desc' end || ' limit $9';
    return query execute query
        using workspace, account, patterns, digits, hits, after_at, after_name, after_id, row_limit;
end
$$;
