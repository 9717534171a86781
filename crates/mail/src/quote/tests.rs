use super::*;
use proptest::prelude::*;

fn fresh(body: &str) -> String {
    split_quoted(body).fresh
}

#[test]
fn the_quoted_thread_is_folded() {
    let body = "Thanks!\n\nOn Mon, Nov 24, 2026 at 9:14 AM Priya Raman\n<support@rapport.example> wrote:\n> Hi\n> there\n";
    let split = split_quoted(body);
    assert_eq!(split.fresh, "Thanks!");
    assert!(split.quoted.is_some_and(|q| q.starts_with("On Mon") && q.ends_with("> there")));
    assert_eq!(fresh("Ja\n\nAm 24.11.2026 um 09:14 schrieb Priya:\n> Hallo"), "Ja");
    assert_eq!(fresh("Yes\n-----Original Message-----\nFrom: x"), "Yes");
}

#[test]
fn signatures_are_folded_too() {
    assert_eq!(fresh("See you\n-- \nAlex\nNorthwind Labs"), "See you");
    // An em dash in a list is not a signature.
    assert_eq!(fresh("a\n-- b\nc"), "a\n-- b\nc");
}

#[test]
fn outlooks_headers_begin_the_quote() {
    let body = "Works now.\n\n________________________________\nFrom: Priya <support@acme.example>\nSent: Monday\nTo: Dana\nSubject: Help\n\nHi Dana";
    let split = split_quoted(body);
    assert!(split.fresh.starts_with("Works now.") && !split.fresh.contains("Priya"), "{split:?}");
    let german = "Ja\n\n*Von:* Priya\n*Gesendet:* Montag\n*Betreff:* Hilfe\n\nHallo";
    assert_eq!(fresh(german), "Ja");
    let story = "From: the start\nit went wrong";
    assert_eq!(fresh(story), story);
}

#[test]
fn a_long_quote_with_an_answer_below_is_read_once() {
    let body = "> a\n".repeat(25_000) + "and this is the answer";
    let lines: Vec<&str> = body.lines().collect();
    let mut written = Written::default();
    assert!(!starts_quote(&lines, 0, &mut written));
    assert_eq!(written.marked, 25_000, "no line above it is searched from again");
    assert_eq!(fresh(&body), body);
}

#[test]
fn a_devices_signature_is_folded_when_nothing_follows() {
    assert_eq!(fresh("Yes\n\nSent from my iPhone"), "Yes");
    assert_eq!(fresh("Yes\n\nSent from my iPhone\n\nOn Monday, Priya wrote:\n> Hi"), "Yes");
    let kept = "Sent from my iPhone, and it failed\nHow do I fix that?";
    assert_eq!(fresh(kept), kept);
}

#[test]
fn answers_between_quotes_stay() {
    let body = "> first?\nyes, that one\n> second?\nno, never";
    assert_eq!(split_quoted(body), Split { fresh: body.into(), quoted: None });
    let body = "On Monday he wrote:\nthis is a story about Monday";
    assert_eq!(fresh(body), body);
}

#[test]
fn a_body_that_is_only_a_quote_shows() {
    let body = "> forwarded\n> text";
    assert_eq!(split_quoted(body).quoted, None);
    assert_eq!(fresh(body), body);
}

#[test]
fn dashes_that_begin_no_signature_hide_nothing() {
    for whole in [
        "Two things.\n--\n1) It is empty.\n--\n2) Please cancel our contract, or we pay again!\n\nWes",
        "Hello\n-- \nWes\n\nPS: the other printer does not work either, can you look at it?",
        "Hello\n--\nCould you also send me the invoice of last month, please?",
    ] {
        assert_eq!(split_quoted(whole).quoted, None, "{whole}");
    }
    let last = "One\n--\nTwo, which is longer than any signature would be, I think.\n-- \nWes Hart\nTel. 555";
    assert!(fresh(last).ends_with("I think."), "{}", fresh(last));
}

#[test]
fn answers_below_headers_stay() {
    let headers = "-----Original Message-----\nFrom: Help <help@acme.example>\nSent: Monday\nTo: Wes\nSubject: Questions\n\n";
    let body = format!("Hi,\n\n{headers}> Which version?\n7.2\n\n> Elsewhere too?\nNo.");
    assert_eq!(split_quoted(&body).quoted, None);
    let older = format!("Hi,\n\n{headers}Which version?\n\n> I wrote before\n> that it fails");
    assert_eq!(fresh(&older), "Hi,");
    let said = format!("Please see my answers below.\n\n{headers}Which version?\n7.2");
    assert_eq!(split_quoted(&said).quoted, None);
}

#[test]
fn introductions_are_known_in_many_languages() {
    for line in [
        "On Mon, Nov 23, 2026 at 8:12 AM Ada <a@b.example> wrote:",
        "Am Mo., 23. Nov. 2026 um 08:12 Uhr schrieb Ada <a@b.example>:",
        "Le lun. 23 nov. 2026 à 08:12, Ada <a@b.example> a écrit :",
        "El lun, 23 nov 2026 a las 8:12, Ada (<a@b.example>) escribió:",
        "Il giorno lun 23 nov 2026 alle ore 08:12 Ada <a@b.example> ha scritto:",
        "Em seg., 23 de nov. de 2026 às 08:12, Ada <a@b.example> escreveu:",
        "Op ma 23 nov 2026 om 08:12 schreef Ada <a@b.example>:",
        "pon., 23 lis 2026 o 08:12 Ada <a@b.example> napisał(a):",
        "пн, 23 нояб. 2026 г. в 08:12, Ada <a@b.example>:",
        "пн, 23 лист. 2026 р. о 08:12 Ada <a@b.example> пише:",
        "Den mån 23 nov. 2026 kl 08:12 skrev Ada <a@b.example>:",
        "ma 23. marrask. 2026 klo 8.12 Ada (a@b.example) kirjoitti:",
        "po 23. 11. 2026 v 8:12 odesílatel Ada <a@b.example> napsal:",
        "Ada <a@b.example> ezt írta (időpont: 2026. nov. 23., H, 8:12):",
        "În lun., 23 nov. 2026 la 08:12, Ada <a@b.example> a scris:",
        "Ada <a@b.example>, 23 Kas 2026 Pzt, 08:12 tarihinde şunu yazdı:",
        "Στις Δευ 23 Νοε 2026 στις 8:12 π.μ., ο χρήστης Ada <a@b.example> έγραψε:",
        "2026年11月23日(月) 8:12 Ada <a@b.example>:",
        "Ada <a@b.example> 于2026年11月23日周一 08:12写道：",
        "2026년 11월 23일 (월) 오전 8:12, Ada <a@b.example>님이 작성:",
        "في الاثنين، 23 نوفمبر 2026 في 8:12 ص تمت كتابة ما يلي بواسطة Ada <a@b.example>:",
        "\u{202b}בתאריך יום ב׳, 23 בנוב׳ 2026 ב-8:12 מאת \u{202a}Ada\u{202c}\u{200f} <\u{202a}a@b.example\u{202c}\u{200f}>:",
        "Vào Th 2, 23 thg 11, 2026 vào lúc 08:12 Ada <a@b.example> đã viết:",
    ] {
        assert_eq!(fresh(&format!("OK\n\n{line}\n> Hi\n>\n> there")), "OK", "{line}");
    }
    for line in [
        "Am Mo., 23. Nov. 2026 um 08:12 Uhr schrieb Ada Lovelace von der Buchhaltung <\nada@b.example>:",
        "Op ma 23 nov 2026 om 08:12 schreef Ada Lovelace van de boekhouding <\nada@b.example>:",
        "пн, 23 нояб. 2026 г. в 08:12, Ada Lovelace <\nada@b.example>:",
    ] {
        assert_eq!(fresh(&format!("OK\n\n{line}\n> Hi\n>\n> there")), "OK", "{line}");
    }
    let close = "OK then\nOn Mon, Nov 23, 2026 at 8:12 AM Ada <a@b.example> wrote:\n> Hi";
    assert_eq!(fresh(close), "OK then");
    let close = "OK then\nAda <a@b.example> 于2026年11月23日周一 08:12写道：\n> Hi";
    assert_eq!(fresh(close), "OK then");
    let yahoo = "Fine\n\n On Monday, November 23, 2026 at 08:12:00 AM GMT+1, Ada <a@b.example> wrote:  \n \n Hi Wes,\nplease try again.";
    assert_eq!(fresh(yahoo), "Fine");
}

#[test]
fn headers_are_known_in_many_languages() {
    for (from, sent, to, subject) in [
        ("Von", "Gesendet", "An", "Betreff"),
        ("De", "Envoyé", "À", "Objet"),
        ("De", "Enviado el", "Para", "Asunto"),
        ("Da", "Inviato", "A", "Oggetto"),
        ("Van", "Verzonden", "Aan", "Onderwerp"),
        ("Od", "Wysłano", "Do", "Temat"),
        ("От", "Отправлено", "Кому", "Тема"),
        ("Från", "Skickat", "Till", "Ämne"),
        ("差出人", "送信日時", "宛先", "件名"),
        ("发件人", "发送时间", "收件人", "主题"),
        ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
        ("Kimden", "Gönderildi", "Kime", "Konu"),
        ("מאת", "נשלח", "אל", "נושא"),
        ("من", "تاريخ", "إلى", "الموضوع"),
    ] {
        let body = format!(
            "OK\n\n{from}: Ada <a@b.example>\n{sent}: 23.11.2026\n{to}: Wes\n{subject}: Re\n\nHi"
        );
        assert_eq!(fresh(&body), "OK", "{from}");
    }
}

proptest! {
    #[test]
    fn every_letter_is_seen_or_folded(pieces in prop::collection::vec(prop::sample::select(vec![
        "Hello there\n", "> quoted\n", ">> older\n", "\n", "-- \n", "--\n", "Sent from my iPhone\n",
        "On Mon, Nov 23, 2026 at 8:12 AM Ada <a@b.example> wrote:\n", "-----Original Message-----\n",
        "From: Ada <a@b.example>\n", "Sent: Monday\n", "To: Wes\n", "Subject: Re\n", "word\n",
        "________________________________\n", "A sentence that somebody wrote to be read.\n", "\r\n",
        "schrieb Ada:", "é：", "———\n",
    ]), 0..40)) {
        let body = pieces.concat();
        let split = split_quoted(&body);
        let letters = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let both = letters(&split.fresh) + &letters(split.quoted.as_deref().unwrap_or_default());
        prop_assert_eq!(both, letters(&body));
    }
}
