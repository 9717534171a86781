-- The audit log as people read it: from where each deed came, kept for a while, and sealed, so that
-- nobody changes it unseen.
alter table audit_log
    add column address text not null default '',
    -- the seal that holds this line; null until the next one is made
    add column seal bigint;
alter table workspaces
    add column audit_log_days int not null default 400 check (audit_log_days between 30 and 3650);

create index audit_log_actor on audit_log (workspace_id, actor_id, id) where actor_id is not null;
create index audit_log_action on audit_log (workspace_id, action, id);
create index audit_log_object on audit_log (workspace_id, object, id);
create index audit_log_unsealed on audit_log (workspace_id, id) where seal is null;
create index audit_log_seal on audit_log (workspace_id, seal, id) where seal is not null;

-- Each seal is a hash over its lines and over the seal before it.
create table audit_seals (
    workspace_id uuid not null references workspaces,
    n bigint not null,
    rows int not null,
    hash bytea not null,
    -- when its newest line was written
    last_at timestamptz not null,
    sealed_at timestamptz not null default now(),
    -- its lines were old and are gone
    forgotten_at timestamptz,
    primary key (workspace_id, n)
);

-- What is sealed of a line: a text that is the same in every time zone and version.
create function audit_line(a audit_log) returns text language sql stable as $$
    select jsonb_build_array(a.id, (extract(epoch from a.at) * 1000000)::bigint, a.actor_kind,
        a.actor_id, a.action, a.object, a.detail, a.address)::text
$$;

-- The hash that a seal has to have, from its lines as they are and the hash of the one before.
create function audit_seal_hash(workspace uuid, number bigint, before bytea) returns bytea
language sql stable as $$
    select sha256(convert_to(encode(before, 'hex') || ' ' || number || E'\n'
        || coalesce(string_agg(audit_line(a), E'\n' order by a.id), ''), 'utf8'))
    from audit_log a where a.workspace_id = workspace and a.seal = number
$$;

-- Seals up to so many lines that are in no seal yet; answers how many those were. What commits
-- late comes into a later seal.
create function seal_audit_log(workspace uuid, most int) returns int language plpgsql as $$
declare
    number bigint;
    before bytea;
    sealed int;
    newest timestamptz;
begin
    perform pg_advisory_xact_lock(hashtextextended('audit seal ' || workspace::text, 0));
    select n, hash into number, before from audit_seals
    where workspace_id = workspace order by n desc limit 1;
    number := coalesce(number, 0) + 1;
    before := coalesce(before, '\x'::bytea);
    with due as (
        select id from audit_log where workspace_id = workspace and seal is null
        order by id limit most
    ), done as (
        update audit_log a set seal = number from due
        where a.workspace_id = workspace and a.id = due.id
        returning a.at
    )
    select count(*), max(at) into sealed, newest from done;
    if sealed > 0 then
        insert into audit_seals (workspace_id, n, rows, hash, last_at)
        values (workspace, number, sealed, audit_seal_hash(workspace, number, before), newest);
    end if;
    return sealed;
end
$$;

-- Lines are written once. They get their seal, and go when they are old: nothing else.
create function guard_audit_log() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.seal is null and new.seal is not null
        and to_jsonb(old) - 'seal' = to_jsonb(new) - 'seal'
    then
        return new;
    end if;
    if tg_op = 'DELETE' and current_setting('rapport.forgets_audit', true) = 'on' then
        return old;
    end if;
    raise exception 'the audit log is append-only';
end
$$;
create trigger guard before update or delete on audit_log
    for each row execute function guard_audit_log();

create function guard_audit_seals() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and to_jsonb(old) - 'forgotten_at' = to_jsonb(new) - 'forgotten_at' then
        return new;
    end if;
    raise exception 'the audit log is append-only';
end
$$;
create trigger guard before update or delete on audit_seals
    for each row execute function guard_audit_seals();
