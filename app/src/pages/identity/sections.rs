//! The parts of the identity page.

use super::path;
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::customer::{CustomerRow, Identifier};
use rapport_domain::identity::Suggestion;
use rapport_domain::merge::PastMerge;
use rapport_services::customers::Identity;

/// What identifies them; ticked ones can be parted into somebody else.
pub fn identifiers(identity: &Identity, may: bool) -> AnyView {
    let customer = &identity.customer;
    let several = customer.identifiers.len() > 1 && may;
    let rows = customer.identifiers.iter().map(|i| identifier(i, several)).collect_view();
    if customer.identifiers.is_empty() {
        return view! {
            <section aria-label="Identifiers"><h2>"Identifiers"</h2><p class="hint">"Nothing identifies this customer yet."</p></section>
        }
        .into_any();
    }
    view! {
        <form class="config-form" method="post" action=path(customer.id) aria-label="Identifiers">
            <input type="hidden" name="do" value="split" />
            <h2>"Identifiers"</h2>
            <ul class="field-list">{rows}</ul>
            {several.then(|| view! {
                <details class="split">
                    <summary><Icon name="chevron-right" />"Some of these are somebody else's"</summary>
                    <p class="hint">"Select them above. They become a customer of their own: what arrives through them from now on is theirs, what happened before stays here."</p>
                    <label class="field-row"><span class="field-label">"Their name"</span><input class="input" name="name" maxlength="200" /></label>
                    <div class="form-actions"><button class="btn" type="submit">"Split in two"</button></div>
                </details>
            })}
        </form>
    }
    .into_any()
}

fn identifier(i: &Identifier, tick: bool) -> AnyView {
    let how = i.how_verified();
    let value = format!("{} {}", i.kind.as_str(), i.value);
    let label = format!("{} {}", i.kind.label(), i.value);
    view! {
        <li class="id-line">
            {tick.then(|| view! { <input type="checkbox" name="key" value=value aria-label=label /> })}
            <span class="hint">{i.kind.label()}</span>
            <strong class="clip" title=i.value.clone()>{i.value.clone()}</strong>
            <span class="hint">{how}</span>
        </li>
    }
    .into_any()
}

/// Who may be the same person, with what speaks for it.
pub fn suggestions(identity: &Identity, may: bool) -> AnyView {
    if identity.suggestions.is_empty() {
        return ().into_any();
    }
    let customer = identity.customer.id;
    let row = |s: &Suggestion| {
        let evidence = s.evidence.iter().map(|e| e.text()).collect::<Vec<_>>().join("; ");
        let merge = format!("{}?with={}", path(customer), s.customer);
        let (other, name) = (s.customer.to_string(), s.name.clone());
        let actions = may.then(|| {
            view! {
                <a class="btn" href=merge>"Compare"</a>
                <form method="post" action=path(customer)>
                    <input type="hidden" name="do" value="dismiss" />
                    <input type="hidden" name="other" value=other />
                    <button class="btn quiet" type="submit" aria-label=format!("{name} is somebody else")>"Two people"</button>
                </form>
            }
        });
        view! {
            <li class="id-line">
                <a href=format!("/customers/{}", s.customer)><strong>{s.name.clone()}</strong></a>
                <span class="hint">{evidence}</span>
                {actions}
            </li>
        }
    };
    view! {
        <section aria-label="May be the same person">
            <h2>"May be the same person"</h2>
            <ul class="field-list">{identity.suggestions.iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// The search for somebody to merge.
pub fn find(identity: &Identity, with: &str, candidates: &[CustomerRow]) -> AnyView {
    let own = path(identity.customer.id);
    let row = |c: &CustomerRow| {
        let detail = c.email.clone().or_else(|| c.account.as_ref().map(|a| a.name.clone()));
        view! {
            <li class="id-line">
                <a href=format!("/customers/{}", c.id)><strong>{c.name.clone()}</strong></a>
                <span class="hint">{detail}</span>
                <a class="btn" href=format!("{own}?with={}", c.id) aria-label=format!("Compare with {}", c.name)>"Compare"</a>
            </li>
        }
    };
    let candidates: Vec<_> = candidates.iter().map(row).collect();
    view! {
        <form class="config-form" method="get" action=path(identity.customer.id) aria-label="Merge with">
            <h2>"Merge with somebody else"</h2>
            <label class="field-row">
                <span class="field-label">"Their name, e-mail, phone or ID"</span>
                <input class="input" name="with" value=with.to_string() required maxlength="300" />
            </label>
            <div class="form-actions"><button class="btn" type="submit">"Find"</button></div>
            {(!candidates.is_empty()).then(|| view! { <ul class="field-list">{candidates}</ul> })}
        </form>
    }
    .into_any()
}

/// Who was merged into them.
pub fn merges(identity: &Identity, may: bool) -> AnyView {
    if identity.merges.is_empty() {
        return ().into_any();
    }
    let customer = identity.customer.id;
    let row = |m: &PastMerge| {
        let state = match m.undone_at {
            Some(at) => view! { "taken back " <Time at style=TimeStyle::Full /> }.into_any(),
            None => format!("by {}", m.actor).into_any(),
        };
        let undo = (m.can_undo && may).then(|| {
            view! {
                <form method="post" action=path(customer)>
                    <input type="hidden" name="do" value="undo" />
                    <input type="hidden" name="merge" value=m.id.to_string() />
                    <button class="btn quiet" type="submit" aria-label=format!("Undo the merge of {}", m.name)>"Undo"</button>
                </form>
            }
        });
        view! {
            <li class="id-line">
                <strong>{m.name.clone()}</strong>
                <span class="hint"><Time at=m.merged_at style=TimeStyle::Full />" "{state}</span>
                {undo}
            </li>
        }
    };
    view! {
        <section aria-label="Merged into this customer">
            <h2>"Merged into this customer"</h2>
            <ul class="field-list">{identity.merges.iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}
