//! Surveys: whether customers are asked how it went, and how long after closing.

use super::page::{Page, page_error};
use crate::plain::Visit;
use crate::plain::form::{Draft, Sent};
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

impl Page for Surveys {
    const PATH: &'static str = "/settings/surveys";
    const TITLE: &'static str = "Surveys";
    const ABOUT: &'static str = "After a ticket is closed, its customer can rate the help with one to five stars. The answer stands in the ticket and on the timeline.";
    const SAID: &'static [(&'static str, &'static str)] = &[("saved", "Saved for everybody")];
    type Data = Option<i32>;

    async fn load(visit: &Visit) -> Result<Option<i32>> {
        csat::delay(&visit.ctx).await
    }

    async fn act(visit: &Visit, sent: &Sent) -> Result<&'static str> {
        // What is no number is no choice, and the check says so.
        let minutes = sent.filled("delay").map(|d| d.parse().unwrap_or(-1));
        csat::set_delay(&visit.ctx, minutes).await?;
        Ok("saved")
    }

    fn view(delay: Option<i32>, _: &Visit, draft: &Draft) -> AnyView {
        let chosen = draft.value("delay", delay.map(|d| d.to_string()).unwrap_or_default());
        // A delay that was set by other means is a choice too.
        let other = DELAYS.iter().all(|(value, _)| *value != chosen).then(|| {
            let label = format!("After {chosen} minutes");
            view! { <option value=chosen.clone() selected=true>{label}</option> }
        });
        let options = DELAYS.map(
            |(value, label)| view! { <option value=value selected=value == chosen>{label}</option> },
        );
        view! {
            {page_error(draft, &["save"])}
            <form class="form" method="post" action=Self::PATH>
                <input type="hidden" name="do" value="save" />
                <label class="field-row">
                    <span class="field-label">"Ask by e-mail"</span>
                    <select name="delay">{options.collect_view()} {other}</select>
                    <span class="field-help">"Once a ticket, from the mailbox it came to; not when nobody answered it, and not about spam."</span>
                </label>
                <div class="form-actions"><button class="btn primary" type="submit">"Save"</button></div>
            </form>
        }
        .into_any()
    }
}
