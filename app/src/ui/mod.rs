//! Small parts that know no data: every page is made of these.

pub mod action;
pub mod avatar;
pub mod combobox;
pub mod connected;
pub mod copyable;
pub mod details;
pub mod dialog;
pub mod due;
pub mod edit_queue;
pub mod empty;
pub mod field;
pub mod form;
pub mod icon;
pub mod keep_focus;
pub mod kept;
pub mod keys;
pub mod markdown;
pub mod menu;
pub mod page_title;
pub mod pill;
mod raw_text;
pub mod rows;
pub mod shortcuts;
pub mod textarea;
pub mod time;
pub mod toast;
pub mod typed;
