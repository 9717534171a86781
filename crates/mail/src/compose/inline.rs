//! Pictures that stand between the words of a mail's HTML.

use super::OutgoingFile;

/// HTML whose pictures are those in the mail, not those on our server.
pub fn point_inside(html: &str, files: &[OutgoingFile<'_>]) -> String {
    let inside = files.iter().filter_map(|f| Some((f.id, f.content_id?)));
    inside.fold(html.to_string(), |html, (id, content_id)| {
        html.replace(&format!("\"/files/attachments/{id}\""), &format!("\"cid:{content_id}\""))
    })
}
