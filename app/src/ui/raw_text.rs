//! Elements whose content is text that decodes entities: text areas and titles.
//!
//! On the server Leptos 0.8 writes their content as it is, so text from outside could close
//! the element and go on as markup. In the browser it is set as text and must stay as it is.

/// Text made safe as such an element's content, on the server; in the browser the text itself.
pub fn raw_text(text: String) -> String {
    if cfg!(feature = "ssr") { escape(&text) } else { text }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(escape("</textarea><script>"), "&lt;/textarea>&lt;script>");
        assert_eq!(escape("a &lt; b"), "a &amp;lt; b");
    }
}
