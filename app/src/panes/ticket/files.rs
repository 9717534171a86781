//! The files of a message: pictures small and, opened, large; everything else as a chip.
//!
//! A picture opens in a popover, which needs no script and closes on Escape. Whatever else the
//! browser can show (PDF, text) opens in a tab of its own, in the browser's own viewer.

use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::message::{Attachment, Look, size_text};

#[component]
pub(super) fn Files(files: Vec<Attachment>) -> impl IntoView {
    let (pictures, others): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| file.look() == Look::Picture);
    let pictures = (!pictures.is_empty()).then(|| {
        let all = pictures.into_iter().map(|file| view! { <Picture file /> }.into_any());
        view! { <div class="pictures">{all.collect_view()}</div> }
    });
    let others = (!others.is_empty()).then(|| {
        let all = others.into_iter().map(|file| view! { <Chip file /> }.into_any());
        view! { <p class="files">{all.collect_view()}</p> }
    });
    (pictures, others)
}

#[component]
fn Chip(file: Attachment) -> impl IntoView {
    let Attachment { file_name, content_type, .. } = file.clone();
    let about = format!("{file_name} · {content_type}");
    view! {
        <a class="tag file" href=file.href() target="_blank" rel="noopener" title=about>
            <Icon name="paperclip" />
            <span class="clip">{file_name}</span>
            <span class="size">"· " {size_text(file.size_bytes)}</span>
        </a>
    }
}

#[component]
fn Picture(file: Attachment) -> impl IntoView {
    let id = format!("large-{}", file.id);
    let (opens, closes) = (id.clone(), id.clone());
    let name = file.file_name.clone();
    let (label, alt) = (name.clone(), name.clone());
    let enlarge = format!("Enlarge {name}");
    let size = size_text(file.size_bytes);
    let about = format!("{name} · {size}");
    view! {
        <button class="picture" type="button" popovertarget=opens title=about>
            <img src=file.thumb() alt=enlarge loading="lazy" />
        </button>
        <div class="large" id=id popover="auto" role="dialog" aria-label=label>
            <p>
                <b class="clip">{name}</b>
                <span class="muted">{size}</span>
                <a class="btn" href=file.href() target="_blank" rel="noopener">"Open in a new tab"</a>
                <button class="icon-btn" type="button" popovertarget=closes popovertargetaction="hide" aria-label="Close"><Icon name="x" /></button>
            </p>
            // Fetched when it is shown.
            <img src=file.href() alt=alt loading="lazy" />
        </div>
    }
}
