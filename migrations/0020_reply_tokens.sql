-- Signs the tokens in our Reply-To addresses, so that nobody can make one up. From three random
-- UUIDs, for Postgres alone has no other source of secure randomness; each row gets its own.
alter table workspaces add column mail_key bytea not null
    default sha256(convert_to(
        gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))
    check (length(mail_key) = 32);
