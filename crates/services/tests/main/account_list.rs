use crate::world::{World, insert_customer};
use rapport_domain::account::AccountEdit;
use rapport_domain::account_list::{AccountQuery, AccountSort};
use rapport_domain::{AccountId, AppError};
use rapport_services::{Ctx, accounts, customers};
use sqlx::PgPool;

fn named(name: &str) -> AccountEdit {
    AccountEdit { name: Some(name.into()), ..AccountEdit::default() }
}

async fn names(ctx: &Ctx, query: AccountQuery) -> Vec<String> {
    let list = accounts::search_list(ctx, &query).await.unwrap();
    list.items.into_iter().map(|row| row.name).collect()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn accounts_are_found_and_listed_in_each_order(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let renewal =
        |name: &str, day: &str| AccountEdit { renewal_date: Some(day.into()), ..named(name) };
    let late = renewal("Zeta", "2027-05-01");
    accounts::create(&ctx, AccountEdit { domains: Some("zeta.example".into()), ..late })
        .await
        .unwrap();
    accounts::create(&ctx, renewal("alpha", "2027-09-01")).await.unwrap();
    let edit = AccountEdit { external_id: Some("b-7".into()), ..named("Béta %") };
    let beta = accounts::create(&ctx, edit).await.unwrap();
    customers::link_account(&ctx, world.customer, beta, None).await.unwrap();

    let sorted = |sort| AccountQuery { sort: Some(sort), ..AccountQuery::default() };
    assert_eq!(names(&ctx, AccountQuery::default()).await, ["alpha", "Béta %", "Zeta"]);
    assert_eq!(names(&ctx, sorted(AccountSort::Created)).await, ["Béta %", "alpha", "Zeta"]);
    assert_eq!(names(&ctx, sorted(AccountSort::Renewal)).await, ["Zeta", "alpha", "Béta %"]);
    let find = |q: &str| AccountQuery { q: Some(q.into()), ..AccountQuery::default() };
    assert_eq!(names(&ctx, find("beta")).await, ["Béta %"]);
    assert_eq!(names(&ctx, find("%")).await, ["Béta %"], "a sign stands for itself");
    assert_eq!(names(&ctx, find("b-7")).await, ["Béta %"]);
    assert_eq!(names(&ctx, find("@Zeta.example")).await, ["Zeta"]);
    assert_eq!(names(&ctx, find("nobody")).await, [""; 0]);
    let list = accounts::search_list(&ctx, &find("beta")).await.unwrap();
    assert_eq!((list.items[0].customers, list.items[0].open_tickets), (1, 0));
    assert!(list.items[0].last_activity_at.is_some());
    let stranger = world.stranger().await;
    assert_eq!(names(&stranger, AccountQuery::default()).await, [""; 0]);
    let odd = AccountQuery { after: Some("x".into()), ..AccountQuery::default() };
    assert!(matches!(accounts::search_list(&ctx, &odd).await, Err(AppError::Invalid(_))));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_account_is_on_one_page_in_every_order(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    // Equal names, days and times, so that the ids have to tell them apart.
    sqlx::query(
        "insert into accounts (workspace_id, id, name, renewal_date, created_at)
        select $1, gen_random_uuid(), 'Acc ' || n % 7, date '2027-01-01' + n % 5,
            timestamptz '2026-01-01' + (n % 11) * interval '1 day'
        from generate_series(1, 120) n",
    )
    .bind(world.workspace.0)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::query("update accounts set renewal_date = null where name = 'Acc 3'")
        .execute(&world.pool)
        .await
        .unwrap();
    for q in [None, Some("acc".to_string())] {
        for sort in AccountSort::ALL {
            let mut query = AccountQuery { q: q.clone(), sort: Some(*sort), after: None };
            let mut seen: Vec<AccountId> = Vec::new();
            loop {
                let list = accounts::search_list(&ctx, &query).await.unwrap();
                seen.extend(list.items.iter().map(|row| row.id));
                let Some(next) = list.next else { break };
                query.after = Some(next);
            }
            let pages = seen.len();
            seen.sort();
            seen.dedup();
            assert_eq!((pages, seen.len()), (120, 120), "{sort:?}");
        }
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_account_by_hand_needs_a_name_of_its_own_or_an_id(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    accounts::create(&ctx, named("Northwind")).await.unwrap();
    let taken = accounts::create(&ctx, named(" northwind ")).await.unwrap_err();
    assert!(taken.field("name").unwrap().starts_with("There is an account"), "{taken:?}");
    let other = AccountEdit { external_id: Some("n2".into()), ..named("Northwind") };
    accounts::create(&ctx, other.clone()).await.unwrap();
    assert!(accounts::create(&ctx, other).await.unwrap_err().field("external_id").is_some());
    let bad = AccountEdit { employee_count: Some("many".into()), ..AccountEdit::default() };
    let wrong = accounts::create(&ctx, bad).await.unwrap_err();
    assert!(wrong.field("name").is_some() && wrong.field("employee_count").is_some(), "{wrong:?}");
    let viewer = accounts::create(&world.ctx(&world.vera), named("No")).await;
    assert_eq!(viewer, Err(AppError::Forbidden));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_moved_on_is_not_taken_out_of_the_account_they_are_in(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let one = accounts::create(&ctx, named("One")).await.unwrap();
    let two = accounts::create(&ctx, named("Two")).await.unwrap();
    let kim = insert_customer(&world.pool, world.workspace, "Kim").await;
    customers::link_account(&ctx, kim, one, None).await.unwrap();
    customers::link_account(&ctx, kim, two, None).await.unwrap();
    let left = customers::leave_account(&ctx, kim, one).await.unwrap();
    assert_eq!(left.account.map(|a| a.id), Some(two));
    let left = customers::leave_account(&ctx, kim, two).await.unwrap();
    assert_eq!(left.account, None);
}
