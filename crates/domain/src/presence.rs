//! Who has a ticket open right now, and who is writing in it.
//!
//! It is told over the stream of changes as text, a line a person: `tik_… usr_… typing Sam Ortiz`.
//! A ticket's lines replace what was known of it, and its id alone says that nobody is there.

use crate::ids::{TicketId, UserId};
use std::fmt::Write;
use std::time::Duration;

/// The name of the event, and its first line when it tells of every ticket that is followed.
pub const PRESENT: &str = "present";
pub const ALL: &str = "all";

/// How often an open ticket says that somebody looks at it, and how long that is believed.
pub const HERE_EVERY: Duration = Duration::from_secs(5);
pub const HERE_FOR: Duration = Duration::from_secs(15);
/// How long somebody counts as typing after the last key, and how long that is believed.
pub const TYPING_EVERY: Duration = Duration::from_secs(4);
pub const TYPING_FOR: Duration = Duration::from_secs(10);

/// What somebody does at a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Looking,
    Typing,
}

impl Doing {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Looking => "looking",
            Self::Typing => "typing",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Looking, Self::Typing].into_iter().find(|doing| doing.as_str() == word)
    }
}

/// Somebody at a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    pub user: UserId,
    pub name: String,
    pub doing: Doing,
}

impl Present {
    fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or(&self.name)
    }
}

/// Adds the lines of one ticket to `text`.
pub fn write_lines(text: &mut String, ticket: TicketId, people: &[Present]) {
    let mut line = |rest: std::fmt::Arguments<'_>| {
        if !text.is_empty() {
            text.push('\n');
        }
        // Writing to a string never fails.
        let _ = text.write_fmt(rest);
    };
    if people.is_empty() {
        line(format_args!("{ticket}"));
    }
    for person in people {
        let name = person.name.replace(char::is_control, " ");
        line(format_args!("{ticket} {} {} {name}", person.user, person.doing.as_str()));
    }
}

/// Takes in what was told. What cannot be read is left out: a newer server may tell more.
pub fn read_lines(known: &mut Vec<(TicketId, Present)>, text: &str) {
    let mut listed = Vec::new();
    for line in text.lines() {
        if line == ALL {
            known.clear();
            continue;
        }
        let mut words = line.splitn(4, ' ');
        let Some(Ok(ticket)) = words.next().map(str::parse) else { continue };
        if !listed.contains(&ticket) {
            listed.push(ticket);
            known.retain(|(of, _)| *of != ticket);
        }
        let user = words.next().and_then(|user| user.parse().ok());
        let doing = words.next().and_then(Doing::from_word);
        if let (Some(user), Some(doing), Some(name)) = (user, doing, words.next()) {
            known.push((ticket, Present { user, name: name.into(), doing }));
        }
    }
}

/// In a few words who is there: those who write first. Nothing for nobody.
pub fn in_words(people: &[Present]) -> String {
    let typing: Vec<_> = people.iter().filter(|p| p.doing == Doing::Typing).collect();
    let (who, doing) = match typing.is_empty() {
        true => (people.iter().collect(), "looking"),
        false => (typing, "typing…"),
    };
    match who[..] {
        [] => String::new(),
        [one] => format!("{} is {doing}", one.first_name()),
        [one, other] => {
            format!("{} and {} are {doing}", one.first_name(), other.first_name())
        }
        [one, ..] => format!("{} and {} others are {doing}", one.first_name(), who.len() - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uuid;

    fn person(n: u128, name: &str, doing: Doing) -> Present {
        Present { user: UserId(Uuid::from_u128(n)), name: name.into(), doing }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let (one, two) = (TicketId(Uuid::from_u128(1)), TicketId(Uuid::from_u128(2)));
        let sam = person(7, "Sam \n Ortiz", Doing::Typing);
        let ana = person(8, "Ana", Doing::Looking);
        let mut text = ALL.to_string();
        write_lines(&mut text, one, &[sam, ana.clone()]);
        write_lines(&mut text, two, std::slice::from_ref(&ana));
        let mut known = vec![(two, person(9, "Gone", Doing::Looking))];
        read_lines(&mut known, &text);
        let sam = person(7, "Sam   Ortiz", Doing::Typing);
        assert_eq!(known, [(one, sam), (one, ana.clone()), (two, ana.clone())]);
        // Only what is named changes; nobody is a line too.
        let mut text = String::new();
        write_lines(&mut text, one, &[]);
        read_lines(&mut known, &text);
        assert_eq!(known, [(two, ana)]);
        read_lines(&mut known, "nonsense\ntik_1 usr_1 typing X\n\n");
        assert_eq!(known.len(), 1);
    }

    #[test]
    fn those_who_write_are_named_first() {
        let [sam, ana, lee] =
            ["Sam Ortiz", "Ana", "Lee"].map(|name| person(1, name, Doing::Looking));
        let typing = Present { doing: Doing::Typing, ..sam.clone() };
        assert_eq!(in_words(&[]), "");
        assert_eq!(in_words(std::slice::from_ref(&sam)), "Sam is looking");
        assert_eq!(in_words(&[typing, ana.clone()]), "Sam is typing…");
        assert_eq!(in_words(&[sam.clone(), ana.clone()]), "Sam and Ana are looking");
        assert_eq!(in_words(&[sam, ana, lee]), "Sam and 2 others are looking");
    }
}
