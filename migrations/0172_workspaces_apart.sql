-- A second net between workspaces: whoever works under the role rapport_app reads and writes the rows
-- of the workspace that rapport.workspace names, whatever a query forgot to say, and without one
-- none. The owner of the tables sees all, as before (docs/decisions/0011-workspaces-apart.md).

-- The workspace of this connection or transaction; an error without one. Written so short because
-- Postgres asks it once for each table of a statement.
create function current_workspace() returns uuid
language sql stable parallel safe as $$
    select current_setting('rapport.workspace')::uuid
$$;

-- The tables that have a workspace.
create function tables_of_workspaces() returns setof regclass
language sql stable as $$
    select c.oid::regclass from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
    where c.relnamespace = to_regnamespace(quote_ident(current_schema())) and c.relkind in ('r', 'p')
    order by c.relname
$$;

-- What a role that is kept within a workspace may do with a table, as has_table_privilege asks for
-- it: no truncate, which asks no policy.
create function may_read_and_write(app name, of_table regclass) returns boolean
language sql stable as $$
    select bool_and(has_table_privilege(app, of_table, may))
    from unnest(array['select', 'insert', 'update', 'delete']) as may
$$;

-- Whether this user may work as another one; from Postgres 16 on that is a right of its own.
create function may_take_on(app name) returns boolean
language sql stable as $$
    select pg_has_role(app, case
        when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)
$$;

-- Why there is no net; null when there is one.
create function workspaces_apart_trouble() returns text language plpgsql stable as $$
declare
    app pg_roles;
    bare text;
begin
    select * into app from pg_roles where rolname = 'rapport_app';
    if app is null then
        return format('there is no role rapport_app, and %I may not create it', current_user);
    end if;
    if app.rolsuper or app.rolbypassrls then
        return 'the role rapport_app passes by every policy';
    end if;
    if not may_take_on('rapport_app') then
        return format('%I may not take on the role rapport_app', current_user);
    end if;
    select string_agg(t::text, ', ') into bare
    from tables_of_workspaces() t join pg_class c on c.oid = t
    where not c.relrowsecurity or pg_has_role(app.oid, c.relowner, 'member')
        or not may_read_and_write('rapport_app', t)
        or not exists (select from pg_policy p where p.polrelid = t);
    if bare is not null then
        return format('the role rapport_app is not kept within a workspace, or out, at %s', bare);
    end if;
    return null;
end $$;

-- Puts a policy on every table with a workspace that has none yet, and gives the role, which belongs
-- to the whole cluster and to no dump, what it needs here. Answers what is wrong all the same: then
-- the server works without a net, as it did before. It can be called again and again: by a
-- migration that makes a table, and at every start of the server.
create function keep_workspaces_apart() returns text language plpgsql as $$
declare
    name regclass;
begin
    -- two servers that start at once
    perform pg_advisory_xact_lock(hashtextextended('keep_workspaces_apart', 0));
    for name in
        select t from tables_of_workspaces() t
        where not exists (select from pg_policy p where p.polrelid = t)
    loop
        execute format('create policy own_workspace on %s using (workspace_id = current_workspace())', name);
        execute format('alter table %s enable row level security', name);
    end loop;

    -- On a managed database all of this may be refused.
    begin
        if not exists (select from pg_roles where rolname = 'rapport_app') then
            create role rapport_app nologin;
        end if;
    exception
        when insufficient_privilege then
            return workspaces_apart_trouble();
        -- by another database of the cluster at the same moment
        when duplicate_object or unique_violation then null;
    end;
    begin
        if not may_take_on('rapport_app') then
            execute format('grant rapport_app to %I', current_user);
        end if;
    exception when insufficient_privilege then
        return workspaces_apart_trouble();
    end;
    -- Only what it lacks: a grant waits for whoever uses the table.
    for name in
        select t from tables_of_workspaces() t where not may_read_and_write('rapport_app', t)
    loop
        execute format('grant select, insert, update, delete on %s to rapport_app', name);
    end loop;
    if not has_schema_privilege('rapport_app', current_schema(), 'usage') then
        execute format('grant usage on schema %I to rapport_app', current_schema());
    end if;
    return workspaces_apart_trouble();
end $$;

do $$
declare
    trouble text := keep_workspaces_apart();
begin
    if trouble is not null then
        raise warning 'no second net between workspaces: %', trouble;
    end if;
end $$;
