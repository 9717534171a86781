//! What an invitation says: what, when, where, who, and what somebody answered to it.

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarEntry, ICalendarParameterName, ICalendarProperty,
};
use calcard::{Entry, Parser};
use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use rapport_domain::text;

/// Bytes of a calendar that are read.
const CALENDAR_BYTES: usize = 256 * 1024;
/// Events of one mail, and guests of one event, that are told.
const EVENTS_MAX: usize = 5;
const GUESTS_MAX: usize = 20;
const LINE_CHARS: usize = 300;

/// An invitation in words; `None` when it is none.
pub(crate) fn describe(calendar: &str) -> Option<String> {
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
    let method = property(found.components.first()?, &ICalendarProperty::Method);
    let method = method.unwrap_or_default().to_ascii_uppercase();
    let events = found.components.iter().filter(|c| c.component_type.is_event_or_todo());
    let told: Vec<String> =
        events.take(EVENTS_MAX).filter_map(|e| event(&found, e, &method)).collect();
    (!told.is_empty()).then(|| told.join("\n\n"))
}

fn event(_: &ICalendar, event: &ICalendarComponent, method: &str) -> Option<String> {
    let title = property(event, &ICalendarProperty::Summary).unwrap_or_else(|| "(no title)".into());
    let status = property(event, &ICalendarProperty::Status).unwrap_or_default();
    let head = match method {
        _ if status.eq_ignore_ascii_case("cancelled") => "Cancelled",
        "CANCEL" => "Cancelled",
        "REPLY" => "Answer to an invitation",
        "COUNTER" => "Another time is proposed",
        "REQUEST" => "Invitation",
        _ => "Event",
    };
    let mut lines = vec![format!("{head}: {title}")];
    lines.extend(when(event).map(|when| format!("When: {when}")));
    let mut named = |label: &str, property_name: &ICalendarProperty| {
        lines.extend(property(event, property_name).map(|value| format!("{label}: {value}")));
    };
    named("Where", &ICalendarProperty::Location);
    let organizer = event.property(&ICalendarProperty::Organizer).map(person);
    lines.extend(organizer.map(|who| format!("Organizer: {who}")));
    let guests: Vec<&ICalendarEntry> = event
        .entries
        .iter()
        .filter(|e| e.name == ICalendarProperty::Attendee)
        .take(GUESTS_MAX)
        .collect();
    if method == "REPLY" {
        lines.extend(guests.iter().map(|g| format!("{} {}", person(g), answer(g))));
    } else if !guests.is_empty() {
        lines.push(format!(
            "Guests: {}",
            guests.iter().map(|g| person(g)).collect::<Vec<_>>().join(", ")
        ));
    }
    Some(lines.join("\n"))
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

fn when(event: &ICalendarComponent) -> Option<String> {
    let start = event.property(&ICalendarProperty::Dtstart)?;
    let (begins, zone) = moment(start)?;
    let ends = event.property(&ICalendarProperty::Dtend).and_then(moment);
    let day = |at: &Moment| at.date.format("%a, %b %-d, %Y").to_string();
    let mut said = day(&begins);
    match (begins.time, ends) {
        (Some(time), Some((end, _))) => {
            said.push_str(&format!(", {}", time.format("%H:%M")));
            let until = end.time.map(|t| t.format("%H:%M").to_string()).unwrap_or_default();
            match end.date == begins.date {
                true => said.push_str(&format!(" to {until}")),
                false => said.push_str(&format!(" to {}, {until}", day(&end))),
            }
        }
        (Some(time), None) => said.push_str(&format!(", {}", time.format("%H:%M"))),
        // The last day of a whole-day event is the one before its end.
        (None, Some((end, _))) => {
            let last = end.date.pred_opt().unwrap_or(end.date);
            if last > begins.date {
                said.push_str(&format!(" to {}", last.format("%a, %b %-d, %Y")));
            }
        }
        (None, None) => {}
    }
    if begins.time.is_some() {
        said.push_str(&format!(" ({})", zone.unwrap_or_else(|| "local time".into())));
    }
    if event.property(&ICalendarProperty::Rrule).is_some() {
        said.push_str(", repeated");
    }
    Some(said)
}

struct Moment {
    date: NaiveDate,
    time: Option<chrono::NaiveTime>,
}

/// A date, perhaps a time of day, and the name of the zone that it is meant in.
fn moment(entry: &ICalendarEntry) -> Option<(Moment, Option<String>)> {
    let at: &PartialDateTime = entry.values.first()?.as_partial_date_time()?;
    let date =
        NaiveDate::from_ymd_opt(i32::from(at.year?), u32::from(at.month?), u32::from(at.day?))?;
    let time =
        at.hour.zip(at.minute).and_then(|(h, m)| date.and_hms_opt(u32::from(h), u32::from(m), 0));
    let utc = at.tz_hour == Some(0) && at.tz_minute.unwrap_or(0) == 0;
    let named = entry.parameter(&ICalendarParameterName::Tzid).and_then(|z| z.as_text());
    let zone = named.map(|z| text::excerpt(z, 60)).or_else(|| utc.then(|| "UTC".into()));
    let moment = Moment { date, time: time.map(|t: NaiveDateTime| t.time()) };
    debug_assert!(moment.date.year() > 0 && moment.time.is_none_or(|t| t.hour() < 24));
    Some((moment, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(method: &str, event: &str) -> String {
        let text = format!(
            "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:{method}\nBEGIN:VEVENT\nUID:1\n{event}\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        describe(&text.replace('\n', "\r\n")).unwrap_or_default()
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
            assert_eq!(describe(text), None, "{text}");
        }
    }
}
