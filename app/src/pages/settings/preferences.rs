//! How the reader likes to work. Everybody has their own page.

use super::own_frame::own_frame;
use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::ServerPage;
use crate::ui::field::{FieldHelp, FormError};
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::dates::{DateStyle, HourStyle, WeekStart};
use rapport_domain::locale::{time_zone, time_zones};
use rapport_domain::message::MessageMode;
use rapport_domain::preferences::{
    AfterSend, AssignOnReply, Density, Preferences as Chosen, Theme,
};
use rapport_services::{Result, preferences};
use std::str::FromStr;

pub struct Preferences;

impl ServerPage for Preferences {
    const PAGE: PageInfo = page_table::PREFERENCES;
    const ABOUT: &'static str = "How you like to work. Only you see and change this.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[("saved", "Saved")];
    type Data = Chosen;

    async fn load(request: &PageRequest) -> Result<Chosen> {
        // They came with the session.
        Ok(request.viewer.preferences.clone())
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        if form.text("do") != "choose" {
            return Err(AppError::NotFound);
        }
        // The palette sends the one that was chosen there.
        let (theme, density) = (chosen(form, "theme")?, chosen(form, "density")?);
        let after_send = chosen(form, "after_send")?;
        let assign_on_reply = chosen(form, "assign_on_reply")?;
        let (composer, dates) = (chosen(form, "composer")?, chosen(form, "dates")?);
        let (hours, week) = (chosen(form, "hours")?, chosen(form, "week")?);
        // Empty is the browser's.
        let zone = form.ticked("time_zone").then(|| form.filled("time_zone"));
        let checked = |zone: String| time_zone("time_zone", zone.trim());
        let zone = zone.map(|zone| zone.map(checked).transpose()).transpose()?;
        let change = |p: &mut Chosen| {
            p.composer = composer.unwrap_or(p.composer);
            p.time_zone = zone.unwrap_or_else(|| p.time_zone.take());
            p.dates = dates.unwrap_or(p.dates);
            p.hours = hours.unwrap_or(p.hours);
            p.week = week.unwrap_or(p.week);
            p.theme = theme.unwrap_or(p.theme);
            p.density = density.unwrap_or(p.density);
            p.after_send = after_send.unwrap_or(p.after_send);
            p.assign_on_reply = assign_on_reply.unwrap_or(p.assign_on_reply);
        };
        preferences::change(&request.ctx, change).await?;
        Ok("saved")
    }

    fn view(chosen: Chosen, _: &PageRequest, state: &FormState) -> AnyView {
        let theme = Theme::ALL.iter().map(|c| (c.as_str(), c.label()));
        let density = Density::ALL.iter().map(|c| (c.as_str(), c.label()));
        let after_send = AfterSend::ALL.iter().map(|c| (c.as_str(), c.label()));
        let assign = AssignOnReply::ALL.iter().map(|c| (c.as_str(), c.label()));
        let dates = DateStyle::ALL.iter().map(|c| (c.as_str(), c.label()));
        let hours = HourStyle::ALL.iter().map(|c| (c.as_str(), c.label()));
        let week = WeekStart::ALL.iter().map(|c| (c.as_str(), c.label()));
        let value = |name: &str, stored: &'static str| state.value(name, stored);
        let groups = [
            choices("theme", "Theme", "", theme, &value("theme", chosen.theme.as_str())),
            choices("density", "Density", "", density, &value("density", chosen.density.as_str())),
            choices(
                "after_send",
                "After finishing a ticket",
                "After an answer, and after closing, snoozing or marking as spam.",
                after_send,
                &value("after_send", chosen.after_send.as_str()),
            ),
            choices(
                "assign_on_reply",
                "Assign tickets to me when I answer",
                "",
                assign,
                &value("assign_on_reply", chosen.assign_on_reply.as_str()),
            ),
            choices(
                "composer",
                "Write first",
                "What opens below a ticket.",
                MessageMode::ALL.iter().map(|c| (c.as_str(), c.label())),
                &value("composer", chosen.composer.as_str()),
            ),
            choices("dates", "Dates", "", dates, &value("dates", chosen.dates.as_str())),
            choices("hours", "Times", "", hours, &value("hours", chosen.hours.as_str())),
            choices("week", "Weeks begin on", "", week, &value("week", chosen.week.as_str())),
        ];
        let zone = state.value("time_zone", chosen.time_zone.clone().unwrap_or_default());
        view! {
            // `plain.js` sends each change at once, and then needs no button.
            <form class="form preferences" method="post" action=Self::PAGE.path data-saves="">
                <FormError message=state.general(&["time_zone"]) />
                <input type="hidden" name="do" value="choose" />
                {groups.collect_view()}
                {time_zone_row(zone, state)}
                <div class="form-actions"><button class="btn primary" type="submit">"Save"</button></div>
            </form>
        }
        .into_any()
    }

    fn frame(content: AnyView) -> AnyView {
        own_frame(Self::PAGE.title, Self::ABOUT, content)
    }
}

/// A field with all names to choose from: nobody scrolls through six hundred.
fn time_zone_row(zone: String, state: &FormState) -> AnyView {
    let names = time_zones().map(|name| view! { <option value=name></option> });
    view! {
        <label class="field-row">
            <span class="field-label">"Time zone"</span>
            <input name="time_zone" list="time-zones" value=zone placeholder="The browser’s" autocomplete="off" spellcheck="false" />
            <FieldHelp id="time_zone-help".into() hint="Such as Europe/Berlin. Leave empty for your browser’s." error=state.error("time_zone") />
        </label>
        <datalist id="time-zones">{names.collect_view()}</datalist>
    }
    .into_any()
}

/// What was chosen of one question, if it was asked.
fn chosen<T: FromStr>(form: &FormData, name: &str) -> Result<Option<T>> {
    if form.ticked(name) { form.parse(name).map(Some) } else { Ok(None) }
}

/// One question and its answers.
fn choices(
    name: &'static str,
    question: &'static str,
    hint: &'static str,
    answers: impl Iterator<Item = (&'static str, &'static str)>,
    chosen: &str,
) -> AnyView {
    let answers = answers.map(|(word, label)| {
        view! { <label><input type="radio" name=name value=word checked=word == chosen />{label}</label> }
    });
    view! {
        <fieldset class="choice-row">
            <legend>{question}</legend>
            {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
            <div>{answers.collect_view()}</div>
        </fieldset>
    }
    .into_any()
}
