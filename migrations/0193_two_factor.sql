-- A second factor by one-time codes (RFC 6238), with codes for the day on which the phone is gone.
create table two_factors (
    workspace_id uuid not null,
    user_id uuid not null,
    -- base32, sealed to this row
    secret bytea not null,
    created_at timestamptz not null,
    -- null until its first code was right
    confirmed_at timestamptz,
    -- the newest step whose code was used: each counts once
    last_step bigint not null default 0,
    -- wrong codes in a row, and the newest of them: whoever guesses has to wait
    wrong int not null default 0,
    wrong_at timestamptz,
    primary key (workspace_id, user_id),
    foreign key (workspace_id, user_id) references users on delete cascade
);

create table recovery_codes (
    workspace_id uuid not null,
    user_id uuid not null,
    -- sha-256; the row goes when the code is used
    code_hash bytea not null,
    primary key (workspace_id, user_id, code_hash),
    foreign key (workspace_id, user_id) references two_factors on delete cascade
);

-- Somebody whose password was right, and whose code is still to come.
create table login_challenges (
    -- sha-256 of the form's token
    token_hash bytea primary key,
    workspace_id uuid not null,
    user_id uuid not null,
    expires_at timestamptz not null,
    foreign key (workspace_id, user_id) references users on delete cascade
);
create index login_challenges_user on login_challenges (workspace_id, user_id);
