//! Amounts of money: minor units and a currency, never a float.

use crate::error::AppError;

/// Currencies whose minor unit is not a hundredth.
const WHOLE: [&str; 8] = ["CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF"];
const THOUSANDTHS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

fn decimals(currency: &str) -> usize {
    match currency {
        c if WHOLE.contains(&c) => 0,
        c if THOUSANDTHS.contains(&c) => 3,
        _ => 2,
    }
}

/// Takes a currency code of three letters.
pub fn currency(field: &str, text: &str) -> Result<String, AppError> {
    let code = text.trim().to_ascii_uppercase();
    if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) {
        return Ok(code);
    }
    Err(AppError::invalid(field, "A currency has three letters, such as EUR."))
}

/// Reads `1,250.50` or `1250.5` as minor units.
pub fn parse(field: &str, text: &str, currency: &str) -> Result<i64, AppError> {
    let bad = || AppError::invalid(field, "This is not an amount; 1250.50 would be one.");
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | ',' | '\u{a0}')).collect();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let places = decimals(currency);
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > places {
        return Err(bad());
    }
    format!("{whole}{fraction:0<places$}").parse().map_err(|_| bad())
}

/// Writes minor units as people read them: `€4,000`, `$12.50`, `CHF 1,200`.
pub fn format(minor: i64, currency: &str) -> String {
    let (whole, fraction) = split(minor, currency);
    let sign = if minor < 0 { "-" } else { "" };
    let unit = match currency {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        "INR" => "₹",
        code => return format!("{sign}{code} {}{fraction}", group(&whole)),
    };
    format!("{sign}{unit}{}{fraction}", group(&whole))
}

/// The amount alone, as a form's field starts with it: `1250.50`.
pub fn plain(minor: i64, currency: &str) -> String {
    let (whole, fraction) = split(minor, currency);
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{whole}{fraction}")
}

/// A whole number in groups of three: `12,408`.
pub fn grouped(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", group(&n.unsigned_abs().to_string()))
}

/// Whole units, and the rest as `.50`; empty when there is none.
fn split(minor: i64, currency: &str) -> (String, String) {
    let places = decimals(currency);
    let scale = 10u64.pow(places as u32);
    let amount = minor.unsigned_abs();
    let fraction = match amount % scale {
        0 => String::new(),
        rest => format!(".{rest:0>places$}"),
    };
    ((amount / scale).to_string(), fraction)
}

fn group(digits: &str) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_a_form_shows_it_reads_back(minor in 0i64..1_000_000_000_000, c in "EUR|JPY|KWD") {
            prop_assert_eq!(parse("mrr", &plain(minor, &c), &c), Ok(minor));
        }
    }

    #[test]
    fn amounts_are_exact() {
        assert_eq!(parse("mrr", "1,250.5", "EUR"), Ok(125_050));
        assert_eq!(parse("mrr", "1250", "JPY"), Ok(1250));
        for bad in ["", "-1", "1.2.3", "1e3", "0.005", "99999999999999999999"] {
            assert!(parse("mrr", bad, "EUR").is_err(), "{bad}");
        }
        assert_eq!(format(125_050, "EUR"), "€1,250.50");
        assert_eq!(format(480_000, "USD"), "$4,800");
        assert_eq!(format(-5, "EUR"), "-€0.05");
        assert_eq!(format(120_000, "CHF"), "CHF 1,200");
        assert_eq!(grouped(-12_408), "-12,408");
    }
}
