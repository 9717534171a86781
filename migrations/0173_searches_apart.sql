-- Under a policy Postgres uses no index of words, patterns or arrays: their operators are not
-- leakproof. So these look-ups run as the owner of the tables, and answer ids of the workspace that
-- the caller is kept within; the rows behind the ids are read under the policy.

-- Refuses whoever is kept within another workspace. `role` is what was set, also in here, where
-- the owner works.
create function stay_within(workspace uuid) returns void language plpgsql stable as $$
begin
    if current_setting('role') = 'rapport_app' and workspace is distinct from current_workspace() then
        raise insufficient_privilege using message = 'another workspace';
    end if;
end $$;

-- One page of the customer list, as find_customers says.
alter function list_customers(uuid, uuid, text[], text[], text[], text, uuid, text, timestamptz, text, uuid, int)
    rename to find_customers;
create function list_customers(
    workspace uuid, exact_id uuid, exact_kinds text[], exact_values text[],
    patterns text[], digits text, account uuid, sort text,
    after_at timestamptz, after_name text, after_id uuid, row_limit int
) returns table (exact boolean, id uuid)
language plpgsql stable security definer set search_path from current as $$
begin
    perform stay_within(workspace);
    return query select * from find_customers(workspace, exact_id, exact_kinds, exact_values, patterns,
        digits, account, sort, after_at, after_name, after_id, row_limit);
end $$;

-- The accounts with one of these domains.
create function accounts_of_domains(workspace uuid, wanted text[]) returns setof uuid
language plpgsql stable security definer set search_path from current as $$
begin
    perform stay_within(workspace);
    return query select a.id from accounts a where a.workspace_id = workspace and a.domains && wanted;
end $$;

-- The accounts that go by this name, in any case.
create function accounts_of_name(workspace uuid, wanted text) returns setof uuid
language plpgsql stable security definer set search_path from current as $$
begin
    perform stay_within(workspace);
    return query select a.id from accounts a
    where a.workspace_id = workspace and lower(a.name) = lower(wanted);
end $$;
