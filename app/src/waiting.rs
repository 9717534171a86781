//! How much waits for the reader: in the rail, in the tab's title and on its icon.

use crate::Failure;
use crate::live::{Hint, on_lost, use_fresh};
use crate::session::use_viewer;
use crate::ui::unread::icon;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use leptos::task::spawn_local;
use rapport_domain::session::Waiting;

/// Puts into context how much waits for the person; it follows what happens while the page is
/// open. Below [`provide_live`](crate::live::provide_live).
pub fn provide_waiting() {
    let waiting = RwSignal::new(of_viewer());
    provide_context(waiting);
    let fresh = use_fresh(|hint| hint == Hint::Waiting);
    // The answer tells why the stream broke: whose session is over is led to the log-in by `public/updated.js`.
    Effect::new(|_| {
        on_lost(|| {
            spawn_local(async {
                // Without an answer the stream is tried again in its time.
                let _ = load_waiting().await;
            });
        });
    });
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
    crate::api::run(async |ctx| {
        ctx.require(rapport_domain::Permission::WorkspaceRead)?;
        viewer.map(|v| v.waiting).ok_or(rapport_domain::AppError::Unauthenticated)
    })
    .await
}
