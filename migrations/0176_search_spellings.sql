-- Names are found whatever apostrophe stands in them, and without one: O’Brien, O'Brien, obrien; and
-- with and without the vowel marks of Hebrew and Arabic.
create or replace function search_fold(words text) returns text
language sql immutable parallel safe as $$
    select replace(replace(replace(replace(translate(
        normalize(regexp_replace(
            normalize(lower(translate(words, '''’‘ʼ´`ʹ＇', '')), nfkd),
            '[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]', '', 'g'), nfkc),
        'łøđðıħŧŋ', 'loddihtn'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
$$;

-- Japanese and Korean names are written with a space between their parts and without: 山田 太郎 is
-- found by 山田太郎 too.
create or replace function customer_search_text(workspace uuid, customer uuid) returns text
language sql stable as $$
    select ' ' || concat_ws(' ', w.words, search_starts(w.words),
        case when j.joined <> w.words then concat_ws(' ', j.joined, search_starts(j.joined)) end)
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
    cross join lateral (
        select regexp_replace(w.words,
            '([\u3005\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]) (?=[\u3005\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af])',
            '\1', 'g') as joined
    ) j
    where c.workspace_id = workspace and c.id = customer
$$;

update customers set search = customer_search_text(workspace_id, id)
where search <> customer_search_text(workspace_id, id);

-- What an index was built with has changed.
drop index accounts_name_trgm;
create index accounts_name_trgm on accounts using gin (search_fold(name) gin_trgm_ops);
