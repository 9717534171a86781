//! What mails call their charsets.

use super::units::Units;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, X_USER_DEFINED};
use oem_cp::code_table::DECODING_TABLE_CP_MAP;
use oem_cp::code_table_type::TableType;

/// Bytes of the longest name that is looked at.
const LABEL_BYTES: usize = 60;

/// How letters are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Charset {
    /// One that browsers know too.
    Web(&'static Encoding),
    /// A page of DOS.
    Page(&'static TableType),
    /// Each letter is a number of two or four bytes.
    Units(Units),
}

/// Names that neither browsers know nor a number tells, without signs between their letters.
const OTHER: [(&str, &str); 16] = [
    ("eucjp", "euc-jp"),
    ("ujis", "euc-jp"),
    ("euckr", "euc-kr"),
    ("ksc56011987", "euc-kr"),
    ("ksc5601", "euc-kr"),
    ("uhc", "euc-kr"),
    ("shiftjis", "shift_jis"),
    ("mskanji", "shift_jis"),
    ("euccn", "gbk"),
    ("gb231280", "gbk"),
    ("koi8r", "koi8-r"),
    ("koi8u", "koi8-u"),
    ("tis620", "windows-874"),
    ("macroman", "macintosh"),
    ("appleroman", "macintosh"),
    ("maccyrillic", "x-mac-cyrillic"),
];

/// Whether a name is one of those that every program reads.
pub(crate) fn is_known(label: &str) -> bool {
    web(label.trim()).is_some()
}

/// Whether a letter is a number of two or four bytes: ASCII among them has zeros, and is no text
/// as it stands.
pub(super) fn is_units(label: &str) -> bool {
    matches!(find(label), Some(Charset::Units(_)))
}

fn web(label: &str) -> Option<&'static Encoding> {
    // Programs that did not know wrote the last one.
    Encoding::for_label_no_replacement(label.as_bytes()).filter(|e| *e != X_USER_DEFINED)
}

/// The charset of a name, in whatever way a program spells it.
pub(super) fn find(label: &str) -> Option<Charset> {
    let label = label.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    if label.len() > LABEL_BYTES {
        return None;
    }
    if let Some(encoding) = web(label) {
        return Some(match encoding {
            e if e == UTF_16BE => Charset::Units(Units::two(Some(true))),
            // The bare name says nothing of the order.
            e if e == UTF_16LE => {
                let says = label.to_ascii_lowercase().ends_with("le");
                Charset::Units(Units::two(says.then_some(false)))
            }
            encoding => Charset::Web(encoding),
        });
    }
    let bare: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    let bare = bare.to_ascii_lowercase();
    let bare = bare.strip_prefix('x').unwrap_or(&bare);
    if let Some(units) = Units::called(bare) {
        return Some(Charset::Units(units));
    }
    let other = OTHER.iter().find(|(name, _)| *name == bare).map(|(_, known)| *known);
    if let Some(encoding) = other.or(Some(bare)).and_then(web) {
        return Some(Charset::Web(encoding));
    }
    if bare.starts_with("utf8") {
        return web("utf-8").map(Charset::Web);
    }
    if let Some(part) = bare.strip_prefix("8859") {
        return web(&format!("iso-8859-{part}")).map(Charset::Web);
    }
    number(bare).and_then(page)
}

/// The number of a code page: `cp850`, `ibm00858`, `cspc8codepage437`, `windows1252`, `850`.
fn number(bare: &str) -> Option<u16> {
    const SAID: [&str; 9] = ["cp", "ibm", "win", "dos", "oem", "pc", "codepage", "ms", "ansi"];
    let bare = bare.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let digits = bare.len() - bare.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (said, number) = bare.split_at(bare.len() - digits);
    (said.is_empty() || SAID.iter().any(|word| said.contains(word)))
        .then(|| number.parse().ok())
        .flatten()
}

fn page(number: u16) -> Option<Charset> {
    let web = codepage::to_encoding_no_replacement(number).map(Charset::Web);
    web.or_else(|| DECODING_TABLE_CP_MAP.get(&number).map(Charset::Page))
}

/// What a code page of Windows is called, for [`super::decode`].
pub(crate) fn of_page(number: u32) -> String {
    format!("cp{number}")
}
