//! A mail as its sender laid it out, in a frame that runs nothing.

use crate::ui::details::is_open;
use crate::ui::icon::Icon;
use leptos::html::Iframe;
use leptos::prelude::*;
use rapport_domain::MessageId;
use wasm_bindgen::JsCast;

/// Taller letters scroll inside, in CSS pixels.
const HEIGHT_MAX: i32 = 900;

/// Opens the frame, which loads only then.
#[component]
pub(super) fn Formatted(id: MessageId) -> impl IntoView {
    let href = format!("/files/messages/{id}/html");
    let frame = NodeRef::<Iframe>::new();
    let fit = move |_| {
        let Some(frame) = frame.get_untracked() else { return };
        // Known because the frame is of our origin; nothing in it can run.
        let height =
            frame.content_document().and_then(|d| d.document_element()).map(|e| e.scroll_height());
        if let Some(height) = height {
            let style = frame.unchecked_ref::<web_sys::HtmlElement>().style();
            // Refused only for a name that is no property.
            let _ = style.set_property("block-size", &format!("{}px", height.min(HEIGHT_MAX)));
        }
    };
    let open = RwSignal::new(false);
    let src = href.clone();
    view! {
        <details class="formatted" on:toggle=move |ev| open.set(is_open(&ev))>
            <summary>"Show formatted"</summary>
            {move || open.get().then(|| view! {
                <iframe
                    node_ref=frame
                    src=src.clone()
                    title="Formatted message"
                    sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
                    referrerpolicy="no-referrer"
                    on:load=fit
                ></iframe>
            })}
            <a class="original" href=href target="_blank" rel="noopener"><Icon name="external-link" />"Open in a tab"</a>
        </details>
    }
}
