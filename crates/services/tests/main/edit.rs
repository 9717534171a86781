use crate::world::World;
use rapport_domain::AppError;
use rapport_domain::fields::{FieldEntity, FieldType, NewField};
use rapport_domain::ticket::{Channel, NewTicket, Status, TicketEdit};
use rapport_services::tickets::Seen;
use rapport_services::{Ctx, fields, tickets};
use serde_json::json;
use sqlx::PgPool;

async fn edit(ctx: &Ctx, number: i64, property: &str, value: &str) -> Result<(), AppError> {
    let version = tickets::get(ctx, number).await?.row.version;
    tickets::edit(ctx, number, version, TicketEdit::read(&property.parse()?, value)?)
        .await
        .map(drop)
}

fn tag(tag: &str) -> TicketEdit {
    TicketEdit::Tag(vec![tag.into()])
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn each_property_is_edited_by_its_name(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let field = NewField {
        entity: FieldEntity::Ticket,
        key: "seats".into(),
        label: "Seats".into(),
        kind: FieldType::Number,
        options: vec![],
        sensitive: false,
    };
    fields::create(&ctx, field).await.unwrap();
    let new = NewTicket::new(world.customer, "Export", Channel::Email);
    let number = tickets::create(&ctx, new).await.unwrap().number;
    for (property, value) in [
        ("status", "pending"),
        ("priority", "high"),
        ("assignee", &world.sam.user.to_string()),
        ("team", &world.team.to_string()),
        ("subject", "Export to CSV"),
        ("tag", "export, bug"),
        ("untag", "export"),
        ("link", "https://linear.app/acme/issue/ENG-482/x"),
        ("invite", "Dana@Fox.example"),
        ("field:seats", "46"),
    ] {
        edit(&ctx, number, property, value).await.unwrap_or_else(|e| panic!("{property}: {e}"));
    }
    let ticket = tickets::get(&ctx, number).await.unwrap();
    assert_eq!(ticket.row.status, Status::Pending);
    assert_eq!(ticket.row.assignee.unwrap().name, "Sam Ortiz");
    assert_eq!(ticket.row.team.unwrap().name, "Billing");
    assert_eq!(ticket.row.tags, ["bug"]);
    assert_eq!(ticket.linked_issues[0].provider.as_str(), "linear");
    assert_eq!(ticket.participants[0].email, "dana@fox.example");
    assert_eq!(ticket.fields["seats"], json!(46));
    for (property, value) in
        [("assignee", ""), ("field:seats", ""), ("dismiss", "dana@fox.example")]
    {
        edit(&ctx, number, property, value).await.unwrap();
    }
    let ticket = tickets::get(&ctx, number).await.unwrap();
    assert!(ticket.row.assignee.is_none() && ticket.fields.is_empty());
    assert!(ticket.participants.is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_wrong_edit_says_what_is_wrong_and_changes_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let new = NewTicket::new(world.customer, "Export", Channel::Email);
    let created = tickets::create(&ctx, new).await.unwrap();
    for (property, value) in [
        ("status", "odd"),
        ("assignee", "usr_nobody"),
        ("subject", " "),
        ("link", "https://example.com"),
        ("invite", "no address"),
        ("field:ghost", "1"),
        ("version", "9"),
    ] {
        let result = edit(&ctx, created.number, property, value).await;
        assert!(matches!(result, Err(AppError::Invalid(_))), "{property}: {result:?}");
    }
    assert_eq!(tickets::get(&ctx, created.number).await.unwrap().row.version, created.version);
    let vera = world.ctx(&world.vera);
    assert_eq!(edit(&vera, created.number, "status", "closed").await, Err(AppError::Forbidden));
    edit(&ctx, created.number, "status", "closed").await.unwrap();
    let late = tickets::edit(&ctx, created.number, created.version, tag("bug")).await;
    assert!(matches!(late, Err(AppError::Conflict(_))), "{late:?}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_another_change_of_the_same_is_in_the_way(pool: PgPool) {
    let world = World::new(pool).await;
    let (priya, sam) = (world.ctx(&world.priya), world.ctx(&world.sam));
    let new = NewTicket::new(world.customer, "Export", Channel::Email);
    let number = tickets::create(&priya, new).await.unwrap().number;
    let over = async |ctx: &Ctx, was: &str, property: &str, value: &str| {
        let seen = Seen::Value(was.into());
        tickets::edit(ctx, number, seen, TicketEdit::read(&property.parse()?, value)?).await
    };
    let first = over(&priya, "Export", "subject", "Exports").await.unwrap();
    let twice = over(&priya, "Export", "subject", "Exports").await.unwrap();
    assert_eq!(twice.version, first.version, "the same once more changes nothing");
    over(&sam, "normal", "priority", "high").await.unwrap();
    over(&priya, "new", "status", "closed").await.unwrap();
    over(&sam, "closed", "status", "open").await.unwrap();

    let error = over(&priya, "normal", "priority", "low").await.unwrap_err();
    let AppError::Changed(theirs) = &error else { panic!("{error:?}") };
    assert_eq!((theirs[0].field.as_str(), theirs[0].value.as_str()), ("priority", "high"));
    assert!(error.to_string().starts_with("Sam Ortiz changed this to “High” meanwhile."));
    over(&priya, &theirs[0].value, "priority", "low").await.unwrap();
    let error = over(&sam, &world.sam.user.to_string(), "assignee", "").await;
    assert!(error.is_ok(), "nobody has it already");

    for word in ["bug", "export"] {
        tickets::edit(&sam, number, Seen::Anything, tag(word)).await.unwrap();
    }
    let untag = TicketEdit::Untag("bug".into());
    tickets::edit(&priya, number, Seen::Anything, untag).await.unwrap();
    assert_eq!(tickets::get(&priya, number).await.unwrap().row.tags, ["export"]);
}
