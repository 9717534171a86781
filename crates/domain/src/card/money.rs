//! Amounts of money, kept in minor units (cents) with an ISO 4217 code.

/// Codes whose smallest unit is the unit itself.
const WHOLE: [&str; 8] = ["JPY", "KRW", "VND", "CLP", "ISK", "HUF", "PYG", "UGX"];

/// Writes an amount: `€4,000`, `$12.50`, `CHF 1,200`. Cents show only where there are any.
pub fn text(minor: i64, currency: &str) -> String {
    let code = currency.to_uppercase();
    let scale = if WHOLE.contains(&code.as_str()) { 1 } else { 100 };
    let amount = minor.unsigned_abs();
    let (units, cents) = (amount / scale, amount % scale);
    let sign = if minor < 0 { "−" } else { "" };
    let decimals = if cents == 0 { String::new() } else { format!(".{cents:02}") };
    let unit = match code.as_str() {
        "EUR" => "€".to_string(),
        "USD" => "$".to_string(),
        "GBP" => "£".to_string(),
        "JPY" => "¥".to_string(),
        "INR" => "₹".to_string(),
        "" => String::new(),
        _ => format!("{code} "),
    };
    format!("{sign}{unit}{}{decimals}", grouped(units))
}

/// Digits in groups of three.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(text(400_000, "EUR"), "€4,000");
        assert_eq!(text(1_250, "usd"), "$12.50");
        assert_eq!(text(-99, "GBP"), "−£0.99");
        assert_eq!(text(1_234_567, "JPY"), "¥1,234,567");
        assert_eq!(text(120_000, "CHF"), "CHF 1,200");
        assert_eq!(text(i64::MIN, ""), "−92,233,720,368,547,758.08");
    }
}
