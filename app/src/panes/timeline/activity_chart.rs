//! The activity of the last 90 days: one bar a day, each a link to it.

use super::state::TimelineState;
use crate::ui::time::use_clock;
use chrono::Days;
use leptos::prelude::*;
use rapport_domain::money::grouped;
use rapport_domain::timeline::{ACTIVITY_DAYS, ActivityDay, Position};

/// The bars' height in their own units, and the least a day is drawn with.
const HEIGHT: f64 = 36.0;
const FLOOR: f64 = 1.5;
/// Days from today of the labels below.
const LABELS: [u64; 3] = [ACTIVITY_DAYS - 1, ACTIVITY_DAYS * 2 / 3 - 1, ACTIVITY_DAYS / 3 - 1];

#[component]
pub(super) fn ActivityChart(timeline: TimelineState) -> impl IntoView {
    let clock = use_clock();
    let today = clock.now.get_untracked().date_naive();
    let back = move |days: u64| today.checked_sub_days(Days::new(days)).unwrap_or(today);
    let bars = move || {
        timeline.overview.with(|overview| {
            let most = overview.days.iter().map(|d| d.n).max().unwrap_or(1).max(1);
            (0..ACTIVITY_DAYS)
                .rev()
                .map(&back)
                .map(|day| {
                    let found = overview.days.iter().find(|d| d.day == day);
                    let found = found.copied().unwrap_or(ActivityDay { day, n: 0, errors: 0 });
                    view! { <Bar timeline day=found most /> }.into_any()
                })
                .collect_view()
        })
    };
    let label = move |ago: &u64| view! { <span>{clock.day(back(*ago))}</span> };
    view! {
        <nav class="activity-chart" aria-label="Activity of the last 90 days">{bars}</nav>
        <div class="activity-axis" aria-hidden="true">
            {LABELS.iter().map(label).collect_view()}
            <span>"Today"</span>
        </div>
    }
}

#[component]
fn Bar(timeline: TimelineState, day: ActivityDay, most: i32) -> impl IntoView {
    let height = (HEIGHT * f64::from(day.n) / f64::from(most)).clamp(FLOOR, HEIGHT);
    let clock = use_clock();
    let class = match (day.errors > 0, clock.begins_week(day.day)) {
        (true, true) => "bar err week",
        (true, false) => "bar err",
        (false, true) => "bar week",
        (false, false) => "bar",
    };
    let fill = view! {
        <svg viewBox="0 0 1 36" preserveAspectRatio="none" aria-hidden="true">
            <rect x="0" y=format!("{:.1}", HEIGHT - height) width="1" height=format!("{height:.1}") />
        </svg>
    };
    if day.n == 0 {
        return view! { <span class=class>{fill}</span> }.into_any();
    }
    let title = bar_title(day, &clock.day(day.day));
    // Ninety stops for Tab would hide what follows; the date form reaches every day too.
    view! {
        <a
            class=class
            href=timeline.href(Position::On(day.day))
            title=title.clone()
            aria-label=title
            aria-current=timeline.query.with_value(|q| q.at == Position::On(day.day)).then_some("date")
            tabindex="-1"
        >
            {fill}
        </a>
    }
    .into_any()
}

/// `Nov 20: 41 events, 2 errors`.
fn bar_title(day: ActivityDay, date: &str) -> String {
    let plural = |n: i32, word: &str| {
        let s = if n == 1 { "" } else { "s" };
        format!("{} {word}{s}", grouped(n.into()))
    };
    let mut title = format!("{date}: {}", plural(day.n, "event"));
    if day.errors > 0 {
        title.push_str(&format!(", {}", plural(day.errors, "error")));
    }
    title
}
