//! Mailboxes: the addresses that a workspace answers from.

mod form;

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, action_button, page_error};
use crate::ui::empty::Empty;
use crate::ui::icon::Icon;
use form::mailbox_form;
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::mailbox::Mailbox;
use rapport_domain::team::Team;
use rapport_services::{Result, link_keys, mailboxes, settings, teams};

pub struct Mailboxes;

/// What the page shows.
pub struct Shown {
    mailboxes: Vec<Mailbox>,
    open_tracking: bool,
    teams: Vec<Team>,
}

impl ServerPage for Mailboxes {
    const PAGE: PageInfo = page_table::MAILBOXES;
    const ABOUT: &'static str = "The addresses you answer from. Answers are sent through their servers ten seconds after you press Send.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[
        ("saved", "Mailbox saved"),
        ("removed", "Mailbox removed"),
        ("tested", "The server answers, and the login works"),
        ("tracking", "Saved"),
        ("renewed", "New mails carry new addresses"),
    ];
    type Data = Shown;

    async fn load(request: &PageRequest) -> Result<Shown> {
        let mailboxes = mailboxes::list(&request.ctx).await?;
        let open_tracking = settings::open_tracking(&request.ctx).await?;
        Ok(Shown { mailboxes, open_tracking, teams: teams::list(&request.ctx).await? })
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let (ctx, keys) = (&request.ctx, &request.keys);
        match form.text("do") {
            "save" if form.ticked("id") => {
                let (id, version) = (form.parse("id")?, form.parse("version")?);
                mailboxes::update(ctx, keys, id, version, form::input(form)?).await?;
                Ok("saved")
            }
            "save" => {
                mailboxes::create(ctx, keys, form::input(form)?).await?;
                Ok("saved")
            }
            "remove" => {
                mailboxes::remove(ctx, form.parse("id")?).await?;
                Ok("removed")
            }
            "test" => {
                let result = mailboxes::test_connection(ctx, keys, form.parse("id")?).await?;
                result.map_err(|text| {
                    AppError::invalid("connection", format!("It does not work: {text}"))
                })?;
                Ok("tested")
            }
            "track" => {
                settings::set_open_tracking(ctx, form.ticked("on")).await?;
                Ok("tracking")
            }
            "renew" => {
                link_keys::renew(ctx, form.ticked("at_once")).await?;
                Ok("renewed")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(data: Shown, request: &PageRequest, state: &FormState) -> AnyView {
        let Shown { mailboxes, open_tracking, teams } = data;
        // `?edit=new`, or the id of a mailbox; anything else shows the list alone.
        let form = request.query("edit").and_then(|wanted| {
            let mailbox = mailboxes.iter().find(|m| m.id.to_string() == wanted);
            (wanted == "new" || mailbox.is_some())
                .then(|| mailbox_form(mailbox.cloned(), &teams, &state.of("save")))
        });
        let list = if mailboxes.is_empty() {
            view! {
                <Empty icon="inbox" title="No mailbox yet">
                    <p>"Until there is one, answers are stored here and not delivered."</p>
                </Empty>
            }
            .into_any()
        } else {
            let rows = mailboxes.into_iter().map(row);
            view! { <ul class="field-list">{rows.collect_view()}</ul> }.into_any()
        };
        view! {
            {page_error(state, &["remove", "test", "track", "renew"])}
            <p><a class="btn primary" href=format!("{}?edit=new", Self::PAGE.path)><Icon name="plus" />"New mailbox"</a></p>
            {form}
            {list}
            <section class="field-section" aria-label="Open tracking">
                <h2>"Open tracking"</h2>
                <p class="hint">"A picture in each mail tells when it was opened. What mail programs and scanners load by themselves never counts as viewed. Some customers dislike it, and the law may require their consent."</p>
                <form method="post" action=Self::PAGE.path>
                    <input type="hidden" name="do" value="track" />
                    {(!open_tracking).then(|| view! { <input type="hidden" name="on" value="1" /> })}
                    <button class="btn" type="submit">{if open_tracking { "Switch off" } else { "Switch on" }}</button>
                </form>
            </section>
            <section class="field-section" aria-label="Addresses in mails">
                <h2>"Addresses in mails"</h2>
                <p class="hint">"Each answer carries an address that leads back to its ticket. Renew the key that signs them when one was passed on. Addresses in earlier mails work for 30 more days, unless you end them now: then answers to those mails may open new tickets."</p>
                <form method="post" action=Self::PAGE.path>
                    <input type="hidden" name="do" value="renew" />
                    <label class="check"><input type="checkbox" name="at_once" value="1" />"End earlier addresses now"</label>
                    <button class="btn" type="submit">"Renew"</button>
                </form>
            </section>
        }
        .into_any()
    }
}

fn row(mailbox: Mailbox) -> impl IntoView {
    let id = mailbox.id.to_string();
    let way = match &mailbox.smtp {
        _ if mailbox.outbox => "Keeps its mail in the outbox".to_string(),
        Some(server) => format!("{}:{} · {}", server.host, server.port, server.tls.label()),
        None => "Cannot send yet".to_string(),
    };
    let address = mailbox.address;
    let path = Mailboxes::PAGE.path;
    let test = action_button(path, "test", "Test", &id, &address);
    let [edit, remove] = ["Edit", "Remove"].map(|verb| format!("{verb} {address}"));
    view! {
        <li class="config-line">
            <span class="field-name">
                <strong>{mailbox.name}</strong>
                <span>{address}</span>
                {mailbox.is_default.then(|| view! { <span class="tag">"Default"</span> })}
                {mailbox.outbox.then(|| view! { <a class="btn quiet" href="/dev/outbox">"Open the outbox"</a> })}
            </span>
            <span class="hint clip">{way}</span>
            <span class="config-actions">
                {test}
                <a class="btn quiet" href=format!("{path}?edit={id}") aria-label=edit>"Edit"</a>
                <details class="menu">
                    <summary class="btn quiet" aria-label=remove>"Remove"</summary>
                    <form class="menu-items" method="post" action=path>
                        <input type="hidden" name="do" value="remove" />
                        <input type="hidden" name="id" value=id.clone() />
                        <p class="menu-head">"Mail that is still waiting to be sent from it will fail."</p>
                        <button type="submit"><Icon name="trash-2" />"Remove for good"</button>
                    </form>
                </details>
            </span>
        </li>
    }
}
