//! What a client says, as far as it is understood.

use rapport_domain::text;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// HELO, EHLO or LHLO, with the client's name.
    Hello {
        verb: Hello,
        name: String,
    },
    /// The sender in lower case, empty for reports, and the size it announced.
    Mail {
        from: String,
        size: usize,
    },
    Rcpt(String),
    Data,
    Reset,
    Noop,
    Verify,
    StartTls,
    Quit,
    /// A known command with arguments that are none.
    Malformed,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hello {
    Helo,
    Ehlo,
    Lhlo,
}

/// Reads one command line.
pub(super) fn parse(line: &[u8]) -> Command {
    let Ok(line) = std::str::from_utf8(line) else { return Command::Malformed };
    let line = line.trim_end();
    if line.contains(char::is_control) {
        return Command::Malformed;
    }
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    match verb.to_ascii_uppercase().as_str() {
        "HELO" => hello(Hello::Helo, rest),
        "EHLO" => hello(Hello::Ehlo, rest),
        "LHLO" => hello(Hello::Lhlo, rest),
        "MAIL" => mail(rest).unwrap_or(Command::Malformed),
        "RCPT" => rcpt(rest).unwrap_or(Command::Malformed),
        "DATA" if rest.is_empty() => Command::Data,
        "RSET" => Command::Reset,
        "NOOP" => Command::Noop,
        "VRFY" => Command::Verify,
        "STARTTLS" if rest.is_empty() => Command::StartTls,
        "QUIT" => Command::Quit,
        "DATA" => Command::Malformed,
        _ => Command::Unknown,
    }
}

fn hello(verb: Hello, name: &str) -> Command {
    let plain = name.bytes().all(|b| b.is_ascii_graphic());
    if name.is_empty() || name.len() > 255 || !plain {
        return Command::Malformed;
    }
    Command::Hello { verb, name: name.to_ascii_lowercase() }
}

fn mail(rest: &str) -> Option<Command> {
    let (path, parameters) = path(rest, "FROM:")?;
    let from = if path.is_empty() { String::new() } else { address(path)? };
    let size = parameters.split_whitespace().find_map(|p| {
        let (name, value) = p.split_once('=')?;
        name.eq_ignore_ascii_case("SIZE").then(|| value.parse().ok()).flatten()
    });
    Some(Command::Mail { from, size: size.unwrap_or(0) })
}

fn rcpt(rest: &str) -> Option<Command> {
    let (path, _) = path(rest, "TO:")?;
    address(path).map(Command::Rcpt)
}

/// What stands between the angle brackets, without a source route, and what follows.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (word, rest) = rest.split_at_checked(keyword.len())?;
    if !word.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (path, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    let path = path.strip_prefix('@').and_then(|p| p.split_once(':')).map_or(path, |(_, p)| p);
    Some((path, parameters))
}

fn address(path: &str) -> Option<String> {
    text::email("address", path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_in_any_case() {
        let hello = |verb, name: &str| Command::Hello { verb, name: name.into() };
        let mail = |from: &str, size| Command::Mail { from: from.into(), size };
        for (line, command) in [
            ("EHLO MX.fox.example\r\n", hello(Hello::Ehlo, "mx.fox.example")),
            ("lhlo [192.0.2.1]", hello(Hello::Lhlo, "[192.0.2.1]")),
            (
                "MAIL FROM:<Dana@Fox.example> SIZE=120 BODY=8BITMIME\r\n",
                mail("dana@fox.example", 120),
            ),
            ("mail from: <>", mail("", 0)),
            (
                "RCPT TO:<@relay.example:Support+x@acme.example>",
                Command::Rcpt("support+x@acme.example".into()),
            ),
            ("DATA\r\n", Command::Data),
            ("quit", Command::Quit),
            ("StartTLS\r\n", Command::StartTls),
            ("AUTH PLAIN", Command::Unknown),
        ] {
            assert_eq!(parse(line.as_bytes()), command, "{line}");
        }
    }

    #[test]
    fn what_is_half_a_command_is_refused() {
        for line in [
            "EHLO",
            "EHLO a b",
            "MAIL FROM:",
            "MAIL FROM:dana@fox.example",
            "MAIL TO:<a@b.example>",
            "RCPT TO:<>",
            "RCPT TO:<nobody>",
            "DATA now",
            "MAIL FROM:<a@b.example\u{0}>",
            "MAIL éé",
        ] {
            assert_eq!(parse(line.as_bytes()), Command::Malformed, "{line}");
        }
        assert_eq!(parse(b"\xff\xfe"), Command::Malformed);
        assert_eq!(parse(b"GET / HTTP/1.1"), Command::Unknown);
    }
}
