//! Forms whose answer is an address.

use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement, HtmlInputElement, HtmlSelectElement, SubmitEvent};

/// Leaves out of the address what nothing was chosen for: such fields are off while the form is
/// read. Listen in the capture phase; without scripts the server leads on to the short address.
pub fn leave_out_empty(ev: SubmitEvent) {
    let Some(form) = ev.target().and_then(|t| t.dyn_into::<HtmlFormElement>().ok()) else { return };
    if !form.method().eq_ignore_ascii_case("get") {
        return;
    }
    let Ok(fields) = form.query_selector_all("[name]:enabled") else { return };
    let fields = (0..fields.length()).filter_map(|i| fields.item(i)?.dyn_into::<Element>().ok());
    let empty: Vec<_> = fields
        .filter(|field| {
            let input = field.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value);
            let select = field.dyn_ref::<HtmlSelectElement>().map(HtmlSelectElement::value);
            input.or(select).is_some_and(|value| value.is_empty())
        })
        .collect();
    for field in &empty {
        // Refused only for a name that is none.
        let _ = field.set_attribute("disabled", "");
    }
    set_timeout(
        move || {
            for field in &empty {
                let _ = field.remove_attribute("disabled");
            }
        },
        Duration::ZERO,
    );
}
