//! What an invitation says: what, when, where, who, and what somebody answered to it.

mod repeat;
mod when;
mod zone;

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarEntry, ICalendarParameterName, ICalendarProperty,
};
use calcard::{Entry, Parser};
use rapport_domain::message::SpokenTime;
use rapport_domain::text;

/// Bytes of a calendar that are read.
const CALENDAR_BYTES: usize = 256 * 1024;
/// Events of one mail, and guests of one event, that are told.
const EVENTS_MAX: usize = 5;
const GUESTS_MAX: usize = 20;
const LINE_CHARS: usize = 300;
/// Characters of what an organizer wrote about an event.
const DESCRIPTION_CHARS: usize = 4_000;

/// An invitation in words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Described {
    pub words: String,
    /// The times that the words speak of, in their order.
    pub times: Vec<SpokenTime>,
    /// What the organizer wrote about it: mails mostly say the same in their text.
    pub description: Option<String>,
}

/// An invitation in words; `None` when it is none. `method` is what the mail says that it is.
pub(crate) fn describe(calendar: &str, method: Option<&str>) -> Option<Described> {
    let mut end = calendar.len().min(CALENDAR_BYTES);
    while !calendar.is_char_boundary(end) {
        end -= 1;
    }
    let mut parser = Parser::new(&calendar[..end]);
    let found = (0..10).find_map(|_| match parser.entry() {
        Entry::ICalendar(calendar) => Some(Some(calendar)),
        Entry::Eof => Some(None),
        _ => None,
    })??;
    let own = property(found.components.first()?, &ICalendarProperty::Method);
    let method = own.as_deref().or(method).unwrap_or_default().to_ascii_uppercase();
    let events = found.components.iter().filter(|c| c.component_type.is_event_or_todo());
    let mut all = Described::default();
    for event in events.take(EVENTS_MAX) {
        let (words, time) = describe_event(&found, event, &method);
        if !all.words.is_empty() {
            all.words.push_str("\n\n");
        }
        all.words.push_str(&words);
        all.times.extend(time);
        all.description = all.description.or_else(|| description(event));
    }
    (!all.words.is_empty()).then_some(all)
}

fn describe_event(
    calendar: &ICalendar,
    event: &ICalendarComponent,
    method: &str,
) -> (String, Option<SpokenTime>) {
    let title = property(event, &ICalendarProperty::Summary).unwrap_or_else(|| "(no title)".into());
    let mut lines = vec![format!("{}: {title}", head(event, method))];
    let (when, time) = when::when(calendar, event).unzip();
    lines.extend(when.map(|when| format!("When: {when}")));
    let mut named = |label: &str, property_name: &ICalendarProperty| {
        lines.extend(property(event, property_name).map(|value| format!("{label}: {value}")));
    };
    named("Where", &ICalendarProperty::Location);
    let organizer = event.property(&ICalendarProperty::Organizer).map(person);
    lines.extend(organizer.filter(|who| !who.is_empty()).map(|who| format!("Organizer: {who}")));
    let guests: Vec<&ICalendarEntry> =
        event.properties(&ICalendarProperty::Attendee).take(GUESTS_MAX).collect();
    if matches!(method, "REPLY" | "COUNTER") {
        lines.extend(guests.iter().map(|g| format!("{} {}", person(g), answer(g))));
        lines.extend(property(event, &ICalendarProperty::Comment));
    } else if !guests.is_empty() {
        let all = event.properties(&ICalendarProperty::Attendee).count();
        let more = match all - guests.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let names = guests.iter().map(|g| person(g)).collect::<Vec<_>>().join(", ");
        lines.push(format!("Guests: {names}{more}"));
    }
    (lines.join("\n"), time.flatten())
}

/// What a calendar is sent for.
fn head(event: &ICalendarComponent, method: &str) -> &'static str {
    let status = property(event, &ICalendarProperty::Status).unwrap_or_default();
    let sequence = event.property(&ICalendarProperty::Sequence).and_then(|e| e.values.first());
    let changed = sequence.and_then(|s| s.as_integer()).is_some_and(|n| n > 0);
    match method {
        _ if status.eq_ignore_ascii_case("cancelled") => "Cancelled",
        "CANCEL" => "Cancelled",
        "REPLY" => "Answer to an invitation",
        "COUNTER" => "Another time is proposed",
        "DECLINECOUNTER" => "The proposed time is declined",
        "REFRESH" => "Somebody asks for the invitation again",
        "REQUEST" if changed => "Updated invitation",
        "REQUEST" | "ADD" => "Invitation",
        _ => "Event",
    }
}

/// What the organizer wrote about an event.
fn description(event: &ICalendarComponent) -> Option<String> {
    let value = event.property(&ICalendarProperty::Description)?.values.first()?.as_text()?;
    let said: String = value.trim().chars().take(DESCRIPTION_CHARS).collect();
    Some(said).filter(|said| !said.is_empty())
}

fn property(component: &ICalendarComponent, name: &ICalendarProperty) -> Option<String> {
    let value = component.property(name)?.values.first()?.as_text()?;
    Some(text::excerpt(value, LINE_CHARS)).filter(|v| !v.is_empty())
}

fn person(entry: &ICalendarEntry) -> String {
    let address = entry.calendar_address().unwrap_or_default();
    let name = entry.parameter(&ICalendarParameterName::Cn).and_then(|n| n.as_text());
    let name = name.map(|n| text::excerpt(n, 100)).filter(|n| !n.is_empty() && n != address);
    let address = text::excerpt(address, 254);
    match name {
        Some(name) if address.is_empty() => name,
        Some(name) => format!("{name} <{address}>"),
        None => address,
    }
}

fn answer(entry: &ICalendarEntry) -> &'static str {
    let said = entry.parameter(&ICalendarParameterName::Partstat).and_then(|p| p.as_text());
    match said.map(str::to_ascii_uppercase).as_deref() {
        Some("ACCEPTED") => "accepts",
        Some("DECLINED") => "declines",
        Some("TENTATIVE") => "accepts tentatively",
        Some("DELEGATED") => "sends somebody else",
        _ => "has not answered",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(method: &str, event: &str) -> String {
        let text = format!(
            "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:{method}\nBEGIN:VEVENT\nUID:1\n{event}\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        describe(&text.replace('\n', "\r\n"), None).unwrap_or_default().words
    }

    #[test]
    fn an_invitation_says_what_when_where_and_who() {
        let event = "SUMMARY:Demo\\, second part\nDTSTART;TZID=Europe/Berlin:20261201T100000\nDTEND;TZID=Europe/Berlin:20261201T113000\nLOCATION:Room 4\nORGANIZER;CN=Ada King:mailto:ada@x.example\nATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:support@acme.example";
        assert_eq!(
            calendar("REQUEST", event),
            "Invitation: Demo, second part\nWhen: Tue, Dec 1, 2026, 10:00 to 11:30 (Europe/Berlin)\nWhere: Room 4\nOrganizer: Ada King <ada@x.example>\nGuests: support@acme.example"
        );
    }

    #[test]
    fn an_answer_says_who_comes() {
        let event = "SUMMARY:Demo\nDTSTART:20261201T100000Z\nATTENDEE;CN=Ada;PARTSTAT=DECLINED:mailto:ada@x.example";
        assert_eq!(
            calendar("REPLY", event),
            "Answer to an invitation: Demo\nWhen: Tue, Dec 1, 2026, 10:00 (UTC)\nAda <ada@x.example> declines"
        );
        let whole = calendar(
            "CANCEL",
            "SUMMARY:Fair\nDTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261203",
        );
        assert_eq!(whole, "Cancelled: Fair\nWhen: Tue, Dec 1, 2026 to Wed, Dec 2, 2026");
    }

    #[test]
    fn what_is_no_calendar_is_none() {
        for text in ["", "hello", "BEGIN:VCALENDAR", "BEGIN:VCARD\r\nEND:VCARD\r\n"] {
            assert_eq!(describe(text, None), None, "{text}");
        }
    }

    #[test]
    fn what_changed_and_how_often_is_told() {
        let updated = "SUMMARY:Demo\nSEQUENCE:2\nDTSTART;TZID=\"W. Europe Standard Time\":20261201T100000\nDURATION:PT90M\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=10";
        assert_eq!(
            calendar("REQUEST", updated),
            "Updated invitation: Demo\nWhen: Tue, Dec 1, 2026, 10:00 to 11:30 (W. Europe Standard Time, UTC+1), every other week on Tue and Thu, 10 times"
        );
        for (rule, said) in [
            ("FREQ=DAILY;UNTIL=20261224T090000Z", "every day, until Dec 24, 2026"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Fri"),
            ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "every month on the second Tue"),
            ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15", "every 3 months on day 15"),
            ("FREQ=YEARLY", "every year"),
        ] {
            let event = format!("SUMMARY:Demo\nDTSTART;VALUE=DATE:20261201\nRRULE:{rule}");
            let told = calendar("REQUEST", &event);
            assert_eq!(told, format!("Invitation: Demo\nWhen: Tue, Dec 1, 2026, {said}"));
        }
        let one = "SUMMARY:Demo\nRECURRENCE-ID:20261201T090000Z\nDTSTART:20261201T100000";
        assert_eq!(
            calendar("CANCEL", one),
            "Cancelled: Demo\nWhen: Tue, Dec 1, 2026, 10:00 (local time), one of a series"
        );
    }

    #[test]
    fn times_are_known_where_the_zone_is() {
        let times = |event: &str| {
            let text =
                format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{event}\nEND:VEVENT\nEND:VCALENDAR\n");
            describe(&text.replace('\n', "\r\n"), Some("request")).expect("an invitation").times
        };
        let tokyo =
            times("DTSTART;TZID=Asia/Tokyo:20261201T003000\nDTEND;TZID=Asia/Tokyo:20261201T010000");
        assert_eq!(
            tokyo,
            [SpokenTime {
                text: "Tue, Dec 1, 2026, 00:30 to 01:00 (Asia/Tokyo)".into(),
                from: "2026-11-30T15:30:00Z".parse().unwrap(),
                until: Some("2026-11-30T16:00:00Z".parse().unwrap()),
                offset_minutes: 540,
            }]
        );
        let flight = times(
            "DTSTART;TZID=Europe/Berlin:20261201T100000\nDTEND;TZID=America/New_York:20261201T120000",
        );
        assert_eq!(
            flight[0].text,
            "Tue, Dec 1, 2026, 10:00 (Europe/Berlin) to 12:00 (America/New_York)"
        );
        for none in [
            "DTSTART:20261201T100000",
            "DTSTART;VALUE=DATE:20261201",
            "DTSTART;TZID=Somewhere:20261201T100000",
            "SUMMARY:No time",
        ] {
            assert_eq!(times(none), [], "{none}");
        }
    }
}
