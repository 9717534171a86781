//! Who a customer is: identifiers and how each was verified, people who may be the same, merges
//! that can be taken back, and parting one record into two.
//!
//! Rendered by the server alone, like the settings: it is opened now and then, and every page
//! would pay for it.

mod preview;
mod sections;

use crate::Failure;
use crate::frame::{Frame, Section};
use crate::plain::form::{Draft, Sent};
use crate::plain::{Site, Visit, said_toast};
use crate::ui::empty::ErrorPanel;
use crate::ui::field::FormError;
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use leptos::prelude::*;
use rapport_domain::customer::{CustomerQuery, CustomerRow};
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::merge::{FieldChoice, MergeForm, MergePreview};
use rapport_domain::{AppError, CustomerId, Permission};
use rapport_services::Result;
use rapport_services::customers::{self, Identity};

/// What is said after a form did its deed.
const SAID: [(&str, &str); 4] = [
    ("merged", "Merged; it can be taken back for 30 days"),
    ("undone", "The merge was taken back"),
    ("dismissed", "Noted: two different people"),
    ("split", "Parted into two"),
];

/// How many are offered when a search names nobody exactly.
const CANDIDATES: u32 = 8;

/// The route.
pub(crate) fn router() -> Router<Site> {
    Router::new().route("/customers/{id}/identity", routing::get(open).post(send))
}

/// What the page shows.
struct Data {
    identity: Identity,
    /// With the one who was searched for, or why there is nobody.
    preview: Option<Result<MergePreview>>,
    /// Who may have been meant, where the search names nobody exactly.
    candidates: Vec<CustomerRow>,
}

fn path(id: CustomerId) -> String {
    format!("/customers/{id}/identity")
}

async fn open(Path(id): Path<String>, visit: Visit) -> Response {
    answer(&id, &visit, &Draft::default()).await
}

async fn send(
    Path(id): Path<String>,
    visit: Visit,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let sent = Sent(fields);
    match act(&id, &visit, &sent).await {
        Ok((customer, word)) => {
            Redirect::to(&format!("{}?done={word}", path(customer))).into_response()
        }
        Err(error) => answer(&id, &visit, &Draft(Some((sent, error)))).await,
    }
}

async fn act(id: &str, visit: &Visit, sent: &Sent) -> Result<(CustomerId, &'static str)> {
    let id: CustomerId = id.parse().map_err(|_| AppError::NotFound)?;
    match sent.text("do") {
        "merge" => {
            let chosen = |field: &&FieldChoice| sent.text(field.as_str()) == "take";
            let form = MergeForm {
                other: sent.parse("other")?,
                take: FieldChoice::ALL.iter().filter(chosen).copied().collect(),
                versions: Some((sent.parse("version")?, sent.parse("other_version")?)),
            };
            Ok((customers::merge(&visit.ctx, id, &form).await?, "merged"))
        }
        "undo" => {
            customers::undo(&visit.ctx, sent.parse("merge")?).await?;
            Ok((id, "undone"))
        }
        "dismiss" => {
            customers::dismiss(&visit.ctx, id, sent.parse("other")?).await?;
            Ok((id, "dismissed"))
        }
        "split" => {
            let keys =
                sent.0.iter().filter(|(name, _)| name == "key").map(|(_, key)| read_key(key));
            let keys = keys.collect::<Result<Vec<Key>>>()?;
            let new = customers::split(&visit.ctx, id, &keys, sent.text("name")).await?;
            Ok((new, "split"))
        }
        _ => Err(AppError::NotFound),
    }
}

/// `email ada@x.example`, as the page's boxes have it.
fn read_key(text: &str) -> Result<Key> {
    let (kind, value) = text.split_once(' ').ok_or(AppError::NotFound)?;
    let kind: IdentifierKind = kind.parse().map_err(|_| AppError::NotFound)?;
    Ok(Key { kind, value: value.into() })
}

async fn load(id: &str, visit: &Visit) -> Result<Data> {
    let id: CustomerId = id.parse().map_err(|_| AppError::NotFound)?;
    let identity = customers::identity(&visit.ctx, id).await?;
    let preview = match visit.query("with").map(str::trim).filter(|w| !w.is_empty()) {
        None => None,
        Some(with) => Some(customers::preview_by(&visit.ctx, id, with).await),
    };
    let unknown = matches!(preview, Some(Err(_)));
    let with = visit.query("with").filter(|with| unknown && with.trim().len() > 1);
    let candidates = match with {
        None => Vec::new(),
        Some(with) => {
            let query = CustomerQuery {
                q: Some(with.into()),
                limit: Some(CANDIDATES),
                ..Default::default()
            };
            let mut found = customers::list(&visit.ctx, query).await?.items;
            found.retain(|row| row.id != identity.customer.id);
            found
        }
    };
    Ok(Data { identity, preview, candidates })
}

async fn answer(id: &str, visit: &Visit, draft: &Draft) -> Response {
    let data = load(id, visit).await;
    let error = data.as_ref().err().or(draft.0.as_ref().map(|(_, error)| error));
    let status = error.and_then(|e| StatusCode::from_u16(e.status()).ok());
    let said = visit.query("done").and_then(|w| SAID.iter().find(|(word, _)| *word == w));
    visit.respond(status.unwrap_or(StatusCode::OK), "Identity", || {
        let (crumb, content) = match data {
            Ok(data) => {
                let customer = &data.identity.customer;
                let crumb = Some((customer.id, customer.details.name.clone()));
                (crumb, view(&data, visit, draft))
            }
            Err(error) => (None, view! { <ErrorPanel error=Failure(error) /> }.into_any()),
        };
        view! {
            <Frame section=Section::Customers crumbs=move || view! {
                <a href="/customers">"Customers"</a>
                <span aria-hidden="true">"/"</span>
                {crumb.clone().map(|(id, name)| view! {
                    <a href=format!("/customers/{id}")>{name}</a>
                    <span aria-hidden="true">"/"</span>
                })}
                <strong>"Identity"</strong>
            }>
                <div class="config-page identity">{content}</div>
            </Frame>
            {said_toast(said.map(|(_, text)| *text))}
        }
        .into_any()
    })
}

fn view(data: &Data, visit: &Visit, draft: &Draft) -> AnyView {
    let identity = &data.identity;
    let may = visit.viewer.may(Permission::Write);
    view! {
        <header>
            <h1>{format!("Who is {}?", identity.customer.details.name)}</h1>
            <p class="hint">"What identifies them, how we know, and who else they may be."</p>
        </header>
        {crate::settings::page_error(draft, &["merge", "undo", "dismiss", "split"])}
        {data.preview.as_ref().filter(|_| may).map(|found| match found {
            Ok(found) => preview::preview(found),
            // Those who may have been meant say enough.
            Err(_) if !data.candidates.is_empty() => ().into_any(),
            Err(error) => view! { <FormError message=Some(error.to_string()) /> }.into_any(),
        })}
        {sections::identifiers(identity, may)}
        {sections::suggestions(identity, may)}
        {may.then(|| sections::find(identity, visit.query("with").unwrap_or_default(), &data.candidates))}
        {sections::merges(identity, may)}
    }
    .into_any()
}
