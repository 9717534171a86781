//! Every limit of the product, in one place, so that form, API and store agree.

/// Characters in a person's or account's name.
pub const NAME_CHARS: usize = 200;
/// Characters in a one-line property (job title, city, plan …).
pub const LINE_CHARS: usize = 500;
/// Characters in an external id.
pub const EXTERNAL_ID_CHARS: usize = 200;
/// Characters in a ticket's subject.
pub const SUBJECT_CHARS: usize = 500;
/// Characters in a message written here.
pub const MESSAGE_CHARS: usize = 100_000;
/// People in copy of a customer's mails whom the composer names as left out.
pub const LEFT_OUT_SHOWN: usize = 8;
/// Characters of a message that an answer quotes.
pub const QUOTE_CHARS: usize = 20_000;
/// Things that may happen to a ticket along with a message.
pub const EFFECTS_MAX: usize = 40;
/// Characters of a macro's text.
pub const MACRO_BODY_CHARS: usize = 20_000;
/// Macros that a workspace shares, and that one person has.
pub const MACROS_MAX: usize = 500;
/// Macros and people that are offered while somebody types.
pub const SUGGESTIONS: u32 = 8;
/// People told of one note.
pub const MENTIONS_MAX: usize = 50;
/// Characters in a customer or account note.
pub const NOTE_CHARS: usize = 20_000;
/// Largest ticket number that an import may set; thousands of years of tickets lie beyond.
pub const TICKET_NUMBER_MAX: i64 = 1_000_000_000_000;
/// Characters in one tag, and tags on one ticket.
pub const TAG_CHARS: usize = 60;
pub const TAGS_MAX: usize = 30;
/// Characters in the name of a status, and statuses of a workspace, archived ones included.
pub const LABEL_CHARS: usize = 40;
pub const LABELS_MAX: usize = 60;
/// Teams of a workspace, and members of one.
pub const TEAMS_MAX: usize = 200;
pub const TEAM_MEMBERS_MAX: usize = 200;
/// Roles of a workspace's own.
pub const ROLES_MAX: usize = 50;
/// Groups and domains of single sign-on, people who came by it that are shown, and the buttons of the login page.
pub const SSO_GROUPS_MAX: usize = 50;
pub const SSO_DOMAINS_MAX: usize = 50;
pub const SSO_LINKED_SHOWN: i64 = 200;
pub const SSO_BUTTONS: i64 = 5;
/// Admins that can be marked to keep their password.
pub const SSO_ADMINS_SHOWN: i64 = 100;
/// API keys of a workspace that are not revoked, and origins of one.
pub const API_KEYS_MAX: usize = 100;
pub const KEY_ORIGINS_MAX: usize = 20;
/// People on a page, invitations that are open, and people invited at once.
pub const PEOPLE_ROWS: i64 = 200;
pub const INVITATIONS_MAX: usize = 500;
pub const INVITED_AT_ONCE: usize = 50;
/// Passkeys of a person, and characters of what they call one.
pub const PASSKEYS_MAX: usize = 10;
pub const PASSKEY_NAME_CHARS: usize = 60;
/// Sessions of a person that are listed.
pub const SESSIONS_SHOWN: i64 = 100;
/// SLA policies of a workspace, and the longest target in minutes.
pub const SLA_POLICIES_MAX: usize = 50;
pub const SLA_MINUTES_MAX: i32 = 90 * 24 * 60;
/// E-mails, and phones, of one customer.
pub const IDENTIFIERS_MAX: usize = 20;
/// E-mail domains of one account.
pub const ACCOUNT_DOMAINS_MAX: usize = 50;
/// Fewest and most characters of a search, and what a link dialog offers.
pub const SEARCH_CHARS_MIN: usize = 2;
pub const SEARCH_CHARS: usize = 200;
pub const LINK_RESULTS: i64 = 10;
/// Of each kind that a search of everything finds.
pub const FOUND_EACH: u32 = 8;
/// Custom fields per entity, and characters of a field's key.
pub const CUSTOM_FIELDS_MAX: usize = 100;
pub const FIELD_KEY_CHARS: usize = 60;
/// Options of a list field.
pub const FIELD_OPTIONS_MAX: usize = 100;
/// Characters in a custom text value.
pub const FIELD_TEXT_CHARS: usize = 5_000;
/// Bytes of one event's payload, and of one API request's body.
pub const EVENT_PAYLOAD_BYTES: usize = 32 * 1024;
pub const API_BODY_BYTES: usize = 1024 * 1024;
/// Fields on one card of the info pane.
pub const CARD_FIELDS_MAX: usize = 60;
/// Characters of an event's machine name and of its body.
pub const EVENT_NAME_CHARS: usize = 200;
pub const EVENT_BODY_CHARS: usize = 20_000;
/// Bytes of one event and of one batch in the Segment protocol, unpacked, and how often the
/// packed size the unpacked one may be.
pub const SEGMENT_EVENT_BYTES: usize = 32 * 1024;
pub const SEGMENT_BATCH_BYTES: usize = 500 * 1024;
pub const SEGMENT_UNPACK_RATIO: usize = 200;
/// Identifiers of one customer that events may add: e-mails or phones, and browsers.
pub const IDENTIFIERS_BY_EVENT: usize = 5;
pub const ANONYMOUS_IDS_MAX: usize = 100;
/// Values that a workspace says identify nobody.
pub const NOBODY_IDS_MAX: usize = 200;
/// Events that wait to be written at once, of all requests together.
pub const INGEST_QUEUE_EVENTS: usize = 20_000;
/// Characters of what a timeline is searched for, events looked at for one page of that, events
/// kept on top of a timeline, and filters that an agent saves.
pub const TIMELINE_FIND_CHARS: usize = 200;
pub const TIMELINE_LOOK: u32 = 5_000;
/// The same of an account's timeline, whose every stream is asked for as many.
pub const ACCOUNT_LOOK: u32 = 500;
pub const PINS_MAX: i64 = 10;
pub const SAVED_FILTERS_MAX: i64 = 20;
/// Rows on a page of the event log.
pub const EVENT_LOG_ROWS: i64 = 50;
/// Events in one request, as many as Segment takes.
pub const EVENTS_PER_REQUEST: usize = 2_500;
/// Nesting of JSON that we store.
pub const JSON_DEPTH: usize = 64;
/// Bytes of one e-mail; attachments and nesting in it.
pub const EMAIL_BYTES: usize = 25 * 1024 * 1024;
pub const EMAIL_ATTACHMENTS_MAX: usize = 100;
/// Recipients that a mail's headers, or one delivery of it, may name.
pub const EMAIL_RECIPIENTS_MAX: usize = 1_000;
/// Rows on a page of a list, unless asked otherwise, and at the most.
pub const PAGE_ROWS: u32 = 50;
pub const PAGE_ROWS_MAX: u32 = 200;
/// Tickets that one action changes at once.
pub const BULK_TICKETS: usize = 500;
/// Views that a person saves, and that colleagues share with them; characters of a view's name.
pub const VIEWS_SAVED_MAX: i64 = 30;
pub const VIEW_NAME_CHARS: usize = 60;
/// How far the tickets of a view are counted, and those of the page's list.
pub const VIEW_COUNT: u32 = 99;
pub const INBOX_COUNT: u32 = 1_000;
/// Teams of a person that have a view.
pub const TEAM_VIEWS_MAX: i64 = 20;
/// Tickets that a search of the inbox looks up by its words; when more have them, it looks through
/// the inbox in its order instead, at so many tickets a page.
pub const INBOX_HITS: i64 = 5_000;
pub const INBOX_LOOK: u32 = 20_000;
/// Tickets in the ticket pane before "show more".
pub const PANE_TICKETS: u32 = 20;
/// Messages of a ticket on one page.
pub const TICKET_MESSAGES: u32 = 50;
/// Notes shown on one customer or account.
pub const NOTES_SHOWN: u32 = 50;
/// Notes on the info pane when all are asked for.
pub const NOTES_SHOWN_MAX: u32 = 1_000;
/// Linked issues, and other participants, of one ticket.
pub const LINKED_ISSUES_MAX: usize = 50;
pub const PARTICIPANTS_MAX: usize = 50;
/// Recipients of one message, and mailboxes of a workspace.
pub const RECIPIENTS_MAX: usize = 50;
pub const MAILBOXES_MAX: usize = 100;
/// Characters in a signature, in a password of a mail server, and in a DKIM key.
pub const SIGNATURE_CHARS: usize = 2_000;
pub const PASSWORD_CHARS: usize = 1_000;
pub const DKIM_KEY_CHARS: usize = 10_000;
/// Characters of a mail server's answer that are kept.
pub const SERVER_ANSWER_CHARS: usize = 500;
/// Message-IDs in the References of a mail that leaves.
pub const REFERENCES_MAX: usize = 20;
/// Mails kept in a local outbox.
pub const OUTBOX_MAX: i64 = 500;
/// Dead jobs that an admin sees.
pub const DEAD_JOBS_SHOWN: i64 = 100;
/// Characters of the last message kept on a ticket for lists.
pub const SNIPPET_CHARS: usize = 200;
/// Characters of a message that came while somebody was writing.
pub const NEWER_CHARS: usize = 400;
/// Characters in a link.
pub const URL_CHARS: usize = 2_000;
/// Bytes of HTML in a message from the API.
pub const MESSAGE_HTML_BYTES: usize = 500_000;
/// Headers of a message that are kept, and characters of one.
pub const HEADERS_MAX: usize = 300;
pub const HEADER_CHARS: usize = 4_000;
/// Bytes of all files of one message from the API.
pub const ATTACHMENTS_BYTES: usize = 10 * 1024 * 1024;
/// Files that a message written here may carry, their bytes together, and the bytes together that
/// an answer by e-mail may carry: in a mail they grow by a third.
pub const UPLOADS_MAX: usize = 20;
pub const UPLOADS_BYTES: usize = 25 * 1024 * 1024;
pub const UPLOADS_MAIL_BYTES: usize = 18 * 1024 * 1024;
/// Bytes of all files of one person that wait for a message, and for how many days they do.
pub const UPLOADS_WAITING_BYTES: usize = 200 * 1024 * 1024;
pub const UPLOADS_WAITING_DAYS: i64 = 7;
/// Bytes of an unreadable e-mail that its message shows.
pub const RAW_SHOWN_BYTES: usize = 100_000;
/// Activities shown in an open ticket.
pub const TICKET_ACTIVITIES: u32 = 300;
/// Timeline events on one page, and kept on screen at the most.
pub const TIMELINE_EVENTS: u32 = 50;
/// Customers of an account whose events its timeline shows: those who were active last.
pub const ACCOUNT_STREAMS: i64 = 200;
pub const TIMELINE_SHOWN_MAX: usize = 500;

/// How far ahead a ticket can be snoozed, in days.
pub const SNOOZE_DAYS: i64 = 366;

/// How long after closing a survey can leave, in minutes.
pub const CSAT_DELAY_MINUTES_MAX: i32 = 30 * 24 * 60;

/// Bytes of one chunk of a recording as it comes and unpacked, and events in it.
pub const RECORDING_CHUNK_BYTES: usize = 2 * 1024 * 1024;
pub const RECORDING_UNPACKED_BYTES: usize = 24 * 1024 * 1024;
pub const RECORDING_CHUNK_EVENTS: usize = 100_000;
/// Chunks of one session, windows of it, and its bytes unpacked.
pub const RECORDING_CHUNKS_MAX: i32 = 20_000;
pub const RECORDING_WINDOWS_MAX: usize = 30;
pub const RECORDING_BYTES_MAX: i64 = 400 * 1024 * 1024;
/// A session ends after so many minutes without anything, and after so many hours at the most.
pub const RECORDING_IDLE_MINUTES: i64 = 30;
pub const RECORDING_HOURS_MAX: i64 = 12;
/// Marks of one kind, and pages, that a session's index keeps; the counts go on.
pub const RECORDING_MARKS: usize = 300;
/// Recorded sessions on a page of the list.
pub const RECORDINGS_SHOWN: u32 = 30;
/// CSS selectors of one setting, and characters of one.
pub const RECORDING_SELECTORS: usize = 100;
pub const RECORDING_SELECTOR_CHARS: usize = 200;
/// Bytes of events, unpacked, that are read at once for playing.
pub const RECORDING_READ_BYTES: i64 = 1024 * 1024;
