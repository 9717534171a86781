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

/// Writes minor units as people read them: `€1,250.50` is left to readers, we write `1,250.50 EUR`.
pub fn format(minor: i64, currency: &str) -> String {
    let places = decimals(currency);
    let scale = 10i64.pow(places as u32);
    let whole = (minor / scale).unsigned_abs().to_string();
    let grouped = group(&whole);
    let sign = if minor < 0 { "-" } else { "" };
    let fraction = (minor % scale).unsigned_abs();
    match (places, fraction) {
        (0, _) | (_, 0) => format!("{sign}{grouped} {currency}"),
        _ => format!("{sign}{grouped}.{fraction:0>places$} {currency}"),
    }
}

/// The amount alone, as a form's field starts with it: `1250.50`.
pub fn plain(minor: i64, currency: &str) -> String {
    let text = format(minor, currency).replace(',', "");
    text.split(' ').next().unwrap_or_default().to_string()
}

fn group(digits: &str) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
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
        assert_eq!(format(125_050, "EUR"), "1,250.50 EUR");
        assert_eq!(format(480_000, "USD"), "4,800 USD");
        assert_eq!(format(-5, "EUR"), "-0.05 EUR");
    }
}
