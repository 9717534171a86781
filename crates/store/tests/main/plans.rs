//! What a page of a timeline costs, by Postgres' own account.

use super::timeline::noon;
use chrono::TimeDelta;
use rapport_domain::{Cursor, Uuid};
use rapport_store::Store;
use serde_json::Value;
use sqlx::AssertSqlSafe;

/// A query of a page: its SQL, the types of its parameters, and what it may cost.
pub struct PageQuery<'a> {
    pub sql: &'a str,
    pub types: &'a str,
    /// The node types that may read events.
    pub reads: &'a [&'a str],
    pub blocks: i64,
}

impl PageQuery<'_> {
    /// Runs the page at several depths, with and without kinds, with the plan for these values and
    /// with the plan for any; `arguments` writes them for kinds, a place, and events before and
    /// after it.
    pub async fn check(
        &self,
        store: &Store,
        arguments: impl Fn(&str, Cursor, (i64, i64)) -> String,
    ) {
        sqlx::query("analyze").execute(store.pool()).await.unwrap();
        let mut connection = store.pool().acquire().await.unwrap();
        let prepare = format!("prepare page ({}) as {}", self.types, self.sql);
        sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *connection).await.unwrap();
        for mode in ["force_custom_plan", "force_generic_plan"] {
            let set = AssertSqlSafe(format!("set plan_cache_mode = {mode}"));
            sqlx::raw_sql(set).execute(&mut *connection).await.unwrap();
            for (kinds, minutes, sides) in [
                ("{}", 0, (51, 1)),
                ("{}", 50_000, (36, 16)),
                ("{}", 99_900, (1, 51)),
                ("{call}", 50_000, (51, 1)),
                ("{error,call,help}", 99_000, (51, 51)),
            ] {
                let at = Cursor::new(noon() - TimeDelta::minutes(minutes), Uuid::nil());
                let explain = format!(
                    "explain (analyze, buffers, format json) execute page ({})",
                    arguments(kinds, at, sides)
                );
                let plan: Value = sqlx::query_scalar(AssertSqlSafe(explain))
                    .fetch_one(&mut *connection)
                    .await
                    .unwrap();
                let root = &plan[0]["Plan"];
                let mut reads = Vec::new();
                inspect(root, &mut reads);
                assert!(!reads.is_empty());
                let allowed = reads.iter().all(|r| self.reads.contains(&r.as_str()));
                assert!(allowed, "{mode} {kinds}: {reads:?} {plan:#}");
                let blocks = root["Shared Hit Blocks"].as_i64().unwrap()
                    + root["Shared Read Blocks"].as_i64().unwrap();
                assert!(blocks <= self.blocks, "{mode} {kinds} at {minutes}: {blocks} blocks");
            }
        }
    }
}

/// Sums the blocks of a plan and collects how it reads the events.
fn inspect(node: &Value, reads: &mut Vec<String>) {
    let text = |key: &str| node[key].as_str().unwrap_or_default().to_string();
    if text("Relation Name") == "timeline_events" {
        reads.push(text("Node Type"));
    }
    if text("Node Type").contains("Sort") {
        let rows = node["Plans"][0]["Actual Rows"].as_f64().unwrap_or(0.0);
        assert!(rows <= 500.0, "sorts {rows} rows: {node:#}");
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        inspect(child, reads);
    }
}
