-- Where passwords are refused an admin who keeps one stays, whoever else is changed: otherwise nobody
-- gets in on the day the provider is down.
create function keep_a_way_in() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('admins' || old.workspace_id::text, 0));
    if exists (select from sso_settings where workspace_id = old.workspace_id and only_sso)
        and not exists (
            select from users
            where workspace_id = old.workspace_id and id <> old.id
                and break_glass and role = 'admin' and disabled_at is null
        )
    then
        raise exception 'the last admin with a password stays'
            using errcode = 'check_violation', constraint = 'users_last_way_in';
    end if;
    return new;
end $$;
create trigger keep_a_way_in before update on users
    for each row when (
        old.break_glass and old.role = 'admin' and old.disabled_at is null
        and (new.role <> 'admin' or new.disabled_at is not null)
    )
    execute function keep_a_way_in();
