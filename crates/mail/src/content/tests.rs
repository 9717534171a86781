use super::*;

fn of(raw: &str) -> Content {
    let raw = raw.replace('\n', "\r\n");
    let mail = mail_parser::MessageParser::default().parse(raw.as_bytes()).expect("a mail");
    content(&mail)
}

#[test]
fn a_text_that_says_nothing_gives_way_to_the_html() {
    let mail = |text: &str| {
        of(&format!(
                "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: text/html\n\n<p>Where is my parcel? The HTML form failed.</p>\n--b--\n"
            ))
            .text
    };
    assert!(mail("Your mail program cannot display HTML messages.").starts_with("Where is"));
    assert!(mail("Your client cannot read this email: https://x.example/1").starts_with("Where"));
    assert!(mail(" ").starts_with("Where is"));
    for stub in [
        "This is a multi-part message in MIME format.",
        "Ihr E-Mail-Programm kann diese Nachricht nicht darstellen.",
        "Votre logiciel de messagerie ne peut afficher ce message.",
        "Su cliente de correo no puede mostrar este mensaje.",
        "Il tuo client di posta non supporta questo messaggio.",
        "Ваша почтовая программа не может показать это письмо.",
        "お使いのメールソフトでは表示できません。",
        "您的邮件客户端不支持，请在浏览器中查看。",
    ] {
        assert!(mail(stub).starts_with("Where is"), "{stub}");
    }
    let own = "Where is my parcel? The HTML form failed.";
    assert_eq!(mail(own).trim(), own);
    assert_eq!(mail("short").trim(), "short");
}

#[test]
fn an_invitation_is_told_and_kept() {
    let ics = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Demo\nDTSTART:20261201T100000Z\nEND:VEVENT\nEND:VCALENDAR\n";
    let mail = of(&format!(
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nPlease come.\n--b\nContent-Type: text/calendar; method=REQUEST\n\n{ics}\n--b--\n"
    ));
    assert_eq!(
        mail.text.replace("\r\n", "\n").trim_end(),
        "Please come.\n\nInvitation: Demo\nWhen: Tue, Dec 1, 2026, 10:00 (UTC)"
    );
    assert_eq!(mail.files.len(), 1);
    let alone = of(&format!("Content-Type: text/calendar\n\n{ics}"));
    assert!(alone.text.starts_with("Invitation: Demo"), "{}", alone.text);
}
