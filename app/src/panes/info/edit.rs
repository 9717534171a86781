//! Which form is open: in a dialog with JavaScript, else in the pane by `?edit=…`.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos_router::hooks::{use_query_map, use_url};
use rapport_domain::NoteId;
use rapport_domain::customer::CustomerEdit;

/// What `?edit=` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    Details,
    Account,
    Note(NoteId),
}

impl Edit {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "details" => Some(Self::Details),
            "account" => Some(Self::Account),
            id => id.parse().ok().map(Self::Note),
        }
    }

    fn word(self) -> String {
        match self {
            Self::Details => "details".into(),
            Self::Account => "account".into(),
            Self::Note(id) => id.to_string(),
        }
    }
}

/// The form in the address, the addresses that open and leave one, and the dialogs.
#[derive(Clone, Copy)]
pub struct EditPlace {
    /// The form that the address opens.
    pub open: Memo<Option<Edit>>,
    /// The dialogs for details and account.
    pub details: RwSignal<bool>,
    pub account: RwSignal<bool>,
    /// The details as the last save left them: the pane may know of them a moment later only.
    pub saved: RwSignal<Option<CustomerEdit>>,
    path: Memo<String>,
}

/// Reads the address.
pub fn use_edit() -> EditPlace {
    let query = use_query_map();
    let open = Memo::new(move |_| query.with(|q| q.get("edit").as_deref().and_then(Edit::parse)));
    let (details, account) = (RwSignal::new(false), RwSignal::new(false));
    let url = use_url();
    let path = Memo::new(move |_| url.with(|url| url.path().to_string()));
    EditPlace { open, details, account, saved: RwSignal::new(None), path }
}

impl EditPlace {
    /// For a click on a link that leads to a form: opens the dialog in place of following it.
    /// A new tab, or no JavaScript, gets the form by its address.
    pub fn open_dialog(self, dialog: RwSignal<bool>) -> impl Fn(MouseEvent) {
        move |ev: MouseEvent| {
            if !(ev.ctrl_key() || ev.meta_key() || ev.shift_key()) {
                ev.prevent_default();
                dialog.set(true);
            }
        }
    }

    /// The page without a form.
    pub fn back(self) -> String {
        self.path.get()
    }

    /// The page with a form; `pane=info` shows the right pane on narrow screens.
    pub fn href(self, edit: Edit) -> String {
        format!("{}?edit={}&pane=info", self.path.get(), edit.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_domain::Uuid;

    #[test]
    fn the_address_opens_what_it_names() {
        let note = Edit::Note(NoteId(Uuid::from_u128(3)));
        for edit in [Edit::Details, Edit::Account, note] {
            assert_eq!(Edit::parse(&edit.word()), Some(edit));
        }
        assert_eq!(Edit::parse("cus_x"), None);
    }
}
