//! Single sign-on against a provider of our own, which lies in every way that it can.

mod hostile;
mod provider;
mod rules;
mod setting_up;

use crate::mailboxes::http;
use crate::world::World;
use provider::{CLIENT, Provider, SECRET};
use rapport_domain::AppError;
use rapport_domain::session::{Device, Viewer};
use rapport_domain::sso::SsoInput;
use rapport_services::auth;
use rapport_services::sso::{self, Back, Providers};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::HashMap;

const REDIRECT: &str = "http://rapport.example/login/sso/callback";
const BROWSER: &str = "a-browser-s-own-secret-of-forty-three-chars";

/// A workspace whose provider is ours.
struct Site {
    world: World,
    provider: Provider,
    providers: Providers,
}

/// Somebody who was sent to the provider.
struct Visit {
    state: String,
    nonce: String,
    /// The query of the address there.
    asked: HashMap<String, String>,
}

impl Site {
    async fn new(pool: PgPool) -> Self {
        Self::with(pool, |_| {}).await
    }

    async fn with(pool: PgPool, change: impl FnOnce(&mut SsoInput)) -> Self {
        let site = Self {
            world: World::new(pool).await,
            provider: Provider::start().await,
            providers: Providers::new(http()),
        };
        let mut input = site.input();
        change(&mut input);
        sso::save(&site.world.ctx(&site.world.priya), input, None).await.unwrap();
        site
    }

    fn input(&self) -> SsoInput {
        SsoInput {
            issuer: self.provider.issuer.clone(),
            client_id: CLIENT.into(),
            secret: Some(SECRET.into()),
            joins: "invited".into(),
            default_role: "viewer".into(),
            ..SsoInput::default()
        }
    }

    /// Changes what is saved.
    async fn save(&self, change: impl FnOnce(&mut SsoInput)) {
        let ctx = self.world.ctx(&self.world.priya);
        let (_, version) = sso::shown(&ctx).await.unwrap().rules.unwrap();
        let mut input = SsoInput { secret: None, ..self.input() };
        change(&mut input);
        sso::save(&ctx, input, Some(version)).await.unwrap();
    }

    async fn leave(&self) -> Visit {
        let (store, workspace) = (&self.world.store, self.world.workspace);
        let address =
            sso::begin(store, &self.providers, workspace, REDIRECT, BROWSER, "/customers")
                .await
                .unwrap();
        let (there, query) = address.split_once('?').unwrap();
        assert_eq!(there, format!("{}/authorize", self.provider.issuer));
        let value = |name| rapport_domain::address::query_value(query, name);
        let names = [
            "state",
            "nonce",
            "scope",
            "client_id",
            "redirect_uri",
            "code_challenge",
            "code_challenge_method",
            "response_type",
        ];
        let asked: HashMap<_, _> =
            names.iter().filter_map(|n| Some(((*n).to_string(), value(n)?))).collect();
        Visit { state: asked["state"].clone(), nonce: asked["nonce"].clone(), asked }
    }

    /// Comes back with a token that says this of them.
    async fn back(&self, visit: &Visit, claims: Value) -> Result<String, AppError> {
        self.provider.said().claims = claims;
        self.back_as(visit, |_| {}).await
    }

    async fn back_as(
        &self,
        visit: &Visit,
        change: impl FnOnce(&mut Back),
    ) -> Result<String, AppError> {
        let mut back = Back {
            state: visit.state.clone(),
            code: Some("a-code".into()),
            browser: BROWSER.into(),
            redirect: REDIRECT.into(),
            ..Back::default()
        };
        change(&mut back);
        let device = Device::default();
        sso::finish(&self.world.store, &self.providers, &back, &device).await.1
    }

    /// There and back, as somebody of whom this is said.
    async fn come(&self, subject: &str, more: Value) -> Result<Viewer, AppError> {
        let visit = self.leave().await;
        let token = self.back(&visit, self.claims(&visit, subject, more)).await?;
        Ok(auth::viewer(&self.world.store, &token).await.unwrap().unwrap())
    }

    fn claims(&self, visit: &Visit, subject: &str, more: Value) -> Value {
        let now = chrono::Utc::now().timestamp();
        let mut claims = json!({
            "iss": self.provider.issuer, "aud": CLIENT, "sub": subject, "nonce": visit.nonce,
            "iat": now, "exp": now + 300, "email_verified": true, "name": "Nina New",
        });
        let more = more.as_object().cloned().unwrap_or_default();
        claims.as_object_mut().unwrap().extend(more);
        claims
    }

    async fn logged(&self, action: &str) -> Vec<Value> {
        sqlx::query_scalar(
            "select detail from audit_log where workspace_id = $1 and action = $2 order by id",
        )
        .bind(self.world.workspace.0)
        .bind(action)
        .fetch_all(&self.world.pool)
        .await
        .unwrap()
    }
}

fn refused(outcome: Result<impl Sized, AppError>) -> String {
    match outcome {
        Ok(_) => panic!("let in"),
        Err(AppError::Conflict(text)) => text,
        Err(other) => panic!("{other:?}"),
    }
}
