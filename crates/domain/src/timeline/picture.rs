//! The picture beside an event.

use super::TimelineItem;
use super::own::ICON_URL;

impl TimelineItem {
    /// The address of the picture that the sender wants beside it; only a server asks there.
    pub fn picture(&self) -> Option<&str> {
        let address = self.payload.get(ICON_URL)?.as_str()?;
        address.starts_with("https://").then_some(address)
    }
}
