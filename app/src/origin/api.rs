//! A page of the inbox, for the list itself and for the way on from one of its tickets.

use crate::Failure;
use leptos::prelude::*;
use rapport_domain::ticket::{Inbox, InboxQuery};
use server_fn::codec::Json;

/// A page of the inbox, with the people of its filter menu.
#[server(input = Json)]
pub async fn load_inbox(query: InboxQuery) -> Result<Inbox, Failure> {
    crate::api::run(async |ctx| rapport_services::tickets::inbox(ctx, &query).await).await
}
