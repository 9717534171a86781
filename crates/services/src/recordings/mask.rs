//! Masking what was recorded already: every part is written anew with the text of some elements as
//! stars, and the bytes before are gone.

use super::pack::{Writer, pack, read_range, unpack};
use super::packs::leave;
use super::selector::{Element, Selectors};
use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::recording::Recording;
use rapport_domain::{AppError, Permission, RecordingId};
use rapport_store::files;
use rapport_store::recordings::{self as store, NewPart};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Levels that are looked up from an element, where a recording says that they go round in circles.
const DEPTH_MAX: usize = 4_000;
/// Attributes that may say what the element says.
const TELLING: [&str; 9] =
    ["title", "alt", "href", "src", "placeholder", "value", "content", "label", "rr_dataURL"];

/// Masks the elements of a session that is over. Later sessions are masked by the settings.
pub async fn mask(ctx: &Ctx, id: RecordingId, selectors: &[String]) -> Result<Recording> {
    ctx.require(Permission::CustomersDelete)?;
    let wanted = Selectors::read(selectors)?;
    let recording = ctx.store.recording(ctx.workspace, id).await?;
    if recording.live || !pack(&ctx.store, ctx.workspace, id).await? {
        return Err(AppError::Conflict(
            "This session is still running. Mask it once it is over.".into(),
        ));
    }
    let (Some(file), parts) = ctx.store.recording_parts(ctx.workspace, id).await? else {
        return Ok(recording);
    };
    let mut writer = Writer::start(&ctx.store, ctx.workspace).await?;
    let mut page = Page::new(wanted);
    let mut window = String::new();
    for part in parts {
        if part.window_key != window {
            window.clone_from(&part.window_key);
            page.nodes.clear();
        }
        let (from, length) = (part.offset, i64::from(part.bytes));
        let bytes = read_range(&ctx.store, ctx.workspace, file, from, length).await?;
        let raw = unpack(bytes.into()).await?;
        let (back, events) = masked(page, raw).await?;
        page = back;
        writer.add(NewPart { ..part }, events).await?;
    }
    let (new_file, sha256, parts) = writer.finish().await?;
    let mut tx = ctx.transaction(Permission::CustomersDelete).await?;
    if store::lock_stored(&mut tx, ctx.workspace, id).await? != Some(file) {
        return Err(AppError::Conflict("Somebody else masks this session right now.".into()));
    }
    store::store_packed(&mut tx, ctx.workspace, id, Some(new_file), &sha256, &parts).await?;
    files::rows::settle(&mut tx, ctx.workspace, &[new_file]).await?;
    let detail = json!({ "selectors": selectors });
    tx.commit_audited(Action::RecordingMasked, id, detail).await?;
    // At once, and not with the rest tomorrow: that is what masking is for.
    leave(&ctx.store, ctx.workspace, file).await?;
    Ok(ctx.store.recording(ctx.workspace, id).await?)
}

/// The events of a part with the stars, a list whose end is missing; off the threads that serve.
async fn masked(mut page: Page, raw: Vec<u8>) -> Result<(Page, Vec<u8>)> {
    let work = move || {
        let mut events: Vec<Value> = serde_json::from_slice(&raw).map_err(|_| {
            // serde_json builds 127 levels, which are 60 of a page.
            AppError::Conflict(
                "A page of this session nests too deep to be masked. Delete the session instead."
                    .into(),
            )
        })?;
        for event in &mut events {
            page.event(event);
        }
        let mut bytes = serde_json::to_vec(&events).map_err(crate::internal)?;
        bytes.pop();
        Ok((page, bytes))
    };
    tokio::task::spawn_blocking(work).await.map_err(crate::internal)?
}

/// An element as far as selectors look at it.
#[derive(Debug)]
struct Known {
    parent: Option<i64>,
    name: String,
    attributes: HashMap<String, String>,
    /// It is meant itself, or stands in what is.
    masked: bool,
}

impl Element for Known {
    fn name(&self) -> &str {
        &self.name
    }
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// What stands on the page at a moment of the recording.
struct Page {
    wanted: Selectors,
    nodes: HashMap<i64, Known>,
}

impl Page {
    fn new(wanted: Selectors) -> Self {
        Self { wanted, nodes: HashMap::new() }
    }

    fn event(&mut self, event: &mut Value) {
        let kind = event["type"].as_i64();
        let Some(data) = event.get_mut("data") else { return };
        match (kind, data["source"].as_i64()) {
            (Some(2), _) => {
                self.nodes.clear();
                if let Some(node) = data.get_mut("node") {
                    self.node(node, None);
                }
            }
            (Some(3), Some(0)) => self.change(data),
            (Some(3), Some(5)) if self.is_masked(data["id"].as_i64()) => star(data.get_mut("text")),
            // What a canvas showed.
            (Some(3), Some(9)) if self.is_masked(data["id"].as_i64()) => {
                star(data.get_mut("rr_dataURL"));
            }
            _ => {}
        }
    }

    fn is_masked(&self, id: Option<i64>) -> bool {
        id.and_then(|id| self.nodes.get(&id)).is_some_and(|known| known.masked)
    }

    fn change(&mut self, data: &mut Value) {
        for change in list(data, "attributes") {
            let Some(id) = change["id"].as_i64() else { continue };
            let Some(attributes) = change.get_mut("attributes") else { continue };
            if let (Some(known), Some(new)) = (self.nodes.get_mut(&id), attributes.as_object()) {
                for (name, value) in new {
                    match value.as_str() {
                        Some(text) => drop(known.attributes.insert(name.clone(), text.into())),
                        None if value.is_null() => drop(known.attributes.remove(name)),
                        None => {}
                    }
                }
            }
            // A class may be what makes it meant from now on.
            let masked = self.decide(id);
            if let Some(known) = self.nodes.get_mut(&id) {
                known.masked |= masked;
            }
            if self.is_masked(Some(id)) {
                star_attributes(attributes);
            }
        }
        for add in list(data, "adds") {
            let parent = add["parentId"].as_i64();
            if let Some(node) = add.get_mut("node") {
                self.node(node, parent);
            }
        }
        for text in list(data, "texts") {
            if self.is_masked(text["id"].as_i64()) {
                star(text.get_mut("value"));
            }
        }
    }

    /// Whether a selector means it, or it stands in what is masked.
    fn decide(&self, id: i64) -> bool {
        let mut path = Vec::new();
        let mut next = Some(id);
        while let Some(known) = next.and_then(|id| self.nodes.get(&id)) {
            path.push(known);
            next = known.parent;
            if path.len() > DEPTH_MAX {
                break;
            }
        }
        if path.iter().skip(1).any(|known| known.masked) {
            return true;
        }
        path.reverse();
        !path.is_empty() && self.wanted.matches(&path)
    }

    fn node(&mut self, node: &mut Value, parent: Option<i64>) {
        let Some(id) = node["id"].as_i64() else { return };
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(true) => Some(String::new()),
            _ => None,
        };
        let attributes = node["attributes"].as_object().into_iter().flatten();
        let attributes = attributes.filter_map(|(n, v)| Some((n.clone(), text(v)?))).collect();
        let name = node["tagName"].as_str().unwrap_or_default().to_string();
        let is_element = !name.is_empty();
        self.nodes.insert(id, Known { parent, name, attributes, masked: false });
        let masked = if is_element { self.decide(id) } else { self.is_masked(parent) };
        if let Some(known) = self.nodes.get_mut(&id) {
            known.masked = masked;
        }
        if masked {
            if node["isStyle"].as_bool() != Some(true) {
                star(node.get_mut("textContent"));
            }
            if let Some(attributes) = node.get_mut("attributes") {
                star_attributes(attributes);
            }
        }
        for child in list(node, "childNodes") {
            self.node(child, Some(id));
        }
    }
}

fn list<'a>(of: &'a mut Value, name: &str) -> impl Iterator<Item = &'a mut Value> {
    of.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten()
}

fn star(value: Option<&mut Value>) {
    if let Some(Value::String(text)) = value {
        *text = text.chars().map(|c| if c.is_whitespace() { c } else { '*' }).collect();
    }
}

fn star_attributes(attributes: &mut Value) {
    for (name, value) in attributes.as_object_mut().into_iter().flatten() {
        if TELLING.contains(&name.as_str())
            || name.starts_with("aria-")
            || name.starts_with("data-")
        {
            star(Some(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_attributes_and_what_changes_later_become_stars() {
        let mut page = Page::new(Selectors::read(&[".salary".into()]).expect("a selector"));
        let text = |id: i64, text: &str| json!({"type": 3, "id": id, "textContent": text});
        let salary = json!({"type": 2, "id": 4, "tagName": "td", "attributes": {"class": "salary", "title": "of Ada"},
            "childNodes": [{"type": 2, "id": 5, "tagName": "b", "attributes": {}, "childNodes": [text(6, "4,200 €")]}]});
        let body = json!({"type": 2, "id": 3, "tagName": "body", "attributes": {}, "childNodes": [salary, text(7, "Hello")]});
        let mut first =
            json!({"type": 2, "data": {"node": {"type": 0, "id": 1, "childNodes": [body]}}});
        let mut later = json!({"type": 3, "data": {"source": 0,
            "adds": [{"parentId": 5, "node": text(8, "net")}, {"parentId": 3, "node": text(9, "Bye")}],
            "texts": [{"id": 6, "value": "4,300 €"}, {"id": 7, "value": "Hi"}],
            "attributes": [{"id": 4, "attributes": {"title": "of Bob"}}]}});
        let mut input = json!({"type": 3, "data": {"source": 5, "id": 5, "text": "9"}});
        for event in [&mut first, &mut later, &mut input] {
            page.event(event);
        }
        let all = format!("{first}{later}{input}");
        for gone in ["4,200", "4,300", "net", "Ada", "Bob", "\"9\""] {
            assert!(!all.contains(gone), "{gone}: {all}");
        }
        for kept in ["Hello", "Bye", "Hi", "salary"] {
            assert!(all.contains(kept), "{kept}: {all}");
        }
    }
}
