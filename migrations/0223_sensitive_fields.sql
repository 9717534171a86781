-- Custom fields whose values nobody reads by the way: they stay hidden until somebody who may see
-- them asks, and each look is in the audit log.
alter table custom_fields
    add column sensitive boolean not null default false,
    -- what it was called before: old events may name it so
    add column former_labels text[] not null default '{}';

-- The keys of an entity's sensitive fields. Archived ones are among them: their values are still there.
create function sensitive_keys(workspace uuid, of_entity text) returns text[]
language sql stable as $$
    select coalesce(array_agg(key), '{}') from custom_fields
    where workspace_id = workspace and entity = of_entity and sensitive
$$;

-- By what names events may tell of sensitive fields.
create function sensitive_names(workspace uuid) returns text[]
language sql stable as $$
    select coalesce(array_agg(distinct name), '{}')
    from custom_fields cross join lateral unnest(array[key, label] || former_labels) as name
    where workspace_id = workspace and sensitive
$$;

-- What an activity says, without the value that a sensitive field of a ticket was given: one that was
-- written before the field became sensitive holds it.
create function shown_title(workspace uuid, event_name text, title text, payload jsonb) returns text
language sql stable as $$
    select case when event_name = 'ticket.field_changed' then coalesce((
        select 'changed ' || label from custom_fields
        where workspace_id = workspace and entity = 'ticket' and sensitive
            and key = payload->>'field'
    ), title) else title end
$$;

-- A text in which a name is found however it is spelled: `Plan name`, `planName` and `plan_name` are one.
create function squashed(words text) returns text
language sql immutable parallel safe as $$
    select regexp_replace(lower(words), '[^[:alnum:]]', '', 'g')
$$;

-- What a search through events looks at. A payload that names a sensitive field is left out as a
-- whole: a hit would prove what somebody guessed.
create function event_words(
    workspace uuid, hidden text[], event_name text, title text, body text, payload jsonb
) returns text
language sql stable as $$
    select lower(concat_ws(' ', event_name,
        case when cardinality(hidden) = 0 then title
            else shown_title(workspace, event_name, title, payload) end,
        body,
        case when cardinality(hidden) = 0 or not exists (
            select from unnest(hidden) as name
            where position(squashed(name) in squashed(payload::text)) > 0
        ) then payload::text end))
$$;
