//! Pictures that stand between the words: `![name](att_…)` in the text, `cid:` in the HTML.

use super::OutgoingFile;

/// A part of a text.
#[derive(Debug, PartialEq)]
pub enum Piece<'a> {
    Words(&'a str),
    Picture { alt: &'a str, content_id: &'a str },
}

/// Cuts a text at the pictures that the mail carries inside; what names no such file stays words.
pub fn pieces<'a>(text: &'a str, files: &[OutgoingFile<'a>]) -> Vec<Piece<'a>> {
    let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(open) = text[at..].find("![").map(|n| at + n) {
        at = open + 2;
        let Some((alt, content_id, end)) = picture(text, at, files) else { continue };
        found.push(Piece::Words(&text[start..open]));
        found.push(Piece::Picture { alt, content_id });
        (start, at) = (end, end);
    }
    found.push(Piece::Words(&text[start..]));
    found.retain(|piece| *piece != Piece::Words(""));
    found
}

/// Alternative text, Content-ID and end of a picture whose name begins at `at`.
fn picture<'a>(
    text: &'a str,
    at: usize,
    files: &[OutgoingFile<'a>],
) -> Option<(&'a str, &'a str, usize)> {
    let (alt, rest) = text[at..].split_once("](")?;
    let (id, _) = rest.split_once(')')?;
    if alt.contains(['\n', '[']) {
        return None;
    }
    let file = files.iter().find(|f| f.id.to_string() == id)?;
    Some((alt, file.content_id?, at + alt.len() + 2 + id.len() + 1))
}

/// The text without pictures: their names in their places.
pub fn without_pictures(text: &str, files: &[OutgoingFile<'_>]) -> String {
    let word = |piece| match piece {
        Piece::Words(words) => words.to_string(),
        Piece::Picture { alt, .. } => format!("[{alt}]"),
    };
    pieces(text, files).into_iter().map(word).collect()
}

/// HTML whose pictures are those in the mail, not those on our server.
pub fn point_inside(html: &str, files: &[OutgoingFile<'_>]) -> String {
    let inside = files.iter().filter_map(|f| Some((f.id, f.content_id?)));
    inside.fold(html.to_string(), |html, (id, content_id)| {
        html.replace(&format!("\"/files/attachments/{id}\""), &format!("\"cid:{content_id}\""))
    })
}
