//! Changes where a field may be absent (leave it), null (clear it) or a value (set it).

use crate::json;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// For `#[serde(default, deserialize_with = "patch::nullable")]` on `Option<Option<T>>`:
/// absent stays `None`, `null` becomes `Some(None)`.
pub fn nullable<'de, T, D>(d: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(d).map(Some)
}

/// For what cannot be cleared: absent stays `None`, and `null` is refused rather than passed over.
pub fn never_null<'de, T, D>(d: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let value = Option::<T>::deserialize(d)?;
    let message = "this cannot be cleared: leave it out, or give a value";
    value.map(Some).ok_or_else(|| serde::de::Error::custom(message))
}

/// Text that may come as a number, as ids and phone numbers do.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or a number")]
enum Id {
    Text(String),
    Number(serde_json::Number),
}

impl Id {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => json::number_text(&number),
        }
    }
}

/// For an id, which may come as a number: `#[serde(default, deserialize_with = "patch::id")]`.
pub fn id<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Id>::deserialize(d)?.map(Id::text))
}

/// For a list of such; null leaves it as it is.
pub fn ids<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    let ids = Option::<Vec<Id>>::deserialize(d)?.unwrap_or_default();
    Ok(ids.into_iter().map(Id::text).collect())
}

/// For a map that PHP writes as a list while it is empty.
pub fn map<'de, T, D>(d: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a map")]
    enum Map<T> {
        Map(T),
        Empty([(); 0]),
    }
    Ok(match Option::<Map<T>>::deserialize(d)? {
        Some(Map::Map(map)) => map,
        Some(Map::Empty(_)) | None => T::default(),
    })
}

/// For a list that null empties: absent stays `None`, `null` becomes `Some([])`.
pub fn list<'de, T, D>(d: D) -> Result<Option<Vec<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<Vec<T>>::deserialize(d).map(|list| Some(list.unwrap_or_default()))
}

/// For a list that null leaves as it is.
pub fn some_list<'de, T, D>(d: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<Vec<T>>::deserialize(d).map(Option::unwrap_or_default)
}

/// Changes in which null clears a property.
pub trait Clears {
    /// Clears the properties with these names; names that it does not know are left alone.
    fn clear(&mut self, names: &[String]);
}

/// Which properties a change names, each by itself: `city`, `fields.plan`.
pub fn named<T: Serialize>(change: &T) -> Vec<String> {
    let Ok(Value::Object(fields)) = serde_json::to_value(change) else { return Vec::new() };
    let says = |value: &Value| !value.is_null() && value.as_array().is_none_or(|l| !l.is_empty());
    let custom = fields.get("fields").and_then(Value::as_object).into_iter().flatten();
    let custom: Vec<String> = custom.map(|(key, _)| format!("fields.{key}")).collect();
    let own = fields.iter().filter(|(name, value)| *name != "fields" && says(value));
    own.map(|(name, _)| name.clone()).chain(custom).collect()
}

/// The change without the properties that `keep` does not name.
pub fn only<T>(change: &T, keep: &[String]) -> T
where
    T: Serialize + DeserializeOwned + Default,
{
    let Ok(Value::Object(mut fields)) = serde_json::to_value(change) else { return T::default() };
    let kept = |name: &str| keep.iter().any(|k| k == name);
    if let Some(custom) = fields.get_mut("fields").and_then(Value::as_object_mut) {
        custom.retain(|key, _| kept(&format!("fields.{key}")));
    }
    fields.retain(|name, _| name == "fields" || kept(name));
    serde_json::from_value(Value::Object(fields)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::CustomerInput;
    use serde_json::json;

    #[test]
    fn a_change_is_taken_apart_by_its_properties() {
        let said = json!({"name": "Ada", "city": "", "fields": {"plan": null, "seats": 3}});
        let change: CustomerInput = serde_json::from_value(said).expect("a change");
        assert_eq!(named(&change), ["city", "name", "fields.plan", "fields.seats"]);
        let kept = only(&change, &["city".into(), "fields.seats".into()]);
        assert_eq!((kept.name, kept.city.as_deref()), (None, Some("")));
        assert_eq!(kept.fields.into_keys().collect::<Vec<_>>(), ["seats"]);
        assert_eq!(only(&change, &[]), CustomerInput::default());
    }
}
