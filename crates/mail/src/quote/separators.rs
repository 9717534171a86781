//! Lines that programs put above a mail that is answered or passed on.

use super::words::lower;

const ORIGINAL: &[&str] = &[
    "original message",
    "original appointment",
    "original email",
    "reply message",
    "ursprüngliche nachricht",
    "originalnachricht",
    "ursprünglicher termin",
    "message d'origine",
    "message original",
    "message d’origine",
    "mensaje original",
    "messaggio originale",
    "oorspronkelijk bericht",
    "mensagem original",
    "ursprungligt meddelande",
    "originalmeddelande",
    "opprinnelig melding",
    "oprindelig meddelelse",
    "alkuperäinen viesti",
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "původní zpráva",
    "pôvodná správa",
    "eredeti üzenet",
    "mesaj original",
    "orijinal mesaj",
    "özgün ileti",
    "исходное сообщение",
    "пересылаемое сообщение",
    "оригінальне повідомлення",
    "вихідне повідомлення",
    "αρχικό μήνυμα",
    "元のメッセージ",
    "原始邮件",
    "原始郵件",
    "原始信件",
    "원본 메시지",
    "원본 메일",
    "الرسالة الأصلية",
    "ההודעה המקורית",
    "הודעה מקורית",
    "thư gốc",
    "pesan asli",
    "ข้อความต้นฉบับ",
    "izvorna poruka",
    "izvirno sporočilo",
    "missatge original",
];
const FORWARDED: &[&str] = &[
    "forwarded message",
    "begin forwarded message",
    "start of forwarded message",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht",
    "anfang der weitergeleiteten e-mail",
    "message transféré",
    "début du message transféré",
    "début du message réexpédié",
    "message transmis",
    "mensaje reenviado",
    "inicio del mensaje reenviado",
    "comienzo del mensaje reenviado",
    "messaggio inoltrato",
    "inizio messaggio inoltrato",
    "mensagem encaminhada",
    "mensagem reencaminhada",
    "início da mensagem encaminhada",
    "início da mensagem reencaminhada",
    "doorgestuurd bericht",
    "begin doorgestuurd bericht",
    "vidarebefordrat meddelande",
    "videresendt melding",
    "videresendt meddelelse",
    "välitetty viesti",
    "przekazana wiadomość",
    "wiadomość przekazana dalej",
    "początek przekazywanej wiadomości",
    "přeposlaná zpráva",
    "preposlaná správa",
    "továbbított üzenet",
    "mesaj redirecționat",
    "iletilen mesaj",
    "iletilmiş ileti",
    "пересылаемое сообщение",
    "пересланное сообщение",
    "начало переадресованного сообщения",
    "переслане повідомлення",
    "προωθημένο μήνυμα",
    "転送されたメッセージ",
    "転送メッセージ",
    "転送されたメール",
    "转发的邮件",
    "转发邮件信息",
    "已转发邮件",
    "轉寄的郵件",
    "轉寄郵件",
    "전달된 메시지",
    "전달된 메일",
    "رسالة معاد توجيهها",
    "الرسالة المعاد توجيهها",
    "הודעה שהועברה",
    "thư đã chuyển tiếp",
    "tin nhắn đã chuyển tiếp",
    "pesan terusan",
    "pesan diteruskan",
    "ข้อความที่ส่งต่อ",
    "अग्रेषित संदेश",
    "weitergeleitete mail",
    "weitergeleitete e-mail",
    "mail transféré",
    "courriel transféré",
    "correo reenviado",
    "mail inoltrata",
    "e-mail inoltrata",
    "email encaminhado",
    "e-mail encaminhado",
    "przekierowana wiadomość",
    "początek przekazanej wiadomości",
    "перенаправленное сообщение",
    "转发的消息",
    "转发邮件",
    "以下是转发的邮件",
    "以下是轉寄的郵件",
    "以下為轉寄信件",
    "开始转发的邮件",
    "開始轉寄郵件",
    "전달 메시지",
    "iletilmiş e-posta",
    "yönlendirilmiş ileti",
    "yönlendirilen ileti",
    "yönlendirilen ileti başlangıcı",
    "iletilen ileti başlangıcı",
    "vidarebefordrat brev",
    "början på vidarebefordrat meddelande",
    "start på videresendt besked",
    "videresendt besked",
    "start på videresendt melding",
    "välitetty viesti alkaa",
    "začátek přeposílané zprávy",
    "začiatok preposlanej správy",
    "továbbított üzenet kezdete",
    "továbbított levél kezdete",
    "початок листа, що пересилається",
    "inici del missatge reenviat",
    "missatge reenviat",
    "תחילת ההודעה שהועברה",
    "بداية الرسالة المعاد توجيهها",
    "έναρξη προωθημένου μηνύματος",
    "începutul mesajului redirecționat",
    "mesaj retrimis",
    "proslijeđena poruka",
    "posredovano sporočilo",
    "bắt đầu thư được chuyển tiếp",
];

/// What stands in a line such as `-----Original Message-----`.
fn ruled(line: &str) -> String {
    lower(
        line.trim_matches(|c: char| {
            matches!(c, '-' | '_' | '—' | '=' | ' ' | ':' | '：' | '\u{a0}')
        }),
    )
}

fn is_ruled(line: &str) -> bool {
    ["--", "__", "—", "=="].iter().any(|rule| line.starts_with(rule))
}

/// What Outlook and others put above the message they answer or pass on.
pub(crate) fn is_separator(line: &str) -> bool {
    is_ruled(line) && line.len() < 200 && {
        let words = ruled(line);
        ORIGINAL.contains(&words.as_str()) || FORWARDED.contains(&words.as_str())
    }
}

/// What programs put above a message that is passed on; Apple's has no rule.
pub(crate) fn is_forward_separator(line: &str) -> bool {
    (is_ruled(line) || line.ends_with([':', '：']))
        && line.len() < 200
        && FORWARDED.contains(&ruled(line).as_str())
}

/// A rule across the page: Outlook's underscores, and what we make of `<hr>`.
pub(crate) fn is_rule(line: &str) -> bool {
    line == "———"
        || line.len() >= 10 && (line.bytes().all(|b| b == b'_') || line.bytes().all(|b| b == b'-'))
}
