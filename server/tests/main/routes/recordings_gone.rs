//! What is not kept of recordings: refused, deleted, masked out of an object that others share.

use super::recordings::{WINDOW, count, ctx, events, head, now, post, recording, session};
use axum::http::StatusCode;
use rapport_domain::recording::Way;
use rapport_domain::{CustomerId, RecordingId, Uuid};
use rapport_services::{files, recordings};
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn nothing_more_is_taken_of_what_was_refused_or_deleted_meanwhile(pool: PgPool) {
    let app = recording(pool).await;
    let ctx = ctx(&app).await;
    let sent = async |seq: i32| {
        let chunk = events(now(), &format!("chunk {seq}")).to_string();
        post(&app, &head(seq), chunk.as_bytes()).await.json()
    };
    let taken = json!({"success": true});
    let declined = |why: &str| json!({"success": true, "stop": why});
    assert_eq!(sent(0).await, taken);
    let (customer, id) = session(&app).await;
    recordings::set_refuses(&ctx, customer, true).await.expect("refused");
    assert_eq!(sent(1).await, declined("refused"));
    assert_eq!(count(&app, "select count(*) from recording_chunks").await, 1);
    // One that began although they had said so is no session at all.
    sqlx::query("update recording_refusals set at = at - interval '1 hour'")
        .execute(app.store.pool())
        .await
        .expect("earlier");
    assert_eq!(sent(2).await, declined("refused"));
    assert_eq!(count(&app, "select count(*) from recordings").await, 0);
    recordings::set_refuses(&ctx, customer, false).await.expect("allowed");
    assert_eq!(sent(3).await, declined("deleted"), "it ended with that");

    let mut other = head(0);
    other["session"] = "f".repeat(32).into();
    let chunk = events(now(), "x").to_string();
    assert_eq!(post(&app, &other, chunk.as_bytes()).await.json(), taken);
    let (_, again) = session(&app).await;
    assert_ne!(again, id);
    recordings::delete(&ctx, again).await.expect("deleted");
    other["seq"] = 1.into();
    assert_eq!(post(&app, &other, chunk.as_bytes()).await.json(), declined("deleted"));
    assert_eq!(count(&app, "select count(*) from recordings").await, 0);
    assert_eq!(files::verify(&app.store, false).await.expect("verified").files, 0);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn small_sessions_share_an_object_and_leave_it_one_by_one(pool: PgPool) {
    let app = recording(pool).await;
    let ctx = ctx(&app).await;
    let at = now() - 20_000;
    for n in 0..20 {
        let mut head = head(0);
        head["session"] = format!("{n:032x}").into();
        head["anonymousId"] = format!("browser-{n}").into();
        let sent = events(at, &format!("of session {n}")).to_string();
        assert_eq!(post(&app, &head, sent.as_bytes()).await.status, StatusCode::OK);
    }
    let sessions: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "update recordings set received_at = now() - interval '3 days', live = false
        returning customer_id, id",
    )
    .fetch_all(app.store.pool())
    .await
    .expect("aged");
    for (_, id) in &sessions {
        recordings::pack_now(&app.store, ctx.workspace, RecordingId(*id)).await.expect("packed");
    }
    let plays = async || {
        let mut plays = 0;
        for (customer, id) in &sessions {
            let (customer, id) = (CustomerId(*customer), RecordingId(*id));
            let played = recordings::events(&ctx, customer, id, WINDOW, Way::Seek(at)).await;
            let Ok(played) = played else { continue };
            let row = "select session_key from recordings where id = $1";
            let key: String = sqlx::query_scalar(row)
                .bind(id.0)
                .fetch_one(app.store.pool())
                .await
                .expect("a key");
            let n = u32::from_str_radix(&key, 16).expect("a number");
            let text = String::from_utf8(played.json).expect("utf-8");
            let own = text.contains(&format!("of session {n}\"")) || text.contains("** *******");
            assert!(own, "{n}: {text}");
            plays += 1;
        }
        plays
    };
    let lie = async |when: &str, files_there: i64, sessions_there: usize| {
        let report = files::verify(&app.store, true).await.expect("verified");
        let bad = report.lost.count + report.damaged.count + report.without_row.count;
        assert_eq!(
            (report.files, bad),
            (files_there.try_into().expect("small"), 0),
            "{when}: {report:?}"
        );
        assert_eq!(plays().await, sessions_there, "{when}");
    };
    lie("apart", 20, 20).await;
    assert!(recordings::gather(&app.store, ctx.now).await.expect("gathered"));
    assert!(!recordings::gather(&app.store, ctx.now).await.expect("nothing left"));
    lie("together", 1, 20).await;
    // One that is masked has an object of its own again, and nothing of it stays where it was.
    let masked = RecordingId(sessions[4].1);
    recordings::mask(&ctx, masked, &["p".into()]).await.expect("masked");
    lie("masked", 2, 20).await;
    recordings::delete(&ctx, RecordingId(sessions[7].1)).await.expect("deleted");
    lie("deleted", 2, 19).await;
    // Those that went otherwise, with a customer or by the calendar, are left out an hour later.
    sqlx::query("delete from recordings where id = any($1)")
        .bind(sessions[8..12].iter().map(|s| s.1).collect::<Vec<_>>())
        .execute(app.store.pool())
        .await
        .expect("gone");
    let size = "select bytes from recording_packs";
    let before = count(&app, size).await;
    assert!(!recordings::gather(&app.store, ctx.now).await.expect("too soon"));
    let later = ctx.now + chrono::TimeDelta::hours(2);
    assert!(recordings::gather(&app.store, later).await.expect("renewed"));
    assert!(count(&app, size).await < before);
    lie("thinned", 2, 15).await;
    sqlx::query("delete from recordings where shares_file")
        .execute(app.store.pool())
        .await
        .expect("gone");
    assert!(
        recordings::gather(&app.store, later + chrono::TimeDelta::hours(2)).await.expect("done")
    );
    lie("empty", 1, 1).await;
}
