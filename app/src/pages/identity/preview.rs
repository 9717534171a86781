//! What a merge would do, field by field, before it is done.

use super::path;
use leptos::prelude::*;
use rapport_domain::customer::Customer;
use rapport_domain::identity::IdentifierKind;
use rapport_domain::merge::{Difference, MergePreview};

/// The form that merges.
pub fn preview(preview: &MergePreview) -> AnyView {
    let (into, from) = (&preview.survivor, &preview.merged);
    let rows = preview.differences.iter().map(choice).collect_view();
    let same = preview.differences.is_empty();
    view! {
        <form class="config-form merge" method="post" action=path(into.id) aria-label="Merge">
            <input type="hidden" name="do" value="merge" />
            <input type="hidden" name="other" value=from.id.to_string() />
            <input type="hidden" name="version" value=into.version.to_string() />
            <input type="hidden" name="other_version" value=from.version.to_string() />
            <h2>{format!("Merge {} into {}", from.details.name, into.details.name)}</h2>
            <p>{brings(from)}</p>
            {if same {
                view! { <p class="hint">"Their fields agree; nothing has to be chosen."</p> }.into_any()
            } else {
                view! { <div class="merge-fields">{rows}</div> }.into_any()
            }}
            <p class="hint">"The old address redirects to the one that stays. You can undo the merge for 30 days."</p>
            <div class="form-actions">
                <button class="btn primary" type="submit">"Merge"</button>
                <a class="btn quiet" href=path(into.id)>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

/// What moves over whatever is chosen.
fn brings(from: &Customer) -> String {
    let count = |kind, one: &str| match from.values(kind).count() {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {one}s")),
    };
    let tickets = match from.total_tickets {
        0 => None,
        1 => Some("1 ticket".to_string()),
        n => Some(format!("{n} tickets")),
    };
    let parts = [
        tickets,
        count(IdentifierKind::ExternalId, "external ID"),
        count(IdentifierKind::Email, "e-mail"),
        count(IdentifierKind::Phone, "phone"),
        count(IdentifierKind::AnonymousId, "browser"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.as_slice() {
        [] => "Their timeline and notes move too.".into(),
        parts => format!("{}, and their timeline and notes move too.", parts.join(", ")),
    }
}

fn choice(difference: &Difference) -> AnyView {
    let name = difference.field.as_str();
    let option = |value: &'static str, text: &str, checked: bool| {
        let text = if text.is_empty() { "(empty)".to_string() } else { text.to_string() };
        view! {
            <label><input type="radio" name=name value=value checked=checked /><span>{text}</span></label>
        }
    };
    view! {
        <fieldset>
            <legend>{difference.field.label()}</legend>
            {option("keep", &difference.survivor, !difference.take)}
            {option("take", &difference.merged, difference.take)}
        </fieldset>
    }
    .into_any()
}
