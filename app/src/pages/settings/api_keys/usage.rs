//! How much a key was used lately: a number, and a bar a day.

use chrono::{DateTime, Days, Utc};
use leptos::prelude::*;
use rapport_domain::api_key::{KeyRow, USAGE_DAYS};
use rapport_domain::money::grouped;

/// The bars' height in their own units, and the least that a day with requests is drawn with.
const HEIGHT: f64 = 20.0;
const FLOOR: f64 = 2.0;

/// The last days up to today, by the days of UTC.
pub fn chart(key: &KeyRow, now: DateTime<Utc>) -> AnyView {
    let total: i64 = key.usage.iter().map(|(_, n)| n).sum();
    if total == 0 {
        return view! { <span class="hint">{format!("No requests in {USAGE_DAYS} days")}</span> }
            .into_any();
    }
    let most = key.usage.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1);
    let today = now.date_naive();
    let label = format!("{} requests in {USAGE_DAYS} days", grouped(total));
    let bars = (0..USAGE_DAYS).map(|x| {
        let day = today.checked_sub_days(Days::new(USAGE_DAYS - 1 - x)).unwrap_or(today);
        let n = key.usage.iter().find(|(d, _)| *d == day).map_or(0, |(_, n)| *n);
        // Counts are far below where a float loses ones.
        let height = if n == 0 { 0.5 } else { (HEIGHT * n as f64 / most as f64).max(FLOOR) };
        let class = if n == 0 { "none" } else { "" };
        view! {
            <rect class=class x=x * 4 y=format!("{:.1}", HEIGHT - height) width="3" height=format!("{height:.1}")>
                <title>{format!("{day}: {}", grouped(n))}</title>
            </rect>
        }
    });
    view! {
        <span class="key-usage">
            <svg viewBox=format!("0 0 {} {HEIGHT}", USAGE_DAYS * 4 - 1) role="img" aria-label=label.clone()>{bars.collect_view()}</svg>
            <span class="hint">{label.clone()}</span>
        </span>
    }
    .into_any()
}
