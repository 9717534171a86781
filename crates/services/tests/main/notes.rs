use crate::world::World;
use rapport_domain::note::{NewNote, Note, NoteAbout, NoteChange, NoteTarget};
use rapport_domain::{AccountId, AppError, CustomerId, limits};
use rapport_services::{Ctx, notes};
use sqlx::PgPool;

fn new(body: &str) -> NewNote {
    NewNote { body: body.into() }
}

fn change(body: &str, version: i32) -> NoteChange {
    NoteChange { body: body.into(), version }
}

async fn written(ctx: &Ctx, world: &World, body: &str) -> Note {
    notes::create(ctx, NoteTarget::Customer(world.customer), new(body)).await.unwrap()
}

async fn account_of(world: &World) -> AccountId {
    let id = AccountId::generate();
    sqlx::query("insert into accounts (workspace_id, id, name) values ($1, $2, 'Northwind Labs')")
        .bind(world.workspace.0)
        .bind(id.0)
        .execute(&world.pool)
        .await
        .unwrap();
    id
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn notes_stay_with_customer_and_account(pool: PgPool) {
    let world = World::new(pool).await;
    let sam = world.ctx(&world.sam);
    let account = account_of(&world).await;
    let first = written(&sam, &world, " Prefers e-mail.\0 ").await;
    assert_eq!(
        (first.body.as_str(), first.author_name.as_str()),
        ("Prefers e-mail.\u{FFFD}", "Sam Ortiz")
    );
    assert_eq!(
        (first.about, first.author, first.edited()),
        (NoteAbout::Customer, Some(world.sam.user), false)
    );
    let other = notes::create(&sam, NoteTarget::Account(account), new("Renewal in January."))
        .await
        .unwrap();
    assert_eq!((other.about, other.account), (NoteAbout::Account, Some(account)));
    let second = written(&sam, &world, "Board meets on Thursdays.").await;

    let vera = world.ctx(&world.vera);
    let page = notes::list(&vera, NoteTarget::Customer(world.customer), None, 1).await.unwrap();
    assert_eq!(page.items, [second]);
    let rest =
        notes::list(&vera, NoteTarget::Customer(world.customer), page.next, 1).await.unwrap();
    assert_eq!((rest.items, rest.next), (vec![first], None));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn authors_change_their_own_and_admins_any(pool: PgPool) {
    let world = World::new(pool).await;
    let (sam, priya) = (world.ctx(&world.sam), world.ctx(&world.priya));
    let of_priya = written(&priya, &world, "By Priya").await;
    let of_sam = written(&sam, &world, "By Sam").await;
    let refused = notes::update(&sam, of_priya.id, change("Mine now", 1)).await;
    assert_eq!(refused, Err(AppError::Forbidden));
    assert_eq!(notes::delete(&sam, of_priya.id, Some(1)).await, Err(AppError::Forbidden));

    let changed = notes::update(&sam, of_sam.id, change("By Sam, again", 1)).await.unwrap();
    assert_eq!(
        (changed.body.as_str(), changed.version, changed.edited()),
        ("By Sam, again", 2, true)
    );
    let moderated = notes::update(&priya, of_sam.id, change("Shortened", 2)).await.unwrap();
    assert_eq!(moderated.author, Some(world.sam.user), "the author stays the author");
    notes::delete(&priya, of_sam.id, Some(3)).await.unwrap();
    assert_eq!(notes::get(&priya, of_sam.id).await, Err(AppError::NotFound));
    let audited: i64 = sqlx::query_scalar(
        "select count(*) from audit_log where action = 'note.deleted' and object = $1",
    )
    .bind(of_sam.id.to_string())
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(audited, 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_stale_change_overwrites_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let sam = world.ctx(&world.sam);
    let note = written(&sam, &world, "First").await;
    notes::update(&sam, note.id, change("Second", 1)).await.unwrap();
    let stale = notes::update(&sam, note.id, change("Third", 1)).await;
    assert!(matches!(stale, Err(AppError::Conflict(_))), "{stale:?}");
    assert!(matches!(notes::delete(&sam, note.id, Some(1)).await, Err(AppError::Conflict(_))));
    assert_eq!(notes::get(&sam, note.id).await.unwrap().body, "Second");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn viewers_strangers_and_empty_notes_are_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let target = NoteTarget::Customer(world.customer);
    let (vera, sam, stranger) =
        (world.ctx(&world.vera), world.ctx(&world.sam), world.stranger().await);
    let note = written(&sam, &world, "Here").await;
    assert_eq!(notes::create(&vera, target, new("No")).await, Err(AppError::Forbidden));
    assert_eq!(notes::update(&vera, note.id, change("No", 1)).await, Err(AppError::Forbidden));
    assert_eq!(notes::delete(&vera, note.id, None).await, Err(AppError::Forbidden));

    assert_eq!(notes::create(&stranger, target, new("No")).await, Err(AppError::NotFound));
    assert_eq!(notes::list(&stranger, target, None, 10).await, Err(AppError::NotFound));
    assert_eq!(notes::get(&stranger, note.id).await, Err(AppError::NotFound));
    assert_eq!(notes::update(&stranger, note.id, change("No", 1)).await, Err(AppError::NotFound));
    assert_eq!(notes::delete(&stranger, note.id, None).await, Err(AppError::NotFound));
    let nobody = NoteTarget::Customer(CustomerId::generate());
    assert_eq!(notes::list(&sam, nobody, None, 10).await, Err(AppError::NotFound));

    for bad in [String::new(), " \n".into(), "x".repeat(limits::NOTE_CHARS + 1)] {
        let error = notes::create(&sam, target, new(&bad)).await.unwrap_err();
        assert!(error.field("body").is_some(), "{error:?}");
    }
}
