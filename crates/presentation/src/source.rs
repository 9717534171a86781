//! Who sent an event, as people write it.

use crate::sentence;
use rapport_domain::provider;

/// A source's name: `help_centre` → `Help centre`.
pub fn source_label(source: &str) -> String {
    provider::find(source).map_or_else(|| sentence(source), |known| known.name.into())
}
