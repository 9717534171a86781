//! Changing a customer's properties: all that is wrong is said at once.

use super::{CustomerDetails, CustomerEdit, CustomerInput};
use crate::error::{AppError, Problems};
use crate::fields::{self, FieldDef};
use crate::{change, limits, locale, text};

impl CustomerDetails {
    /// Takes the properties of `input`; all that is wrong is said at once.
    pub fn apply(&mut self, input: &CustomerInput, defs: &[FieldDef]) -> Result<(), AppError> {
        let mut problems = Problems::default();
        self.apply_properties(&mut problems, input);
        problems.check(fields::apply(defs, &input.fields, &mut self.fields));
        problems.finish()
    }

    /// Takes the properties of the edit form.
    pub fn apply_edit(&mut self, edit: &CustomerEdit, defs: &[FieldDef]) -> Result<(), AppError> {
        let mut problems = Problems::default();
        self.apply_properties(&mut problems, &edit.as_input());
        problems.check(fields::apply_form(defs, edit.values(), &mut self.fields));
        problems.finish()
    }

    fn apply_properties(&mut self, problems: &mut Problems, input: &CustomerInput) {
        let p = problems;
        change::name(p, &mut self.name, input.name.as_deref());
        for (field, slot, given) in [
            ("job_title", &mut self.job_title, &input.job_title),
            ("company", &mut self.company, &input.company),
            ("city", &mut self.city, &input.city),
            ("country", &mut self.country, &input.country),
            ("browser", &mut self.browser, &input.browser),
            ("os", &mut self.os, &input.os),
        ] {
            change::line(p, field, slot, given.as_deref(), limits::LINE_CHARS);
        }
        change::line(
            p,
            "last_page",
            &mut self.last_page,
            input.last_page.as_deref(),
            limits::URL_CHARS,
        );
        let address =
            |field: &str, given: &str| text::required_text(field, given, limits::LINE_CHARS);
        change::checked(p, "address", &mut self.address, input.address.as_deref(), address);
        change::checked(
            p,
            "avatar_url",
            &mut self.avatar_url,
            input.avatar_url.as_deref(),
            change::https_url,
        );
        change::checked(p, "website", &mut self.website, input.website.as_deref(), change::web_url);
        change::checked(
            p,
            "language",
            &mut self.language,
            input.language.as_deref(),
            locale::language,
        );
        change::checked(
            p,
            "time_zone",
            &mut self.time_zone,
            input.time_zone.as_deref(),
            locale::time_zone,
        );
        if let Some(source) = &input.source
            && let Some(source) = p.check(text::required_line("source", source, limits::LINE_CHARS))
        {
            self.source = source;
        }
        if let Some(tags) = &input.tags
            && let Some(tags) = p.check(change::tags("tags", tags))
        {
            self.tags = tags;
        }
        for (name, slot, given) in [
            ("signed_up_at", &mut self.signed_up_at, input.signed_up_at),
            ("first_seen_at", &mut self.first_seen_at, input.first_seen_at),
            ("last_seen_at", &mut self.last_seen_at, input.last_seen_at),
        ] {
            *slot = given.or(slot.take().filter(|_| !input.cleared.contains(name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn input(value: serde_json::Value) -> CustomerInput {
        serde_json::from_value(value).expect("a valid input")
    }

    #[test]
    fn all_wrong_properties_are_named_at_once() {
        let wrong = input(json!({
            "name": " ", "avatar_url": "http://x.example/a.png", "website": "javascript:alert(1)",
            "time_zone": "Mars", "fields": { "ghost": 1 }
        }));
        let error = CustomerDetails::default().apply(&wrong, &[]).unwrap_err();
        for field in ["name", "avatar_url", "website", "time_zone", "fields.ghost"] {
            assert!(error.field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn absent_stays_and_empty_clears() {
        let mut details = CustomerDetails { city: Some("Austin".into()), ..Default::default() };
        details.apply(&input(json!({ "city": null })), &[]).expect("null changes nothing");
        assert_eq!(details.city.as_deref(), Some("Austin"));
        details.apply(&input(json!({ "city": "" })), &[]).expect("empty clears");
        assert_eq!(details.city, None);
    }
}
