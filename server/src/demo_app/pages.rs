//! The shop's HTML.

use html_escape::encode_safe;

/// Name in the address, title, price, what it is, and its sign.
const THINGS: [(&str, &str, &str, &str, &str); 4] = [
    ("desk-lamp", "Desk lamp", "€ 49", "Warm light for late tickets.", "💡"),
    ("notebook", "Notebook", "€ 9", "Dotted, 160 pages, lies flat.", "📓"),
    ("kettle", "Kettle", "€ 65", "One litre, quiet, stops by itself.", "🫖"),
    ("headset", "Headset", "€ 120", "For calls that last.", "🎧"),
];

fn page(title: &str, lead: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\" data-plain><head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
        <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · Acme Shop</title>\
        <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
        <link rel=\"stylesheet\" href=\"/demo-app/shop.css\">\
        <script src=\"/sdk.js\" data-key=\"{key}\"></script>\
        <script defer src=\"/demo-app/shop.js\"></script>\
        </head><body class=\"shop\">\
        <header class=\"shop-head\"><a class=\"shop-name\" href=\"/demo-app\"><span aria-hidden=\"true\">A</span>Acme Shop</a>\
        <nav aria-label=\"Shop\"><a class=\"btn quiet\" href=\"/demo-app\">Things</a>\
        <a class=\"btn quiet\" href=\"/demo-app/checkout\">Checkout</a>\
        <a class=\"btn\" href=\"/demo-app/sign-in\">Sign in</a>\
        <button class=\"btn quiet\" type=\"button\" data-sign-out>Sign out</button>\
        <button class=\"btn quiet\" type=\"button\" data-record>Record this visit</button></nav></header>\
        <main><h1>{title}</h1><p class=\"hint\">{lead}</p>{body}</main>\
        <footer class=\"shop-foot\">This shop is part of Rapport’s demo. What you do here appears a moment later in \
        <a href=\"/customers\">the customer’s timeline</a>.</footer></body></html>",
        key = super::KEY,
    )
}

/// All things.
pub fn shelf() -> String {
    let item = |(name, title, price, text, sign): &(&str, &str, &str, &str, &str)| {
        format!(
            "<li><a href=\"/demo-app/things/{name}\"><span class=\"sign\" aria-hidden=\"true\">{sign}</span>\
            <strong>{title}</strong></a><span class=\"price\">{price}</span><p class=\"hint\">{text}</p></li>"
        )
    };
    let things = THINGS.iter().map(item).collect::<String>();
    page(
        "Things for your desk",
        "Look around, put something into the basket, sign in: all of it is an event.",
        &format!("<ul class=\"shelf\">{things}</ul>"),
    )
}

/// One thing.
pub fn thing(name: &str) -> Option<String> {
    let (_, title, price, text, sign) = THINGS.iter().find(|t| t.0 == name)?;
    let body = format!(
        "<div class=\"thing\"><span class=\"sign\" aria-hidden=\"true\">{sign}</span>\
        <div><p class=\"price\">{price}</p>\
        <p class=\"deeds\"><button class=\"btn primary\" type=\"button\" data-track=\"Added to basket\" data-thing=\"{name}\">Add to basket</button>\
        <button class=\"btn\" type=\"button\" data-step=\"reviews\">Reviews</button></p>\
        <p class=\"hint\" role=\"status\"></p></div></div>"
    );
    Some(page(title, text, &body))
}

/// Where one would pay: fields of which a recording keeps nothing, and a button that fails.
pub fn checkout() -> String {
    let field = |label: &str, name: &str, kind: &str, autocomplete: &str| {
        format!(
            "<label class=\"field-row\"><span class=\"field-label\">{label}</span>\
            <input name=\"{name}\" type=\"{kind}\" autocomplete=\"{autocomplete}\"></label>"
        )
    };
    let fields = [
        field("Name on the card", "holder", "text", "cc-name"),
        field("Card number", "number", "text", "cc-number"),
        field("Code by text message", "code", "text", "one-time-code"),
        field("Password", "password", "password", "current-password"),
        field("Remark", "remark", "text", "off"),
    ];
    let body = format!(
        "<p>Delivery to <span class=\"rapport-mask\" title=\"Ada King, 7 Analytical Row\">Ada King, 7 Analytical Row</span></p>\
        <form class=\"form\" data-checkout>{}<div class=\"deeds\"><button class=\"btn primary\" type=\"button\" data-track=\"Checked out\" data-thing=\"basket\">Pay</button>\
        <button class=\"btn\" type=\"button\" data-fail>Apply coupon</button></div></form>\
        <p class=\"hint\" role=\"status\"></p>",
        fields.concat(),
    );
    page("Checkout", "Nothing is charged: this is a demo.", &body)
}

/// The form; the fields may be filled from the address.
pub fn sign_in(user: &str, email: &str, name: &str) -> String {
    let field = |label: &str, name: &str, kind: &str, text: &str, default: &str| {
        let value = encode_safe(if text.is_empty() { default } else { text });
        format!(
            "<label class=\"field-row\"><span class=\"field-label\">{label}</span>\
            <input name=\"{name}\" type=\"{kind}\" value=\"{value}\"></label>"
        )
    };
    let fields = [
        field("User id", "user", "text", user, "shop-ada"),
        field("E-mail", "email", "email", email, "ada@shop.example"),
        field("Name", "name", "text", name, "Ada King"),
    ];
    let body = format!(
        "<form class=\"form\" method=\"post\">{}<button class=\"btn primary\">Sign in</button></form>",
        fields.concat(),
    );
    let lead = "This shop believes everybody. It signs a token for whom you say you are.";
    page("Sign in", lead, &body)
}

/// After signing in: the script hands id, name and token to the SDK.
pub fn signed_in(user: &str, name: &str, token: &str) -> String {
    let body = format!(
        "<p data-user=\"{}\" data-name=\"{}\" data-token=\"{}\">Hello, {}.</p>\
        <p><a class=\"btn primary\" href=\"/demo-app\">On to the shop</a></p>",
        encode_safe(user),
        encode_safe(name),
        encode_safe(token),
        encode_safe(name),
    );
    page("Signed in", "Rapport knows you from now on, by your shop’s word.", &body)
}
