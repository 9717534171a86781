//! What stands below one's answers, one for each mailbox. Everybody has their own.

use super::own_frame::own_frame;
use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::ServerPage;
use crate::ui::empty::Empty;
use crate::ui::field::{FieldHelp, FormError};
use crate::ui::markdown::Markdown;
use crate::ui::textarea::TextArea;
use leptos::prelude::*;
use rapport_domain::own_account::OwnSignature;
use rapport_domain::{AppError, limits};
use rapport_services::{Result, own_account};

pub struct Signatures;

impl ServerPage for Signatures {
    const PAGE: PageInfo = page_table::SIGNATURES;
    const ABOUT: &'static str = "What stands below your answers, between your words and the quoted message. The composer shows it before you send.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[("saved", "Signature saved")];
    type Data = Vec<OwnSignature>;

    async fn load(request: &PageRequest) -> Result<Vec<OwnSignature>> {
        own_account::signatures(&request.ctx).await
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        if form.text("do") != "sign" {
            return Err(AppError::NotFound);
        }
        own_account::sign(&request.ctx, form.parse("mailbox")?, form.text("signature")).await?;
        Ok("saved")
    }

    fn view(signatures: Vec<OwnSignature>, _: &PageRequest, state: &FormState) -> AnyView {
        if signatures.is_empty() {
            return view! {
                <Empty icon="mail" title="No mailbox can send yet">
                    <p>"Once one can, you choose here what stands below your answers from it."</p>
                </Empty>
            }
            .into_any();
        }
        signatures.iter().map(|one| form(one, state)).collect_view().into_any()
    }

    fn frame(content: AnyView) -> AnyView {
        own_frame(Self::PAGE.title, Self::ABOUT, content)
    }
}

fn form(of: &OwnSignature, state: &FormState) -> AnyView {
    let mailbox = of.mailbox.to_string();
    let mine = |form: &FormData| form.text("mailbox") == mailbox;
    let state = FormState(state.0.clone().filter(|(form, _)| mine(form)));
    let hint = match of.shared.trim() {
        "" => "Markdown: **bold**, [a link](https://…). Leave empty for none.".to_string(),
        shared => {
            let line = shared.lines().next().unwrap_or_default();
            format!(
                "Markdown: **bold**, [a link](https://…). Leave empty for the mailbox’s own: “{line}”."
            )
        }
    };
    let preview = (!of.own.is_empty()).then(|| {
        view! {
            <div class="signature-preview" aria-label="As it is sent">
                <span class="mark">"--"</span>
                <Markdown text=of.own.clone() />
            </div>
        }
    });
    let label = format!("Signature for {}", of.address);
    let help = format!("signature-{mailbox}");
    view! {
        <form class="form config-form" method="post" action=Signatures::PAGE.path aria-label=label.clone()>
            <FormError message=state.general(&["signature"]) />
            <input type="hidden" name="do" value="sign" />
            <input type="hidden" name="mailbox" value=mailbox.clone() />
            <label class="field-row">
                <span class="field-label">{of.address.clone()}</span>
                <TextArea name="signature" label=label.clone() rows=4 maxlength=limits::SIGNATURE_CHARS value=state.value("signature", of.own.clone()) />
                <FieldHelp id=help hint error=state.error("signature") />
            </label>
            {preview}
            <div class="form-actions"><button class="btn primary" type="submit">"Save"</button></div>
        </form>
    }
    .into_any()
}
