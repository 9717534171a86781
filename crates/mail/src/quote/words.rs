//! How people and mail programs say things around a quoted mail, in the languages that they speak.

/// How `On …, … wrote:` ends.
const WROTE: &[&str] = &[
    "wrote",
    "writes",
    "schrieb",
    "a écrit",
    "escribió",
    "va escriure",
    "ha scritto",
    "schreef",
    "geschreven",
    "escreveu",
    "skrev",
    "kirjoitti",
    "napisał(a)",
    "napisał",
    "napisała",
    "pisze",
    "napsal(a)",
    "napsal",
    "napsala",
    "napísal(a)",
    "napísal",
    "írta",
    "ezt írta",
    "a scris",
    "şunu yazdı",
    "şunları yazdı",
    "yazdı",
    "написал(а)",
    "написал",
    "написала",
    "пишет",
    "писал(а)",
    "пише",
    "написав",
    "написав(ла)",
    "написала",
    "писав(ла)",
    "написа",
    "έγραψε",
    "έγραψε τα εξής",
    "のメール",
    "書きました",
    "は書きました",
    "次のように書きました",
    "wrote",
    "写道",
    "寫道",
    "撰寫",
    "님이 작성",
    "작성",
    "님이 씀",
    "썼습니다",
    "كتب",
    "كتبت",
    "كتب/ت",
    "כתב",
    "כתב/ה",
    "כתבה",
    "כתב\u{200f}/ה",
    "đã viết",
    "menulis",
    "เขียนว่า",
    "je napisao/la",
    "napisala",
    "napisal",
    "je napisao",
    "je napisala",
    "napisao je",
    "skrifaði",
    "rašė",
    "kirjutas",
    "rakstīja",
    "ने लिखा",
    "نوشت",
    "escribiu",
    "ha escrit",
    "idatzi zuen",
    "쓴 글",
    "написао/ла",
    "написао",
    "napisal(a)",
    "লিখেছেন",
    "लिहिले",
    "எழுதியது",
    "రాశారు",
    "લખ્યું",
    "ಬರೆದಿದ್ದಾರೆ",
    "എഴുതി",
    "yozdi",
    "жазды",
    "დაწერა",
];
/// Where the name follows: `Am Freitag schrieb Ada:`, `(időpont: …) ezt írta`.
const WROTE_INSIDE: &[&str] = &[
    "schrieb ",
    "skrev ",
    "schreef ",
    "kirjoitti ",
    "írta (",
    "yazdı (",
    "님이 ",
    "skrifaði ",
    "napsal(a) ",
    "idatzi du ",
    "idatzi zuen (",
];
/// Where the whole line is one sentence around the name, and ends with the hour.
const WRITTEN_BY: &[&str] = &["wiadomość napisana przez ", "missatge de "];

/// Lower case, in which the Turkish dotted capital is one letter too.
pub(crate) fn lower(text: &str) -> String {
    text.to_lowercase().replace("i\u{307}", "i")
}

/// Whether the last line of an introduction ends as one. In some languages it has no verb, but
/// the address of whoever wrote.
pub(crate) fn ends_introduction(line: &str) -> bool {
    let line = line.trim_end_matches(crate::attachment::is_invisible);
    let bare = line.strip_suffix([':', '：']).unwrap_or_default();
    let bare = bare.trim_end_matches(crate::attachment::is_invisible);
    says_wrote(line)
        || (bare.ends_with('>') && bare.contains('@') && bare.contains('<'))
        || is_dated(bare)
}

/// Whether words without their colon name a day, an hour, and somebody by an address, or begin with
/// the day: so do introductions in the languages that no list of verbs has.
fn is_dated(bare: &str) -> bool {
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    let hour = bare.as_bytes().windows(4).any(|w| {
        let [a, b, c, d] = w else { return false };
        a.is_ascii_digit() && matches!(b, b':' | b'.') && c.is_ascii_digit() && d.is_ascii_digit()
    });
    let begins = bare.starts_with(|c: char| c.is_ascii_digit());
    hour && (bare.contains('@') && digits >= 5 || begins && digits >= 9)
}

/// Whether a line ends with somebody writing.
pub(crate) fn says_wrote(line: &str) -> bool {
    let line = line.trim_end_matches(['*', '_', ' ', '\u{200f}', '\u{200e}', '\u{202c}']);
    // Zoho: `---- On …, Ada wrote ----`.
    let ruled = line.strip_suffix("---").filter(|_| line.starts_with("---"));
    let Some(words) = line.strip_suffix([':', '：']).or(ruled) else {
        return false;
    };
    let words = words.trim_end_matches('-');
    let words = words
        .trim_end_matches(|c: char| c.is_whitespace() || crate::attachment::is_invisible(c))
        .to_lowercase();
    if WROTE_INSIDE.iter().any(|w| words.contains(w))
        || WRITTEN_BY.iter().any(|w| words.starts_with(w))
    {
        return true;
    }
    WROTE.iter().any(|w| {
        words.strip_suffix(w).is_some_and(|before| {
            // No word that only ends so: `typewrote:`.
            !w.is_ascii() || before.chars().next_back().is_none_or(|c| !c.is_alphanumeric())
        })
    })
}

const DEVICE: &[&str] = &[
    "sent from my ",
    "sent from mail for ",
    "sent from outlook",
    "sent from yahoo mail",
    "yahoo mail: search",
    "sent from proton mail",
    "sent from gmail mobile",
    "get outlook for ",
    "sent with ",
    "sent via ",
    "von meinem iphone gesendet",
    "von meinem ipad gesendet",
    "gesendet von meinem ",
    "gesendet mit ",
    "holen sie sich outlook",
    "outlook für ",
    "envoyé de mon ",
    "envoyé depuis ",
    "obtenez outlook",
    "enviado desde mi ",
    "enviado do meu ",
    "enviado a partir do ",
    "obtener outlook",
    "inviato da ",
    "scarica outlook",
    "verzonden vanaf mijn ",
    "verstuurd vanaf mijn ",
    "skickat från min ",
    "sendt fra min ",
    "lähetetty iphonesta",
    "wysłane z ",
    "odesláno z ",
    "iphone'umdan gönderildi",
    "отправлено с ",
    "iphoneから送信",
    "从我的",
    "發自我的",
    "发自我的",
    "나의 iphone에서 보냄",
    "\u{200f}נשלח מה-iphone",
    "نُشرت من",
    "đã gửi từ ",
];

/// `Sent from my iPhone`: a signature that the device wrote.
pub(crate) fn is_device_line(line: &str) -> bool {
    let start = line.to_lowercase();
    line.chars().count() <= 80 && DEVICE.iter().any(|s| start.starts_with(s))
}

/// Words by which people say that their answer stands in the mail that they answer.
const BELOW: &[&str] = &[
    "see below",
    "answers below",
    "answer below",
    "reply below",
    "replies below",
    "comments below",
    "responses below",
    "below in ",
    "inline",
    "in-line",
    "in line below",
    "in red",
    "in blue",
    "see my answers",
    "siehe unten",
    "antworten unten",
    "unten in ",
    "s. u.",
    "in rot",
    "ci-dessous",
    "plus bas",
    "en rouge",
    "abajo",
    "más abajo",
    "en rojo",
    "qui sotto",
    "di seguito",
    "in rosso",
    "hieronder",
    "zie onder",
    "in het rood",
    "abaixo",
    "em vermelho",
    "poniżej",
    "na czerwono",
    "nedan",
    "nedenfor",
    "ниже",
    "下記",
    "以下に",
    "见下",
    "如下",
    "아래",
];

/// Whether somebody says so.
pub(crate) fn points_below(fresh: &str) -> bool {
    // Longer letters have such words in any sense.
    let start: String = fresh.chars().take(1_000).collect::<String>().to_lowercase();
    BELOW.iter().any(|w| start.contains(w))
}

/// What stands in disclaimers, however long their lines are.
const LEGAL: &[&str] = &[
    "confidential",
    "disclaimer",
    "privileged",
    "intended recipient",
    "registered office",
    "registered in ",
    "vertraulich",
    "geschäftsführ",
    "handelsregister",
    "amtsgericht",
    "ust-id",
    "confidentiel",
    "confidencial",
    "riservat",
    "vertrouwelijk",
    "poufne",
    "конфиденциал",
    "virus-free",
    "free of viruses",
    "virenfrei",
];
/// Words beside a number by which somebody is called.
const CALLS: &[&str] = &["tel", "phone", "fax", "mobile", "mobil", "telefon", "cell", "tél"];

/// A line that stands in signatures, though it is long: legal words, numbers, a web address.
pub(crate) fn is_legal(line: &str) -> bool {
    let line = line.to_lowercase();
    let words = || line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    let called = digits >= 5 && words().any(|word| CALLS.contains(&word));
    let web = ["http://", "https://", "www."].iter().any(|w| line.contains(w));
    // An address alone or with few words, not one in a sentence.
    let short = line.split_whitespace().count() <= 6 || line.starts_with("http");
    called || web && short || LEGAL.iter().any(|w| line.contains(w))
}
