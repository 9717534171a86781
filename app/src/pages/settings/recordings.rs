//! Recordings: whether sessions are recorded, what is masked in them, where, and how long they are kept.

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, copy_line};
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::textarea::TextArea;
use leptos::prelude::*;
use rapport_domain::recording::{MaskText, Settings, SettingsInput};
use rapport_services::{Result, recordings};

/// Fields that show their own error.
const SHOWN: [&str; 9] = [
    "sample_percent",
    "mask_text",
    "mask",
    "hide",
    "unmask",
    "only_pages",
    "never_pages",
    "keep_days",
    "day_mb",
];

pub struct Recordings;

impl ServerPage for Recordings {
    const PAGE: PageInfo = page_table::RECORDINGS;
    const ABOUT: &'static str = "What customers saw and did in your web app, to be watched beside their tickets. What is typed is never recorded, and neither are card numbers, bank accounts and tokens.";
    const FLASHES: &'static [(&'static str, &'static str)] =
        &[("saved", "Saved for sessions that begin now")];
    type Data = Settings;

    async fn load(request: &PageRequest) -> Result<Settings> {
        recordings::settings(&request.ctx).await
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let text = |name: &str| form.text(name).to_string();
        let input = SettingsInput {
            enabled: form.ticked("enabled"),
            sample_percent: text("sample_percent"),
            mask_text: text("mask_text"),
            mask: text("mask"),
            hide: text("hide"),
            unmask: text("unmask"),
            only_pages: text("only_pages"),
            never_pages: text("never_pages"),
            identified_only: form.ticked("identified_only"),
            after_error: form.ticked("after_error"),
            console: form.ticked("console"),
            network: form.ticked("network"),
            canvas: form.ticked("canvas"),
            keep_days: text("keep_days"),
            day_mb: text("day_mb"),
        };
        recordings::set_settings(&request.ctx, &input).await?;
        Ok("saved")
    }

    fn view(settings: Settings, request: &PageRequest, state: &FormState) -> AnyView {
        let tag = format!(
            "<script src=\"{}/sdk.js\" data-key=\"rpk_…\" data-record=\"true\"></script>",
            request.origin()
        );
        let tick = |name: &'static str, stored: bool, label: &'static str| {
            view! { <label class="check"><input type="checkbox" name=name value="1" checked=state.ticked(name, stored) />{label}</label> }
        };
        let lines =
            |name: &'static str, label: &'static str, stored: &[String], hint: &'static str| {
                let value = state.value(name, stored.join("\n"));
                view! {
                    <label class="field-row">
                        <span class="field-label">{label}</span>
                        <TextArea name=name label=label rows=3 maxlength=20_000 value />
                        <FieldHelp id=format!("{name}-help") hint=hint error=state.error(name) />
                    </label>
                }
            };
        let number = |name: &'static str, label: &'static str, stored: i32, hint: &'static str| {
            view! { <Field name=name label=label value=state.value(name, stored.to_string()) hint=hint error=state.error(name) /> }
        };
        let chosen = state.value("mask_text", settings.mask_text.as_str());
        let masks = MaskText::ALL.iter().map(|m| view! { <option value=m.as_str() selected=m.as_str() == chosen>{m.label()}</option> });
        view! {
            <form class="form config-form" method="post" action=Self::PAGE.path aria-label="Recordings">
                <input type="hidden" name="do" value="save" />
                <FormError message=state.general(&SHOWN) />
                <fieldset>
                    <legend>"What is recorded"</legend>
                    {tick("enabled", settings.enabled, "Record sessions")}
                    {number("sample_percent", "Sessions out of a hundred", settings.sample_percent, "Chosen at random when a session begins.")}
                    {lines("only_pages", "Only these pages", &settings.only_pages, "Beginnings of paths, one per line; empty means all.")}
                    {lines("never_pages", "Never these pages", &settings.never_pages, "Beginnings of paths, one per line.")}
                    {tick("identified_only", settings.identified_only, "Only customers who are identified")}
                    {tick("after_error", settings.after_error, "Only when an error happens, with the half minute before it")}
                    {tick("console", settings.console, "Lines of the console")}
                    {tick("network", settings.network, "Requests: method, address, status, time; never bodies or headers")}
                    {tick("canvas", settings.canvas, "Canvas elements, which are expensive to record")}
                </fieldset>
                <fieldset>
                    <legend>"Privacy"</legend>
                    <label class="field-row">
                        <span class="field-label">"Masked"</span>
                        <select name="mask_text">{masks.collect_view()}</select>
                        <FieldHelp id="mask-text-help".into() hint="What is typed is masked in any case; passwords, hidden fields, cards and one-time codes are not recorded at all." error=state.error("mask_text") />
                    </label>
                    {lines("mask", "Also masked", &settings.mask, "CSS selectors, one per line, beside the class rapport-mask: text and attributes become stars.")}
                    {lines("hide", "Skipped", &settings.hide, "CSS selectors, one per line, beside the class rapport-hide: an empty box of the same size is shown.")}
                    {lines("unmask", "Shown where all text is masked", &settings.unmask, "CSS selectors, one per line.")}
                </fieldset>
                <fieldset>
                    <legend>"How much is kept"</legend>
                    {number("keep_days", "Days", settings.keep_days, "After that recordings are deleted; the timeline still shows that the sessions took place.")}
                    {number("day_mb", "Megabytes a day", settings.day_mb, "Once that much of the last 24 hours is stored, new sessions are refused.")}
                </fieldset>
                <div class="form-actions"><button class="btn primary" type="submit">"Save"</button></div>
            </form>
            <section class="recording-install" aria-label="Installing">
                <h2>"Installing"</h2>
                <p class="hint">"Add this to your pages, with one of your browser keys. Where visitors have to agree first, add data-consent=\"false\" and call rapport.consent(true) once they have."</p>
                {copy_line("Script", &tag)}
            </section>
        }
        .into_any()
    }
}
