//! Bodies as programs encode them, rightly and wrongly.

use data_encoding::BASE64;
use encoding_rs::Encoding;
use rapport_mail::{html_to_text, parse, sanitize, split_quoted};

const HEAD: &str = "From: Ada <ada@x.example>\r\nSubject: s\r\n";

fn text(headers: &str, body: &[u8]) -> String {
    let raw = [HEAD.as_bytes(), headers.as_bytes(), b"\r\n\r\n", body].concat();
    parse(&raw).map(|m| m.text).unwrap_or_else(|e| format!("{e}"))
}

/// Label, how it is really encoded, words.
const CHARSETS: [(&str, &str, &str); 30] = [
    ("gb18030", "gb18030", "您好，我的订单在哪里？"),
    ("gb2312", "gbk", "您好，镕先生的订单"),
    ("cp936", "gbk", "您好，我的订单在哪里？"),
    ("big5", "big5", "您好，請問我的訂單在哪裡？"),
    ("cp950", "big5", "您好，請問我的訂單"),
    ("koi8-r", "koi8-r", "Здравствуйте, где мой заказ?"),
    ("KOI8-U", "koi8-u", "Привіт, де моє замовлення?"),
    ("utf-8", "windows-1251", "Здравствуйте, где мой заказ?"),
    ("iso-2022-jp", "iso-2022-jp", "注文はどこですか？"),
    ("us-ascii", "iso-2022-jp", "注文はどこですか？"),
    ("", "iso-2022-jp", "注文はどこですか？"),
    ("cp932", "shift_jis", "注文①㈱はどこ？"),
    ("x-sjis", "shift_jis", "注文はどこですか？"),
    ("euc-jp", "euc-jp", "注文はどこですか？"),
    ("ks_c_5601-1987", "euc-kr", "제 주문은 어디에 있나요?"),
    ("cp949", "euc-kr", "제 주문은 어디에 있나요?"),
    ("windows-1255", "windows-1255", "שלום, איפה ההזמנה שלי?"),
    ("iso-8859-8-i", "iso-8859-8-i", "שלום, איפה ההזמנה שלי?"),
    ("windows-1256", "windows-1256", "مرحبا، أين طلبي؟"),
    ("windows-1253", "windows-1253", "Καλημέρα, πού είναι;"),
    ("windows-1254", "windows-1254", "Merhaba, siparişim nerede? İğde"),
    ("tis-620", "windows-874", "สวัสดี คำสั่งซื้อ"),
    ("iso-8859-2", "iso-8859-2", "Dzień dobry, zamówienie"),
    ("iso-8859-1", "windows-1252", "Größe – 5 €"),
    ("iso-8859-15", "iso-8859-15", "Größe 5 €"),
    ("x-user-defined", "windows-1252", "Grüße aus Köln"),
    ("utf8mb4", "utf-8", "Grüße"),
    ("\"utf-8;\"", "utf-8", "Grüße"),
    ("ANSI", "windows-1252", "Grüße"),
    ("macintosh", "macintosh", "Grüße"),
];

#[test]
fn charsets_are_read_in_every_encoding() {
    let mut wrong = Vec::new();
    for (label, encoding, words) in CHARSETS {
        let encoding = Encoding::for_label(encoding.as_bytes()).unwrap();
        let (bytes, ..) = encoding.encode(words);
        let escaped: String = bytes.iter().map(|b| format!("={b:02X}")).collect();
        let kind = match label {
            "" => "Content-Type: text/plain".to_string(),
            label => format!("Content-Type: text/plain; charset={label}"),
        };
        for (way, body) in [
            ("8bit", bytes.to_vec()),
            ("base64", BASE64.encode(&bytes).into_bytes()),
            ("quoted-printable", escaped.into_bytes()),
        ] {
            let read = text(&format!("{kind}\r\nContent-Transfer-Encoding: {way}"), &body);
            if read != words {
                wrong.push(format!("{label} {way}: {read:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn utf_16_and_utf_7_are_read() {
    let wide = |text: &str, to: fn(u16) -> [u8; 2]| {
        BASE64.encode(&text.encode_utf16().flat_map(to).collect::<Vec<_>>()).into_bytes()
    };
    let base64 = "\r\nContent-Transfer-Encoding: base64";
    for (label, body) in [
        ("utf-16le", wide("Где заказ?", u16::to_le_bytes)),
        ("utf-16be", wide("Где заказ?", u16::to_be_bytes)),
        ("utf-16", wide("\u{feff}Где заказ?", u16::to_be_bytes)),
        ("utf-8", wide("\u{feff}Где заказ?", u16::to_le_bytes)),
    ] {
        let headers = format!("Content-Type: text/plain; charset={label}{base64}");
        assert_eq!(text(&headers, &body), "Где заказ?", "{label}");
    }
    for label in ["utf-7", "unicode-1-1-utf-7"] {
        let headers = format!("Content-Type: text/plain; charset={label}");
        let body = b"Gr+APwA3w-e, 5 +IKw- + 1? +BBcENAQ1BEEETA, OK!";
        assert_eq!(text(&headers, body), "Grüße, 5 € + 1? Здесь, OK!", "{label}");
    }
    let korean = "Content-Type: text/plain; charset=iso-2022-kr";
    assert_eq!(text(korean, b"\x1b$)C\r\n\x0eGQ19\x0f, OK"), "한국, OK");
}

#[test]
fn broken_encodings_lose_nothing() {
    let kind = |encoding: &str| {
        format!("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}")
    };
    let (quoted, base64) = ("quoted-printable", "base64");
    for (encoding, body, words) in [
        (quoted, "A long li= \r\nne goes=\r\n on.", "A long line goes on."),
        (quoted, "Gr=c3=b6=c3=9fe", "Größe"),
        (quoted, "Gr=C3=\r\n=B6=C3=9Fe", "Größe"),
        (quoted, "100=% of =XY", "100=% of =XY"),
        (quoted, "https://x.example/?a=b&c=d Gr=C3=B6", "https://x.example/?a=b&c=d Grö"),
        (quoted, "Größe =3D gut", "Größe = gut"),
        (quoted, "Gr=F6=DFe", "Größe"),
        (quoted, "a=0D=0Ab=0Dc", "a\nb\nc"),
        (quoted, "end=", "end"),
        ("\"quoted-printable\"", "Gr=C3=B6=C3=9Fe", "Größe"),
        (base64, "SGVsbG8gd29ybGQ", "Hello world"),
        (
            base64,
            "SGVsbG8g\r\nd29ybGQh\r\n\r\n--\r\nA footer of the list",
            "Hello world!\n--\nA footer of the list",
        ),
        (base64, "SGVsbG8=\r\nIHdvcmxkIQ==", "Hello world!"),
        (base64, "Hello, this is none at all.", "Hello, this is none at all."),
        ("base64 (of old)", "SGVsbG8=", "Hello"),
        ("x-unknown", "Hello", "Hello"),
        ("utf-8", "Grüße", "Grüße"),
    ] {
        let read = text(&kind(encoding), body.as_bytes());
        assert_eq!(read.replace('\r', ""), words.replace('\r', ""), "{encoding}: {body}");
    }
}

#[test]
fn charsets_of_other_systems_and_misnamed_ones_are_read() {
    let quoted = "\r\nContent-Transfer-Encoding: quoted-printable";
    let base64 = "\r\nContent-Transfer-Encoding: base64";
    for (label, encoding, body, words) in [
        ("cp437", quoted, &b"Gr=81=E1e"[..], "Grüße"),
        ("IBM850", "", b"Gr\x81\xe1e", "Grüße"),
        ("cp-866", quoted, b"=8F=E0=A8=A2=A5=E2", "Привет"),
        ("unknown-8bit", "", b"Gr\xfc\xdfe", "Grüße"),
        ("windows1252", quoted, b"Gr=FC=DFe =80", "Grüße €"),
        ("utf-32", base64, b"AAAASAAAAGk=", "Hi"),
        ("utf-16", "", b"Only ASCII, whatever it is called", "Only ASCII, whatever it is called"),
        ("utf-16", quoted, "Grüße".as_bytes(), "Grüße"),
    ] {
        let headers = format!("Content-Type: text/plain; charset={label}{encoding}");
        assert_eq!(text(&headers, body), words, "{label}");
    }
    for word in ["=?cp437?Q?Gr=81=E1e?=", "=?IBM850?B?R3KB4WU=?=", "=?windows1252?Q?Gr=FC=DFe?="] {
        let raw = format!("From: a@b.example\r\nSubject: {word}\r\n\r\nx");
        assert_eq!(parse(raw.as_bytes()).unwrap().subject.as_deref(), Some("Grüße"), "{word}");
    }
}

#[test]
fn files_in_the_text_are_files() {
    let uu = "begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n";
    let raw = format!("{HEAD}\r\nSee it:\r\n\r\n{uu}\r\nAda");
    let mail = parse(raw.as_bytes()).unwrap();
    assert_eq!(mail.text, "See it:\n\n\nAda");
    let file = &mail.attachments[0];
    assert_eq!((file.file_name.as_str(), &file.data[..]), ("cat.txt", &b"Cat"[..]));
    let whole = parse(
        format!(
            "{HEAD}Content-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n{uu}"
        )
        .as_bytes(),
    )
    .unwrap();
    assert_eq!(whole.text, "Cat");
}

#[test]
fn what_an_invitation_says_stands_above_signature_and_quote() {
    let ics = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Demo\r\nDESCRIPTION:Bring tea.\r\nDTSTART;TZID=Asia/Tokyo:20261201T100000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let told = "Invitation: Demo\nWhen: Tue, Dec 1, 2026, 10:00 (Asia/Tokyo)";
    let raw = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nPlease come.\r\n-- \r\nAda\r\n--b\r\nContent-Type: text/calendar\r\n\r\n{ics}\r\n--b--\r\n"
    );
    let mail = parse(raw.as_bytes()).unwrap();
    assert_eq!(mail.text, format!("Please come.\n\n{told}\n\n-- \nAda"));
    assert_eq!(mail.times.len(), 1);
    assert_eq!(split_quoted(&mail.text).quoted.as_deref(), Some("-- \nAda"));
    let alone = format!("{HEAD}Content-Type: text/calendar; method=REQUEST\r\n\r\n{ics}");
    assert_eq!(parse(alone.as_bytes()).unwrap().text, format!("Bring tea.\n\n{told}"));
}

#[test]
fn items_keep_their_numbers() {
    let html = "<ol start=3><li>a<ul><li>b</li></ul></li><li>c</li></ol><ol><li>d</li></ol>";
    assert_eq!(html_to_text(&sanitize(html)), "3. a\n• b\n\n4. c\n\n1. d");
}

#[test]
fn kinds_that_nobody_knows_are_read_as_text() {
    for (headers, body, words) in [
        ("Content-Type: text", "Hello", "Hello"),
        ("Content-Type: plain", "Hello", "Hello"),
        ("Content-Type: html", "<p>Hello</p>", "Hello"),
        ("Content-Type: ", "Hello", "Hello"),
        ("Content-Type: text/markdown", "# Hello", "# Hello"),
        ("Content-Type: text/x-web-markdown; charset=utf-8", "Grüße", "Grüße"),
        ("Content-Type: multipart/mixed", "Hello", "Hello"),
        (
            "Content-Type: text/html",
            "<html><head><meta charset=\"iso-8859-2\"></head><body>za\u{17c}\u{f3}\u{142}\u{107}</body></html>",
            "zażółć",
        ),
    ] {
        let read = text(headers, body.as_bytes());
        assert_eq!(read, words, "{headers}");
    }
    let meta = b"<html><head><meta http-equiv=Content-Type content='text/html; charset=iso-8859-2'></head><body>\xb1\xb6\xbc</body></html>";
    assert_eq!(text("Content-Type: text/html", meta), "ąśź");
    let wrong = "Content-Type: multipart/mixed; boundary=other";
    assert!(
        text(wrong, b"--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n--x--").contains("Hello")
    );
    let old = parse(b"From: a@b.example\rSubject: s\r\rHello\ryou").unwrap();
    assert_eq!((old.text.as_str(), old.subject.as_deref()), ("Hello\nyou", Some("s")));
}
