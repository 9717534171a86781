-- Accounts, customers and what identifies them, custom fields, notes.

create table accounts (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    external_id text,
    name text not null,
    -- lower case, matched against the domain of a customer's e-mail
    domains text[] not null default '{}',
    website text,
    phone text,
    industry text,
    employee_count int,
    plan text,
    -- minor units of currency (cents)
    mrr_minor bigint,
    currency text,
    renewal_date date,
    health text,
    owner_id uuid,
    fields jsonb not null default '{}',
    -- grows with each change; a form sends back the one it saw
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, owner_id) references users
);
create unique index accounts_external_id on accounts (workspace_id, external_id) where external_id is not null;
create index accounts_name on accounts (workspace_id, lower(name), id);
create index accounts_name_trgm on accounts using gin (lower(name) gin_trgm_ops);

create table customers (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    -- set when this customer was merged into another: reading follows it
    merged_into uuid,
    kind text not null check (kind in ('visitor', 'customer')),
    name text not null,
    avatar_url text,
    -- copies of the primary identifiers, for lists
    email text,
    phone text,
    external_id text,
    account_id uuid,
    job_title text,
    company text,
    language text,
    time_zone text,
    city text,
    country text,
    address text,
    website text,
    source text not null default 'api',
    tags text[] not null default '{}',
    fields jsonb not null default '{}',
    signed_up_at timestamptz,
    first_seen_at timestamptz,
    last_seen_at timestamptz,
    last_page text,
    browser text,
    os text,
    -- kept, never counted on a page
    open_tickets int not null default 0,
    total_tickets int not null default 0,
    last_activity_at timestamptz not null default now(),
    -- name, identifiers and account name in lower case, for search
    search text not null default '',
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, merged_into) references customers (workspace_id, id),
    foreign key (workspace_id, account_id) references accounts (workspace_id, id)
);
create index customers_activity on customers (workspace_id, last_activity_at, id) where merged_into is null;
create index customers_created on customers (workspace_id, created_at, id) where merged_into is null;
create index customers_name on customers (workspace_id, lower(name), id) where merged_into is null;
create index customers_account on customers (workspace_id, account_id, last_activity_at, id) where account_id is not null;
create index customers_search on customers using gin (search gin_trgm_ops);

create table customer_identifiers (
    workspace_id uuid not null,
    kind text not null check (kind in ('external_id', 'email', 'phone', 'anonymous_id')),
    -- normalised: e-mail in lower case, phone as E.164 where it could be read as such
    value text not null,
    customer_id uuid not null,
    is_primary boolean not null default false,
    verified_at timestamptz,
    -- api: a secret key said so; signed: a signed identify; mail: DMARC passed
    verified_by text check (verified_by in ('api', 'signed', 'mail', 'agent')),
    created_at timestamptz not null default now(),
    primary key (workspace_id, kind, value),
    foreign key (workspace_id, customer_id) references customers on delete cascade
);
create index customer_identifiers_customer on customer_identifiers (workspace_id, customer_id, kind);
create unique index customer_identifiers_primary on customer_identifiers (workspace_id, customer_id, kind) where is_primary;

create table custom_fields (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    entity text not null check (entity in ('customer', 'account', 'ticket')),
    key text not null,
    label text not null,
    type text not null check (type in ('text', 'number', 'boolean', 'date', 'url', 'list')),
    -- the choices of a list field
    options text[] not null default '{}',
    position int not null default 0,
    archived_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    unique (workspace_id, entity, key)
);

create table info_cards (
    workspace_id uuid not null references workspaces,
    card text not null check (card in ('ticket', 'customer', 'account')),
    -- what shows, in order: default fields by name, custom ones as custom:<key>
    fields text[] not null,
    updated_by uuid,
    updated_at timestamptz not null default now(),
    primary key (workspace_id, card),
    foreign key (workspace_id, updated_by) references users
);

create table notes (
    workspace_id uuid not null,
    id uuid not null,
    customer_id uuid,
    account_id uuid,
    -- null when it came through an API key
    author_id uuid,
    author_name text not null,
    body text not null,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id),
    check (num_nonnulls(customer_id, account_id) = 1),
    foreign key (workspace_id, customer_id) references customers on delete cascade,
    foreign key (workspace_id, account_id) references accounts on delete cascade,
    foreign key (workspace_id, author_id) references users
);
create index notes_customer on notes (workspace_id, customer_id, created_at desc, id desc) where customer_id is not null;
create index notes_account on notes (workspace_id, account_id, created_at desc, id desc) where account_id is not null;
