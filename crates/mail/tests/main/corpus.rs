use chrono::{DateTime, Utc};
use rapport_mail::{ParsedEmail, Unreadable, parse, sanitize, split_quoted};
use std::fs;
use std::path::{Path, PathBuf};

fn mails(folder: &str) -> Vec<(PathBuf, Result<ParsedEmail, Unreadable>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mail").join(folder);
    let mut found = Vec::new();
    for entry in fs::read_dir(root).expect("the corpus is there") {
        let path = entry.expect("a directory entry").path();
        if path.extension().is_some_and(|e| e == "eml") {
            let raw = fs::read(&path).expect("a readable file");
            found.push((path, parse(&raw, now())));
        }
    }
    found
}

#[test]
fn real_mails_are_read() {
    let mut read = 0;
    for folder in ["clients", "cpython", "dovecot", "mail-parser", "rfc"] {
        for (path, result) in mails(folder) {
            let mail = result.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            assert!(!mail.headers.is_empty(), "{}", path.display());
            assert!(!mail.text.contains('\0'), "{}", path.display());
            if let Some(html) = &mail.html {
                assert_eq!(&sanitize(html), html, "{}", path.display());
            }
            split_quoted(&mail.text);
            read += 1;
        }
    }
    assert!(read >= 100, "only {read} mails in the corpus");
}

#[test]
fn mails_without_a_sender_are_refused_in_good_order() {
    for (path, result) in mails("broken") {
        let refused = matches!(result, Err(Unreadable::NoSender | Unreadable::NotMail));
        assert!(refused, "{}: {:?}", path.display(), result.map(|m| m.from));
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-24T10:00:00Z".parse().unwrap()
}
