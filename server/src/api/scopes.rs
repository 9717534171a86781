//! What a key needs for each route: one table, read by the guard and by the description.

use axum::http::Method;
use rapport_domain::Permission;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{OpenApi, SecurityRequirement};

/// The scope of a path below `/api/v1`. A route that has none here is refused to every key.
pub fn needed(method: &Method, path: &str) -> Option<Permission> {
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let resource = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let reads = method.is_safe();
    let either = |read, write| Some(if reads { read } else { write });
    match resource {
        "customers" | "accounts" | "recordings" => {
            either(Permission::CustomersRead, Permission::CustomersWrite)
        }
        "tickets" | "attachments" | "status-labels" => {
            either(Permission::TicketsRead, Permission::TicketsWrite)
        }
        "custom-fields" | "mailboxes" => {
            either(Permission::SettingsRead, Permission::SettingsWrite)
        }
        "events" if !reads => Some(Permission::EventsWrite),
        "inbound" if !reads => Some(Permission::MailWrite),
        _ => None,
    }
}

/// Says in the description which scope each call needs.
pub fn describe(description: &mut OpenApi) {
    for (path, item) in &mut description.paths.paths {
        for (method, operation) in operations(item) {
            let Some(scope) = needed(&method, path) else { continue };
            operation.security =
                Some(vec![SecurityRequirement::new("secret_key", [scope.as_str()])]);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let methods = [
        (Method::GET, get),
        (Method::PUT, put),
        (Method::POST, post),
        (Method::DELETE, delete),
        (Method::PATCH, patch),
    ];
    methods.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_table_does_not_know_is_nobody_s() {
        assert_eq!(needed(&Method::GET, "/api/v1/tickets/3"), Some(Permission::TicketsRead));
        assert_eq!(needed(&Method::PATCH, "/tickets/3"), Some(Permission::TicketsWrite));
        assert_eq!(needed(&Method::DELETE, "/mailboxes/m"), Some(Permission::SettingsWrite));
        for unknown in ["/", "/people", "/events", "/ticketsx"] {
            assert_eq!(needed(&Method::GET, unknown), None, "{unknown}");
        }
    }
}
