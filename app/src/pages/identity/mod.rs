//! Who a customer is: identifiers and how each was verified, people who may be the same, merges
//! that can be taken back, and parting one record into two.
//!
//! Rendered by the server alone, like the settings: it is opened now and then, and every page
//! would pay for it.

mod preview;
mod sections;

use crate::Failure;
use crate::failure::page_status;
use crate::frame::{Frame, Section};
use crate::server_page::form::{FormData, FormState};
use crate::server_page::{PageRequest, Site, flash_toast};
use crate::ui::empty::ErrorPanel;
use crate::ui::field::FormError;
use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use leptos::prelude::*;
use rapport_domain::customer::{CustomerQuery, CustomerRow};
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::merge::{FieldChoice, MergeForm, MergePreview};
use rapport_domain::{AppError, CustomerId, Permission};
use rapport_services::Result;
use rapport_services::customers::{self, Identity};

/// What the page says once a form has done its work.
const FLASHES: [(&str, &str); 4] = [
    ("merged", "Merged. You can undo it for 30 days"),
    ("undone", "Merge undone"),
    ("dismissed", "Noted: two different people"),
    ("split", "Split in two"),
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

async fn open(Path(id): Path<String>, request: PageRequest) -> Response {
    answer(&id, &request, &FormState::default()).await
}

async fn send(
    Path(id): Path<String>,
    request: PageRequest,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let form = FormData(fields);
    match act(&id, &request, &form).await {
        Ok((customer, word)) => {
            Redirect::to(&format!("{}?done={word}", path(customer))).into_response()
        }
        Err(error) => answer(&id, &request, &FormState(Some((form, error)))).await,
    }
}

async fn act(
    id: &str,
    request: &PageRequest,
    form: &FormData,
) -> Result<(CustomerId, &'static str)> {
    let id: CustomerId = id.parse().map_err(|_| AppError::NotFound)?;
    match form.text("do") {
        "merge" => {
            let chosen = |field: &&FieldChoice| form.text(field.as_str()) == "take";
            let form = MergeForm {
                other: form.parse("other")?,
                take: FieldChoice::ALL.iter().filter(chosen).copied().collect(),
                versions: Some((form.parse("version")?, form.parse("other_version")?)),
            };
            Ok((customers::merge(&request.ctx, id, &form).await?, "merged"))
        }
        "undo" => {
            customers::undo(&request.ctx, form.parse("merge")?).await?;
            Ok((id, "undone"))
        }
        "dismiss" => {
            customers::dismiss(&request.ctx, id, form.parse("other")?).await?;
            Ok((id, "dismissed"))
        }
        "split" => {
            let keys =
                form.0.iter().filter(|(name, _)| name == "key").map(|(_, key)| read_key(key));
            let keys = keys.collect::<Result<Vec<Key>>>()?;
            let new = customers::split(&request.ctx, id, &keys, form.text("name")).await?;
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

async fn load(id: &str, request: &PageRequest) -> Result<Data> {
    let id: CustomerId = id.parse().map_err(|_| AppError::NotFound)?;
    let identity = customers::identity(&request.ctx, id).await?;
    let preview = match request.query("with").map(str::trim).filter(|w| !w.is_empty()) {
        None => None,
        Some(with) => Some(customers::preview_by(&request.ctx, id, with).await),
    };
    let unknown = matches!(preview, Some(Err(_)));
    let with = request.query("with").filter(|with| unknown && with.trim().len() > 1);
    let candidates = match with {
        None => Vec::new(),
        Some(with) => {
            let query = CustomerQuery {
                q: Some(with.into()),
                limit: Some(CANDIDATES),
                ..Default::default()
            };
            let mut found = customers::list(&request.ctx, query).await?.items;
            found.retain(|row| row.id != identity.customer.id);
            found
        }
    };
    Ok(Data { identity, preview, candidates })
}

async fn answer(id: &str, request: &PageRequest, state: &FormState) -> Response {
    let data = load(id, request).await;
    let error = data.as_ref().err().or(state.0.as_ref().map(|(_, error)| error));
    let status = page_status(error);
    let flash = request.query("done").and_then(|w| FLASHES.iter().find(|(word, _)| *word == w));
    request.respond(status, "Identity", || {
        let (crumb, content) = match data {
            Ok(data) => {
                let customer = &data.identity.customer;
                let crumb = Some((customer.id, customer.details.name.clone()));
                (crumb, view(&data, request, state))
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
            {flash_toast(flash.map(|(_, text)| *text))}
        }
        .into_any()
    })
}

fn view(data: &Data, request: &PageRequest, state: &FormState) -> AnyView {
    let identity = &data.identity;
    let may = request.viewer.may(Permission::CustomersWrite);
    let delete = request.viewer.may(Permission::CustomersDelete).then(|| {
        let href = format!("/customers/{}/delete", identity.customer.id);
        view! { <p><a class="btn quiet" href=href>"Delete this customer"</a></p> }
    });
    view! {
        <header>
            <h1>{format!("Who is {}?", identity.customer.details.name)}</h1>
            <p class="hint">"What identifies them, how we know, and who else they may be."</p>
        </header>
        {crate::server_page::page::page_error(state, &["merge", "undo", "dismiss", "split"])}
        {data.preview.as_ref().filter(|_| may).map(|found| match found {
            Ok(found) => preview::preview(found),
            // Those who may have been meant say enough.
            Err(_) if !data.candidates.is_empty() => ().into_any(),
            Err(error) => view! { <FormError message=Some(error.to_string()) /> }.into_any(),
        })}
        {sections::identifiers(identity, may)}
        {sections::suggestions(identity, may)}
        {may.then(|| sections::find(identity, request.query("with").unwrap_or_default(), &data.candidates))}
        {sections::merges(identity, may)}
        {delete}
    }
    .into_any()
}
