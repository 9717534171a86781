//! The description of the API, made from the handlers themselves.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// What stands around the routes in the description.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Rapport API",
        version = "1",
        description = "Customers, accounts, tickets, messages, notes and events of one workspace.\n\n\
            Every request carries a secret key: `Authorization: Bearer rsk_…`. \
            Every refusal is `application/problem+json`. \
            Lists answer `{items, next}`; send `next` as `cursor` for the next page. \
            A POST with an `Idempotency-Key` can be sent again safely for 24 hours.\n\n\
            Values of sensitive custom fields are answered to keys with the scope \
            `customers:sensitive` alone, in the key's own name; in other answers `hidden_fields` \
            says which have one. The audit log tells who reads them. Any key that may write a record \
            may write them.\n\n\
            Imports may say when and by whom a thing was done: `Rapport-At: 2026-11-24T09:14:00Z` \
            (never in the future) and `Rapport-Actor:` with an agent's e-mail or any other name.",
        license(name = "AGPL-3.0-only", identifier = "AGPL-3.0-only"),
    ),
    servers((url = "/api/v1")),
    security(("secret_key" = [])),
    components(schemas(super::problem::Problem, rapport_domain::customer::CustomerSort)),
    modifiers(&SecretKey),
)]
pub struct Description;

struct SecretKey;

impl Modify for SecretKey {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("rsk_…").build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("secret_key", SecurityScheme::Http(scheme));
    }
}
