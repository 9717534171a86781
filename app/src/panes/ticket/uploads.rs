//! Files that wait for a message: those of the composer's form, and a form of their own that adds
//! and removes them without scripts.

use super::state::TicketState;
use crate::ui::icon::Icon;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rapport_domain::message::{Upload, UploadRefusal, size_text};

/// The id of the composer's form, which the ids of waiting files go along with.
pub(crate) const COMPOSER: &str = "composer";

/// What waits, and how to add to it.
#[component]
pub(super) fn Uploads(state: TicketState) -> impl IntoView {
    // The editor has added or removed one.
    Effect::new(move |_| {
        let handle = window_event_listener_untyped("rapport:files", move |_| state.reload());
        on_cleanup(move || handle.remove());
    });
    let uploads = Signal::derive(move || state.details.with(|d| d.uploads.clone()));
    view! { <WaitingFiles uploads desk=state.number.to_string() /> }
}

/// The files that wait at a desk, and the form that adds some without scripts.
#[component]
pub(crate) fn WaitingFiles(uploads: Signal<Vec<Upload>>, desk: String) -> impl IntoView {
    let query = use_query_map();
    let refusal = move || {
        let word = query.with(|q| q.get("upload"))?;
        let refusal = word.parse::<UploadRefusal>().ok()?;
        Some(view! { <p class="form-error" role="alert">{refusal.label()}</p> })
    };
    let waiting = move || {
        let uploads = uploads.get();
        (!uploads.is_empty()).then(|| {
            let all = uploads.into_iter().map(|upload| view! { <Waiting upload /> }.into_any());
            view! { <ul class="files" aria-label="Files of the next message">{all.collect_view()}</ul> }
        })
    };
    view! {
        <div class="uploads">
            {refusal}
            {waiting}
            <details>
                <summary class="btn quiet"><Icon name="paperclip" />"Attach files"</summary>
                <form method="post" enctype="multipart/form-data" action=format!("/files/uploads/{desk}/form")>
                    <label>"For " <select class="input" name="mode"><option value="reply">"the reply"</option><option value="note">"a note"</option></select></label>
                    <input class="input" type="file" name="files" multiple=true required=true aria-label="Files" />
                    <button class="btn" type="submit">"Upload"</button>
                </form>
            </details>
        </div>
    }
}

#[component]
fn Waiting(upload: Upload) -> impl IntoView {
    let file = upload.file;
    let action = format!("{}/remove", file.href());
    let label = format!("Remove {}", file.file_name);
    view! {
        <li class=format!("tag file for-{}", upload.mode.as_str())>
            <input type="hidden" form=COMPOSER name="attachments[]" value=file.id.to_string() />
            {file.thumb().map(|src| view! { <img src=src alt="" /> })}
            <a class="clip" href=file.href() target="_blank" rel="noopener">{file.file_name.clone()}</a>
            <span class="size">"· " {size_text(file.size_bytes)} " · " {upload.mode.label()}</span>
            <form method="post" action=action><button class="icon-btn" type="submit" aria-label=label><Icon name="x" /></button></form>
        </li>
    }
}
