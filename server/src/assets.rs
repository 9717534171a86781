//! The list of the built scripts and styles, which every page needs.

use leptos::config::LeptosOptions;
use std::path::{Path, PathBuf};

/// What is missing for pages, in words; `None` when all is there.
pub fn missing(options: &LeptosOptions) -> Option<String> {
    if !options.hash_files {
        return None;
    }
    // Where Leptos looks as well.
    let beside = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_path_buf));
    let list = beside.unwrap_or_else(|| PathBuf::from(".")).join(options.hash_file.as_ref());
    let packages = Path::new(options.site_root.as_ref()).join(options.site_pkg_dir.as_ref());
    missing_of(&list, &packages, &options.output_name)
}

fn missing_of(list: &Path, packages: &Path, name: &str) -> Option<String> {
    let Ok(text) = std::fs::read_to_string(list) else {
        return Some(format!("the list of scripts and styles, {}", list.display()));
    };
    let hash = |kind: &str| {
        text.lines().find_map(|l| l.split_once(": ").filter(|(k, _)| *k == kind).map(|(_, h)| h))
    };
    ["js", "wasm", "css"].into_iter().find_map(|kind| match hash(kind) {
        None => Some(format!("{kind} in {}", list.display())),
        Some(hash) => {
            let file = packages.join(format!("{name}.{}.{kind}", hash.trim()));
            (!file.is_file()).then(|| file.display().to_string())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_not_there_is_named() {
        let folder = std::env::temp_dir().join(format!("rapport-assets-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let list = folder.join("hash.txt");
        let missing = || missing_of(&list, &folder, "rapport").unwrap_or_default();
        assert!(missing().contains("hash.txt"));
        std::fs::write(&list, "js: a1\nwasm: b2\n").expect("a list");
        assert!(missing().ends_with("rapport.a1.js"));
        for file in ["rapport.a1.js", "rapport.b2.wasm", "rapport.c3.css"] {
            std::fs::write(folder.join(file), "").expect("a file");
        }
        assert!(missing().starts_with("css in"));
        std::fs::write(&list, "js: a1\nwasm: b2\ncss: c3\n").expect("a list");
        assert_eq!(missing(), "");
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
