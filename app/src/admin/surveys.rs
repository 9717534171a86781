//! Surveys: whether customers are asked how it went, and how long after closing.

use super::Config;
use crate::Failure;
use crate::ui::action::on_done;
use crate::ui::empty::{ErrorPanel, Skeleton};
use crate::ui::field::FormError;
use crate::ui::toast::use_toasts;
use leptos::form::ActionForm;
use leptos::prelude::*;
use server_fn::codec::Json;

/// What can be chosen: minutes, and how they are called. Empty asks nobody.
const DELAYS: [(&str, &str); 6] = [
    ("", "Do not ask"),
    ("0", "At once"),
    ("60", "After an hour"),
    ("1440", "After a day"),
    ("4320", "After three days"),
    ("10080", "After a week"),
];

#[server(input = Json)]
pub async fn load_survey_delay() -> Result<Option<i32>, Failure> {
    crate::api::run(async |ctx| rapport_services::csat::delay(ctx).await).await
}

/// `delay` in minutes; empty switches surveys off.
#[server]
pub async fn save_survey_delay(delay: Option<String>) -> Result<(), Failure> {
    let minutes = delay.filter(|d| !d.is_empty()).map(|d| d.parse().unwrap_or(-1));
    crate::api::run(async |ctx| rapport_services::csat::set_delay(ctx, minutes).await).await
}

#[component]
pub fn SurveysPage() -> impl IntoView {
    view! {
        <Config title="Surveys" about="After a ticket is closed, its customer can rate the help with one to five stars. The answer stands in the ticket and on the timeline.">
            <SurveyForm />
        </Config>
    }
}

#[component]
fn SurveyForm() -> impl IntoView {
    let save = ServerAction::<SaveSurveyDelay>::new();
    let toasts = use_toasts();
    on_done(save, move |()| toasts.say("Saved for everybody"), |_| {});
    let loaded = Resource::new_blocking(move || save.version().get(), |_| load_survey_delay());
    let refused = Signal::derive(move || save.value().get()?.err().map(|e| e.to_string()));
    view! {
        <FormError message=refused />
        <Transition fallback=|| view! { <Skeleton rows=2 /> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(delay) => {
                        let chosen = delay.map(|d| d.to_string()).unwrap_or_default();
                        view! { <Choices save chosen /> }.into_any()
                    }
                    Err(error) => view! { <ErrorPanel error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Choices(save: ServerAction<SaveSurveyDelay>, chosen: String) -> impl IntoView {
    // A delay that was set by other means is a choice too.
    let other = DELAYS.iter().all(|(value, _)| *value != chosen).then(|| {
        let label = format!("After {chosen} minutes");
        view! { <option value=chosen.clone() selected=true>{label}</option> }
    });
    let options = DELAYS.map(
        |(value, label)| view! { <option value=value selected=value == chosen>{label}</option> },
    );
    view! {
        <ActionForm action=save attr:class="form">
            <label class="field-row">
                <span class="field-label">"Ask by e-mail"</span>
                <select name="delay">{options.collect_view()} {other}</select>
                <span class="field-help">"Once a ticket, from the mailbox it came to; not when nobody answered it, and not about spam."</span>
            </label>
            <div class="form-actions"><button class="btn primary" type="submit" disabled=save.pending()>"Save"</button></div>
        </ActionForm>
    }
}
