//! Which picture of the sprite stands for what.

use rapport_domain::card::Card;
use rapport_domain::ticket::Channel;
use rapport_domain::timeline::EventKind;

/// What has an icon in the sprite (`public/icons.txt`).
pub trait Icon {
    fn icon(self) -> &'static str;
}

impl Icon for EventKind {
    fn icon(self) -> &'static str {
        match self {
            Self::Ticket => "inbox",
            Self::Event => "zap",
            Self::Session => "play",
            Self::Error => "bug",
            Self::Call => "phone",
            Self::Crm => "target",
            Self::Help => "book",
            Self::Activity => "arrow-left-right",
        }
    }
}

impl Icon for Channel {
    fn icon(self) -> &'static str {
        match self {
            Self::Email => "mail",
            Self::Chat => "message-circle",
            Self::Phone => "phone",
            Self::Form => "globe",
            Self::Api => "server",
            Self::Internal => "lock",
        }
    }
}

impl Icon for Card {
    fn icon(self) -> &'static str {
        match self {
            Self::Ticket => "inbox",
            Self::Customer => "users",
            Self::Account => "building",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_domain::fields::FieldType;
    use rapport_domain::provider;

    #[test]
    fn every_icon_is_in_the_sprite() {
        let sprite = include_str!("../../../public/icons.txt");
        let kinds = EventKind::ALL.iter().map(|kind| kind.icon());
        let channels = Channel::ALL.iter().map(|channel| channel.icon());
        let cards = Card::ALL.iter().map(|card| card.icon());
        let fields = FieldType::ALL.iter().map(|field| field.rules().icon());
        let sources = provider::ALL.iter().filter_map(|source| source.icon);
        for icon in kinds.chain(channels).chain(cards).chain(fields).chain(sources) {
            assert!(sprite.split_whitespace().any(|known| known == icon), "{icon}");
        }
    }
}
