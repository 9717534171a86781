//! A mail that somebody passes on: who wrote it, and what stands above it.

use crate::headers::address_in;
use crate::html::sanitize;
use crate::html_view::thread;
use crate::parse::Address;
use crate::quote::separators::{is_forward_separator, is_rule, is_separator};
use crate::quote::{Block, header_block};
use crate::subject;
use rapport_domain::{limits, text};

/// Mails within each other that are looked into.
const DEPTH_MAX: usize = 5;
/// Lines that are looked at for where the message begins.
const LINES_MAX: usize = 400;
/// What programs put before the subject of a mail that is passed on. `vs` is an answer in Finnish
/// and a forward in Danish: headers below decide.
const PREFIXES: [&str; 47] = [
    "fwd",
    "fw",
    "wg",
    "weitergeleitet",
    "tr",
    "transféré",
    "rv",
    "reenviado",
    "i",
    "inoltra",
    "inoltrato",
    "enc",
    "encaminhado",
    "doorst",
    "doorgestuurd",
    "vs",
    "vb",
    "vl",
    "videresendt",
    "vidarebefordrat",
    "pd",
    "pdl",
    "přeposláno",
    "preposlané",
    "továbbítás",
    "továbbított",
    "ilt",
    "iletildi",
    "пересл",
    "пер",
    "переадр",
    "препратено",
    "转发",
    "轉寄",
    "轉發",
    "転送",
    "전달",
    "הועבר",
    "העברה",
    "إعادة توجيه",
    "πρθ",
    "προωθ",
    "redirecționat",
    "ส่งต่อ",
    "trs",
    "chuyển tiếp",
    "proslijeđeno",
];

/// A message inside another that passes it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// Who wrote it, as whoever passed it on says.
    pub from: Address,
    pub subject: Option<String>,
    pub text: String,
    /// What stands above it; empty for nothing.
    pub note: String,
}

/// The messages that a mail passes on, each within the one before: somebody may have passed on
/// what was passed on to them.
pub fn forwards(subject: Option<&str>, body: &str) -> Vec<Forwarded> {
    let mut all: Vec<Forwarded> = Vec::new();
    while all.len() < DEPTH_MAX {
        let next = match all.last() {
            None => forwarded(subject, body),
            Some(outer) => forwarded(outer.subject.as_deref(), &outer.text),
        };
        match next {
            Some(next) => all.push(next),
            None => break,
        }
    }
    all
}

/// The message that a mail passes on, if its words or its subject say that it is one.
fn forwarded(subject: Option<&str>, body: &str) -> Option<Forwarded> {
    let says = subject::begins_with(subject.unwrap_or_default(), &PREFIXES);
    let lines: Vec<&str> = body.lines().collect();
    let at = |n: usize| find(&lines, n, says);
    let (n, begins, block) = (0..lines.len().min(LINES_MAX)).find_map(at)?;
    let from = address_in(block.from)?;
    // Apple marks all of it as a quote, or all below its own line.
    let quoted = lines[begins - 1].trim_start().starts_with('>');
    let own = |line: &&str| if quoted { unquoted(line).to_string() } else { (*line).to_string() };
    let text = lines[begins..].iter().map(own).collect::<Vec<_>>().join("\n").trim().to_string();
    let subject = block.subject.map(|s| text::excerpt(s, limits::SUBJECT_CHARS));
    Some(Forwarded {
        from,
        subject: subject.filter(|s| !s.is_empty()),
        text,
        note: lines[..n].join("\n").trim().to_string(),
    })
}

/// The part of cleaned HTML that passes a message on, without what stands above it.
pub fn forwarded_html(clean: &str) -> Option<String> {
    let begins = thread::begins(clean)?;
    Some(sanitize(&clean[begins..])).filter(|html| !html.trim().is_empty())
}

/// Where a forward begins at line `n`, where its own words do, and its headers.
fn find<'a>(lines: &[&'a str], n: usize, says: bool) -> Option<(usize, usize, Block<'a>)> {
    let line = unquoted(lines[n]).trim();
    let separator = is_forward_separator(line);
    let rule = is_rule(line) || is_separator(line);
    if !separator && !says {
        return None;
    }
    // A line that begins a block of headers, or one above it.
    let first = n + usize::from(separator || rule);
    let end = lines.len().min(first + 40);
    let plain: Vec<&'a str> = lines.get(first..end)?.iter().map(|l| unquoted(l)).collect();
    let gap = plain.iter().take(3).take_while(|l| l.trim().is_empty()).count();
    let block = header_block(&plain, if first > n { gap } else { 0 })?;
    Some((n, first + block.end, block))
}

/// A line without one mark of a quote.
fn unquoted(line: &str) -> &str {
    line.trim_start().strip_prefix('>').map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(subject: &str, body: &str) -> Forwarded {
        forwarded(Some(subject), body).unwrap_or_else(|| panic!("{body}"))
    }

    #[test]
    fn each_program_has_a_way_to_pass_on() {
        for (subject, body) in [
            (
                "Fwd: Hinge",
                "Can you?\n\n---------- Forwarded message ---------\nFrom: Gus Olay <gus@c.example>\nDate: Mon, 23 Nov 2026 at 08:55\nSubject: Hinge\nTo: Ada <ada@acme.example>\n\nIt broke.\n\nGus",
            ),
            (
                "FW: Hinge",
                "Can you?\n\n________________________________\nFrom: Gus Olay <gus@c.example>\nSent: Monday\nTo: Ada\nSubject: Hinge\n\nIt broke.\n\nGus",
            ),
            (
                "WG: Hinge",
                "Can you?\n\nVon: Gus Olay [mailto:gus@c.example]\nGesendet: Montag\nAn: Ada\nBetreff: Hinge\n\nIt broke.\n\nGus",
            ),
            (
                "Fwd: Hinge",
                "Can you?\n\n> Begin forwarded message:\n> \n> From: Gus Olay <gus@c.example>\n> Subject: Hinge\n> Date: 23 November 2026\n> To: ada@acme.example\n> \n> It broke.\n> \n> Gus",
            ),
            (
                "Fwd: Hinge",
                "Can you?\n\n\n-------- Forwarded Message --------\nSubject: \tHinge\nDate: \tMon, 23 Nov 2026\nFrom: \tGus Olay <gus@c.example>\nTo: \tada@acme.example\n\n\n\nIt broke.\n\nGus",
            ),
            (
                "Hinge",
                "Can you?\n\n-------- Message transféré --------\nSujet : \tHinge\nDate : \t23 nov.\nDe : \tGus Olay <gus@c.example>\nPour : \tada@acme.example\n\nIt broke.\n\nGus",
            ),
            (
                "转发：Hinge",
                "Can you?\n\n发件人: Gus Olay <gus@c.example>\n发送时间: 2026年11月23日\n收件人: Ada\n主题: Hinge\n\nIt broke.\n\nGus",
            ),
        ] {
            let found = of(subject, body);
            assert_eq!(found.from.email, "gus@c.example", "{body}");
            assert_eq!(found.from.name.as_deref(), Some("Gus Olay"), "{body}");
            assert_eq!(found.subject.as_deref(), Some("Hinge"), "{body}");
            assert_eq!(
                (found.note.as_str(), found.text.as_str()),
                ("Can you?", "It broke.\n\nGus"),
                "{body}"
            );
        }
    }

    #[test]
    fn what_was_passed_on_twice_is_found_in_its_order() {
        let inner = "---------- Forwarded message ---------\nFrom: Gus Olay <gus@c.example>\nDate: Mon\nSubject: Hinge\nTo: Sam <sam@acme.example>\n\nIt broke.";
        let outer = format!(
            "Yours?\n\n---------- Forwarded message ---------\nFrom: Sam <sam@acme.example>\nDate: Mon\nSubject: Fwd: Hinge\nTo: Ada <ada@acme.example>\n\nLooks odd.\n\n{inner}"
        );
        let all = forwards(Some("Fwd: Fwd: Hinge"), &outer);
        let seen: Vec<_> = all.iter().map(|f| (f.from.email.as_str(), f.note.as_str())).collect();
        assert_eq!(seen, [("sam@acme.example", "Yours?"), ("gus@c.example", "Looks odd.")]);
        assert_eq!(all[1].text, "It broke.");
        assert_eq!(forwards(Some("Hinge"), "It broke."), []);
    }

    #[test]
    fn a_quote_below_apples_line_loses_its_marks() {
        let body = "Can you?\n\nBegin forwarded message:\n\n> From: Gus Olay <gus@c.example>\n> Subject: Hinge\n> Date: 23 November 2026\n> To: ada@acme.example\n> \n> It broke.\n> \n> Gus";
        let found = of("Fwd: Hinge", body);
        assert_eq!(found.text, "It broke.\n\nGus");
        assert_eq!(found.note, "Can you?");
    }

    #[test]
    fn an_answer_passes_nothing_on() {
        let headers =
            "From: Gus <gus@c.example>\nSent: Monday\nTo: Ada\nSubject: Hinge\n\nIt broke.";
        assert_eq!(forwarded(Some("RE: Hinge"), &format!("Done.\n\n{headers}")), None);
        assert_eq!(forwarded(Some("Fwd: Hinge"), "nothing here"), None);
        let nameless =
            "---------- Forwarded message ---------\nFrom: Gus\nDate: x\nSubject: y\n\nz";
        assert_eq!(forwarded(Some("Fwd: y"), nameless), None);
    }
}
