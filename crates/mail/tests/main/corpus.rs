use rapport_mail::{parse, sanitize, split_quoted};
use std::fs;
use std::path::{Path, PathBuf};

/// Every message below a folder.
fn mails(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the corpus is there") {
        let path = entry.expect("a directory entry").path();
        if path.is_dir() {
            mails(&path, found);
        } else if path.extension().is_some_and(|e| e == "eml") {
            found.push(path);
        }
    }
}

#[test]
fn every_mail_is_read_or_refused_in_good_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mail");
    let mut found = Vec::new();
    mails(&root, &mut found);
    let (mut read, mut refused) = (0, 0);
    for path in &found {
        let raw = fs::read(path).expect("a readable file");
        let Ok(mail) = parse(&raw) else {
            refused += 1;
            continue;
        };
        assert!(!mail.headers.is_empty(), "{}", path.display());
        assert!(!mail.text.contains('\0'), "{}", path.display());
        assert!(!mail.incomplete, "{}: nothing here is beyond reason", path.display());
        if let Some(html) = &mail.html {
            assert_eq!(&sanitize(html), html, "{}", path.display());
        }
        split_quoted(&mail.text);
        read += 1;
    }
    // Most of the broken ones name no sender, so nobody wrote them.
    assert!(read >= 60 && refused >= 40, "{read} read, {refused} refused");
    assert!(read + refused >= 190, "{}", read + refused);
}
