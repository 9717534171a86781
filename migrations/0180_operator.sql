-- Whoever runs the server acts in their own name, by `rapport admin`.
alter table audit_log drop constraint audit_log_actor_kind_check,
    add constraint audit_log_actor_kind_check
        check (actor_kind in ('user', 'api_key', 'operator', 'system'));
