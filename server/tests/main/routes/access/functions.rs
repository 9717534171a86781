//! Who may call which server function. Each stands in the table with what a page sends it; one that
//! does not stand there, or stands there with another permission than its use case asks for, fails.

use super::roles::{all_but, give_sam, least};
use crate::support::{Answer, TestApp};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use rapport_domain::Permission as P;
use rapport_domain::customer::CustomerQuery;
use rapport_domain::ticket::{InboxQuery, TicketListQuery};
use rapport_domain::timeline::TimelineQuery;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::BTreeSet;

/// A server function, and a call that a page makes.
struct Function {
    name: &'static str,
    permission: P,
    sends: Sends,
    /// Whether what it sends names something of the workspace.
    names: bool,
}

enum Sends {
    Json(Value),
    Form(String),
}

/// By an id that the workspace of the test has.
fn names_something(sends: &str) -> bool {
    ["cus_", "acc_", "msg_", "nte_", "tic_", "number"].iter().any(|part| sends.contains(part))
}

fn json(name: &'static str, permission: P, sends: Value) -> Function {
    let names = names_something(&sends.to_string());
    Function { name, permission, sends: Sends::Json(sends), names }
}

fn form(name: &'static str, permission: P, sends: impl Into<String>) -> Function {
    let sends = sends.into();
    let names = names_something(&sends);
    Function { name, permission, sends: Sends::Form(sends), names }
}

/// Functions that say who is logged in, and answer nobody with nobody.
const OPEN: [&str; 1] = ["current_viewer"];

/// What the demo workspace has, by id.
struct Things {
    customer: String,
    account: String,
    number: i64,
    ticket: String,
    message: String,
    note: String,
}

impl Things {
    async fn new(app: &TestApp) -> Self {
        let customer = app.customer("u1").await;
        let account = app.post("/accounts", json!({"external_id": "a1", "name": "A"})).await.json();
        let ticket = json!({"customer": {"external_id": "u1"}, "subject": "S"});
        let ticket = app.post("/tickets", ticket).await.json();
        let number = ticket["number"].as_i64().expect("a number");
        let path = format!("/tickets/{number}/messages");
        let message = app.post(&path, json!({"kind": "note", "body_text": "x"})).await.json();
        let path = format!("/customers/{customer}/notes");
        let note = app.post(&path, json!({"body": "x"})).await.json();
        // Its author may change it; others need leave to moderate.
        let own = "update notes set author_id = u.id from users u
            where u.email = 'sam@acme.example' and u.workspace_id = notes.workspace_id";
        sqlx::query(own).execute(app.store.pool()).await.expect("a note of Sam's");
        let id = |thing: &Value| thing["id"].as_str().expect("an id").to_string();
        Self {
            customer,
            account: id(&account),
            number,
            ticket: id(&ticket),
            message: id(&message),
            note: id(&note),
        }
    }
}

fn functions(t: &Things) -> Vec<Function> {
    let Things { customer, account, number, ticket, message, note } = t;
    let timeline = || json!({ "whose": customer, "query": TimelineQuery::default() });
    let none = "01jdb2x4v0e5r8s3q6t9wzy1aa";
    vec![
        json("load_inbox", P::TicketsRead, json!({ "query": InboxQuery::default() })),
        json("load_views", P::TicketsRead, json!({})),
        json("tickets_of_view", P::TicketsRead, json!({ "query": InboxQuery::default() })),
        json("load_waiting", P::WorkspaceRead, json!({})),
        json("choose_preference", P::WorkspaceRead, json!({ "choice": {"after_send": "stay"} })),
        json("open_timeline", P::CustomersRead, timeline()),
        json("load_timeline", P::CustomersRead, timeline()),
        form(
            "pin_event",
            P::CustomersWrite,
            format!("stream={customer}&kind=ticket&at=0000000000000{none}&on=true"),
        ),
        form("save_filter", P::CustomersRead, "name=F&query=kinds%3Dticket"),
        form("delete_filter", P::CustomersRead, format!("id=fil_{none}")),
        json("open_ticket", P::TicketsRead, json!({ "number": number, "before": null })),
        form("edit_ticket", P::TicketsWrite, format!("number={number}&property=tag&value=x")),
        form("move_ticket", P::TicketsWrite, format!("number={number}&customer={customer}")),
        form("write_message", P::TicketsReply, format!("number={number}&mode=reply&body=x")),
        form("undo_send", P::TicketsReply, format!("id={message}")),
        form("retry_send", P::TicketsReply, format!("id={message}")),
        form("find_macros", P::TicketsWrite, format!("desk={number}&mode=note&typed=")),
        form("fill_macro", P::TicketsWrite, format!("desk={number}&id=mac_{none}")),
        form("suggest_people", P::TicketsWrite, "typed=S"),
        json("read_headers", P::TicketsRead, json!({ "id": message })),
        json(
            "suggest_tickets",
            P::TicketsRead,
            json!({ "customer": customer, "other_than": 0, "typed": "S" }),
        ),
        json(
            "suggest_customers",
            P::CustomersRead,
            json!({ "other_than": customer, "typed": "A" }),
        ),
        json(
            "load_tickets",
            P::TicketsRead,
            json!({ "customer": customer, "query": TicketListQuery::default() }),
        ),
        json("load_opening", P::TicketsWrite, json!({ "customer": customer })),
        json("mark_ticket_read", P::TicketsRead, json!({ "number": number })),
        json("mark_ticket_unread", P::TicketsRead, json!({ "number": number })),
        form(
            "create_ticket",
            P::TicketsWrite,
            format!("customer={customer}&mode=note&subject=S&body=x&priority=normal&channel=email"),
        ),
        json(
            "load_info",
            P::CustomersRead,
            json!({ "customer": customer, "ticket": null, "all_notes": false }),
        ),
        form("add_note", P::CustomersWrite, format!("customer={customer}&about=customer&body=x")),
        form("change_note", P::CustomersWrite, format!("id={note}&version=1&body=y")),
        form("delete_note", P::CustomersWrite, format!("id={note}&version=1")),
        form(
            "edit_details",
            P::CustomersWrite,
            format!(
                "customer={customer}&was={{}}&edit[name]=N&edit[external_id]=u1&edit[emails]=\
                 &edit[phones]=&edit[job_title]=&edit[company]=&edit[language]=&edit[time_zone]=\
                 &edit[city]=&edit[country]=&edit[address]=&edit[website]=&edit[tags]="
            ),
        ),
        json("find_accounts", P::CustomersRead, json!({ "q": "A" })),
        form(
            "link_account",
            P::CustomersWrite,
            format!("customer={customer}&version=1&account={account}"),
        ),
        form(
            "link_new_account",
            P::CustomersWrite,
            format!("customer={customer}&version=1&name=New"),
        ),
        form("unlink_account", P::CustomersWrite, format!("customer={customer}&version=1")),
        json("load_customers", P::CustomersRead, json!({ "query": CustomerQuery::default() })),
        form("create_customer", P::CustomersWrite, "name=N&email=&phone=&external_id=&account="),
        json("load_account", P::CustomersRead, json!({ "account": account, "all_notes": false })),
        json(
            "reveal_field",
            P::CustomersSensitive,
            json!({ "owner": {"customer": customer}, "key": "iban" }),
        ),
        json("find_members", P::CustomersRead, json!({ "q": "A" })),
        form("link_member", P::CustomersWrite, format!("account={account}&customer={customer}")),
        form("unlink_member", P::CustomersWrite, format!("account={account}&customer={customer}")),
        json("load_cards", P::SettingsWrite, json!({})),
        form("save_card", P::SettingsWrite, "card=customer&fields=email"),
        form("reset_card", P::SettingsWrite, "card=customer"),
        form("save_view", P::TicketsRead, "name=V&href=%2Finbox%3Fview%3Dall"),
        json(
            "change_tickets",
            P::TicketsWrite,
            json!({ "tickets": [ticket], "change": {"Tag": "bug"} }),
        ),
        json("undo_tickets", P::TicketsWrite, json!({ "undo": [] })),
    ]
}

/// Where each function is, by its name without the hash of its place in the source.
fn paths() -> Vec<(String, &'static str)> {
    let name = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        name.trim_end_matches(|c: char| c.is_ascii_digit()).to_string()
    };
    server_fn::axum::server_fn_paths().map(|(path, _)| (name(path), path)).collect()
}

async fn call(app: &TestApp, function: &Function, cookie: &str) -> Answer {
    let path = paths().into_iter().find(|(name, _)| name == function.name);
    let (_, path) = path.unwrap_or_else(|| panic!("no function is called {}", function.name));
    let (media_type, body) = match &function.sends {
        Sends::Json(value) => ("application/json", value.to_string()),
        Sends::Form(form) => ("application/x-www-form-urlencoded", form.clone()),
    };
    let request = Request::post(path)
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, media_type)
        .header(header::COOKIE, cookie)
        .body(Body::from(body));
    app.send(request.expect("a request")).await
}

#[test]
fn every_server_function_is_placed() {
    let things = Things {
        customer: String::new(),
        account: String::new(),
        number: 1,
        ticket: String::new(),
        message: String::new(),
        note: String::new(),
    };
    let placed: BTreeSet<_> = functions(&things).iter().map(|f| f.name.to_string()).collect();
    let found: BTreeSet<_> =
        paths().into_iter().map(|(name, _)| name).filter(|n| !OPEN.contains(&&**n)).collect();
    let unplaced: Vec<_> = found.difference(&placed).collect();
    assert!(unplaced.is_empty(), "say who may call these: {unplaced:?}");
    let gone: Vec<_> = placed.difference(&found).collect();
    assert!(gone.is_empty(), "no function is called so any more: {gone:?}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_function_refuses_whoever_lacks_its_permission_alone(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let (sam, things) = (app.sam().await, Things::new(&app).await);
    let mut open = Vec::new();
    for function in functions(&things) {
        if function.permission == P::WorkspaceRead {
            continue;
        }
        give_sam(&pool, all_but(function.permission)).await;
        let answer = call(&app, &function, &sam).await;
        if answer.status != StatusCode::FORBIDDEN {
            open.push(format!("{}: {} {}", function.name, answer.status, answer.body));
        }
    }
    assert!(open.is_empty(), "{open:#?}");
}

/// What a page sends is understood, so that the refusals of the other tests are those of the door.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_function_answers_whoever_has_its_permission(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let (sam, things) = (app.sam().await, Things::new(&app).await);
    let mut shut = Vec::new();
    for function in functions(&things) {
        give_sam(&pool, least(function.permission)).await;
        let answer = call(&app, &function, &sam).await;
        let refused = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
        if refused.contains(&answer.status) || answer.status.is_server_error() {
            shut.push(format!("{}: {} {}", function.name, answer.status, answer.body));
        }
    }
    assert!(shut.is_empty(), "{shut:#?}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn another_workspace_s_admin_finds_nothing_by_its_id(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let things = Things::new(&app).await;
    let sql = "insert into users (workspace_id, id, email, name, role, password_hash)
        select w.workspace_id, gen_random_uuid(), 'olga@other.example', 'Olga', 'admin',
            u.password_hash
        from workspaces w, users u where w.name = 'Other' and u.email = 'priya@acme.example'";
    sqlx::query(sql).execute(&pool).await.expect("an admin");
    let answer = app.form("/login", "email=olga%40other.example&password=rapport-demo", "").await;
    let cookie = answer.header(header::SET_COOKIE).split(';').next().unwrap_or_default();
    let mut found = Vec::new();
    for function in functions(&things).iter().filter(|f| f.names) {
        let answer = call(&app, function, cookie).await;
        // What is looked for among things may be nothing, and a bulk change says what it could not do.
        let none =
            matches!(function.name, "suggest_tickets" | "suggest_customers" | "load_tickets")
                && answer.body.contains("[]");
        let refused = function.name == "change_tickets" && answer.body.contains("\"done\":0")
            || answer.status == StatusCode::UNPROCESSABLE_ENTITY && function.name == "move_ticket";
        if answer.status != StatusCode::NOT_FOUND && !none && !refused {
            found.push(format!("{}: {} {}", function.name, answer.status, answer.body));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
