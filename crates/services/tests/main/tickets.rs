use crate::world::{World, insert_customer, insert_person};
use chrono::TimeDelta;
use rapport_domain::fields::{FieldEntity, FieldType, NewField};
use rapport_domain::ticket::{
    AssigneeFilter, Channel, InboxQuery, MessageKind, NewIssue, NewParticipant, NewTicket,
    Priority, Status, StatusFilter, TicketChange, TicketCreated, TicketListQuery, TicketScope,
};
use rapport_domain::{AppError, Role, TicketId, UserId};
use rapport_services::Ctx;
use rapport_services::tickets::{self, TouchByMessage};
use sqlx::PgPool;

async fn opened(world: &World, subject: &str) -> TicketCreated {
    let new = NewTicket::new(world.customer, subject, Channel::Email);
    tickets::create(&world.ctx(&world.sam), new).await.unwrap()
}

/// Open and total, as the customer keeps them.
async fn counts(world: &World) -> (i32, i32) {
    sqlx::query_as("select open_tickets, total_tickets from customers where id = $1")
        .bind(world.customer.0)
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

/// Name, title and actor of the activities of a ticket, oldest first.
async fn activities(world: &World, ticket: TicketId) -> Vec<(String, String, String)> {
    sqlx::query_as(
        "select name, title, actor_name from timeline_events
        where ticket_id = $1 order by received_at, id",
    )
    .bind(ticket.0)
    .fetch_all(&world.pool)
    .await
    .unwrap()
}

fn set_status(status: Status) -> TicketChange {
    TicketChange { status: Some(status), ..Default::default() }
}

async fn touch(
    ctx: &Ctx,
    ticket: TicketId,
    kind: MessageKind,
    moves_status: bool,
) -> tickets::Touched {
    let mut tx = ctx.store.begin().await.unwrap();
    let message = TouchByMessage {
        ticket,
        kind,
        channel: Channel::Chat,
        text: "Is\nit  done?",
        sent_at: ctx.now,
        moves_status,
        automatic: false,
        effects: &[],
        author_name: "Alex Morgan",
    };
    let touched = tickets::touch_by_message(&mut tx, ctx, &message).await.unwrap();
    tx.commit().await.unwrap();
    touched
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn opening_numbers_counts_and_tells_the_timeline(pool: PgPool) {
    let world = World::new(pool).await;
    let first = opened(&world, " Export  fails ").await;
    let second = opened(&world, "Invoice").await;
    assert_eq!((first.number, second.number), (1, 2));
    assert_eq!(counts(&world).await, (2, 2));
    let told = activities(&world, first.id).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("ticket.opened", "Opened ticket #1"));
    let ticket = tickets::get(&world.ctx(&world.vera), 1).await.unwrap();
    assert_eq!(ticket.row.subject, "Export fails");
    assert_eq!(ticket.row.status, Status::New);
    assert_eq!(ticket.row.customer.name, "Alex Morgan");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn numbers_are_taken_once_by_all_who_create_at_once(pool: PgPool) {
    let world = World::new(pool).await;
    let mut numbers = Vec::new();
    let creating: Vec<_> = (0..8)
        .map(|n| {
            let ctx = world.ctx(&world.sam);
            let new = NewTicket::new(world.customer, format!("T{n}"), Channel::Api);
            tokio::spawn(async move { tickets::create(&ctx, new).await.unwrap().number })
        })
        .collect();
    for task in creating {
        numbers.push(task.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(counts(&world).await, (8, 8));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_change_writes_one_activity_a_property(pool: PgPool) {
    let world = World::new(pool).await;
    let made = opened(&world, "Export").await;
    let ctx = world.ctx(&world.priya);
    let change = TicketChange {
        status: Some(Status::Pending),
        priority: Some(Priority::High),
        assignee_id: Some(Some(world.sam.user)),
        team_id: Some(Some(world.team)),
        tags: Some(vec!["export".into(), "bug".into()]),
        subject: Some("Export drops a column".into()),
        link_issue: Some(NewIssue {
            provider: "linear".parse().unwrap(),
            key: "ENG-482".into(),
            url: "https://linear.example/ENG-482".into(),
            title: None,
            state: None,
        }),
        add_participant: Some(NewParticipant { email: "Dana@X.example".into(), name: None }),
        ..Default::default()
    };
    let changed = tickets::change(&ctx, made.number, made.version, change).await.unwrap();
    assert_eq!(changed.version, 2);
    let told = activities(&world, made.id).await;
    let mut titles: Vec<_> = told.iter().skip(1).map(|(_, title, _)| title.as_str()).collect();
    titles.sort_unstable();
    assert_eq!(
        titles,
        [
            "added dana@x.example",
            "assigned this to Sam Ortiz",
            "changed priority Normal → High",
            "changed status New → Pending",
            "changed the subject to “Export drops a column”",
            "linked ENG-482",
            "moved this to Billing",
            "tagged this “export”, “bug”",
        ]
    );
    assert!(told.iter().skip(1).all(|(.., actor)| actor == "Priya Raman"));
    let ticket = tickets::get(&ctx, made.number).await.unwrap();
    assert_eq!(ticket.linked_issues.len(), 1);
    assert_eq!(ticket.linked_issues[0].state, None, "nobody has told");
    assert_eq!(ticket.participants[0].email, "dana@x.example");
    assert_eq!(ticket.row.team.map(|t| t.name).as_deref(), Some("Billing"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_change_of_nothing_leaves_the_version(pool: PgPool) {
    let world = World::new(pool).await;
    let made = opened(&world, "Export").await;
    let ctx = world.ctx(&world.sam);
    let same = tickets::change(&ctx, made.number, 1, set_status(Status::New)).await.unwrap();
    assert_eq!(same.version, 1);
    assert_eq!(activities(&world, made.id).await.len(), 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_second_of_two_changes_is_a_conflict(pool: PgPool) {
    let world = World::new(pool).await;
    let made = opened(&world, "Export").await;
    let (sam, priya) = (world.ctx(&world.sam), world.ctx(&world.priya));
    tickets::change(&sam, made.number, 1, set_status(Status::Open)).await.unwrap();
    let late = tickets::change(&priya, made.number, 1, set_status(Status::Closed)).await;
    let Err(AppError::Conflict(message)) = late else { panic!("{late:?}") };
    assert!(message.starts_with("Sam Ortiz changed this ticket"), "{message}");
    let ticket = tickets::get(&priya, made.number).await.unwrap();
    assert_eq!((ticket.row.status, ticket.row.version), (Status::Open, 2));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_viewer_reads_and_changes_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let made = opened(&world, "Export").await;
    let vera = world.ctx(&world.vera);
    let new = NewTicket::new(world.customer, "X", Channel::Phone);
    assert_eq!(tickets::create(&vera, new).await, Err(AppError::Forbidden));
    let change = tickets::change(&vera, made.number, 1, set_status(Status::Closed)).await;
    assert_eq!(change, Err(AppError::Forbidden));
    assert!(tickets::mark_read(&vera, made.number).await.is_ok());
    assert_eq!(counts(&world).await, (1, 1));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn another_workspace_sees_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let made = opened(&world, "Export").await;
    let olga = world.stranger().await;
    let query = TicketListQuery::default();
    let new = NewTicket::new(world.customer, "X", Channel::Phone);
    assert_eq!(tickets::get(&olga, made.number).await, Err(AppError::NotFound));
    assert_eq!(tickets::create(&olga, new).await, Err(AppError::NotFound));
    let change = tickets::change(&olga, made.number, 1, set_status(Status::Closed)).await;
    assert_eq!(change, Err(AppError::NotFound));
    assert_eq!(tickets::mark_read(&olga, made.number).await, Err(AppError::NotFound));
    let list = tickets::list_for_customer(&olga, world.customer, &query).await;
    assert_eq!(list, Err(AppError::NotFound));
    assert!(tickets::inbox(&olga, &InboxQuery::default()).await.unwrap().items.is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_people_who_work_here_can_be_assigned(pool: PgPool) {
    let world = World::new(pool).await;
    let made = opened(&world, "Export").await;
    let gone = insert_person(&world.store, world.workspace, "Gone", Role::Agent).await;
    sqlx::query("update users set disabled_at = now() where id = $1")
        .bind(gone.user.0)
        .execute(&world.pool)
        .await
        .unwrap();
    let olga = world.stranger().await.user().unwrap();
    let ctx = world.ctx(&world.sam);
    for nobody in [world.vera.user, gone.user, olga, UserId::generate()] {
        let change = TicketChange { assignee_id: Some(Some(nobody)), ..Default::default() };
        let error = tickets::change(&ctx, made.number, 1, change).await.unwrap_err();
        assert!(error.field("assignee_id").is_some(), "{error:?}");
    }
    let offered = tickets::people_and_teams(&ctx).await.unwrap();
    let names: Vec<_> = offered.people.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["Priya Raman", "Sam Ortiz"]);
    assert_eq!(offered.teams[0].name, "Billing");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn closing_and_reopening_keep_the_customers_counts(pool: PgPool) {
    let world = World::new(pool).await;
    let made = opened(&world, "Export").await;
    let ctx = world.ctx(&world.sam);
    tickets::change(&ctx, made.number, 1, set_status(Status::Closed)).await.unwrap();
    assert_eq!(counts(&world).await, (0, 1));
    assert!(tickets::get(&ctx, 1).await.unwrap().closed_at.is_some());
    tickets::change(&ctx, made.number, 2, set_status(Status::Open)).await.unwrap();
    assert_eq!(counts(&world).await, (1, 1));
    assert_eq!(tickets::get(&ctx, 1).await.unwrap().closed_at, None);
    let closed = NewTicket {
        status: Some(Status::Closed),
        ..NewTicket::new(world.customer, "Old", Channel::Api)
    };
    tickets::create(&ctx, closed).await.unwrap();
    assert_eq!(counts(&world).await, (1, 2));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_customers_message_reopens_and_an_import_does_not(pool: PgPool) {
    let world = World::new(pool).await;
    let made = opened(&world, "Export").await;
    let ctx = world.ctx(&world.sam);
    tickets::change(&ctx, made.number, 1, set_status(Status::Closed)).await.unwrap();
    let import = touch(&ctx, made.id, MessageKind::Customer, false).await;
    assert_eq!((import.moved.to.status, import.version), (Status::Closed, 2));
    let note = touch(&ctx, made.id, MessageKind::Note, true).await;
    assert_eq!(note.moved.to.status, Status::Closed);
    let reply = touch(&ctx, made.id, MessageKind::Customer, true).await;
    assert_eq!((reply.moved.to.status, reply.version), (Status::Open, 3));
    assert_eq!(counts(&world).await, (1, 1));
    let ticket = tickets::get(&ctx, made.number).await.unwrap();
    assert_eq!(ticket.row.last_message_text, "Is it done?");
    assert_eq!(ticket.row.last_message_channel, Some(Channel::Chat));
    assert_eq!((ticket.message_count, ticket.first_response_at), (3, None));
    let told = activities(&world, made.id).await;
    let (name, title, actor) = told.last().unwrap();
    assert_eq!(name, "ticket.status_changed");
    assert_eq!((title.as_str(), actor.as_str()), ("changed status Closed → Open", "Alex Morgan"));
    touch(&ctx, made.id, MessageKind::Agent, true).await;
    let answered = tickets::get(&ctx, made.number).await.unwrap();
    assert_eq!(answered.first_response_at, Some(ctx.now));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn unread_is_each_persons_own(pool: PgPool) {
    let world = World::new(pool).await;
    let made = opened(&world, "Export").await;
    let sam = world.ctx(&world.sam);
    let unread = async |ctx: &Ctx| tickets::get(ctx, 1).await.unwrap().row.unread;
    assert!(!unread(&sam).await);
    touch(&sam, made.id, MessageKind::Customer, true).await;
    assert!(unread(&sam).await);
    tickets::mark_read(&world.ctx(&world.sam), made.number).await.unwrap();
    assert!(!unread(&sam).await);
    assert!(unread(&world.ctx(&world.priya)).await);
    touch(&world.ctx(&world.sam), made.id, MessageKind::Agent, true).await;
    assert!(!unread(&sam).await);
    touch(&world.ctx(&world.sam), made.id, MessageKind::Customer, true).await;
    assert!(unread(&sam).await);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_closes_a_ticket_has_read_it_for_everybody(pool: PgPool) {
    let world = World::new(pool).await;
    let made = opened(&world, "Export").await;
    let (sam, priya) = (world.ctx(&world.sam), world.ctx(&world.priya));
    let unread = async || tickets::get(&priya, 1).await.unwrap().row.unread;
    touch(&sam, made.id, MessageKind::Customer, true).await;
    let version = tickets::get(&priya, 1).await.unwrap().row.version;
    tickets::change(&sam, 1, version, set_status(Status::Closed)).await.unwrap();
    assert!(!unread().await, "as after a word of thanks");
    touch(&sam, made.id, MessageKind::Agent, false).await;
    assert!(!unread().await);
    touch(&sam, made.id, MessageKind::Customer, true).await;
    assert!(unread().await, "a new message opens it again");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_pane_filters_and_pages(pool: PgPool) {
    let world = World::new(pool).await;
    let other = insert_customer(&world.pool, world.workspace, "Somebody else").await;
    let ctx = world.ctx(&world.sam);
    tickets::create(&ctx, NewTicket::new(other, "Not ours", Channel::Chat)).await.unwrap();
    for n in 0..25 {
        let new = NewTicket {
            status: (n % 5 == 0).then_some(Status::Closed),
            submitted_at: Some(ctx.now - TimeDelta::days(n)),
            ..NewTicket::new(world.customer, format!("Question {n}_%"), Channel::Email)
        };
        tickets::create(&ctx, new).await.unwrap();
    }
    let list = async |query: TicketListQuery| {
        tickets::list_for_customer(&ctx, world.customer, &query).await.unwrap()
    };
    let first = list(TicketListQuery::default()).await;
    assert_eq!((first.open, first.total, first.page.items.len()), (20, 25, 20));
    assert_eq!(first.page.items[0].subject, "Question 0_%");
    let second = list(TicketListQuery { after: first.page.next, ..Default::default() }).await;
    assert_eq!(second.page.items.len(), 5);
    assert_eq!(second.page.items[0].subject, "Question 20_%");
    assert_eq!(second.page.next, None);
    let closed = TicketListQuery { scope: TicketScope::Closed, ..Default::default() };
    assert_eq!(list(closed).await.page.items.len(), 5);
    for (text, found) in [("QUESTION 7", 1), ("_%", 20), ("#4", 1), ("nothing like it", 0)] {
        let query = TicketListQuery { text: text.into(), ..Default::default() };
        assert_eq!(list(query).await.page.items.len(), found, "{text}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_inbox_filters_combine(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    for (subject, channel, priority, assignee, status) in [
        ("a", Channel::Email, Priority::High, Some(world.sam.user), Status::Open),
        ("b", Channel::Chat, Priority::High, Some(world.sam.user), Status::New),
        ("c", Channel::Email, Priority::Low, None, Status::Pending),
        ("d", Channel::Email, Priority::High, Some(world.priya.user), Status::Closed),
    ] {
        let new = NewTicket {
            priority: Some(priority),
            assignee_id: assignee,
            status: Some(status),
            ..NewTicket::new(world.customer, subject, channel)
        };
        tickets::create(&ctx, new).await.unwrap();
    }
    let all = InboxQuery { status: StatusFilter::All, ..Default::default() };
    for (query, found) in [
        (InboxQuery::default(), "ba"),
        (all.clone(), "dcba"),
        (InboxQuery { assignee: AssigneeFilter::Me, ..all.clone() }, "ba"),
        (InboxQuery { assignee: AssigneeFilter::Unassigned, ..all.clone() }, "c"),
        (InboxQuery { assignee: AssigneeFilter::User(world.priya.user), ..all.clone() }, "d"),
        (InboxQuery { channel: Some(Channel::Email), ..all.clone() }, "dca"),
        (
            InboxQuery {
                priority: Some(Priority::High),
                channel: Some(Channel::Email),
                ..all.clone()
            },
            "da",
        ),
        (InboxQuery { status: StatusFilter::Waiting, ..all.clone() }, "c"),
        (InboxQuery { status: StatusFilter::Only(Status::New), ..all.clone() }, "b"),
    ] {
        let inbox = tickets::inbox(&ctx, &query).await.unwrap();
        let subjects: String = inbox.items.iter().map(|t| t.subject.as_str()).collect();
        assert_eq!(subjects, found, "{}", query.href());
        assert_eq!(inbox.assignable.people.len(), 2);
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_custom_value_fits_its_field_or_is_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let made = opened(&world, "Export").await;
    let field = NewField {
        entity: FieldEntity::Ticket,
        key: "area".into(),
        label: "Product area".into(),
        kind: FieldType::List,
        options: vec!["Reports".into(), "Billing".into()],
        sensitive: false,
    };
    rapport_services::fields::create(&world.ctx(&world.priya), field).await.unwrap();
    let ctx = world.ctx(&world.sam);
    let set = |key: &str, value: serde_json::Value| TicketChange {
        fields: [(key.to_string(), value)].into(),
        ..Default::default()
    };
    for (key, value) in [("area", "Sales"), ("ghost", "Reports")] {
        let error = tickets::change(&ctx, 1, 1, set(key, value.into())).await.unwrap_err();
        assert!(error.field(&format!("fields.{key}")).is_some(), "{error:?}");
    }
    let wrong = NewTicket {
        fields: [("area".to_string(), 7.into())].into(),
        ..NewTicket::new(world.customer, "X", Channel::Api)
    };
    assert!(tickets::create(&ctx, wrong).await.unwrap_err().field("fields.area").is_some());
    tickets::change(&ctx, 1, 1, set("area", "Reports".into())).await.unwrap();
    let told = activities(&world, made.id).await;
    assert_eq!(told.last().map(|t| t.1.as_str()), Some("changed Product area to Reports"));
    tickets::change(&ctx, 1, 2, set("area", serde_json::Value::Null)).await.unwrap();
    assert!(tickets::get(&ctx, 1).await.unwrap().fields.is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_number_beside_the_inbox_is_kept(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let open = async |email: &str| {
        let viewer = world.store.person_by_email(world.workspace, email).await.unwrap();
        viewer.unwrap().waiting.tickets
    };
    let (sam, priya) = (world.sam.email.clone(), world.priya.email.clone());
    assert_eq!(open(&sam).await, 0);
    let one = opened(&world, "Nobody's").await.number;
    opened(&world, "Nobody's either").await;
    assert_eq!((open(&sam).await, open(&priya).await), (2, 2));
    let to_priya = TicketChange { assignee_id: Some(Some(world.priya.user)), ..Default::default() };
    let version = tickets::change(&ctx, one, 1, to_priya).await.unwrap().version;
    assert_eq!((open(&sam).await, open(&priya).await), (1, 2));
    let version =
        tickets::change(&ctx, one, version, set_status(Status::Pending)).await.unwrap().version;
    assert_eq!((open(&sam).await, open(&priya).await), (1, 1));
    tickets::change(&ctx, one, version, set_status(Status::Open)).await.unwrap();
    assert_eq!(open(&priya).await, 2);
}
