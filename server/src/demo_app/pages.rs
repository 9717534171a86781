//! The shop's HTML.

use html_escape::encode_safe;

/// Name in the address, title, price, and what it is.
const THINGS: [(&str, &str, &str, &str); 4] = [
    ("desk-lamp", "Desk lamp", "€ 49", "Warm light for late tickets."),
    ("notebook", "Notebook", "€ 9", "Dotted, 160 pages, lies flat."),
    ("kettle", "Kettle", "€ 65", "One litre, quiet, stops by itself."),
    ("headset", "Headset", "€ 120", "For calls that last."),
];

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\" data-plain><head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} · Acme Shop</title>\
        <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
        <link rel=\"stylesheet\" href=\"/demo-app/shop.css\">\
        <script src=\"/sdk.js\" data-key=\"{key}\"></script>\
        <script defer src=\"/demo-app/shop.js\"></script>\
        </head><body>\
        <header><a href=\"/demo-app\">Acme Shop</a><nav><a href=\"/demo-app/sign-in\">Sign in</a>\
        <button type=\"button\" data-sign-out>Sign out</button></nav></header>\
        <main><h1>{title}</h1>{body}</main></body></html>",
        key = super::KEY,
    )
}

/// All things.
pub fn shelf() -> String {
    let item = |(name, title, price, text): &(&str, &str, &str, &str)| {
        format!(
            "<li><a href=\"/demo-app/things/{name}\">{title}</a> <span>{price}</span><p>{text}</p></li>"
        )
    };
    page(
        "Things for your desk",
        &format!("<ul>{}</ul>", THINGS.iter().map(item).collect::<String>()),
    )
}

/// One thing.
pub fn thing(name: &str) -> Option<String> {
    let (_, title, price, text) = THINGS.iter().find(|t| t.0 == name)?;
    let body = format!(
        "<p>{text}</p><p>{price}</p>\
        <p><button type=\"button\" data-track=\"Added to basket\" data-thing=\"{name}\">Add to basket</button> \
        <button type=\"button\" data-step=\"reviews\">Reviews</button></p><p role=\"status\"></p>"
    );
    Some(page(title, &body))
}

/// The form; the fields may be filled from the address.
pub fn sign_in(user: &str, email: &str, name: &str) -> String {
    let or = |text: &str, default: &str| {
        encode_safe(if text.is_empty() { default } else { text }).into_owned()
    };
    let body = format!(
        "<form method=\"post\"><label>User id <input name=\"user\" value=\"{}\" required></label>\
        <label>E-mail <input name=\"email\" type=\"email\" value=\"{}\"></label>\
        <label>Name <input name=\"name\" value=\"{}\"></label><button>Sign in</button></form>\
        <p>This shop believes everybody. It signs a token for whom you say you are.</p>",
        or(user, "shop-ada"),
        or(email, "ada@shop.example"),
        or(name, "Ada King"),
    );
    page("Sign in", &body)
}

/// After signing in: the script hands id, name and token to the SDK.
pub fn signed_in(user: &str, name: &str, token: &str) -> String {
    let body = format!(
        "<p data-user=\"{}\" data-name=\"{}\" data-token=\"{}\">Hello, {}.</p>\
        <p><a href=\"/demo-app\">On to the shop</a></p>",
        encode_safe(user),
        encode_safe(name),
        encode_safe(token),
        encode_safe(name),
    );
    page("Signed in", &body)
}
