-- Names are found without their accents and in either composition: `muller` finds Müller, `lukasz`
-- Łukasz, `strasse` Straße. What is searched and what is typed are folded alike.
create function search_fold(words text) returns text
language sql immutable parallel safe as $$
    select replace(replace(replace(replace(translate(
        normalize(regexp_replace(normalize(lower(words), nfkd), '[\u0300-\u036f]', '', 'g'), nfkc),
        'łøđðıħŧŋ', 'loddihtn'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
$$;

-- Chinese, Japanese and Korean put no space between words: every character of a name may begin one.
create function search_starts(words text) returns text
language sql immutable parallel safe as $$
    select string_agg(substr(run, n, 20), ' ')
    from (
        select m[1] as run
        from regexp_matches(words, '[\u3005\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}', 'g') as m
        limit 20
    ) runs
    cross join lateral generate_series(2, least(length(run), 20)) as n
$$;

create or replace function customer_search_text(workspace uuid, customer uuid) returns text
language sql stable as $$
    select ' ' || concat_ws(' ', w.words, search_starts(w.words))
    from customers c
    left join accounts a on a.workspace_id = c.workspace_id and a.id = c.account_id
    left join lateral (
        select string_agg(value, ' ' order by kind, value) as found
        from customer_identifiers
        where workspace_id = c.workspace_id and customer_id = c.id and kind <> 'anonymous_id'
    ) i on true
    cross join lateral (
        select search_fold(concat_ws(' ', c.name, c.company, i.found, a.name)) as words
    ) w
    where c.workspace_id = workspace and c.id = customer
$$;

update customers set search = customer_search_text(workspace_id, id)
where search <> customer_search_text(workspace_id, id);

-- The accounts that a name is a part of.
drop index accounts_name_trgm;
create index accounts_name_trgm on accounts using gin (search_fold(name) gin_trgm_ops);

-- As before, with patterns folded as what they are looked for in.
create or replace function list_customers(
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
    patterns := (select array_agg(search_fold(p) order by n) from unnest(patterns) with ordinality as t (p, n));
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
