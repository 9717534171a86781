use super::*;
use mail_parser::MessageParser;
use proptest::prelude::*;

fn subject(line: &[u8]) -> String {
    let mut raw = b"Subject: ".to_vec();
    raw.extend_from_slice(line);
    raw.extend_from_slice(b"\r\n\r\nx");
    let raw = headers(&raw).unwrap_or(raw);
    let mail = MessageParser::default().parse(&raw).expect("a mail");
    mail.subject().unwrap_or_default().to_string()
}

#[test]
fn words_that_cut_a_letter_are_joined() {
    assert_eq!(subject(b"=?utf-8?Q?Gr=C3?=\r\n =?utf-8?Q?=B6=C3=9Fe?="), "Größe");
    assert_eq!(subject(b"=?UTF-8?B?R3LD?= =?utf-8?B?tsOfZQ==?= now"), "Größe now");
    assert_eq!(subject(b"=?gb2312?B?xOM=?= =?gb2312?B?usM=?="), "你好");
    let japanese = b"=?ISO-2022-JP?B?GyRCQ204GyhC?=\r\n =?ISO-2022-JP?B?GyRCTRsoQg==?=";
    assert!(!subject(japanese).contains(char::REPLACEMENT_CHARACTER), "{}", subject(japanese));
    let whole = b"=?ISO-2022-JP?B?GyRCQ204TRsoQg==?= =?ISO-2022-JP?B?GyRCQ204TRsoQg==?=";
    assert_eq!(subject(whole).chars().count(), 4, "{}", subject(whole));
    assert_eq!(subject(b"=?utf-8?Q?a?= b =?utf-8?Q?c?="), "a b c");
}

#[test]
fn words_that_lie_are_read_all_the_same() {
    assert_eq!(subject(b"=?utf-8?Q?Gr=F6=DFe?="), "Größe");
    assert_eq!(subject(b"=?unknown-8bit?Q?Gr=F6=DFe?="), "Größe");
    assert_eq!(subject(b"=?us-ascii?Q?Gr=C3=B6=C3=9Fe?="), "Größe");
    assert_eq!(subject(b"=?utf-8?Q?two words?="), "two words");
    assert_eq!(subject(b"=?iso-8859-1?Q?Gr=F6=DFe?="), "Größe");
}

#[test]
fn letters_without_an_encoding_are_read() {
    assert_eq!(subject(b"Reclamaci\xf3n se\xf1al d\xe9bil"), "Reclamación señal débil");
    assert_eq!(subject("Größe".as_bytes()), "Größe");
    let mixed =
        [b"From: J\xf3se <a@b.example>\r\nSubject: ", "Größe".as_bytes(), b"\r\n\r\n"].concat();
    let text = String::from_utf8(headers(&mixed).expect("repaired")).expect("UTF-8");
    assert!(text.contains("Jóse") && text.contains("Größe"), "{text}");
}

#[test]
fn kinds_and_encodings_are_read_as_they_were_meant() {
    let said = |block: &str| {
        let block = format!("Subject: x\r\n{block}\r\n\r\n");
        mime(block.as_bytes()).map(|b| String::from_utf8_lossy(&b).into_owned())
    };
    for (written, right) in [
        ("Content-Type: html", "Content-Type: text/html\r\nX-Content-Type: html"),
        (
            "content-type: text; charset=utf-8",
            "Content-Type: text/plain\r\nX-content-type: text; charset=utf-8",
        ),
        (
            "Content-Transfer-Encoding: \"quoted-printable\"",
            "Content-Transfer-Encoding: quoted-printable\r\nX-Content",
        ),
        (
            "Content-Transfer-Encoding: base64 (of old)",
            "Content-Transfer-Encoding: base64\r\nX-Content",
        ),
    ] {
        assert!(said(written).is_some_and(|b| b.contains(right)), "{:?}", said(written));
    }
    for good in [
        "Content-Type: text/plain; charset=\"utf-8\"",
        "Content-Transfer-Encoding: Base64",
        "Content-Transfer-Encoding: x-uuencode",
        "X-Content-Type: html",
    ] {
        assert_eq!(said(good), None, "{good}");
    }
}

proptest! {
    #[test]
    fn any_block_ends_as_utf8(block in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Some(repaired) = headers(&block) {
            prop_assert!(String::from_utf8(repaired).is_ok());
        }
    }

    #[test]
    fn what_is_cut_anywhere_comes_back(text in "[a-zäöüß€漢 ]{1,80}", cut in 0usize..80) {
        let bytes = text.trim().as_bytes();
        let cut = cut.min(bytes.len());
        let word = |b: &[u8]| format!("=?utf-8?B?{}?=", BASE64.encode(b));
        let line = format!("{} {}", word(&bytes[..cut]), word(&bytes[cut..]));
        let read = subject(line.as_bytes());
        let squeeze = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(squeeze(&read), squeeze(text.trim()));
    }
}
