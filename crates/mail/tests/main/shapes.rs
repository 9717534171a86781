use rapport_mail::{Unreadable, parse};

#[test]
fn headers_bodies_and_files_are_found() {
    let raw = b"From: \"Alex Morgan\" <Alex.Morgan@Northwind.example>\r\nTo: support@rapport.example\r\n\
Cc: dana@northwind.example\r\nSubject: =?utf-8?q?Export_f=C3=BCr?= CSV\r\nMessage-ID: <abc@mail.example>\r\n\
In-Reply-To: <old@rapport.example>\r\nReferences: <first@rapport.example> <old@rapport.example>\r\n\
Date: Tue, 24 Nov 2026 09:14:00 +0000\r\nX-Custom: one\r\n two\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n\
--b\r\nContent-Type: TEXT/CSV; name=\"../usage.csv\"\r\nContent-Disposition: attachment; filename=\"../usage.csv\"\r\n\r\na,b\r\n--b--\r\n";
    let mail = parse(raw).unwrap();
    assert_eq!(mail.from.email, "alex.morgan@northwind.example");
    assert_eq!(mail.from.name.as_deref(), Some("Alex Morgan"));
    assert_eq!(mail.cc[0].email, "dana@northwind.example");
    assert_eq!(mail.subject.as_deref(), Some("Export für CSV"));
    assert_eq!(mail.message_id.as_deref(), Some("abc@mail.example"));
    assert_eq!(mail.in_reply_to, ["old@rapport.example"]);
    assert_eq!(mail.references, ["first@rapport.example", "old@rapport.example"]);
    assert_eq!(mail.date, Some("2026-11-24T09:14:00Z".parse().unwrap()));
    assert_eq!(mail.text, "Hello");
    assert_eq!(mail.html, None);
    assert_eq!(mail.attachments.len(), 1);
    assert_eq!(mail.attachments[0].file_name, "usage.csv");
    assert_eq!(mail.attachments[0].content_type, "text/csv");
    assert!(mail.headers.contains(&("X-Custom".into(), "one two".into())), "{:?}", mail.headers);
    assert_eq!(mail.headers[0].0, "From");
}

#[test]
fn text_comes_from_html_when_there_is_no_other() {
    let raw = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<p>Hi<script>alert(1)</script></p><p>you</p>";
    let mail = parse(raw).unwrap();
    assert_eq!(mail.text, "Hi\n\nyou");
    assert_eq!(mail.html.as_deref(), Some("<p>Hi</p><p>you</p>"));
}

#[test]
fn a_date_that_no_clock_shows_is_none() {
    let raw = b"From: a@b.example\r\nDate: Tue, 24 Nov 9999 09:14:00 +0000\r\n\r\nx";
    assert_eq!(parse(raw).unwrap().date, None);
}

#[test]
fn what_is_not_mail_says_so() {
    assert_eq!(parse(b"").unwrap_err(), Unreadable::NotMail);
    assert_eq!(parse(b"Subject: hi\r\n\r\nx").unwrap_err(), Unreadable::NoSender);
    assert_eq!(parse(b"From: undisclosed\r\n\r\nx").unwrap_err(), Unreadable::NoSender);
    let large = vec![b'a'; 25 * 1024 * 1024 + 1];
    assert_eq!(parse(&large).unwrap_err(), Unreadable::TooLarge);
}

#[test]
fn odd_bytes_and_deep_nesting_do_no_harm() {
    let mail = parse(b"From: a@b.example\r\nSubject: \0\xff\xfe\r\n\r\n\0body\xc3").unwrap();
    assert!(!mail.text.contains('\0') && mail.text.contains("body"));
    let mut raw = b"From: a@b.example\r\n".to_vec();
    for n in 0..2_000 {
        raw.extend_from_slice(
            format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n").as_bytes(),
        );
    }
    raw.extend_from_slice(b"\r\nend");
    // Read or refused: both are fine, falling over is not.
    let _ = parse(&raw);
    let mut html = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n".to_vec();
    html.extend_from_slice("<div>".repeat(50_000).as_bytes());
    let _ = parse(&html);
}

#[test]
fn a_mail_beyond_reason_is_shown_as_far_as_it_goes() {
    let head = "From: a@b.example\r\nSubject: deep\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nThe start.\r\n";
    let nested: String = (0..10_000)
        .map(|n| format!("--x\r\nContent-Type: multipart/mixed; boundary=y{n}.\r\n\r\n--y{n}.\r\n"))
        .collect();
    let parts = "--x\r\nContent-Type: image/png\r\n\r\nabc\r\n".repeat(100_000);
    let cyclic = "--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\n".to_string()
        + &"Content-Type: message/rfc822\r\n\r\n".repeat(100_000);
    for rest in [nested, parts, cyclic] {
        let mail = parse(format!("{head}{rest}").as_bytes()).unwrap();
        assert!(mail.incomplete);
        assert_eq!(mail.text.trim(), "The start.");
        assert_eq!(mail.subject.as_deref(), Some("deep"));
        assert!(mail.attachments.len() <= 100, "{}", mail.attachments.len());
    }
}

#[test]
fn recipients_are_counted_over_all_headers() {
    let list = vec!["a@b.example"; 700].join(", ");
    let raw = format!("From: a@b.example\r\nTo: {list}\r\nCc: {list}\r\n\r\nx");
    assert_eq!(rapport_mail::count_recipients(raw.as_bytes()), 1_400);
    assert_eq!(rapport_mail::count_recipients(b"\xff\x00"), 0);
}

#[test]
fn lone_surrogates_and_unknown_charsets_become_text() {
    for head in [
        "Content-Type: text/plain; charset=no-such-charset",
        "Content-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        // D83D alone, as UTF-16 (in base64) and as the six-bit CESU form.
        for body in ["2D0AYQ==", "a \u{fffd}"] {
            let mut raw =
                format!("From: a@b.example\r\nSubject: x\r\n{head}\r\n\r\n{body}").into_bytes();
            raw.extend_from_slice(b"\xed\xa0\xbd");
            let mail = parse(&raw).unwrap();
            assert!(!mail.text.contains('\0'), "{head}");
        }
    }
}

#[test]
fn a_list_that_writes_in_somebodys_place_is_not_them() {
    for (headers, answers) in [
        ("X-Original-From: Ada <ada@x.example>\r\nReply-To: help@groups.example", None),
        ("X-Original-Sender: ada@x.example\r\nReply-To: other@y.example", Some("other@y.example")),
        ("Reply-To: Ada <ada@x.example>", Some("ada@x.example")),
    ] {
        let raw = format!(
            "From: 'Ada' via Help <help@groups.example>\r\nList-Id: <h.groups.example>\r\n{headers}\r\n\r\nHi"
        );
        let mail = parse(raw.as_bytes()).unwrap();
        assert_eq!(mail.from.email, "ada@x.example", "{headers}");
        assert_eq!(mail.from.name.as_deref(), Some("Ada"), "{headers}");
        assert_eq!(mail.via.unwrap().email, "help@groups.example");
        assert_eq!(mail.reply_to.map(|r| r.email).as_deref(), answers, "{headers}");
    }
    let raw = b"From: Ada via Help <help@x.example>\r\nReply-To: eve@y.example\r\n\r\nno list";
    assert_eq!(parse(raw).unwrap().via, None);
}
