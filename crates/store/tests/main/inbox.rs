//! The inbox at size: pages in both directions, and what every filter costs in every order.

use super::tickets::{fill, workspace};
use rapport_domain::ticket::{Inbox, InboxQuery, InboxSort, StatusFilter};
use rapport_domain::{UserId, limits};
use rapport_store::Store;
use sqlx::PgPool;

/// Tickets of the large workspace; so many blocks may be read of them for a page, which is far
/// fewer than they fill.
const TICKETS: i32 = 60_000;
const BLOCKS: i64 = 1_500;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn pages_lead_back_as_they_lead_on(pool: PgPool) {
    let store = Store::from_pool(pool);
    let (acme, customer) = workspace(&store).await;
    fill(&store, acme, customer).await;
    for sort in [InboxSort::Newest, InboxSort::Oldest, InboxSort::Submitted, InboxSort::Priority] {
        let first = InboxQuery { status: StatusFilter::All, sort, ..InboxQuery::default() };
        let numbers = |inbox: &Inbox| inbox.items.iter().map(|t| t.number).collect::<Vec<_>>();
        let page = async |query: &InboxQuery| store.inbox(acme, None, query).await.unwrap();
        let one = page(&first).await;
        assert_eq!(one.previous, None);
        assert_eq!(one.total.map(|t| (t.rows, t.more)), Some((120, false)));
        let second = first.next_page(one.next.unwrap());
        let two = page(&second).await;
        let third = second.next_page(two.next.unwrap());
        let three = page(&third).await;
        assert_eq!((three.items.len(), three.next, third.row), (20, None, 100));
        let back = page(&third.previous_page(three.previous.unwrap())).await;
        assert_eq!(numbers(&back), numbers(&two), "{sort:?}");
        assert_eq!((back.next, back.previous), (two.next, two.previous), "{sort:?}");
        let start = InboxQuery { before: back.previous, ..first.clone() };
        let start = page(&start).await;
        assert_eq!(numbers(&start), numbers(&one), "{sort:?}");
        assert_eq!((start.next, start.previous), (one.next, None), "{sort:?}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_filter_is_quick_in_every_order(pool: PgPool) {
    let store = Store::from_pool(pool.clone());
    let (acme, _) = workspace(&store).await;
    let user = UserId::generate().0;
    // One in a thousand has what is rare, and that among the oldest; the rest is common.
    let sql = "
        alter table tickets disable trigger user;
        insert into users (workspace_id, id, email, name, role, password_hash)
            values ('{acme}', '{user}', 'u@acme.example', 'U', 'agent', '');
        insert into teams (workspace_id, id, name) values ('{acme}', '{user}', 'T');
        insert into team_members (workspace_id, team_id, user_id) values ('{acme}', '{user}', '{user}');
        insert into accounts (workspace_id, id, name) values ('{acme}', '{user}', 'Northwind');
        insert into customers (workspace_id, id, kind, name, account_id, search)
            values ('{acme}', '{user}', 'customer', 'Quentin', '{user}', ' quentin');
        insert into customers (workspace_id, id, kind, name)
        select '{acme}', md5(n::text)::uuid, 'customer', 'C' from generate_series(0, 999) n;
        insert into tickets (workspace_id, id, number, customer_id, subject, status, priority, channel,
            tags, submitted_at, last_activity_at, last_message_text, assignee_id, team_id, spam_at,
            resolution_due_at)
        select '{acme}', gen_random_uuid(), n,
            case when rare then '{user}' else md5((n % 1000)::text) end::uuid,
            case when rare then 'Zebra crossing' else 'Export of the report ' || n end,
            case when rare then 'snoozed' when n % 40 = 0 then 'open' when n % 50 = 0 then 'pending'
                else 'closed' end,
            case when rare then 'urgent' else 'normal' end,
            case when rare then 'phone' else 'email' end,
            case when rare then array['rare'] else array['bug', 'export'] end,
            now() - n * interval '1 minute', now() - n * interval '1 minute',
            'The same words that everybody writes about an export which does not work',
            case when rare then '{user}' end::uuid, case when rare then '{user}' end::uuid,
            case when n % 3000 = 1 then now() end,
            case when rare then now() + n * interval '1 second' end
        from (select n, n > {most} - 30000 and n % 1000 = 7 as rare from generate_series(1, {most}) n) n;
        insert into messages (workspace_id, id, ticket_id, kind, channel, author_name, body_text, sent_at)
        select '{acme}', id, id, 'note', 'internal', 'S', 'x', now() from tickets where channel = 'phone';
        insert into notifications (workspace_id, user_id, id, kind, ticket_id, message_id, actor_name,
            excerpt, created_at)
        select '{acme}', '{user}', id, 'mention', id, id, 'S', 'x', now() from tickets
        where channel = 'phone';
        analyze;";
    let sql = sql
        .replace("{acme}", &acme.0.to_string())
        .replace("{user}", &user.to_string())
        .replace("{most}", &TICKETS.to_string());
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    let viewer = Some(UserId(user));
    for filter in [
        "",
        "status=all",
        "status=waiting",
        "status=unclosed",
        "status=snoozed",
        "status=pending",
        "status=closed",
        "status=spam",
        "assignee=me",
        "assignee=none",
        "team=mine",
        "team=none",
        "status=all&assignee=me",
        "status=all&team=mine",
        "status=all&channel=phone",
        "status=all&channel=email",
        "status=all&priority=urgent",
        "status=all&priority=normal",
        "status=all&tag=rare",
        "status=all&tag=bug",
        "status=all&tag=nothing",
        "status=all&account=northwind",
        "status=all&mention=me",
        "status=all&mail=automatic",
        "mail=automatic",
        "status=unclosed&due=soon",
        "status=all&due=over",
        "status=all&q=zebra",
        "status=all&q=export",
        "status=all&q=quentin",
        "status=all&q=%2342",
        "status=all&q=nothing+like+it",
        "q=export",
        "status=closed&q=zebra",
    ] {
        for sort in InboxSort::ALL {
            let href = format!("/inbox?{filter}&sort={}", sort.word());
            let query = InboxQuery::from_href(&href);
            let plan = store.explain_inbox(acme, viewer, &query).await.unwrap();
            let root = &plan[0]["Plan"];
            let blocks = root["Shared Hit Blocks"].as_i64().unwrap()
                + root["Shared Read Blocks"].as_i64().unwrap();
            assert!(blocks <= BLOCKS, "{href}: {blocks} blocks {plan:#}");
            let page = store.inbox(acme, viewer, &query).await.unwrap();
            assert!(page.items.len() <= limits::PAGE_ROWS as usize);
        }
    }
    let found = async |href: &str| {
        let page = store.inbox(acme, viewer, &InboxQuery::from_href(href)).await.unwrap();
        page.total.map(|total| (total.rows, total.more))
    };
    for (href, total) in [
        ("/inbox?status=all&channel=phone", (30, false)),
        ("/inbox?status=all&tag=rare", (30, false)),
        ("/inbox?status=all&account=NORTHWIND", (30, false)),
        ("/inbox?status=all&mention=me", (30, false)),
        ("/inbox?status=all&q=zebr", (30, false)),
        ("/inbox?status=all&q=quent", (30, false)),
        ("/inbox?status=all&q=%2342", (1, false)),
        ("/inbox?status=all", (limits::INBOX_COUNT, true)),
    ] {
        assert_eq!(found(href).await, Some(total), "{href}");
    }
    assert_eq!(found("/inbox?status=all&q=export").await, None, "nobody counts a common word");
    let views = store.inbox_views(acme, UserId(user)).await.unwrap().views;
    let count = |name: &str| views.iter().find(|v| v.name == name).unwrap().count.unwrap().rows;
    assert_eq!((count("Mentions"), count("Snoozed"), count("To do")), (30, 30, limits::VIEW_COUNT));
}
