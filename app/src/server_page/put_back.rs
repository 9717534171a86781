//! Puts what was typed in a refused form back into the page on which it stood.
//!
//! The page is rendered anew, with all that happened since; of its forms the one that was sent is
//! told by its address and by what it carries for itself. So the words stand where they were typed,
//! under their own labels, and sent again they are written over what is there now.

use super::form::FormData;
use lol_html::html_content::{ContentType, Element};
use lol_html::{
    ElementContentHandlers, RewriteStrSettings, Selector, element, end_tag, rewrite_str,
};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What a page needs of a browser half is left out: the address bar names no page now.
const SCRIPTS: &str =
    "script, link[rel=modulepreload], link[rel=preload][as=script], link[rel=preload][as=fetch]";
/// In what people choose or write. Passwords and files are asked for again.
const FIELDS: &str = "input, select, textarea";

type Handler<'h> = (Cow<'h, Selector>, ElementContentHandlers<'h>);

/// One form of the page that is sent where the refused one was.
#[derive(Debug, Default)]
struct Candidate {
    /// Its place among the page's forms.
    at: usize,
    id: Option<String>,
    /// Fields that it has of those that were sent, and how many carry what was sent.
    named: usize,
    same: usize,
    /// The disclosures around it, by their places.
    inside: Vec<usize>,
    /// It says itself what is wrong.
    says: bool,
}

impl Candidate {
    /// Whether a field belongs to it: by its `form` attribute, else by the form it stands in.
    fn owns(&self, field: &Element<'_, '_>, stands_in: Option<usize>) -> bool {
        match field.get_attribute("form") {
            Some(id) => self.id.as_ref() == Some(&id),
            None => stands_in == Some(self.at),
        }
    }
}

/// Where a reader of the page is.
#[derive(Debug, Default)]
struct Place {
    forms: usize,
    form: Option<usize>,
    disclosures: usize,
    inside: Vec<usize>,
    found: Vec<Candidate>,
}

/// What is put back.
pub(super) struct Refused<'a> {
    /// Where the form was sent.
    pub action: &'a str,
    pub form: &'a FormData,
    /// What is wrong with it.
    pub message: &'a str,
    /// Markup that goes with it when it is sent again.
    pub carried: &'a str,
}

/// The page with the words of a form, and what is wrong with it. `None` where no form of the page
/// is sent to that address.
pub(super) fn put_back(html: &str, refused: &Refused<'_>) -> Option<String> {
    let target = find(html, refused.action, refused.form)?;
    write(html, target, refused)
}

fn find(html: &str, action: &str, form: &FormData) -> Option<Candidate> {
    let place = Rc::new(RefCell::new(Place::default()));
    let mut handlers = walk(&place);
    let here = place.clone();
    handlers.push(element!("form", move |el| {
        let mut place = here.borrow_mut();
        let (at, inside) = (place.forms - 1, place.inside.clone());
        if path_of(&el.get_attribute("action").unwrap_or_default()) == path_of(action) {
            place.found.push(Candidate {
                at,
                id: el.get_attribute("id"),
                inside,
                ..Candidate::default()
            });
        }
        Ok(())
    }));
    let here = place.clone();
    let sent = form.0.clone();
    handlers.push(element!(FIELDS, move |el| {
        let mut place = here.borrow_mut();
        let place = &mut *place;
        let form = place.form;
        let owner = place.found.iter_mut().find(|c| c.owns(el, form));
        let Some(candidate) = owner else { return Ok(()) };
        let name = el.get_attribute("name").unwrap_or_default();
        let Some((_, value)) = sent.iter().find(|(n, _)| *n == name) else { return Ok(()) };
        candidate.named += 1;
        let carried = el.get_attribute("type").is_some_and(|kind| kind == "hidden");
        if carried && el.get_attribute("value").is_some_and(|v| unescaped(&v) == *value) {
            candidate.same += 1;
        }
        Ok(())
    }));
    let here = place.clone();
    handlers.push(element!(".form-error, .field-help.error", move |_| {
        let mut place = here.borrow_mut();
        let form = place.form;
        if let Some(candidate) = place.found.iter_mut().find(|c| Some(c.at) == form) {
            candidate.says = true;
        }
        Ok(())
    }));
    rewritten(html, handlers)?;
    let found = std::mem::take(&mut place.borrow_mut().found);
    // Of equals the first: `max_by_key` would take the last.
    found.into_iter().rev().max_by_key(|c| (c.same, c.named))
}

fn write(html: &str, target: Candidate, refused: &Refused<'_>) -> Option<String> {
    let place = Rc::new(RefCell::new(Place::default()));
    let mut handlers = walk(&place);
    let open: BTreeSet<usize> = target.inside.iter().copied().collect();
    let here = place.clone();
    handlers.push(element!("details", move |el| {
        if open.contains(&(here.borrow().disclosures - 1)) {
            el.set_attribute("open", "")?;
        }
        Ok(())
    }));
    let here = place.clone();
    let (at, says) = (target.at, target.says);
    let message = escaped(refused.message);
    let line = format!("<p class=\"form-error\" role=\"alert\">{message}</p>");
    let carried = refused.carried.to_string();
    handlers.push(element!("form", move |el| {
        if here.borrow().forms - 1 == at {
            el.prepend(&carried, ContentType::Html);
            if !says {
                el.prepend(&line, ContentType::Html);
            }
        }
        Ok(())
    }));
    let here = place.clone();
    let words = Rc::new(RefCell::new(by_name(refused.form)));
    let chosen = Rc::new(RefCell::new(None::<String>));
    let choose = chosen.clone();
    handlers.push(element!(FIELDS, move |el| {
        if !target.owns(el, here.borrow().form) {
            return Ok(());
        }
        let name = el.get_attribute("name").unwrap_or_default();
        let mut words = words.borrow_mut();
        let value = words.get_mut(&name);
        fill(el, value, &choose)
    }));
    handlers.push(element!("option", move |el| {
        if let Some(value) = chosen.borrow().as_ref() {
            match el.get_attribute("value").is_some_and(|own| unescaped(&own) == *value) {
                true => el.set_attribute("selected", "")?,
                false => el.remove_attribute("selected"),
            }
        }
        Ok(())
    }));
    handlers.push(element!(SCRIPTS, |el| {
        el.remove();
        Ok(())
    }));
    rewritten(html, handlers)
}

/// Gives a field its words back. What a list is to show is left in `choose` for its options.
fn fill(
    el: &mut Element<'_, '_>,
    value: Option<&mut Vec<String>>,
    choose: &Rc<RefCell<Option<String>>>,
) -> lol_html::HandlerResult {
    match (el.tag_name().as_str(), el.get_attribute("type").unwrap_or_default().as_str()) {
        ("input", "hidden" | "password" | "file" | "submit") => {}
        ("input", "checkbox" | "radio") => {
            let own = el.get_attribute("value").map_or_else(|| "on".into(), |v| unescaped(&v));
            match value.is_some_and(|all| all.contains(&own)) {
                true => el.set_attribute("checked", "")?,
                false => el.remove_attribute("checked"),
            }
        }
        ("input", _) => {
            if let Some(value) = value.and_then(take_first) {
                el.set_attribute("value", &escaped(&value))?;
            }
        }
        ("textarea", _) => {
            if let Some(value) = value.and_then(take_first) {
                // The parser drops one line break at the beginning.
                let text = format!("\n{}", escaped(&value));
                el.set_inner_content(&text, ContentType::Html);
            }
        }
        _ => {
            *choose.borrow_mut() = value.and_then(take_first);
            let end = choose.clone();
            el.on_end_tag(end_tag!(move |_| {
                *end.borrow_mut() = None;
                Ok(())
            }))?;
        }
    }
    Ok(())
}

/// `None` for what is no page: then there is no form in it either.
fn rewritten(html: &str, handlers: Vec<Handler<'_>>) -> Option<String> {
    let settings = handlers.into_iter().fold(RewriteStrSettings::new(), |settings, handler| {
        settings.append_element_content_handler(handler)
    });
    rewrite_str(html, settings).ok()
}

/// Counts forms and disclosures along the way. Its handlers run before those pushed after them.
fn walk<'h>(place: &Rc<RefCell<Place>>) -> Vec<Handler<'h>> {
    let (forms, disclosures) = (place.clone(), place.clone());
    vec![
        element!("form", move |el| {
            let here = forms.clone();
            let mut place = forms.borrow_mut();
            place.form = Some(place.forms);
            place.forms += 1;
            el.on_end_tag(end_tag!(move |_| {
                here.borrow_mut().form = None;
                Ok(())
            }))?;
            Ok(())
        }),
        element!("details", move |el| {
            let here = disclosures.clone();
            let mut place = disclosures.borrow_mut();
            let at = place.disclosures;
            place.disclosures += 1;
            place.inside.push(at);
            el.on_end_tag(end_tag!(move |_| {
                here.borrow_mut().inside.pop();
                Ok(())
            }))?;
            Ok(())
        }),
    ]
}

fn by_name(form: &FormData) -> BTreeMap<String, Vec<String>> {
    let mut words: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in &form.0 {
        words.entry(name.clone()).or_default().push(value.clone());
    }
    words
}

/// Fields of one name take their values in their order.
fn take_first(values: &mut Vec<String>) -> Option<String> {
    (!values.is_empty()).then(|| values.remove(0))
}

fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or(address)
}

pub(super) fn escaped(text: &str) -> String {
    html_escape::encode_double_quoted_attribute(text).into_owned()
}

fn unescaped(text: &str) -> String {
    html_escape::decode_html_entities(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("put_back.html");

    fn back(action: &str, fields: &[(&str, &str)]) -> Option<String> {
        let fields = fields.iter().map(|(n, v)| ((*n).to_string(), (*v).to_string()));
        let form = FormData(fields.collect());
        let refused =
            Refused { action, form: &form, message: "No <such> thing", carried: "<i>1</i>" };
        put_back(PAGE, &refused)
    }

    #[test]
    fn words_go_into_the_form_that_was_sent_and_into_no_other() {
        let page = back("/api/edit1", &[("property", "tags"), ("value", "x\"><b>")]).unwrap();
        assert!(page.contains("value=\"x&quot;&gt;&lt;b&gt;\""), "{page}");
        assert!(page.contains("value=\"old\"") && !page.contains("value=\"a\""), "{page}");
        let open = page.find("<details open").unwrap();
        assert!(page[open..].starts_with("<details open=\"\"><summary>Tags"), "{page}");
        assert_eq!(page.matches("No &lt;such&gt; thing").count(), 1, "{page}");
        assert!(!page.contains("<script") && page.matches("<i>1</i>").count() == 1, "{page}");
    }

    #[test]
    fn each_kind_of_field_is_as_it_was_left() {
        let sent = [("body", "</textarea>\nHi"), ("status", "open"), ("all", "on"), ("code", "12")];
        let page = back("/api/send2?x=1", &sent).unwrap();
        assert!(page.contains("<option value=\"open\" selected=\"\">"), "{page}");
        assert!(page.contains("<option value=\"closed\">"), "{page}");
        assert!(page.contains("name=\"all\" checked"), "{page}");
        assert!(page.contains(">\n&lt;/textarea&gt;\nHi</textarea>"), "{page}");
        assert!(!page.contains("12"), "a code is asked for again: {page}");
        assert!(page.contains("value=\"old\"") && page.contains("value=\"a\""), "{page}");
    }

    #[test]
    fn a_page_without_the_form_is_none_to_go_on_with() {
        assert_eq!(back("/api/other", &[("body", "x")]), None);
    }
}
