//! What a client says, as far as it is understood. smtp-proto reads the line; what an address is, and
//! which commands are spoken here, is decided here.

use rapport_domain::text;
use smtp_proto::{Error, Request};

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
    /// A parameter that was not offered.
    Unsupported,
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
    let ended = [line.as_bytes(), b"\n"].concat();
    // smtp-proto reads past what follows a command that takes nothing, or a name.
    let rest = line.split_once(' ').map_or("", |(_, rest)| rest.trim());
    let alone = rest.is_empty();
    match Request::parse(&mut ended.iter()) {
        Ok(Request::Helo { .. }) => hello(Hello::Helo, rest),
        Ok(Request::Ehlo { .. }) => hello(Hello::Ehlo, rest),
        Ok(Request::Lhlo { .. }) => hello(Hello::Lhlo, rest),
        Ok(Request::Mail { from }) if from.address.is_empty() => {
            Command::Mail { from: String::new(), size: from.size }
        }
        Ok(Request::Mail { from }) => match address(&from.address) {
            Some(address) => Command::Mail { from: address, size: from.size },
            None => Command::Malformed,
        },
        Ok(Request::Rcpt { to }) => address(&to.address).map_or(Command::Malformed, Command::Rcpt),
        Ok(Request::Data) if alone => Command::Data,
        Ok(Request::StartTls) if alone => Command::StartTls,
        Ok(Request::Data | Request::StartTls) => Command::Malformed,
        Ok(Request::Rset) => Command::Reset,
        Ok(Request::Noop { .. }) => Command::Noop,
        Ok(Request::Vrfy { .. }) => Command::Verify,
        Ok(Request::Quit) => Command::Quit,
        Ok(_) | Err(Error::UnknownCommand) => Command::Unknown,
        Err(Error::UnsupportedParameter { .. }) => Command::Unsupported,
        Err(_) => Command::Malformed,
    }
}

fn hello(verb: Hello, name: &str) -> Command {
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) {
        return Command::Malformed;
    }
    Command::Hello { verb, name: name.to_ascii_lowercase() }
}

fn address(path: &str) -> Option<String> {
    text::email("address", path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        let announced = "MAIL FROM:<a@b.example> SIZE=1 FUTURE=1";
        assert_eq!(parse(announced.as_bytes()), Command::Unsupported);
        assert_eq!(parse(b"\xff\xfe"), Command::Malformed);
        assert_eq!(parse(b"GET / HTTP/1.1"), Command::Unknown);
    }

    proptest! {
        #[test]
        fn any_line_is_read_and_none_brings_a_line_end(line in "(MAIL FROM:|RCPT TO:|EHLO |<|>|@|a|\\.|:| |SIZE=|\"|[0-9]|\\PC){0,30}") {
            match parse(line.as_bytes()) {
                Command::Mail { from: text, .. } | Command::Rcpt(text) | Command::Hello { name: text, .. } => {
                    prop_assert!(!text.contains(char::is_control), "{text:?}");
                }
                _ => {}
            }
        }
    }
}
