//! The one table of pages that have a name: where each is, what it is called, who may see it, and
//! which half renders it. Navigation, the palette, the pages themselves and the test of who may see
//! what read it; the addresses of single customers, tickets and accounts are not in it.

use rapport_domain::Permission;
use rapport_domain::session::Viewer;

/// The parts of the product that the rail leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The first hour of a workspace.
    Start,
    Inbox,
    Customers,
    Accounts,
    Notifications,
    Settings,
    /// What is one's own; the menu at the foot of the rail leads there.
    Account,
}

/// What renders a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// Server and browser: a page on which agents live.
    Both,
    /// The server alone: a page that is a form.
    Server,
}

/// A page with a name.
#[derive(Debug, Clone, Copy)]
pub struct PageInfo {
    pub path: &'static str,
    pub title: &'static str,
    pub icon: &'static str,
    /// The part of the product that it belongs to; those of the settings stand beside each other.
    pub section: Section,
    /// Whoever has not this is told so.
    pub permission: Permission,
    pub half: Half,
}

impl PageInfo {
    /// What a link to it needs: the browser half knows no route of the server's pages.
    pub fn rel(&self) -> Option<&'static str> {
        (self.half == Half::Server).then_some("external")
    }
}

/// Where the app config begins for a person: the first page of it that they may see. Macros alone are no config: agents
/// come to theirs from the composer.
pub fn config(viewer: &Viewer) -> Option<PageInfo> {
    [INFO_PANE, PEOPLE, AUDIT_LOG].into_iter().find(|page| viewer.may(page.permission))
}

/// Where a person begins who did not say where.
pub fn home(viewer: &Viewer) -> PageInfo {
    let work = [INBOX, CUSTOMERS].into_iter().find(|page| viewer.may(page.permission));
    work.or_else(|| config(viewer)).unwrap_or(NOTIFICATIONS)
}

/// The rows: each a constant, for whoever renders that page, and all of them.
macro_rules! pages {
    ($($name:ident: $path:literal, $title:literal, $icon:literal, $section:ident, $permission:ident, $half:ident;)+) => {
        $(pub const $name: PageInfo = PageInfo {
            path: $path,
            title: $title,
            icon: $icon,
            section: Section::$section,
            permission: Permission::$permission,
            half: Half::$half,
        };)+

        /// Every page with a name, in the order of the navigation.
        pub const PAGES: &[PageInfo] = &[$($name,)+];
    };
}

pages! {
    GET_STARTED: "/get-started", "Get started", "circle-check", Start, SettingsWrite, Server;
    INBOX: "/inbox", "Inbox", "inbox", Inbox, TicketsRead, Both;
    SAVED_VIEWS: "/inbox/views", "Your views", "inbox", Inbox, TicketsRead, Server;
    CUSTOMERS: "/customers", "Customers", "users", Customers, CustomersRead, Both;
    ACCOUNTS: "/accounts", "Accounts", "building", Accounts, CustomersRead, Server;
    NOTIFICATIONS: "/notifications", "Notifications", "bell", Notifications, WorkspaceRead, Server;
    NOTIFICATION_RULES: "/notifications/rules", "Notification rules", "bell", Notifications, WorkspaceRead, Server;
    PREFERENCES: "/settings/preferences", "Preferences", "sliders-horizontal", Account, WorkspaceRead, Server;
    MY_ACCOUNT: "/settings/account", "My account", "lock", Account, WorkspaceRead, Server;
    SIGNATURES: "/settings/signatures", "Signatures", "pencil", Account, TicketsReply, Server;
    INFO_PANE: "/settings/info-pane", "Info pane", "panel-right", Settings, SettingsWrite, Both;
    CUSTOM_FIELDS: "/settings/custom-fields", "Custom fields", "sliders-horizontal", Settings, SettingsWrite, Server;
    STATUSES: "/settings/statuses", "Statuses", "circle-dot", Settings, SettingsWrite, Server;
    PEOPLE: "/settings/people", "People", "user", Settings, PeopleManage, Server;
    ROLES: "/settings/roles", "Roles", "shield", Settings, PeopleManage, Server;
    SINGLE_SIGN_ON: "/settings/single-sign-on", "Single sign-on", "log-out", Settings, PeopleManage, Server;
    TEAMS: "/settings/teams", "Teams", "users", Settings, SettingsWrite, Server;
    SLA: "/settings/sla", "SLA", "target", Settings, SettingsWrite, Server;
    EVENTS: "/settings/events", "Events", "zap", Settings, SettingsWrite, Server;
    MAILBOXES: "/settings/mailboxes", "Mailboxes", "mail", Settings, SettingsWrite, Server;
    MACROS: "/settings/macros", "Macros", "zap", Settings, TicketsWrite, Server;
    RECEIVING: "/settings/receiving", "Receiving", "inbox", Settings, SettingsWrite, Server;
    JOBS: "/settings/jobs", "Jobs", "list", Settings, SettingsWrite, Server;
    RECORDINGS: "/settings/recordings", "Recordings", "video", Settings, SettingsWrite, Server;
    SURVEYS: "/settings/surveys", "Surveys", "star", Settings, SettingsWrite, Server;
    AUDIT_LOG: "/settings/audit-log", "Audit log", "history", Settings, DataExport, Server;
    API_KEYS: "/settings/api-keys", "API keys", "key", Settings, PeopleManage, Server;
}
