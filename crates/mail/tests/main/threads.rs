//! What programs put around a mail that is answered or passed on, in the languages they speak.

use rapport_mail::{fold_quote, forwards, sanitize, split_quoted};

/// What is wrong of many, told at once.
fn all_right(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn introductions_of_large_programs_fold() {
    let lines = [
        // Gmail
        "सोम, 23 नव॰ 2026 को 8:12 am बजे को Ada <a@b.example> ने लिखा:",
        "ในวันที่ จ. 23 พ.ย. 2026 เวลา 08:12 Ada <a@b.example> เขียนว่า:",
        "Pada tanggal Sen, 23 Nov 2026 pukul 08.12 Ada <a@b.example> menulis:",
        "pon, 23. stu 2026. u 08:12 Ada <a@b.example> napisao je:",
        "V V pon., 23. nov. 2026 ob 08:12 je oseba Ada <a@b.example> napisala:",
        "На пн, 23.11.2026 г. в 8:12 Ada <a@b.example> написа:",
        "Den man. 23. nov. 2026 kl. 08.12 skrev Ada <a@b.example>:",
        "man. 23. nov. 2026 kl. 08:12 skrev Ada <a@b.example>:",
        "po 23. 11. 2026 o 8:12 Ada <a@b.example> napísal(a):",
        "Missatge de Ada <a@b.example> del dia dl., 23 de nov. 2026 a les 8:12:",
        "در تاریخ دوشنبه ۲۳ نوامبر ۲۰۲۶،‏ ۸:۱۲ Ada <a@b.example> نوشت:",
        "2026-11-23, pr, 08:12 Ada <a@b.example> rašė:",
        "Ada <a@b.example> 於 2026年11月23日 週一 上午8:12寫道：",
        "On Mon, 23 Nov 2026, 08:12 Ada, <a@b.example> wrote:",
        // Apple Mail
        "Am 23.11.2026 um 08:12 schrieb Ada <a@b.example>:",
        "> Am 23.11.2026 um 08:12 schrieb Ada <a@b.example>:",
        "Le 23 nov. 2026 à 08:12, Ada <a@b.example> a écrit\u{a0}:",
        "El 23 nov 2026, a las 8:12, Ada <a@b.example> escribió:",
        "Il giorno 23 nov 2026, alle ore 08:12, Ada <a@b.example> ha scritto:",
        "Em 23 de nov. de 2026, à(s) 08:12, Ada <a@b.example> escreveu:",
        "No dia 23/11/2026, às 08:12, Ada <a@b.example> escreveu:",
        "Op 23 nov 2026, om 08:12 heeft Ada <a@b.example> het volgende geschreven:",
        "23 nov. 2026 kl. 08:12 skrev Ada <a@b.example>:",
        "Ada <a@b.example> kirjoitti 23.11.2026 kello 8.12:",
        "Wiadomość napisana przez Ada <a@b.example> w dniu 23 lis 2026, o godz. 08:12:",
        "23. 11. 2026 v 8:12, Ada <a@b.example>:",
        "2026. 11. 23. dátummal, 8:12 időpontban Ada <a@b.example> írta:",
        "Pe 23 nov. 2026, la 08:12, Ada <a@b.example> a scris:",
        "Ada <a@b.example> şunları yazdı (23 Kas 2026 08:12):",
        "23 нояб. 2026 г., в 08:12, Ada <a@b.example> написал(а):",
        "2026/11/23 8:12、Ada <a@b.example>のメール:",
        "2026年11月23日 08:12，Ada <a@b.example> 写道：",
        "在 2026年11月23日，上午8:12，Ada <a@b.example> 写道：",
        "Ada <a@b.example> 於 2026年11月23日 上午8:12 寫道：",
        "2026. 11. 23. 오전 8:12, Ada <a@b.example> 작성:",
        "في ٢٣‏/١١‏/٢٠٢٦، الساعة ٨:١٢ ص، كتب/كتبت Ada <a@b.example>:",
        // Thunderbird
        "Am 23.11.26 um 08:12 schrieb Ada:",
        "Le 23/11/2026 à 08:12, Ada a écrit :",
        "El 23/11/26 a las 8:12, Ada escribió:",
        "Il 23/11/26 08:12, Ada ha scritto:",
        "W dniu 23.11.2026 o 08:12, Ada pisze:",
        "23.11.2026 8:12, Ada пишет:",
        "Dne 23. 11. 26 v 8:12 Ada napsal(a):",
        "Den 2026-11-23 kl. 08:12, skrev Ada:",
        "Op 23-11-2026 om 08:12 schreef Ada:",
        "在 2026/11/23 8:12, Ada 写道:",
        "Em 23/11/2026 08:12, Ada escreveu:",
        "Ada, 23.11.2026 08:12 tarihinde yazdı:",
        "2026. 11. 23. 8:12 keltezéssel, Ada írta:",
        "Ada kirjoitti 23.11.2026 klo 8.12:",
        "2026-11-23 08:12, Ada wrote:",
        // Others
        "------- On Monday, November 23rd, 2026 at 08:12, Ada <a@b.example> wrote:",
        "At 2026-11-23 08:12:00, \"Ada\" <a@b.example> wrote:",
        "Monday, November 23, 2026 8:12 AM, \"Ada\" <a@b.example> wrote:",
        "Quoting Ada <a@b.example>:",
        "Zitat von Ada <a@b.example>:",
        "Понедельник, 23 ноября 2026, 8:12 +03:00 от Ada <a@b.example>:",
        "23.11.2026, 08:12, \"Ada\" <a@b.example>:",
        "Ada (Acme) kirjoitti 23. marrask. 2026 kl. 8.12:",
        "On Mon, Nov 23, 2026 at 8:12 AM Ada via Acme\n<a@b.example>\nwrote:",
        "Am Montag, dem 23.11.2026 um 08:12 +0100 schrieb Ada:",
        "Le lundi 23 novembre 2026 à 08:12:00 UTC+1, Ada <a@b.example> a écrit :",
        "On Nov 23, 2026, at 8:12\u{202f}AM, Ada <a@b.example> wrote:",
        // And in languages and programs that fewer people have
        "Ada igorleak hau idatzi zuen (2026/11/23 8:12):",
        "Hau idatzi du Ada erabiltzaileak (<a@b.example>) (2026 aza. 23, al. (08:12)):",
        "O 23/11/26 ás 8:12, Ada escribiu:",
        "El 23/11/26 a les 8:12, Ada ha escrit:",
        "בתאריך 23/11/2026 8:12, Ada כתב:",
        "Vào lúc 08:12 23/11/2026, Ada đã viết:",
        "26. 11. 23. 오전 8:12에 Ada 이(가) 쓴 글:",
        "2026/11/23 8:12、Ada さんは書きました:",
        "23.11.2026 08:12 tarihinde Ada yazdı:",
        "Às 08:12 de 23/11/2026, Ada escreveu:",
        "Στις 23/11/2026 8:12, ο/η Ada έγραψε:",
        "Dana 23.11.2026. u 8:12, Ada je napisao/la:",
        "Dne 23. 11. 2026 ob 8:12, je Ada napisal(a):",
        "Дана 23.11.2026. у 8:12, Ada је написао/ла:",
        "23.11.2026 8:12 Ada kirjutas:",
        "Þann 23.11.2026 08:12 skrifaði Ada:",
        "pirmd., 2026. g. 23. nov., plkst. 08:12 — lietotājs Ada (<a@b.example>) rakstīja:",
        "Kuupäev E, 23. november 2026 kell 08:12 kirjutas Ada <a@b.example>:",
        "Noong Lun, Nob 23, 2026 nang 8:12 AM, isinulat ni Ada <a@b.example>:",
        "সোম, ২৩ নভেম্বর, ২০২৬ তারিখে ৮:১২ AM টায় তারিখে Ada <a@b.example> লিখেছেন:",
        "सोम, २३ नोव्हें, २०२६ रोजी ८:१२ AM वाजता Ada <a@b.example> ने लिहिले:",
        "திங்., 23 நவ., 2026, முற்பகல் 8:12 அன்று, Ada <a@b.example> எழுதியது:",
        "On 23 Nov 2026, 08:12 +0100, Ada <a@b.example>, wrote:",
        "---- On Mon, 23 Nov 2026 08:12:00 +0100 Ada <a@b.example> wrote ----",
        "---- Le lun., 23 nov. 2026 08:12:00 +0100 Ada <a@b.example> a écrit ----",
        "23. Nov. 2026, 08:12 von a@b.example:",
        "Nov 23, 2026, 08:12 by a@b.example:",
        "On Mon, 23 Nov 2026, at 8:12 AM, Ada wrote:",
        "在 2026-11-23 08:12:00，\"Ada\" <a@b.example> 写道：",
        "Am Montag, 23. November 2026 um 08:12, schrieb Ada <a@b.example>:",
        "2026年11月23日(月) 8:12 Ada <a@b.example>:",
        "2026年11月23日 8:12 Adaさん:",
        "El lun., 23 nov. 2026 a la(s) 08:12, Ada (a@b.example) escribió:",
        "Pada Isn, 23 Nov 2026 pada 08:12 Ada <a@b.example> menulis:",
        "23-нояб., 2026 й. 08:12 Ada <a@b.example> yozdi:",
        "2026 ж. 23 қар., дс, 08:12 Ada <a@b.example> жазды:",
        "ორშ, 23 ნოე. 2026, 08:12 Ada <a@b.example> დაწერა:",
        "Mon, 23 Nov 2026 08:12:00 +0100 Ada <a@b.example>:",
        "On 23/11/2026 08:12, Ada King via RT wrote:",
        "Dňa po 23. 11. 2026 o 8:12 Ada <a@b.example> napísal(a):",
        "On Mon, Nov 23, 2026, 8:12 AM Ada <[a@b.example](mailto:a@b.example)> wrote:",
        "On Mon, Nov 23, 2026 at 8:12 AM Ada <a@b.example<mailto:a@b.example>> wrote:",
        "*On Mon, Nov 23, 2026 at 8:12 AM Ada <a@b.example>* *wrote:*",
        "_On Mon, Nov 23, 2026 at 8:12 AM Ada wrote:_",
        "On Mon, Nov 23, 2026 at 8:12 AM, Ada <a@b.example (mailto:a@b.example)> wrote:",
        "W dniu pon., 23.11.2026 o 08:12 użytkownik Ada <a@b.example> napisał:",
        "На 23.11.2026 г. в 8:12 ч., Ada написа:",
        "Ing. Ada King napsal(a) 23. 11. 2026 v 8:12:",
    ];
    let mut wrong = Vec::new();
    for line in lines {
        let body = format!("OK then\n\n{line}\n\n> Hi\n>\n> there");
        let fresh = split_quoted(&body).fresh;
        if fresh != "OK then" {
            wrong.push(format!("{line}: {fresh:?}"));
        }
    }
    all_right(wrong);
}

/// From, date, to, subject.
const HEADERS: [[&str; 4]; 46] = [
    ["From:", "Sent:", "To:", "Subject:"],
    ["Von:", "Gesendet:", "An:", "Betreff:"],
    ["De\u{a0}:", "Envoyé\u{a0}:", "À\u{a0}:", "Objet\u{a0}:"],
    ["De :", "Envoyé :", "À :", "Objet :"],
    ["De:", "Date:", "À:", "Sujet:"],
    ["De:", "Enviado:", "Para:", "Asunto:"],
    ["De:", "Enviado el:", "Para:", "Asunto:"],
    ["De:", "Fecha:", "A:", "Asunto:"],
    ["Da:", "Inviato:", "A:", "Oggetto:"],
    ["Mittente:", "Data:", "A:", "Oggetto:"],
    ["De:", "Enviada em:", "Para:", "Assunto:"],
    ["De:", "Enviado:", "Para:", "Assunto:"],
    ["Van:", "Verzonden:", "Aan:", "Onderwerp:"],
    ["Van:", "Datum:", "Aan:", "Onderwerp:"],
    ["Od:", "Wysłane:", "Do:", "Temat:"],
    ["Nadawca:", "Data:", "Adresat:", "Temat:"],
    ["От:", "Отправлено:", "Кому:", "Тема:"],
    ["От кого:", "Дата:", "Кому:", "Тема:"],
    ["差出人:", "送信日時:", "宛先:", "件名:"],
    ["差出人：", "日付：", "宛先：", "件名："],
    ["发件人:", "发送时间:", "收件人:", "主题:"],
    ["发件人：", "发送日期：", "收件人：", "主题："],
    ["寄件者:", "寄件日期:", "收件者:", "主旨:"],
    ["보낸 사람:", "보낸 날짜:", "받는 사람:", "제목:"],
    ["보낸사람:", "보낸날짜:", "받는사람:", "제목:"],
    ["Kimden:", "Gönderildi:", "Kime:", "Konu:"],
    ["Gönderen:", "Gönderim:", "Alıcı:", "Konu:"],
    ["Från:", "Skickat:", "Till:", "Ämne:"],
    ["Fra:", "Sendt:", "Til:", "Emne:"],
    ["Lähettäjä:", "Lähetetty:", "Vastaanottaja:", "Aihe:"],
    ["Od:", "Odesláno:", "Komu:", "Předmět:"],
    ["Od:", "Odoslané:", "Komu:", "Predmet:"],
    ["Feladó:", "Küldve:", "Címzett:", "Tárgy:"],
    ["De la:", "Trimis:", "Către:", "Subiect:"],
    ["Від:", "Надіслано:", "Кому:", "Тема:"],
    ["Από:", "Αποστολή:", "Προς:", "Θέμα:"],
    ["מאת:", "נשלח:", "אל:", "נושא:"],
    ["من:", "تم الإرسال:", "إلى:", "الموضوع:"],
    ["من:", "تاريخ الإرسال:", "إلى:", "الموضوع:"],
    ["از:", "ارسال:", "به:", "موضوع:"],
    ["Từ:", "Đã gửi:", "Tới:", "Chủ đề:"],
    ["จาก:", "ส่ง:", "ถึง:", "เรื่อง:"],
    ["Dari:", "Dikirim:", "Kepada:", "Perihal:"],
    ["От:", "Изпратено:", "До:", "Относно:"],
    ["Od:", "Poslano:", "Za:", "Zadeva:"],
    ["Od:", "Poslano:", "Prima:", "Predmet:"],
];

#[test]
fn headers_of_large_programs_fold_in_text_and_html() {
    let mut wrong = Vec::new();
    for [from, sent, to, subject] in HEADERS {
        let lines = [
            format!("{from} Ada <a@b.example>"),
            format!("{sent} 23.11.2026 08:12"),
            format!("{to} Wes Hart"),
            format!("{subject} Hinge"),
        ];
        let fresh = split_quoted(&format!("OK then\n\n{}\n\nOLD", lines.join("\n"))).fresh;
        if fresh != "OK then" {
            wrong.push(format!("{from}: {fresh:?}"));
        }
        let html = lines.map(|l| {
            let (name, value) = l.split_at(l.find([':', '：']).unwrap_or_default());
            format!("<b>{name}</b>{}", value.replace('<', "&lt;"))
        });
        let html = format!(
            "<div><p class=MsoNormal>OK</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>{}</p></div></div><p>OLD</p></div>",
            html.join("<br>")
        );
        let folded = fold_quote(&sanitize(&html));
        let seen = folded.split("<details>").next().unwrap_or_default();
        if seen.contains("OLD") || !seen.contains("OK") {
            wrong.push(format!("{from} in HTML: {folded}"));
        }
    }
    all_right(wrong);
}

/// What programs write between an answer and what it answers.
const ABOVE: [&str; 24] = [
    "Gesendet: Montag, 23. November 2026 um 08:12 Uhr\nVon: \"Ada\" <a@b.example>\nAn: wes@c.example\nBetreff: Re: x\n\nHallo",
    "-------- Original message --------\nFrom: Ada <a@b.example> \nDate: 23/11/2026 08:12 (GMT+01:00) \nTo: wes@c.example \nSubject: Re: x \n\nHallo",
    "-----Original Message-----\nFrom: \"Ada\"<a@b.example>\nTo: <w@c.example>\nCc:\nSent: 2026-11-23 (월) 08:12:00 (GMT+09:00)\nSubject: Re: x\n\nHallo",
    "------------------ Original ------------------\nFrom:  \"Ada\";<a@b.example>;\nDate:  Mon, Nov 23, 2026 08:12 AM\nTo:  \"Wes\"<w@c.example>;\nSubject:  Re: x\n\nHallo",
    "------------------&nbsp;原始邮件&nbsp;------------------\n发件人: \"Ada\" <a@b.example>;\n发送时间:&nbsp;2026年11月23日\n收件人:&nbsp;\"Wes\"\n主题:&nbsp;Re\n\nHallo",
    "--------- 원본 메일 ---------\n보낸사람 : Ada <a@b.example>\n받는사람 : w@c.example\n날짜: 2026년 11월 23일\n제목: Re\n\nHallo",
    "From:\tAda King/Acme\nTo:\tWes\nDate:\t23.11.2026 08:12\nSubject:\tRe: x\n\nHallo",
    "\n\n  From: Ada <a@b.example>\n  Sent: Monday\n  To: Wes\n  Subject: Re\n\n  Hallo",
    "De : Ada [mailto:a@b.example] \nEnvoyé : lundi 23 novembre 2026 08:12\nÀ : Wes\nCc : Kim\nObjet : RE: x\n\nHallo",
    "*From:* Ada <a@b.example>\n*Sent:* Monday\n*To:* Wes\n*Subject:* Re\n\nHallo",
    "**From:** Ada <a@b.example>\n**Sent:** Monday\n**To:** Wes\n**Subject:** Re\n\nHallo",
    "From: Ada <a@b.example>\r\nSent: Monday\r\nTo: Wes <w@c.example>; Kim\r\n <k@c.example>; Lee\r\n <l@c.example>\r\nSubject: Re\r\n\r\nHallo",
    "-----Mensaje original-----\nDe: Ada\nEnviado el: lunes\nPara: Wes\nAsunto: x\n\nHallo",
    "-----Opprinnelig melding-----\nFra: Ada\nSendt: mandag\nTil: Wes\nEmne: x\n\nHallo",
    "---------- Původní e-mail ----------\nOd: Ada <a@b.example>\nKomu: w@c.example\nDatum: 23. 11. 2026 8:12:00\nPředmět: x\n\"Hallo\"",
    "---- Replied Message ----\n| From | Ada<a@b.example> |\n| Date | 11/23/2026 08:12 |\n| To | w@c.example |\n| Subject | Re |\nHallo",
    "---- 回复的原邮件 ----\n| 发件人 | Ada<a@b.example> |\n| 发送日期 | 2026年11月23日 08:12 |\n| 收件人 | w@c.example |\n| 主题 | Re |\nHallo",
    "发自我的 iPhone\n\n------------------ 原始邮件 ------------------\n发件人: Ada <a@b.example>\n发送时间: 2026年11月23日 08:12\n收件人: Wes\n主题: 回复：x\n\nHallo",
    "Sent from my Galaxy\n\n\n-------- Original message --------\nFrom: Ada <a@b.example>\nDate: 23/11/2026 08:12 (GMT+00:00)\nTo: w@c.example\nSubject: x\n\nHallo",
    "Sent from Yahoo Mail for iPhone\n\nOn Monday, November 23, 2026, 8:12 AM, Ada <a@b.example> wrote:\n\nHallo\nYou",
    "Yahoo Mail: Search, Organize, Conquer \n \n  On Mon, Nov 23, 2026 at 8:12, Ada<a@b.example> wrote:   Hallo\nYou",
    "Enviado desde mi iPhone\n\n> El 23 nov 2026, a las 8:12, Ada <a@b.example> escribió:\n> \n> Hallo",
    "Von meinem iPhone gesendet\n\n> Am 23.11.2026 um 08:12 schrieb Ada <a@b.example>:\n> \n> \u{feff}Hallo",
    "Get Outlook for Android<https://aka.ms/ghei36>\n________________________________\nFrom: Ada <a@b.example>\nSent: Monday, November 23, 2026 8:12:13 AM\nTo: Wes\nSubject: x\n\nHallo",
];

#[test]
fn whatever_stands_above_the_older_mail_folds_with_it() {
    let mut wrong = Vec::new();
    for above in ABOVE {
        let fresh = split_quoted(&format!("OK then\n\n{above}")).fresh;
        if fresh != "OK then" {
            wrong.push(format!("{above:?}: {fresh:?}"));
        }
    }
    all_right(wrong);
}

#[test]
fn what_looks_like_headers_or_a_signature_stays() {
    for body in [
        "Hi,\n\nthe log says:\n> error 500\n\nWhat now?",
        "The list on 23.11.2026 at 08:12 said:\n> one\n> two\nand then nothing.",
        "From: Berlin\nTo: Paris\nDate: 23.11.\n\nCan you book that?",
        "Order:\n\nName: Ada\nFrom: 23.11.\nTo: 24.11.\nSubject: Room\n\nPlease confirm.",
        "Somebody wrote on your page:\n\nFrom: Ada <ada@x.example>\nTo: Support\nSubject: Printer\n\nIt burns.",
        "Steps:\n1. Open\n-- \n2. Click on Save and then tell me why the result is always empty.",
        "Hello\n-- \nI am not registered, my phone is broken, and I cannot unsubscribe, so please do it.",
        "Hello\n\n--\n\nSecond part of my letter. It has more sentences than one, and it matters.",
    ] {
        assert_eq!(split_quoted(body).quoted, None, "{body}");
    }
    let headers = "From: Ada <a@b.example>\nSent: Monday\nTo: Wes\nSubject: Re\n\nHallo";
    let courier = format!("Yes.\n\nSent via courier, as you asked.\n\n{headers}");
    assert_eq!(split_quoted(&courier).fresh, "Yes.\n\nSent via courier, as you asked.");
    for signature in [
        "Ada King\nTel. +49 30 1234567, mobile +49 170 1234567, fax on request only please",
        "Ada King\nhttps://x.example/a/very/long/address/that/goes/on/and/on",
        "This e-mail is confidential and may be privileged, and so you should not read it at all.",
    ] {
        let body = format!("Hello\n-- \n{signature}");
        assert_eq!(split_quoted(&body).fresh, "Hello", "{signature}");
    }
}

#[test]
fn forwards_of_large_programs_open() {
    // Subject's begin, what stands above the headers.
    let programs = [
        ("Fwd: ", "---------- Forwarded message ---------\n"),
        ("Fwd: ", "Begin forwarded message:\n\n"),
        ("Fwd: ", "-------- Forwarded Message --------\n"),
        ("FW: ", ""),
        ("Fwd: ", "----- Forwarded Message -----\n"),
        ("", "============ Forwarded message ============\n"),
        ("Fwd: ", "-------- Original message --------\n"),
        ("WG: ", ""),
        ("Fwd: ", "Anfang der weitergeleiteten Nachricht:\n\n"),
        ("", "-------- Weitergeleitete Nachricht --------\n"),
        ("", "----- Weitergeleitete Mail -----\n"),
        ("WG: ", "-----Ursprüngliche Nachricht-----\n"),
        ("Weitergeleitet: ", ""),
        ("TR : ", ""),
        ("TR: ", "________________________________\n"),
        ("Fwd : ", "Début du message transféré :\n\n"),
        ("", "-------- Message transféré --------\n"),
        ("", "----- Mail transféré -----\n"),
        ("RV: ", ""),
        ("", "Inicio del mensaje reenviado:\n\n"),
        ("", "-------- Mensaje reenviado --------\n"),
        ("I: ", ""),
        ("", "Inizio messaggio inoltrato:\n\n"),
        ("", "-------- Messaggio Inoltrato --------\n"),
        ("ENC: ", ""),
        ("Enc: ", "Início da mensagem encaminhada:\n\n"),
        ("", "-------- Mensagem reencaminhada --------\n"),
        ("", "-------- Mensagem encaminhada --------\n"),
        ("Doorst: ", ""),
        ("", "Begin doorgestuurd bericht:\n\n"),
        ("", "-------- Doorgestuurd bericht --------\n"),
        ("PD: ", ""),
        ("", "Początek przekazywanej wiadomości:\n\n"),
        ("", "-------- Wiadomość przekazana dalej --------\n"),
        ("", "---------- Przekierowana wiadomość ---------\n"),
        ("ПЕР: ", ""),
        ("Пересл: ", ""),
        ("", "Начало переадресованного сообщения:\n\n"),
        ("", "-------- Перенаправленное сообщение --------\n"),
        ("", "-------- Пересылаемое сообщение --------\n"),
        ("", "転送されたメッセージ：\n\n"),
        ("", "-------- 転送メッセージ --------\n"),
        ("转发: ", ""),
        ("", "以下是转发的邮件：\n\n"),
        ("", "-------- 转发的消息 --------\n"),
        ("", "------------------ 原始邮件 ------------------\n"),
        ("轉寄: ", ""),
        ("", "以下為轉寄信件：\n\n"),
        ("전달: ", ""),
        ("", "전달된 메시지:\n\n"),
        ("", "-------- 전달된 메시지 --------\n"),
        ("İLT: ", ""),
        ("ilt: ", ""),
        ("", "-------- İletilmiş İleti --------\n"),
        ("", "Yönlendirilen ileti başlangıcı:\n\n"),
        ("VB: ", ""),
        ("", "Vidarebefordrat brev:\n\n"),
        ("", "-------- Vidarebefordrat meddelande --------\n"),
        ("VS: ", ""),
        ("", "Start på videresendt besked:\n\n"),
        ("VL: ", ""),
        ("", "Välitetty viesti alkaa:\n\n"),
        ("", "-------- Přeposlaná zpráva --------\n"),
        ("", "Začátek přeposílané zprávy:\n\n"),
        ("הועבר: ", ""),
        ("إعادة توجيه: ", ""),
        ("ΠΡΘ: ", ""),
        ("Trs: ", ""),
        ("[External] Fwd: ", ""),
        ("[EXT] FW: ", "---------- Forwarded message ---------\n"),
    ];
    let mut wrong = Vec::new();
    for (n, (prefix, above)) in programs.iter().enumerate() {
        // Each program with other headers.
        let [from, sent, to, subject] = HEADERS[n % HEADERS.len()];
        let body = format!(
            "Can you?\n\n{above}{from} Gus Olay <gus@c.example>\n{sent} 23.11.2026 08:55\n{to} Ada <ada@acme.example>\n{subject} Hinge\n\nIt broke.\n\nGus"
        );
        let subject = if above.starts_with("-------- Original")
            || above.contains("原始")
            || above.contains("Ursprüng")
        {
            format!("Fwd: {prefix}Hinge")
        } else {
            format!("{prefix}Hinge")
        };
        let said = forwards(Some(&subject), &body).into_iter().next();
        let right = said.as_ref().is_some_and(|f| {
            f.from.email == "gus@c.example"
                && f.from.name.as_deref() == Some("Gus Olay")
                && f.subject.as_deref() == Some("Hinge")
                && f.note == "Can you?"
                && f.text == "It broke.\n\nGus"
        });
        if !right {
            wrong.push(format!("{prefix}{above:?} {from}: {said:?}"));
        }
    }
    all_right(wrong);
}
