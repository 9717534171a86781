//! The logged-in person, known to server and browser alike without a request.

use crate::Failure;
use crate::live::{Hint, use_fresh};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use leptos::task::spawn_local;
use rapport_domain::session::{Viewer, Waiting};

/// Puts the person into context; the value travels inside the page.
pub fn provide_viewer() {
    let viewer = SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        return crate::api::viewer();
        #[cfg(not(feature = "ssr"))]
        None::<Viewer>
    })
    .into_inner();
    provide_context(viewer);
}

/// The person, `None` on the login page.
pub fn use_viewer() -> Option<Viewer> {
    use_context::<Option<Viewer>>().flatten()
}

/// Puts into context how much waits for the person; it follows what happens while the page is
/// open. Below [`provide_live`](crate::live::provide_live).
pub fn provide_waiting() {
    let waiting = RwSignal::new(of_viewer());
    provide_context(waiting);
    let fresh = use_fresh(|hint| hint == Hint::Waiting);
    // The tab's icon says it too, when nobody looks at the page.
    Effect::new(move |before: Option<i64>| {
        let now = waiting.with(|waiting| waiting.notifications);
        if before.is_some_and(|before| before != now)
            && let Ok(Some(link)) = document().query_selector("link[rel=icon]")
        {
            // A name and a path of ours.
            let _ = link.set_attribute("href", &icon(now));
        }
        now
    });
    Effect::new(move |before: Option<u32>| {
        let now = fresh.get();
        if before.is_some_and(|before| before != now) {
            spawn_local(async move {
                // Without an answer the numbers stay until the next one.
                if let Ok(now) = load_waiting().await {
                    waiting.set(now);
                }
            });
        }
        now
    });
}

/// The title of a page with the number of what is unread before it: `(3) Inbox · Rapport`.
pub fn counted(unread: i64, title: String) -> String {
    match unread {
        0 => title,
        1..100 => format!("({unread}) {title}"),
        _ => format!("(99+) {title}"),
    }
}

/// The tab's icon, with the same number.
pub fn icon(unread: i64) -> String {
    match unread {
        0 => "/favicon.svg".into(),
        _ => format!("/icon/{}.svg", unread.min(10)),
    }
}

/// How much waits for the person; on a page without a browser half, when it was made.
pub fn use_waiting() -> Signal<Waiting> {
    use_context::<RwSignal<Waiting>>().map_or_else(|| Signal::stored(of_viewer()), Signal::from)
}

fn of_viewer() -> Waiting {
    use_viewer().map(|viewer| viewer.waiting).unwrap_or_default()
}

/// How much waits for the person now.
#[server(input = Json)]
pub async fn load_waiting() -> Result<Waiting, Failure> {
    // The session layer has just counted.
    let viewer = crate::api::viewer();
    crate::api::run(async |_| {
        viewer.map(|v| v.waiting).ok_or(rapport_domain::AppError::Unauthenticated)
    })
    .await
}
