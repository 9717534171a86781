-- Macros: snippets that may also act, in folders, shared or somebody's own.

alter table snippets rename to macros;
alter table macros
    add column folder text not null default '',
    -- null: whichever kind of message is being written
    add column mode text check (mode in ('reply', 'note')),
    -- what happens to the ticket, as crates/domain/src/message/effect.rs spells it
    add column effects text[] not null default '{}',
    -- null: everybody's
    add column owner_id uuid,
    add foreign key (workspace_id, owner_id) references users (workspace_id, id) on delete cascade;
drop index snippets_name;
create unique index macros_shared_name on macros (workspace_id, lower(name)) where owner_id is null;
create unique index macros_own_name on macros (workspace_id, owner_id, lower(name))
    where owner_id is not null;
