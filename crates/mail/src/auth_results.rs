//! `Authentication-Results` (RFC 8601): what another mail server found out about the sender.
//! Anybody can write the header, so it counts only under the name of a server we were told to
//! trust: one that takes headers in its own name out of what it receives, as RFC 8601 asks.

use crate::kind::unfolded;
use mail_parser::MessageParser;
use rapport_domain::message::{Outcome, Verdict, Verdicts};

/// Results of one header that are read.
const RESULTS_MAX: usize = 30;

/// The verdicts of the newest header that `authserv_id` wrote; `None` when there is none.
pub fn trusted_results(raw: &[u8], authserv_id: &str) -> Option<Verdicts> {
    let head = &raw[..raw.len().min(256 * 1024)];
    let message = MessageParser::new().parse_headers(head)?;
    for header in message.headers() {
        if !header.name().eq_ignore_ascii_case("Authentication-Results") {
            continue;
        }
        let value = unfolded(&message, header);
        let text = without_comments(&value);
        let mut results = text.split(';');
        let id = results.next().unwrap_or_default().split_whitespace().next().unwrap_or_default();
        if id.eq_ignore_ascii_case(authserv_id) {
            return Some(read(results.take(RESULTS_MAX), authserv_id));
        }
    }
    None
}

fn read<'a>(results: impl Iterator<Item = &'a str>, said_by: &str) -> Verdicts {
    let mut found = Verdicts { said_by: Some(said_by.to_string()), ..Verdicts::default() };
    for result in results {
        let mut words = result.split_whitespace();
        let Some((method, outcome)) = words.next().and_then(|w| w.split_once('=')) else {
            continue;
        };
        let outcome = match outcome.to_ascii_lowercase().as_str() {
            "pass" => Outcome::Pass,
            "fail" | "softfail" | "hardfail" | "policy" => Outcome::Fail,
            _ => Outcome::None,
        };
        let properties: Vec<(&str, &str)> = words.filter_map(|w| w.split_once('=')).collect();
        let domain = |names: &[&str]| {
            let value = names.iter().find_map(|name| {
                properties.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| *v)
            });
            let value = value.unwrap_or_default().trim_matches('"');
            value.rsplit_once('@').map_or(value, |(_, domain)| domain).to_string()
        };
        match method.to_ascii_lowercase().as_str() {
            "spf" => {
                found.spf = Some(Verdict::new(outcome, &domain(&["smtp.mailfrom", "smtp.helo"])))
            }
            "dmarc" => found.dmarc = Some(Verdict::new(outcome, &domain(&["header.from"]))),
            // Of several signatures, a good one counts.
            "dkim" if found.dkim.as_ref().is_none_or(|d| d.outcome != Outcome::Pass) => {
                found.dkim = Some(Verdict::new(outcome, &domain(&["header.d", "header.i"])));
            }
            _ => {}
        }
    }
    found
}

fn without_comments(value: &str) -> String {
    let mut depth = 0usize;
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Authentication-Results: mx.acme.example 1;\r\n\tdkim=fail (bad; key) header.d=list.example;\r\n\tdkim=pass header.d=fox.example header.s=a;\r\n\tspf=softfail smtp.mailfrom=bounce@fox.example;\r\n\tdmarc=pass (p=REJECT) header.from=Fox.example";

    fn results(headers: &str) -> Option<Verdicts> {
        trusted_results(
            format!("{headers}\r\nFrom: a@b.example\r\n\r\nx").as_bytes(),
            "mx.acme.example",
        )
    }

    #[test]
    fn the_trusted_servers_word_is_read() {
        let found = results(GOOD).expect("verdicts");
        assert_eq!(found.dmarc, Some(Verdict::new(Outcome::Pass, "fox.example")));
        assert_eq!(found.dkim, Some(Verdict::new(Outcome::Pass, "fox.example")));
        assert_eq!(found.spf, Some(Verdict::new(Outcome::Fail, "fox.example")));
        assert_eq!(found.said_by.as_deref(), Some("mx.acme.example"));
        assert!(found.prove("dana@fox.example"));
    }

    #[test]
    fn nobody_elses_word_is_believed() {
        assert_eq!(results(&GOOD.replace("mx.acme", "mx.evil")), None);
        assert_eq!(results("Subject: x"), None);
        // The newest counts, however good the older one looks.
        let both = format!(
            "Authentication-Results: mx.acme.example; dmarc=fail header.from=fox.example\r\n{GOOD}"
        );
        assert!(!results(&both).expect("verdicts").prove("dana@fox.example"));
    }

    #[test]
    fn odd_headers_prove_nothing() {
        for odd in [
            "mx.acme.example; none",
            "mx.acme.example; dmarc=pass",
            "mx.acme.example;;;=;dmarc",
            "mx.acme.example; (dmarc=pass header.from=fox.example",
            "mx.acme.example; dmarc=temperror header.from=fox.example",
        ] {
            let found = results(&format!("Authentication-Results: {odd}"));
            assert!(found.is_none_or(|f| !f.prove("dana@fox.example")), "{odd}");
        }
    }
}
