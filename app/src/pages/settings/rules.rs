//! What the reader is told of, by which ways, when they want quiet, and in which browsers.

use super::notifications::in_frame;
use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::ServerPage;
use crate::ui::field::FormError;
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle};
use chrono::NaiveTime;
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::dates::WeekStart;
use rapport_domain::notification::Device;
use rapport_domain::notify::{News, Notify, Quiet, Whose};
use rapport_services::{Result, notifications, push};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

pub struct Rules;

/// What the page shows.
pub struct Shown {
    rules: Notify,
    devices: Vec<Device>,
    /// With which browsers subscribe; `None` where the server cannot keep its half.
    key: Option<String>,
}

impl ServerPage for Rules {
    const PAGE: PageInfo = page_table::NOTIFICATION_RULES;
    const ABOUT: &'static str =
        "What you are told of, and how. Your own changes and messages never notify you.";
    const FLASHES: &'static [(&'static str, &'static str)] =
        &[("saved", "Saved"), ("forgot", "Notifications are off in that browser")];
    type Data = Shown;

    async fn load(request: &PageRequest) -> Result<Shown> {
        Ok(Shown {
            rules: request.viewer.preferences.notify.clone(),
            devices: push::devices(&request.ctx).await?,
            key: push::public_key(&request.ctx, &request.keys).await?,
        })
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        match form.text("do") {
            "save" => {
                notifications::set_rules(&request.ctx, read(form)?).await?;
                Ok("saved")
            }
            "forget" => {
                push::forget(&request.ctx, form.parse("device")?).await?;
                Ok("forgot")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(shown: Shown, request: &PageRequest, state: &FormState) -> AnyView {
        let Shown { rules, devices, key } = shown;
        let week = request.viewer.preferences.week;
        let state = state.of("save");
        view! {
            <form class="form notify-rules" method="post" action=Self::PAGE.path>
                <FormError message=state.general(&["time_zone", "days", "from"]) />
                <input type="hidden" name="do" value="save" />
                <table>
                    <thead>
                        <tr><th scope="col">"When"</th><th scope="col">"Tickets"</th><th scope="col">"Bell"</th><th scope="col">"Browser"</th><th scope="col">"E-mail"</th></tr>
                    </thead>
                    <tbody>{News::ALL.iter().map(|news| row(*news, &rules, &state)).collect_view()}</tbody>
                </table>
                {quiet(rules.quiet.as_ref(), week, &state)}
                <div class="form-actions"><button class="btn primary" type="submit">"Save"</button></div>
            </form>
            {browsers(devices, key)}
        }
        .into_any()
    }

    fn frame(content: AnyView) -> AnyView {
        in_frame(Self::PAGE.title, Self::ABOUT, content)
    }
}

fn read(form: &FormData) -> Result<Notify> {
    let mut rules = Notify::default();
    for news in News::ALL {
        let word = news.as_str();
        let rule = rules.rule_mut(*news);
        if *news != News::Mention {
            rule.whose = form.parse(&format!("{word}_whose"))?;
        }
        rule.app = form.ticked(&format!("{word}_app"));
        rule.browser = form.ticked(&format!("{word}_browser"));
        rule.email = form.ticked(&format!("{word}_email"));
    }
    rules.quiet = form.ticked("quiet").then(|| read_quiet(form)).transpose()?;
    Ok(rules)
}

fn read_quiet(form: &FormData) -> Result<Quiet> {
    let time = |name| {
        let bad = |_| AppError::invalid("from", "Write times as 18:00.");
        NaiveTime::parse_from_str(form.text(name), "%H:%M").map_err(bad)
    };
    let chosen: Vec<_> = form.all("days").collect();
    let days = std::array::from_fn(|day| chosen.contains(&DAYS[day]));
    let time_zone = form.text("time_zone").trim().to_string();
    Ok(Quiet { days, from: time("from")?, to: time("to")?, time_zone })
}

fn row(news: News, rules: &Notify, state: &FormState) -> AnyView {
    let (word, rule) = (news.as_str(), rules.rule(news));
    let tick = |way: &str, label: &str, on: bool| {
        let name = format!("{word}_{way}");
        let checked = state.ticked(&name, on);
        let label = format!("{}: {label}", news.label());
        view! { <td><input type="checkbox" name=name value="yes" checked=checked aria-label=label /></td> }
    };
    let name = format!("{word}_whose");
    let chosen = state.value(&name, rule.whose.as_str());
    let whose = match news {
        News::Mention => view! { <span class="hint">"Wherever it is"</span> }.into_any(),
        _ => view! {
            <select class="input" name=name aria-label=format!("{}: on which tickets", news.label())>
                {Whose::ALL.iter().map(|w| view! { <option value=w.as_str() selected=w.as_str() == chosen>{w.label()}</option> }).collect_view()}
            </select>
        }
        .into_any(),
    };
    view! {
        <tr>
            <th scope="row">{news.label()}</th>
            <td>{whose}</td>
            {tick("app", "at the bell", rule.app)}
            {tick("browser", "from the browser", rule.browser)}
            {tick("email", "by e-mail", rule.email)}
        </tr>
    }
    .into_any()
}

fn quiet(quiet: Option<&Quiet>, week: WeekStart, state: &FormState) -> AnyView {
    let stored = |part: fn(&Quiet) -> String, otherwise: &str| {
        quiet.map_or_else(|| otherwise.to_string(), part)
    };
    let written = |time: NaiveTime| time.format("%H:%M").to_string();
    let from = state.value("from", quiet.map_or("18:00".into(), |q| written(q.from)));
    let to = state.value("to", quiet.map_or("08:00".into(), |q| written(q.to)));
    let zone = state.value("time_zone", stored(|q| q.time_zone.clone(), ""));
    let days = week.days().map(|n| {
        let (day, on) = (DAYS[n], quiet.is_none_or(|quiet| quiet.days[n]));
        view! { <label><input type="checkbox" name="days" value=day checked=state.has("days", day, on) />{day}</label> }
    });
    let wrong = ["days", "from", "time_zone"].map(|name| {
        state.error(name).map(|error| view! { <p class="field-help error">{error}</p> })
    });
    view! {
        <fieldset class="quiet-hours">
            <legend><label><input type="checkbox" name="quiet" value="yes" checked=state.ticked("quiet", quiet.is_some()) />" Quiet hours"</label></legend>
            <p class="hint">"Browsers stay silent during quiet hours. E-mails wait and arrive as one afterwards. The bell keeps counting."</p>
            <div class="days">{days.collect_view()}</div>
            <div class="hours">
                <label class="field-row"><span class="field-label">"From"</span><input type="time" name="from" value=from /></label>
                <label class="field-row"><span class="field-label">"To"</span><input type="time" name="to" value=to /></label>
                <label class="field-row"><span class="field-label">"Time zone"</span><input name="time_zone" value=zone placeholder="Europe/Berlin" maxlength="60" autocomplete="off" data-time-zone="" /></label>
            </div>
            {wrong.collect_view()}
        </fieldset>
    }
    .into_any()
}

fn browsers(devices: Vec<Device>, key: Option<String>) -> AnyView {
    let turn_on = match key {
        Some(key) => view! {
            <p class="scripted" data-push=key>
                <button class="btn" type="button" data-push-on="" hidden=true><Icon name="bell" />"Turn on in this browser"</button>
                <span class="hint" data-push-state="" role="status"></span>
            </p>
        }
        .into_any(),
        None => view! { <p class="hint">"Browser notifications are off: the server was started without RAPPORT_SECRET_KEY, which protects their key."</p> }.into_any(),
    };
    let none =
        devices.is_empty().then(|| view! { <p class="hint">"No browser is set up yet."</p> });
    let rows = devices.into_iter().map(|device| {
        view! {
            <li>
                <span class="clip">{device.name}</span>
                <span class="hint">"since " <Time at=device.since style=TimeStyle::Full /></span>
                <form method="post" action=Rules::PAGE.path>
                    <input type="hidden" name="do" value="forget" />
                    <input type="hidden" name="device" value=device.id.to_string() />
                    <button class="btn quiet" type="submit">"Turn off"</button>
                </form>
            </li>
        }
    });
    view! {
        <section class="push-devices" aria-labelledby="browsers">
            <h2 id="browsers">"Browsers"</h2>
            <p class="hint">"Your browser notifies you even when Rapport is not open, until you log out there."</p>
            {turn_on}
            {none}
            <ul>{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}
