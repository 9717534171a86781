//! What the audit log tells of.

use crate::vocabulary;

vocabulary! {
    /// Something that somebody did and the log keeps.
    Action {
        AccountCreated => "account.created", "Added an account";
        AccountEdited => "account.edited", "Edited an account";
        ApiKeyCreated => "api_key.created", "Made an API key";
        ApiKeyOldSecretsEnded => "api_key.old_secrets_ended", "Ended old secrets of an API key";
        ApiKeyRevoked => "api_key.revoked", "Revoked an API key";
        ApiKeyRotated => "api_key.rotated", "Gave an API key a new secret";
        AuditDaysSet => "audit.days_set", "Changed how long this log is kept";
        AuditExported => "audit.exported", "Took this log out as a file";
        CsatSet => "csat.set", "Changed the survey";
        CustomFieldChanged => "custom_field.changed", "Changed a custom field";
        CustomFieldCreated => "custom_field.created", "Added a custom field";
        CustomerAccountLinked => "customer.account_linked", "Put a customer into an account";
        CustomerAccountUnlinked => "customer.account_unlinked", "Took a customer out of an account";
        CustomerCreated => "customer.created", "Added a customer";
        CustomerDeleted => "customer.deleted", "Deleted a customer";
        CustomerEdited => "customer.edited", "Edited a customer";
        CustomerMerged => "customer.merged", "Merged two customers";
        CustomerSplit => "customer.split", "Split a customer";
        CustomerUnmerged => "customer.unmerged", "Took a merge of customers back";
        EventLogDays => "event_log.days", "Changed how long the event log is kept";
        IdentityRulesChanged => "identity_rules.changed", "Changed who counts as nobody";
        IdentitySecretCreated => "identity_secret.created", "Made a secret for signing users";
        InfoCardReset => "info_card.reset", "Reset a card of the info pane";
        InfoCardSaved => "info_card.saved", "Changed a card of the info pane";
        InvitationAccepted => "invitation.accepted", "Joined by an invitation";
        InvitationCreated => "invitation.created", "Invited somebody";
        InvitationResent => "invitation.resent", "Sent an invitation again";
        InvitationRevoked => "invitation.revoked", "Revoked an invitation";
        JobDiscarded => "job.discarded", "Discarded a job";
        JobRetried => "job.retried", "Ran a job again";
        LinkKeyRenewed => "link_key.renewed", "Renewed the key that signs links";
        LogInRefused => "session.refused", "Was refused at the log-in";
        LoggedIn => "session.begun", "Logged in";
        MacroChanged => "macro.changed", "Changed a macro";
        MacroCreated => "macro.created", "Added a macro";
        MacroRemoved => "macro.removed", "Removed a macro";
        MailboxChanged => "mailbox.changed", "Changed a mailbox";
        MailboxCreated => "mailbox.created", "Added a mailbox";
        MailboxRemoved => "mailbox.removed", "Removed a mailbox";
        MailboxTrustChanged => "mailbox.trust_changed", "Changed whose word on senders counts";
        NoteDeleted => "note.deleted", "Deleted a note";
        OpenTrackingSet => "open_tracking.set", "Turned open tracking on or off";
        PasswordChanged => "password.changed", "Changed their password";
        PasswordReset => "password.reset", "Set a new password by a link";
        PasswordResetMade => "password.reset_made", "Made a link that sets a password";
        PersonCreated => "person.created", "Made somebody a member";
        PersonDeactivated => "person.deactivated", "Deactivated a person";
        PersonReactivated => "person.reactivated", "Reactivated a person";
        PersonRenamed => "person.renamed", "Changed their name";
        PersonRoleChanged => "person.role_changed", "Changed a person's role";
        PictureRemoved => "picture.removed", "Removed their picture";
        PictureSet => "picture.set", "Chose a picture of themselves";
        RecordingDeleted => "recording.deleted", "Deleted a recorded session";
        RecordingMasked => "recording.masked", "Masked a recorded session";
        RecordingWatched => "recording.watched", "Watched a recorded session";
        RecordingsRefused => "recordings.refused", "Changed whether a customer is recorded";
        RecordingsSet => "recordings.set", "Changed what is recorded";
        RetentionSet => "retention.set", "Changed how long events are kept";
        RoleChanged => "role.changed", "Changed a role";
        RoleCreated => "role.created", "Made a role";
        RoleRemoved => "role.removed", "Removed a role";
        SampleAdded => "sample.added", "Added the sample customer";
        SessionEnded => "session.ended", "Logged out a device";
        SessionOthersEnded => "session.others_ended", "Logged out all other devices";
        SlaArchived => "sla.archived", "Archived a response target";
        SlaMoved => "sla.moved", "Moved a response target";
        SlaRestored => "sla.restored", "Restored a response target";
        SlaSaved => "sla.saved", "Saved a response target";
        StartFinished => "start.finished", "Closed “Get started”";
        StatusChanged => "status.changed", "Changed a status";
        StatusCreated => "status.created", "Added a status";
        TeamChanged => "team.changed", "Changed a team";
        TeamCreated => "team.created", "Added a team";
        TwoFactorCodeUsed => "two_factor.code_used", "Logged in with a recovery code";
        TwoFactorCodesRenewed => "two_factor.codes_renewed", "Made new recovery codes";
        TwoFactorTurnedOff => "two_factor.turned_off", "Turned two-factor off";
        TwoFactorTurnedOn => "two_factor.turned_on", "Turned two-factor on";
        WorkspaceCreated => "workspace.created", "Set up the workspace";
    }
}
