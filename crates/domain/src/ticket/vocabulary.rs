//! The vocabulary of tickets: status, priority, channel, message kinds, receipts.

use crate::vocabulary;

vocabulary! {
    /// Where a ticket stands. Each status belongs to a [`StatusCategory`].
    Status {
        New => "new", "New";
        Open => "open", "Open";
        Pending => "pending", "Pending";
        Snoozed => "snoozed", "Snoozed";
        Closed => "closed", "Closed";
    }
}

vocabulary! {
    /// What a status means for the work: ours to do, waiting, or done.
    StatusCategory {
        Open => "open", "Open";
        Waiting => "waiting", "Waiting";
        Closed => "closed", "Closed";
    }
}

impl StatusCategory {
    /// The status of a ticket that is given a label of this category.
    pub fn status(self) -> Status {
        match self {
            Self::Open => Status::Open,
            Self::Waiting => Status::Pending,
            Self::Closed => Status::Closed,
        }
    }
}

impl Status {
    /// The category of this status.
    pub fn category(self) -> StatusCategory {
        match self {
            Self::New | Self::Open => StatusCategory::Open,
            Self::Pending | Self::Snoozed => StatusCategory::Waiting,
            Self::Closed => StatusCategory::Closed,
        }
    }

    /// The category whose labels this status has; new and snoozed tickets have none.
    pub fn labelled(self) -> Option<StatusCategory> {
        Some(self.category()).filter(|category| category.status() == self)
    }
}

vocabulary! {
    /// How soon a ticket wants an answer; the default is normal.
    Priority {
        Urgent => "urgent", "Urgent";
        High => "high", "High";
        Normal => "normal", "Normal";
        Low => "low", "Low";
    }
}

vocabulary! {
    /// The way a ticket or message came.
    Channel {
        Email => "email", "E-mail";
        Chat => "chat", "Chat";
        Phone => "phone", "Phone";
        Form => "form", "Web form";
        Api => "api", "API";
        Internal => "internal", "Internal";
    }
}

impl Status {
    /// Whether the ticket is done; everything else counts as open on the customer.
    pub fn is_closed(self) -> bool {
        self.category() == StatusCategory::Closed
    }

    /// The status after a new message: a customer who writes again wants an answer, and
    /// an agent who answered has opened the ticket. Internal notes change nothing.
    pub fn after_message(self, kind: MessageKind) -> Self {
        match (kind, self) {
            (MessageKind::Customer, Self::Pending | Self::Snoozed | Self::Closed) => Self::Open,
            (MessageKind::Agent, Self::New) => Self::Open,
            _ => self,
        }
    }
}

vocabulary! {
    /// Who speaks in a message, which decides its side and colour.
    MessageKind {
        Customer => "customer", "Customer";
        Agent => "agent", "Agent";
        Note => "note", "Internal note";
    }
}

vocabulary! {
    /// What became of a message that left here.
    Receipt {
        Queued => "queued", "Queued";
        Sent => "sent", "Sent";
        Delivered => "delivered", "Delivered";
        Viewed => "viewed", "Viewed";
        NotViewed => "not_viewed", "Not viewed";
        Error => "error", "Error";
    }
}

vocabulary! {
    /// How far a linked issue is, whatever its tracker calls it.
    IssueState {
        Todo => "todo", "To do";
        InProgress => "in_progress", "In progress";
        Done => "done", "Done";
        Canceled => "canceled", "Cancelled";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_for_what_a_person_chooses() {
        let without: Vec<_> = Status::ALL.iter().filter(|s| s.labelled().is_none()).collect();
        assert_eq!(without, [&Status::New, &Status::Snoozed]);
        for category in StatusCategory::ALL {
            assert_eq!(category.status().category(), *category);
        }
    }

    #[test]
    fn a_reply_moves_the_status_and_a_note_does_not() {
        for waiting in [Status::Pending, Status::Snoozed, Status::Closed] {
            assert_eq!(waiting.after_message(MessageKind::Customer), Status::Open);
            assert_eq!(waiting.after_message(MessageKind::Agent), waiting);
        }
        assert_eq!(Status::New.after_message(MessageKind::Agent), Status::Open);
        assert_eq!(Status::New.after_message(MessageKind::Customer), Status::New);
        for status in Status::ALL {
            assert_eq!(status.after_message(MessageKind::Note), *status);
        }
    }
}
