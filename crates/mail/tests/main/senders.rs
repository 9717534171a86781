//! Who wrote, in all the ways that From and Reply-To are filled.

use rapport_mail::parse;

#[test]
fn whatever_stands_in_from_names_somebody() {
    let mut wrong = Vec::new();
    for (from, name, email) in [
        ("Ada King <ada@x.example>, Bob <bob@x.example>", "Ada King", "ada@x.example"),
        ("Team: Ada <ada@x.example>, bob@x.example;", "Ada", "ada@x.example"),
        ("undisclosed:;\r\nSender: Ada <ada@x.example>", "Ada", "ada@x.example"),
        ("ada@x.example (Ada King)", "Ada King", "ada@x.example"),
        ("ADA <Ada.King@X.EXAMPLE>", "ADA", "ada.king@x.example"),
        ("King, Ada <ada@x.example>", "King, Ada", "ada@x.example"),
        ("\"King, Ada\" <ada@x.example>", "King, Ada", "ada@x.example"),
        ("=?utf-8?Q?King=2C_Ad=C3=A4?= <ada@x.example>", "King, Adä", "ada@x.example"),
        ("'ada@x.example' <ada@x.example>", "", "ada@x.example"),
        ("\"ada@bank.example\" <eve@evil.example>", "", "eve@evil.example"),
        ("Ada <<ada@x.example>>", "Ada", "ada@x.example"),
        ("Ada <ada@x.example", "Ada", "ada@x.example"),
        ("Ada King ada@x.example", "", "ada@x.example"),
        ("=?utf-8?Q?Ada_<ada=40x.example>?=", "Ada", "ada@x.example"),
        ("=?utf-8?B?QWRh?= =?utf-8?B?IDxhZGFAeC5leGFtcGxlPg==?=", "Ada", "ada@x.example"),
        ("Ada &lt;ada@x.example&gt;", "", "ada@x.example"),
        ("\"Ada\" [SMTP:ada@x.example]", "Ada", "ada@x.example"),
        ("Ada <mailto:ada@x.example>", "Ada", "ada@x.example"),
        ("Ada <ada@x.example.>", "Ada", "ada@x.example"),
        ("Ada <ad\u{200b}a@x.exa\u{200c}mple\u{200b}>", "Ada", "ada@x.example"),
        ("Ada <\u{a0}ada@x.example\u{a0}>", "Ada", "ada@x.example"),
        ("Ada <ada@www.xn--mller-kva.BÜRO.example>", "Ada", "ada@www.müller.büro.example"),
        ("Ädä <ädä@müller.example>", "Ädä", "ädä@müller.example"),
        ("\u{202e}adA\u{202c} <ada@x.example>", "adA", "ada@x.example"),
        ("J. R. King <jr@x.example>", "J. R. King", "jr@x.example"),
        ("Ada @ Acme <ada@x.example>", "Ada @ Acme", "ada@x.example"),
        ("Ada <ada@[192.0.2.1]>", "Ada", "ada@[192.0.2.1]"),
        ("Ada King\r\nReply-To: ada@x.example", "", "ada@x.example"),
        ("root\r\nReturn-Path: <root@host.x.example>", "", "root@host.x.example"),
    ] {
        let raw = format!("From: {from}\r\nSubject: s\r\n\r\nx");
        let read = parse(raw.as_bytes()).map(|m| m.from);
        let right = read
            .as_ref()
            .is_ok_and(|f| f.email == email && f.name.as_deref().unwrap_or_default() == name);
        if !right {
            wrong.push(format!("{from}: {read:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reply_to_is_one_or_none() {
    for (reply_to, one) in [
        ("Ada <ada@x.example>", Some("ada@x.example")),
        ("\"ADA KING\" <ADA@X.Example.>", Some("ada@x.example")),
        ("b@y.example, B <B@y.example>", Some("b@y.example")),
        ("Team: b@y.example;", Some("b@y.example")),
        ("mailto:b@y.example", Some("b@y.example")),
        ("=?utf-8?Q?B=C3=B6b?= <b@y.example>", Some("b@y.example")),
        ("a@y.example, b@y.example", None),
        ("ada@x.example, b@y.example", None),
        ("<>", None),
        ("", None),
        ("Ada King", None),
    ] {
        let raw = format!("From: ada@x.example\r\nReply-To: {reply_to}\r\nSubject: s\r\n\r\nx");
        let read = parse(raw.as_bytes()).unwrap().reply_to.map(|r| r.email);
        assert_eq!(read.as_deref(), one, "{reply_to}");
    }
}

#[test]
fn subjects_are_read_however_they_were_encoded() {
    for (written, subject) in [
        ("=?utf-8?q?Gr=c3=bc=c3=9fe?=", "Grüße"),
        ("=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        ("=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("Re:=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Re: Grüße"),
        ("=?utf-8?Q?Gr=C3=BC?==?utf-8?Q?=C3=9Fe?=", "Grüße"),
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?= =?iso-8859-1?Q?_aus_K=F6ln?=", "Grüße aus Köln"),
        ("=?gb18030?B?xPq6ww==?=", "您好"),
        ("=?ks_c_5601-1987?B?vsiz58fPvLy/5A==?=", "안녕하세요"),
        ("=?windows-1255?B?+ezl7Q==?=", "שלום"),
        ("=?utf-7?Q?Gr+APwA3w-e?=", "Grüße"),
        ("=?us-ascii?Q?Gr=FC=DFe?=", "Grüße"),
        ("=?utf-8?B?8J+R?= =?utf-8?B?qQ==?= hi", "👩 hi"),
        ("=?utf-8?B?PT91dGYtOD9RP0dyPUMzPUJDPUMzPTlGZT89?=", "Grüße"),
        ("=?utf-8?Q?Pay=0D=0ABcc:_x@y.example?=", "Pay Bcc: x@y.example"),
        ("Pay \u{202e}fdp.1\u{202c}", "Pay fdp.1"),
        ("[=?utf-8?Q?Stra=C3=9Fe?=], \"=?utf-8?Q?K=C3=B6ln?=\"!", "[Straße], \"Köln\"!"),
        (
            "=?utf-8?Q?Stra=C3=9Fe?=\r\n\t=?iso-8859-1?Q?n?= und\r\n =?utf-8?Q?Pl=C3=A4tze?=",
            "Straßen und Plätze",
        ),
        ("=?utf-8?B?!!!?= x", "=?utf-8?B?!!!?= x"),
    ] {
        let raw = format!("From: a@b.example\r\nSubject: {written}\r\n\r\nx");
        assert_eq!(parse(raw.as_bytes()).unwrap().subject.as_deref(), Some(subject), "{written}");
    }
    let russian = b"From: a@b.example\r\nSubject: \xc7\xe0\xea\xe0\xe7 \xed\xe5 \xef\xf0\xe8\xf8\xb8\xeb\r\n\r\nx";
    assert_eq!(parse(russian).unwrap().subject.as_deref(), Some("Заказ не пришёл"));
}
