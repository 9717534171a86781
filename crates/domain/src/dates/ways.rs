//! The ways that are offered. The server's alone.

use crate::vocabulary;

vocabulary! {
    /// How dates are written.
    DateStyle {
        American => "en-US", "English, US: Nov 24, 2026";
        British => "en-GB", "English, UK: 24 Nov 2026";
        German => "de", "German: 24. Nov. 2026";
        French => "fr", "French: 24 nov. 2026";
        Spanish => "es", "Spanish: 24 nov 2026";
        Iso => "iso", "Numbers: 2026-11-24";
    }
}

vocabulary! {
    /// How the hours of a day are counted.
    HourStyle {
        H24 => "24", "24 hours: 14:05";
        H12 => "12", "12 hours: 2:05 PM";
    }
}

vocabulary! {
    /// The day that begins a week.
    WeekStart {
        Monday => "monday", "Monday";
        Sunday => "sunday", "Sunday";
        Saturday => "saturday", "Saturday";
    }
}

impl WeekStart {
    /// Counted from Monday.
    pub fn after_monday(self) -> usize {
        match self {
            Self::Monday => 0,
            Self::Saturday => 5,
            Self::Sunday => 6,
        }
    }

    /// The days of a week in its order, each counted from Monday.
    pub fn days(self) -> impl Iterator<Item = usize> {
        (0..7).map(move |n| (self.after_monday() + n) % 7)
    }
}

const ENGLISH: &str = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec|\
    January February March April May June July August September October November December|\
    Mon Tue Wed Thu Fri Sat Sun|Monday Tuesday Wednesday Thursday Friday Saturday Sunday";
const GERMAN: &str = "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.|\
    Januar Februar März April Mai Juni Juli August September Oktober November Dezember|\
    Mo Di Mi Do Fr Sa So|Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag";
const FRENCH: &str = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.|\
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre|\
    lun. mar. mer. jeu. ven. sam. dim.|lundi mardi mercredi jeudi vendredi samedi dimanche";
const SPANISH: &str = "ene feb mar abr may jun jul ago sept oct nov dic|\
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre|\
    lun mar mié jue vie sáb dom|lunes martes miércoles jueves viernes sábado domingo";

/// One reader's way in a line, for [`super::Dates::of_line`].
pub fn line(style: DateStyle, hours: HourStyle, week: WeekStart) -> String {
    let (words, patterns) = match style {
        DateStyle::American => (ENGLISH, "%b %d|%b %d, %y|%B %d|%B %d, %y"),
        DateStyle::British => (ENGLISH, "%d %b|%d %b %y|%d %B|%d %B %y"),
        DateStyle::German => (GERMAN, "%d. %b|%d. %b %y|%d. %B|%d. %B %y"),
        DateStyle::French => (FRENCH, "%d %b|%d %b %y|%d %B|%d %B %y"),
        DateStyle::Spanish => (SPANISH, "%d %b|%d %b %y|%d de %B|%d de %B de %y"),
        DateStyle::Iso => (ENGLISH, "%m-%e|%y-%m-%e|%m-%e|%y-%m-%e"),
    };
    format!("{words}|{patterns}|{}|{}", hours.as_str(), week.after_monday())
}
