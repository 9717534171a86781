//! Receiving: how the reading of mailboxes goes, and whose word about senders counts.

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, page_error};
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::limits;
use rapport_domain::mailbox::Mailbox;
use rapport_domain::reading::Reading;
use rapport_services::{Result, mailboxes, receiving};

pub struct Receiving;

/// A mailbox that is read, and how that goes.
pub struct Shown {
    mailbox: Mailbox,
    reading: Reading,
}

impl ServerPage for Receiving {
    const PAGE: PageInfo = page_table::RECEIVING;
    const ABOUT: &'static str = "Mailboxes whose new mail is fetched over IMAP. Who sent a mail is checked here, unless you trust the word of the mail server in front.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[("trusted", "Saved")];
    type Data = Vec<Shown>;

    async fn load(request: &PageRequest) -> Result<Vec<Shown>> {
        let readings = receiving::readings(&request.ctx).await?;
        let mut mailboxes = mailboxes::list(&request.ctx).await?;
        let mut shown = Vec::with_capacity(readings.len());
        for reading in readings {
            // One that was removed in between has nothing to show.
            if let Some(at) = mailboxes.iter().position(|m| m.id == reading.mailbox) {
                shown.push(Shown { mailbox: mailboxes.swap_remove(at), reading });
            }
        }
        Ok(shown)
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let name = form.filled("imap_authserv_id");
        receiving::trust_authserv(&request.ctx, form.parse("id")?, name.as_deref()).await?;
        Ok("trusted")
    }

    fn view(all: Vec<Shown>, _: &PageRequest, state: &FormState) -> AnyView {
        if all.is_empty() {
            return view! {
                <p class="hint">"No mailbox has an IMAP server. " <a class="link" href="/settings/mailboxes">"Set one up"</a> ", or let mail come over SMTP, LMTP or HTTP."</p>
            }
            .into_any();
        }
        let rows: Vec<_> = all.into_iter().map(row).collect();
        view! {
            {page_error(state, &["trust"])}
            <ul class="field-list">{rows}</ul>
        }
        .into_any()
    }
}

fn row(shown: Shown) -> AnyView {
    let Shown { mailbox, reading } = shown;
    let (pill, state) = match (&reading.error, reading.reached_at) {
        (Some(_), _) => ("pill bad", "Not reached"),
        (None, Some(_)) => ("pill ok", "Read"),
        (None, None) => ("pill", "Not read yet"),
    };
    let server = mailbox.imap.map(|s| format!("{}:{} · {}", s.host, s.port, mailbox.imap_folder));
    let reached = reading.reached_at.map(|at| {
        view! { " Last reached " <Time at=at style=TimeStyle::Full /> "." }
    });
    view! {
        <li class="config-line receiving">
            <span class="field-name">
                <strong>{mailbox.address.clone()}</strong>
                <span>{server}</span>
            </span>
            <span class="hint"><span class=pill>{state}</span>{reached}{reading.error.map(|e| view! { <span class="job-error">" "{e}</span> })}</span>
            <form class="trust" method="post" action=Receiving::PAGE.path>
                <input type="hidden" name="do" value="trust" />
                <input type="hidden" name="id" value=mailbox.id.to_string() />
                <label>
                    <span class="hint">"Trusted mail server (authserv-id)"</span>
                    <input class="input" name="imap_authserv_id" maxlength=limits::NAME_CHARS value=reading.trusted_authserv.unwrap_or_default() placeholder="mx.example.com" />
                </label>
                <button class="btn" type="submit" aria-label=format!("Save the trusted server of {}", mailbox.address)>"Save"</button>
            </form>
        </li>
    }
    .into_any()
}
