//! Surveys: whether customers are asked how it went, and how long after closing.

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, page_error};
use leptos::prelude::*;
use rapport_services::{Result, csat};

/// What can be chosen: minutes, and how they are called. Empty asks nobody.
const DELAYS: [(&str, &str); 6] = [
    ("", "Do not ask"),
    ("0", "At once"),
    ("60", "After an hour"),
    ("1440", "After a day"),
    ("4320", "After three days"),
    ("10080", "After a week"),
];

pub struct Surveys;

impl ServerPage for Surveys {
    const PAGE: PageInfo = page_table::SURVEYS;
    const ABOUT: &'static str = "After a ticket is closed, its customer can rate the help with one to five stars. The rating appears in the ticket and on the timeline.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[("saved", "Saved for everybody")];
    type Data = Option<i32>;

    async fn load(request: &PageRequest) -> Result<Option<i32>> {
        csat::delay(&request.ctx).await
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        // What is no number is no choice, and the check says so.
        let minutes = form.filled("delay").map(|d| d.parse().unwrap_or(-1));
        csat::set_delay(&request.ctx, minutes).await?;
        Ok("saved")
    }

    fn view(delay: Option<i32>, _: &PageRequest, state: &FormState) -> AnyView {
        let chosen = state.value("delay", delay.map(|d| d.to_string()).unwrap_or_default());
        // A delay that was set by other means is a choice too.
        let other = DELAYS.iter().all(|(value, _)| *value != chosen).then(|| {
            let label = format!("After {chosen} minutes");
            view! { <option value=chosen.clone() selected=true>{label}</option> }
        });
        let options = DELAYS.map(
            |(value, label)| view! { <option value=value selected=value == chosen>{label}</option> },
        );
        view! {
            {page_error(state, &["save"])}
            <form class="form" method="post" action=Self::PAGE.path>
                <input type="hidden" name="do" value="save" />
                <label class="field-row">
                    <span class="field-label">"Ask by e-mail"</span>
                    <select name="delay">{options.collect_view()} {other}</select>
                    <span class="field-help">"Sent once per ticket, from the mailbox it arrived in; not if nobody answered it, and not for spam."</span>
                </label>
                <div class="form-actions"><button class="btn primary" type="submit">"Save"</button></div>
            </form>
        }
        .into_any()
    }
}
