//! Tells what a person wrote from what their mail program carried along.

pub(crate) mod fields;
pub(crate) mod separators;
pub(crate) mod words;

use fields::{Field, field};
use separators::{is_rule, is_separator};
use words::{is_device_line, points_below};

/// A body in two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// What is new in this message.
    pub fresh: String,
    /// The quoted thread and the signature, shown on demand; `None` when there is none.
    pub quoted: Option<String>,
}

/// Lines an introduction such as `On …, … wrote:` may take.
const INTRO_LINES: usize = 4;
/// Lines that headers above a message may take.
const BLOCK_LINES: usize = 16;
/// Lines and characters of a signature.
const SIGNATURE_LINES: usize = 20;
const SIGNATURE_CHARS: usize = 2_000;

/// Splits a plain-text body where everything that follows is quoted or signature.
///
/// What was written between quoted lines, below them, or below dashes that begin no signature
/// stays as it is: cutting it would hide what somebody wrote. When in doubt nothing is folded.
pub fn split_quoted(body: &str) -> Split {
    let lines: Vec<&str> = body.lines().collect();
    // A line that is not quoted ends every search that begins above it: each is met once.
    let mut written = Written::default();
    let quote = (0..lines.len()).find(|&n| starts_quote(&lines, n, &mut written));
    let cut = signature(&lines[..quote.unwrap_or(lines.len())]).or(quote);
    let whole = || Split { fresh: body.trim_end().to_string(), quoted: None };
    let Some(cut) = cut else { return whole() };
    // What the device wrote above the quote goes with it; people end what they write with a dot.
    let last = lines[..cut].iter().rposition(|line| !line.trim().is_empty());
    let is_device = |line: &str| is_device_line(line) && !line.ends_with(['.', '!', '?']);
    let cut = last.filter(|n| is_device(lines[*n].trim())).unwrap_or(cut);
    let fresh = lines[..cut].join("\n").trim_end().to_string();
    let quoted = lines[cut..].join("\n").trim().to_string();
    // A message that is nothing but a quote (a forward) shows what it is.
    if fresh.trim().is_empty() || quoted.is_empty() {
        return whole();
    }
    // Under headers of Outlook an answer inside looks like the rest; its author may say so.
    let marked = lines[cut..].iter().any(|line| line.trim_start().starts_with('>'));
    if quote.is_some() && !marked && points_below(&fresh) {
        return whole();
    }
    Split { fresh, quoted: Some(quoted) }
}

/// Lines up to which nothing begins that goes on to the end.
#[derive(Debug, Default)]
struct Written {
    /// For quotes that mark their lines.
    marked: usize,
    /// For those that begin with headers.
    plain: usize,
}

/// Whether the quote starts at line `n`.
fn starts_quote(lines: &[&str], n: usize, written: &mut Written) -> bool {
    let line = lines[n].trim();
    let headed = n + usize::from(is_rule(line));
    let begins = if is_separator(line) {
        Some(n + 1)
    } else {
        header_block(lines, headed)
            .filter(|block| headed > n || stands_alone(lines, n, block))
            .map(|block| block.end)
    };
    if let Some(begins) = begins {
        return begins >= written.plain && goes_on(lines, begins, &mut written.plain);
    }
    if let Some(begins) = said_on_the_line(line).map(|_| n + 1) {
        return begins >= written.plain && goes_on(lines, begins, &mut written.plain);
    }
    let introduced = introduction(lines, n).or_else(|| is_device_line(line).then_some(1));
    let begins = match introduced {
        Some(length) => n + length,
        None if line.starts_with('>') => n,
        None => return false,
    };
    if begins >= written.marked {
        match only_quoted(lines, begins) {
            Ok(()) => return true,
            Err(at) => written.marked = at,
        }
    }
    // Yahoo and others mark no lines: a date and an address tell such an introduction.
    let length = introduced.filter(|_| !is_device_line(line));
    length.is_some_and(|length| {
        let said = lines[n..n + length].join(" ");
        let first = lines[begins..].iter().find(|l| !l.trim().is_empty());
        let unmarked = first.is_some_and(|l| !l.trim_start().starts_with('>'));
        unmarked
            && words::says_wrote(said.trim())
            && said.contains('@')
            && said.bytes().filter(u8::is_ascii_digit).count() >= 3
            && begins >= written.plain
            && goes_on(lines, begins, &mut written.plain)
    })
}

/// `On …, Ada<ada@x.example> wrote:   Hi`: Yahoo on Android goes on in the same line.
fn said_on_the_line(line: &str) -> Option<&str> {
    let (said, quote) = line.split_once(":   ")?;
    let wrote = words::says_wrote(&format!("{said}:")) && said.contains('@');
    let dated = said.bytes().filter(u8::is_ascii_digit).count() >= 3;
    (wrote && dated).then_some(quote)
}

/// Whether headers without a rule above them are a mail's: forms have such words too, below others
/// of their kind, or below a line that speaks of what follows.
fn stands_alone(lines: &[&str], n: usize, block: &Block<'_>) -> bool {
    if !block.from.contains(char::is_alphabetic) {
        return false;
    }
    let above = lines[..n].last().map(|line| line.trim()).unwrap_or_default();
    if !above.is_empty() && !block.from.contains('@') && field_like(above) {
        return false;
    }
    let last = lines[..n].iter().rev().map(|line| line.trim()).find(|line| !line.is_empty());
    !last.is_some_and(|line| line.ends_with([':', '：']))
}

/// `Name: Ada`
fn field_like(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(name, _)| name.split_whitespace().count() <= 3)
}

/// Whether what follows unmarked is a message to its end: nobody wrote below lines that it quotes.
fn goes_on(lines: &[&str], begins: usize, written: &mut usize) -> bool {
    let quoted = lines[begins..].iter().position(|l| l.trim_start().starts_with('>'));
    let Some(first) = quoted.map(|q| begins + q) else { return true };
    if only_quoted(lines, first).is_ok() {
        return true;
    }
    *written = first + 1;
    false
}

/// Where the signature begins: behind the last dashes, if what follows looks like one.
fn signature(lines: &[&str]) -> Option<usize> {
    let dashes = lines.iter().rposition(|line| is_signature(line))?;
    let below = &lines[dashes + 1..];
    let full = || below.iter().map(|l| l.trim()).filter(|l| !l.is_empty());
    let chars: usize = full().map(|l| l.chars().count()).sum();
    let short = full().count() <= SIGNATURE_LINES && chars <= SIGNATURE_CHARS;
    (short && !full().any(is_prose)).then_some(dashes)
}

/// A line that somebody wrote to be read: a sentence, and not one of those below signatures.
fn is_prose(line: &str) -> bool {
    let asks = line.ends_with(['?', '!', '？', '！']);
    let ends = line.ends_with(['.', '…', '。', ':', ',']) || line.contains(". ");
    let count = line.split_whitespace().count();
    let wide = line.chars().filter(|c| *c >= '\u{3000}').count() > 15;
    let numbered = line.starts_with(|c: char| c.is_ascii_digit())
        && line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with([')', '.'])
        || line.to_ascii_lowercase().starts_with("ps:")
        || line.to_ascii_lowercase().starts_with("p.s.");
    (asks && count >= 3 || ends && count >= 7 || count >= 12 || wide || numbered && count >= 3)
        && !words::is_legal(line)
}

/// `-- ` alone on its line, as RFC 3676 has it; many programs lose the space.
fn is_signature(line: &str) -> bool {
    matches!(line.trim_end_matches('\r'), "-- " | "--")
}

/// The headers of a message inside a mail's text.
#[derive(Debug, Default)]
pub(crate) struct Block<'a> {
    /// The line behind them.
    pub end: usize,
    pub from: &'a str,
    pub subject: Option<&'a str>,
}

/// The block of headers that programs put above the mail they answer or pass on: who, and two of
/// when, to whom and about what. A dialogue may begin with any one of these words.
pub(crate) fn header_block<'a>(lines: &[&'a str], n: usize) -> Option<Block<'a>> {
    field(lines.get(n)?).filter(|(f, _)| *f != Field::Other)?;
    let mut block = Block { end: n, ..Block::default() };
    let (mut from, mut date, mut to, mut last) = (None, false, false, None);
    for line in &lines[n..lines.len().min(n + BLOCK_LINES)] {
        if line.trim().is_empty() {
            break;
        }
        match field(line) {
            Some((Field::From, value)) if from.is_none() => from = Some(value),
            Some((Field::Date, _)) => date = true,
            Some((Field::To, _)) => to = true,
            Some((Field::Subject, value)) if block.subject.is_none() => block.subject = Some(value),
            Some((Field::Cc | Field::Other, _)) => {}
            Some(_) => break,
            // Long lists of recipients are broken.
            None if matches!(last, Some(Field::To | Field::Cc)) && line.contains('@') => {
                block.end += 1;
                continue;
            }
            None => break,
        }
        last = field(line).map(|(f, _)| f);
        block.end += 1;
    }
    block.from = from?;
    let told = usize::from(date) + usize::from(to) + usize::from(block.subject.is_some());
    (told >= 2).then_some(block)
}

/// How many lines `On …, … wrote:` takes from line `n`, if it starts there.
fn introduction(lines: &[&str], n: usize) -> Option<usize> {
    let start = lines.get(n)?.trim();
    if start.is_empty() || start.starts_with('>') {
        return None;
    }
    // Gmail breaks lines within an address, too: `schrieb Ada <` and below it `ada@b.example>:`.
    let ends = |length: &usize| {
        let Some(last) = lines.get(n + length - 1).map(|l| l.trim()) else { return false };
        let above = lines[n..n + length - 1].last().map_or("", |l| l.trim());
        match above.ends_with('<') {
            true => words::ends_introduction(&format!("{above}{last}")),
            false => words::ends_introduction(last),
        }
    };
    let length = (1..=INTRO_LINES)
        .take_while(|length| lines.get(n + length - 1).is_some_and(|l| !l.trim().is_empty()))
        .find(ends)?;
    // It says when, or who by an address: no story that has the word in it.
    let said = lines[n..n + length].join(" ");
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    // What begins further down by itself does not begin here: this line is the answer's last.
    let later = (n + 1..n + length).any(|k| {
        let rest = lines[k..n + length].join(" ");
        opens(lines[k]) && digits(&rest) > 0 || !opens(start) && digits(&rest) > 2
    });
    let told = opens(start) || said.contains('@') || digits(&said) > 0;
    (!later && told && said.chars().count() <= 400).then_some(length)
}

/// Whether a line begins as introductions do.
fn opens(line: &str) -> bool {
    const OPENERS: [&str; 9] = ["on ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "w dniu "];
    let lower = line.trim_start().to_lowercase();
    OPENERS.iter().any(|o| lower.starts_with(o))
}

/// Whether everything from a line on is quote, blank or signature; else the line that is not.
fn only_quoted(lines: &[&str], from: usize) -> Result<(), usize> {
    // Text broken by a mail program: one stray word after a quoted line belongs to the quote.
    let mut after_quote = false;
    let mut n = from;
    while let Some(line) = lines.get(n).map(|l| l.trim()) {
        if is_signature(lines[n]) && signature(&lines[n..]) == Some(0) {
            return Ok(());
        }
        if line.is_empty() {
            n += 1;
            after_quote = false;
            continue;
        }
        let quoted = line.starts_with('>');
        let stray = after_quote && is_stray(lines, n);
        if !quoted && !stray {
            // Below a device's line the quote has its introduction yet.
            match introduction(lines, n).filter(|_| !after_quote) {
                Some(length) => {
                    n += length;
                    continue;
                }
                None => return Err(n),
            }
        }
        after_quote = quoted;
        n += 1;
    }
    Ok(())
}

/// One lower-case word between quoted lines: the end of the line above, that a program broke.
fn is_stray(lines: &[&str], n: usize) -> bool {
    let word = lines[n].trim();
    let goes_on = lines.get(n + 1).is_some_and(|l| l.trim_start().starts_with('>'));
    goes_on
        && !word.contains(' ')
        && word.chars().count() <= 20
        && word.chars().next().is_some_and(|c| c.is_lowercase() || c.is_ascii_punctuation())
        && lines[n - 1].chars().count() >= 60
}

#[cfg(test)]
mod tests {
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
        assert!(
            split.fresh.starts_with("Works now.") && !split.fresh.contains("Priya"),
            "{split:?}"
        );
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
}
