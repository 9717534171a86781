//! Phone numbers: one normal form whatever they were copied from.

use crate::error::AppError;
use crate::text;

/// Digits of a phone number: E.164 allows 15, short codes start at 3.
const DIGITS: std::ops::RangeInclusive<usize> = 3..=15;
/// From so many on a number of one digit alone is a form filled in by somebody who has none.
const SAME_DIGITS: usize = 6;
/// Where the ten decimal digits of other scripts begin: full width, Arabic, Persian, N'Ko, those of
/// India, Thai, Lao, Tibetan, Burmese, Khmer, and the ornamental ones of mathematics.
const ZEROS: [char; 24] = [
    '\u{ff10}',
    '\u{660}',
    '\u{6f0}',
    '\u{7c0}',
    '\u{966}',
    '\u{9e6}',
    '\u{a66}',
    '\u{ae6}',
    '\u{b66}',
    '\u{be6}',
    '\u{c66}',
    '\u{ce6}',
    '\u{d66}',
    '\u{e50}',
    '\u{ed0}',
    '\u{f20}',
    '\u{1040}',
    '\u{17e0}',
    '\u{1810}',
    '\u{1d7ce}',
    '\u{1d7d8}',
    '\u{1d7e2}',
    '\u{1d7ec}',
    '\u{1d7f6}',
];

/// Takes a phone number: digits, with the leading `+` if there was one or `00` stood for it.
///
/// A number without country code stays as it was typed; which country it belongs to is the
/// workspace's to say.
pub fn phone(field: &str, text: &str) -> Result<String, AppError> {
    let bad =
        || AppError::invalid(field, "This is not a phone number; +49 30 901820 would be one.");
    let line = plain(text);
    let line = without_fraction(&line).unwrap_or(line);
    // Brackets and little pictures of telephones.
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric() && !"+@#*".contains(c));
    let international = line.starts_with('+') || line.starts_with("00");
    // "+49 (0) 30": the trunk zero is dialled only without the country code.
    let line = if international { line.replace("(0)", "") } else { line.to_string() };
    let rest = line.strip_prefix('+').unwrap_or(&line);
    // Whatever is neither digit nor letter only parts digits, but for what dials on.
    let odd = |c: char| {
        c.is_alphanumeric() && !c.is_ascii_digit() || matches!(c, '+' | '#' | '*' | ',' | ';' | '@')
    };
    if rest.contains(odd) {
        return Err(bad());
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let (plus, digits) = match digits.strip_prefix("00") {
        // Both ways to dial abroad at once.
        Some(rest) if line.starts_with('+') => ("+", rest),
        _ if line.starts_with('+') => ("+", digits.as_str()),
        Some(rest) if !rest.starts_with('0') && rest.len() > 6 => ("+", rest),
        _ => ("", digits.as_str()),
    };
    let first = digits.chars().next().unwrap_or('0');
    let nobody = digits.chars().all(|c| c == '0')
        || digits.len() >= SAME_DIGITS && digits.chars().all(|c| c == first);
    if nobody || !DIGITS.contains(&digits.len()) {
        Err(bad())
    } else {
        Ok(format!("{plus}{digits}"))
    }
}

/// The number in E.164 where a country is known, by itself or by where it was most likely dialled:
/// `030 901820` in Germany is `+4930901820`. What no country has stays as it is.
#[cfg(any(feature = "phones", test))]
pub fn with_country(number: &str, country: Option<&str>) -> String {
    let country = country.and_then(|c| c.parse::<phonenumber::country::Id>().ok());
    if country.is_none() && !number.starts_with('+') {
        return number.into();
    }
    match phonenumber::parse(country, number) {
        Ok(found) if found.is_valid() => found.format().mode(phonenumber::Mode::E164).to_string(),
        _ => number.into(),
    }
}

/// The number as its country writes it, for people to read: `+49 30 901820`.
#[cfg(any(feature = "phones", test))]
pub fn for_people(number: &str) -> String {
    match phonenumber::parse(None, number) {
        Ok(found) if number.starts_with('+') && found.is_valid() => {
            found.format().mode(phonenumber::Mode::International).to_string()
        }
        _ => number.into(),
    }
}

/// Whether this is a country whose numbers are known, by its two letters.
#[cfg(any(feature = "phones", test))]
pub fn is_country(letters: &str) -> bool {
    letters.parse::<phonenumber::country::Id>().is_ok()
}

/// Without what address books and links put around a number, and with the digits that we store.
fn plain(text: &str) -> String {
    let plain: String = text::clean_line(text).chars().filter_map(plain_char).collect();
    let plain = plain.trim();
    match plain.split_once(':') {
        Some((scheme, rest))
            if scheme.starts_with(char::is_alphabetic)
                && scheme.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | ' ')) =>
        {
            rest.trim_start_matches('/').trim().into()
        }
        _ => plain.into(),
    }
}

fn plain_char(c: char) -> Option<char> {
    match c {
        // Direction marks, joiners, soft hyphens, variation selectors: seen by nobody.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => None,
        '\u{ff0b}' | '\u{fe62}' | '\u{207a}' => Some('+'),
        '\u{ff08}' => Some('('),
        '\u{ff09}' => Some(')'),
        '\u{ff1a}' => Some(':'),
        c if c.is_ascii() => Some(c),
        c => {
            let digit = |zero: &char| (c as u32).checked_sub(*zero as u32).filter(|n| *n < 10);
            Some(ZEROS.iter().find_map(digit).and_then(|n| char::from_digit(n, 10)).unwrap_or(c))
        }
    }
}

/// `4917012345670.0` and `4.91701234567E+12`, as sheets and data frames write a number.
fn without_fraction(line: &str) -> Option<String> {
    let (whole, fraction) = line.split_once('.')?;
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let sign = if whole.starts_with('+') { "+" } else { "" };
    let whole = whole.trim_start_matches('+');
    if digits(whole) && whole.len() > 5 && fraction.bytes().all(|b| b == b'0') {
        return Some(format!("{sign}{whole}"));
    }
    let (fraction, exponent) = fraction.split_once(['e', 'E'])?;
    if !digits(whole) || !digits(fraction) || !digits(exponent.trim_start_matches('+')) {
        return None;
    }
    let number: f64 = line.trim_start_matches('+').parse().ok()?;
    (number.fract() == 0.0 && number < 1e15).then(|| format!("{sign}{number:.0}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn phones_keep_digits_and_plus() {
        for (typed, kept) in [
            (" +1 (415) 555-0134 ", "+14155550134"),
            ("+49 (0) 30 901820", "+4930901820"),
            ("0049 (0) 30 901820", "+4930901820"),
            ("(+49) 30 901820", "+4930901820"),
            ("00 49 30 901820", "+4930901820"),
            ("030/90 18 20", "030901820"),
            ("tel:+4930901820", "+4930901820"),
            ("whatsapp:+4930901820", "+4930901820"),
            ("\u{2068}+49 30 901820\u{2069}", "+4930901820"),
            ("\u{202a}+49\u{200b}30\u{2009}901820\u{202c}", "+4930901820"),
            ("+49\u{2011}30\u{2013}901820\u{fe0d}", "+4930901820"),
            ("＋４９ ３０ ９０１８２０", "+4930901820"),
            ("+٤٩ ٣٠ ٩٠١٨٢٠", "+4930901820"),
            ("+49·30•901820", "+4930901820"),
            ("4917012345670.0", "4917012345670"),
            ("+4917012345670.00", "+4917012345670"),
            ("4.91701234567E+12", "4917012345670"),
            ("030.901820", "030901820"),
            ("+0049 30 901820", "+4930901820"),
            ("(0049) 30-901820", "+4930901820"),
            ("Tel.: +49 30 901820", "+4930901820"),
            ("Mobil : 0170 1234567", "01701234567"),
            ("Телефон: +7 495 123-45-67", "+74951234567"),
            ("\u{1f4de} +49 30 901820", "+4930901820"),
            ("\u{260e}\u{fe0f}+49 30 901820", "+4930901820"),
            ("+49 \u{2212} 30 901820", "+4930901820"),
            ("+۴۹ ۳۰ ۹۰۱۸۲۰", "+4930901820"),
            ("+९१ २२ ९०१८२०", "+9122901820"),
            ("+\u{1d7f0}\u{1d7f5} 30 901820", "+4930901820"),
            ("+1 (415) 555‑0134", "+14155550134"),
            ("sip:+4930901820", "+4930901820"),
        ] {
            assert_eq!(phone("phone", typed).as_deref(), Ok(kept), "{typed}");
        }
        for bad in [
            "",
            "12",
            "call me",
            "+1 415 555 0134 ext 5",
            "+1 415 555 0134,5",
            "1234567890123456",
            "++49301",
            "0000000",
            "1111111",
            "ada@x.example",
        ] {
            assert!(phone("phone", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_country_makes_a_number_whole() {
        for (typed, country, kept) in [
            ("030 901820", Some("DE"), "+4930901820"),
            ("0049 30 901820", Some("DE"), "+4930901820"),
            ("+49 030 901820", None, "+4930901820"),
            ("(415) 555-2671", Some("US"), "+14155552671"),
            ("1 415 555 2671", Some("US"), "+14155552671"),
            ("011 49 30 901820", Some("US"), "+4930901820"),
            ("07400 123456", Some("GB"), "+447400123456"),
            ("06 12 34 56 78", Some("FR"), "+33612345678"),
            ("030 901820", None, "030901820"),
            ("4711", Some("DE"), "4711"),
            ("030 901820", Some("XX"), "030901820"),
        ] {
            let number = phone("phone", typed).expect("a number");
            assert_eq!(with_country(&number, country), kept, "{typed}");
        }
        assert!(is_country("DE") && !is_country("XX") && !is_country(""));
    }

    #[test]
    fn people_read_a_number_as_its_country_writes_it() {
        assert_eq!(for_people("+4930901820"), "+49 30 901820");
        assert_eq!(for_people("+14155552671"), "+1 415-555-2671");
        assert_eq!(for_people("+33612345678"), "+33 6 12 34 56 78");
        assert_eq!(for_people("4711"), "4711");
    }

    proptest! {
        #[test]
        fn punctuation_never_changes_a_phone(digits in "[1-8][0-9]{2,13}9", gap in "[ ./()\u{ad}·–-]{1,3}") {
            let spread = digits.chars().map(String::from).collect::<Vec<_>>().join(&gap);
            prop_assert_eq!(phone("f", &spread), Ok(digits.clone()));
            prop_assert_eq!(phone("f", &format!("+{digits}")), Ok(format!("+{digits}")));
            prop_assert_eq!(phone("f", &format!("tel:+{digits}")), Ok(format!("+{digits}")));
        }

        #[test]
        fn the_normal_form_of_any_text_is_its_own(text in "\\PC{0,40}") {
            if let Ok(number) = phone("f", &text) {
                prop_assert_eq!(phone("f", &number), Ok(number.clone()));
            }
        }
    }
}
