//! How a tab says that something is unread: in its title and its icon.

/// The title of a page with the number of what is unread before it: `(3) Inbox · Rapport`.
pub fn counted(unread: i64, title: String) -> String {
    match unread {
        0 => title,
        1..100 => format!("({unread}) {title}"),
        _ => format!("(99+) {title}"),
    }
}

/// The tab's icon, with the same number.
pub fn icon(unread: i64) -> String {
    match unread {
        0 => "/favicon.svg".into(),
        _ => format!("/icon/{}.svg", unread.min(10)),
    }
}
