//! Whoever is kept within a workspace reaches no row of another one, in any table, whatever the
//! statement says.

use rapport_domain::WorkspaceId;
use rapport_store::{Files, MIGRATOR, Net, Store};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgPool};
use std::collections::BTreeMap;

/// Refused by a policy, or for want of a right.
const REFUSED: &str = "42501";

/// Puts a row of each workspace into every table, by what the catalogue says of its columns. What
/// ties rows together is taken away first: this is about tables, not about what they mean.
async fn fill(pool: &PgPool, workspaces: [WorkspaceId; 2]) {
    let loosen = "do $$ declare c record; begin
        for c in select t, k.conname from tables_of_workspaces() t
            left join pg_constraint k on k.conrelid = t and k.contype = 'c'
        loop
            execute format('alter table %s disable trigger all', c.t);
            if c.conname is not null then
                execute format('alter table %s drop constraint %I', c.t, c.conname);
            end if;
        end loop;
    end $$";
    pool.execute(loosen).await.unwrap();
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "select t::text, a.attname::text, format_type(a.atttypid, null)
        from tables_of_workspaces() t join pg_attribute a on a.attrelid = t
        where a.attnum > 0 and not a.attisdropped and a.attnotnull and not a.atthasdef
            and a.attidentity = '' and a.attname <> 'workspace_id'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for workspace in workspaces {
        for table in tables(pool).await {
            let (mut names, mut values) =
                ("workspace_id".to_string(), format!("'{}'", workspace.0));
            for (_, name, kind) in columns.iter().filter(|(of, ..)| *of == table) {
                names.push_str(&format!(", {name}"));
                values.push_str(&format!(", {}", value(kind)));
            }
            let insert = format!("insert into {table} ({names}) values ({values})");
            let done = sqlx::query(AssertSqlSafe(insert)).execute(pool).await;
            assert_eq!(done.unwrap().rows_affected(), 1, "{table}");
        }
    }
}

/// Something of a type, another one each time where that can be.
fn value(kind: &str) -> &'static str {
    match kind {
        "uuid" => "gen_random_uuid()",
        "text" => "gen_random_uuid()::text",
        "bytea" => "decode(md5(gen_random_uuid()::text), 'hex')",
        "timestamp with time zone" => "now()",
        "date" => "current_date",
        "smallint" | "integer" | "bigint" => "(random() * 30000)::int",
        "boolean" => "false",
        "jsonb" => "'{}'",
        array if array.ends_with("[]") => "'{}'",
        other => panic!("no value for a {other}: write one here"),
    }
}

async fn tables(pool: &PgPool) -> Vec<String> {
    let sql = "select t::text from tables_of_workspaces() t";
    sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
}

/// Every row of a workspace as the owner sees it, a text a table.
async fn rows(pool: &PgPool, workspace: WorkspaceId) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for table in tables(pool).await {
        let sql = format!(
            "select coalesce(string_agg(to_jsonb(t)::text, ',' order by to_jsonb(t)::text), '')
            from {table} t where workspace_id = $1"
        );
        let text: String =
            sqlx::query_scalar(AssertSqlSafe(sql)).bind(workspace.0).fetch_one(pool).await.unwrap();
        all.insert(table, text);
    }
    all
}

/// What a statement changes within a workspace, or the code by which it is refused.
async fn change(within: &Store, sql: String) -> Result<u64, String> {
    match within.pool().execute(AssertSqlSafe(sql.clone())).await {
        Ok(done) => Ok(done.rows_affected()),
        Err(sqlx::Error::Database(error)) => Err(error.code().unwrap_or_default().into_owned()),
        Err(error) => panic!("{sql}: {error}"),
    }
}

async fn count(within: &Store, sql: String) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(within.pool()).await.unwrap()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn no_table_shows_or_gives_a_row_to_another_workspace(pool: PgPool) {
    let [ours, theirs] = [WorkspaceId::generate(), WorkspaceId::generate()];
    fill(&pool, [ours, theirs]).await;
    let within = Store::from_pool(pool.clone()).within(ours);
    assert_eq!(within.net().await.unwrap(), &Net::Stands);
    let before = rows(&pool, theirs).await;
    let all = tables(&pool).await;
    assert!(all.len() > 50, "{all:?}");
    for table in all {
        assert_eq!(count(&within, format!("select count(*) from {table}")).await, 1, "{table}");
        let of_theirs = format!("from {table} where workspace_id = '{}'", theirs.0);
        assert_eq!(count(&within, format!("select count(*) {of_theirs}")).await, 0, "{table}");
        let locked =
            format!("with l as (select {of_theirs} for update skip locked) select count(*) from l");
        assert_eq!(count(&within, locked).await, 0, "{table}");

        // Without a word of the workspace, and with the wrong one.
        let touch = format!("update {table} set workspace_id = workspace_id");
        assert_eq!(change(&within, touch).await, Ok(1), "{table}");
        let give = format!("update {table} set workspace_id = '{}'", theirs.0);
        assert_eq!(change(&within, give).await, Err(REFUSED.into()), "{table}");
        let drop = format!("delete {of_theirs}");
        assert_eq!(change(&within, drop).await, Ok(0), "{table}");
        let slip_in: String = sqlx::query_scalar(AssertSqlSafe(format!(
            "select format('insert into %s (%s) overriding system value select %s from
                    jsonb_populate_record(null::%s, %L)', '{table}', string_agg(quote_ident(attname), ', '),
                string_agg(quote_ident(attname), ', '), '{table}',
                (select to_jsonb(t) from {table} t where workspace_id = '{}'))
            from pg_attribute where attrelid = '{table}'::regclass and attnum > 0
                and not attisdropped and attgenerated = ''",
            theirs.0
        )))
        .fetch_one(&pool)
        .await
        .unwrap();
        assert_eq!(change(&within, slip_in).await, Err(REFUSED.into()), "{table}");
        let truncate = format!("truncate {table}");
        assert_eq!(change(&within, truncate).await, Err(REFUSED.into()), "{table}");
        // Last, for the rows of the others hang together with theirs, and with ours.
        assert_eq!(change(&within, format!("delete from {table}")).await, Ok(1), "{table}");
    }
    assert_eq!(rows(&pool, theirs).await, before);
    assert!(rows(&pool, ours).await.values().all(String::is_empty));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_role_without_a_workspace_reaches_nothing(pool: PgPool) {
    let workspace = WorkspaceId::generate();
    fill(&pool, [workspace, WorkspaceId::generate()]).await;
    for setting in ["select 1", "set local rapport.workspace = ''"] {
        for table in tables(&pool).await {
            let mut tx = pool.begin().await.unwrap();
            tx.execute("set local role rapport_app").await.unwrap();
            tx.execute(setting).await.unwrap();
            let read = tx.fetch_all(AssertSqlSafe(format!("select * from {table}"))).await;
            let error = read.expect_err(&table);
            let code = error.as_database_error().and_then(|e| e.code()).unwrap_or_default();
            assert!(["42704", "22P02"].contains(&&*code), "{table}: {error}");
        }
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_new_table_is_noticed_and_covered(pool: PgPool) {
    let trouble = async || -> Option<String> {
        sqlx::query_scalar("select workspaces_apart_trouble()").fetch_one(&pool).await.unwrap()
    };
    // Every table has a workspace, so that none is forgotten for want of one; but for sqlx's own.
    let without: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relkind in ('r', 'p', 'v', 'm')
            and relnamespace = 'public'::regnamespace
            and oid not in (select tables_of_workspaces())",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(without, ["_sqlx_migrations"], "a table without a workspace_id, or a view");
    assert_eq!(
        trouble().await,
        None,
        "a migration made a table: let it end with keep_workspaces_apart()"
    );
    pool.execute("create table gadgets (workspace_id uuid primary key)").await.unwrap();
    assert!(trouble().await.is_some_and(|t| t.contains("gadgets")));
    pool.execute("select keep_workspaces_apart()").await.unwrap();
    assert_eq!(trouble().await, None);
    pool.execute("alter table gadgets disable row level security").await.unwrap();
    assert!(trouble().await.is_some_and(|t| t.contains("gadgets")));
}

/// What is left of who had a connection before: nothing, however they ended.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_connection_keeps_nothing_of_its_last_workspace(pool: PgPool) {
    let workspaces: Vec<WorkspaceId> = (0..4).map(|_| WorkspaceId::generate()).collect();
    let store = Store::from_pool(pool.clone());
    for workspace in &workspaces {
        let mut tx = store.begin().await.unwrap();
        rapport_store::users::insert_workspace(&mut tx, *workspace, "Acme").await.unwrap();
        tx.commit().await.unwrap();
    }
    let sql = "select workspace_id from workspaces order by 1";
    let mut turns = Vec::new();
    for n in 0..400_usize {
        let (store, workspaces) = (store.clone(), workspaces.clone());
        turns.push(tokio::spawn(async move {
            // Spread by two primes, so that each way of ending follows each workspace.
            let mine = workspaces[n * 7 % 4];
            let within = store.within(mine);
            let read = async |tx: &mut rapport_store::Tx| -> Vec<rapport_domain::Uuid> {
                sqlx::query_scalar(sql).fetch_all(&mut **tx).await.unwrap()
            };
            match n * 11 % 7 {
                0 | 1 => {
                    let seen: Vec<rapport_domain::Uuid> =
                        sqlx::query_scalar(sql).fetch_all(within.pool()).await.unwrap();
                    assert_eq!(seen, [mine.0]);
                }
                2 => {
                    let mut tx = within.begin().await.unwrap();
                    assert_eq!(read(&mut tx).await, [mine.0]);
                    tx.commit().await.unwrap();
                }
                // Dropped in the middle, and after an error.
                3 => assert_eq!(read(&mut within.begin().await.unwrap()).await, [mine.0]),
                4 => {
                    let mut tx = within.begin().await.unwrap();
                    assert!(tx.execute("select 1 / 0").await.is_err());
                }
                5 => {
                    let mut tx = store.begin().await.unwrap();
                    assert_eq!(read(&mut tx).await.len(), 4);
                }
                _ => {
                    let seen: Vec<rapport_domain::Uuid> =
                        sqlx::query_scalar(sql).fetch_all(store.pool()).await.unwrap();
                    assert_eq!(seen.len(), 4);
                }
            }
        }));
    }
    for turn in turns {
        turn.await.unwrap();
    }
}

/// Searches run as the owner of the tables: they look who asks by themselves.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_search_is_kept_within_the_workspace_too(pool: PgPool) {
    let [ours, theirs] = [WorkspaceId::generate(), WorkspaceId::generate()];
    let within = Store::from_pool(pool.clone()).within(ours);
    // What passes by the policies is listed by the catalogue, each with what it is asked here.
    let owners: Vec<String> = sqlx::query_scalar(
        "select proname::text from pg_proc where prosecdef and pronamespace = 'public'::regnamespace
        order by 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(owners, ["accounts_of_domains", "accounts_of_name", "list_customers"]);
    for ask in [
        "accounts_of_domains('{}', array['acme.example'])",
        "accounts_of_name('{}', 'Acme')",
        "list_customers('{}', null, null, null, null, null, null, 'name', null, null, null, 1)",
    ] {
        let sql = |of: WorkspaceId| format!("select {}", ask.replace("{}", &of.0.to_string()));
        assert_eq!(change(&within, sql(ours)).await, Ok(0), "{ask}");
        assert_eq!(change(&within, sql(theirs)).await, Err(REFUSED.into()), "{ask}");
    }
}

/// As where Postgres is managed by somebody else: a user who owns the database, and no more.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn where_the_role_is_refused_the_server_works_without_a_net(pool: PgPool) {
    let name = format!("rapport_plain_{}", std::process::id());
    let all = |sql: &str| AssertSqlSafe(sql.replace("{}", &name));
    for sql in ["create role {} login password 'plain'", "create database {} owner {}"] {
        pool.execute(all(sql)).await.unwrap();
    }
    let options = pool.connect_options();
    let url =
        format!("postgres://{name}:plain@{}:{}/{name}", options.get_host(), options.get_port());
    let (ours, theirs) = (WorkspaceId::generate(), WorkspaceId::generate());
    let refused = Store::connect_for_jobs(&url, Files::in_memory()).await.unwrap();
    refused.migrate().await.unwrap();
    for workspace in [ours, theirs] {
        let mut tx = refused.within(workspace).begin().await.unwrap();
        rapport_store::users::insert_workspace(&mut tx, workspace, "Acme").await.unwrap();
        tx.commit().await.unwrap();
    }
    let why = refused.net().await.unwrap().clone();
    let seen = |store: Store| async move {
        count(&store.within(ours), "select count(*) from workspaces".into()).await
    };
    let without = seen(refused).await;
    pool.execute(all("grant rapport_app to {}")).await.unwrap();
    let allowed = Store::connect_for_jobs(&url, Files::in_memory()).await.unwrap();
    allowed.migrate().await.unwrap();
    let (stands, with) = (allowed.net().await.unwrap().clone(), seen(allowed).await);

    for sql in ["drop database {} with (force)", "drop role {}"] {
        pool.execute(all(sql)).await.unwrap();
    }
    assert!(matches!(&why, Net::Missing(why) if why.contains("may not take on")), "{why:?}");
    assert_eq!((without, stands, with), (2, Net::Stands, 1));
}

/// A dump holds no roles: where it is restored, the next start gives them their rights.
#[sqlx::test(migrations = false)]
async fn a_start_spreads_the_net_again(pool: PgPool) {
    let mut connection = pool.connect_options().connect().await.unwrap();
    MIGRATOR.run(&mut connection).await.unwrap();
    connection.execute("revoke all on tickets from rapport_app").await.unwrap();
    connection.close().await.unwrap();
    let store = Store::from_pool(pool.clone());
    assert!(matches!(store.net().await.unwrap(), Net::Missing(why) if why.contains("tickets")));
    store.migrate().await.unwrap();
    assert_eq!(Store::from_pool(pool).net().await.unwrap(), &Net::Stands);
}
