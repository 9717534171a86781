//! A second factor: one-time codes of an app (RFC 6238), and recovery codes for the day on which the
//! phone is gone. Setting it up and taking it away asks for the password, so that a session that was
//! left open does neither.

use crate::auth::way_in::{self, Change};
use crate::auth::{self, By, Entered, hash_token, passkeys, random_token};
use crate::people::person;
use crate::transaction::{Recorded, begin_unattended};
use crate::{Ctx, Result, audit, ctx, passwords};
use chrono::{DateTime, TimeDelta, Utc};
use qrcode::QrCode;
use qrcode::render::svg;
use rapport_domain::audit::Action;
use rapport_domain::session::Device;
use rapport_domain::{AppError, Permission, UserId, WorkspaceId};
use rapport_store::two_factor::{self as store, TwoFactor};
use rapport_store::{Store, StoreError, Tx};
use secrecy::ExposeSecret;
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};

pub use rapport_store::two_factor::TwoFactorState;

/// Bytes of a secret: what RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// Recovery codes that are made at once, and the characters of one: 50 bits.
const CODES: usize = 10;
const CODE_CHARS: usize = 10;
/// Letters and digits that nobody takes for one another.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// How long a log-in waits for its code, and a new secret for its first.
const WAITS: TimeDelta = TimeDelta::minutes(10);
/// Wrong codes in a row until whoever guesses has to wait, and how long.
const WRONG_MAX: i32 = 10;
const REST: TimeDelta = TimeDelta::minutes(15);

/// What somebody needs to set up their app.
#[derive(Debug)]
pub struct Setup {
    /// A picture of the address for the app's camera: an SVG of ours.
    pub picture: String,
    /// The same to type in, in groups of four.
    pub secret: String,
}

/// One's own second factor.
#[derive(Debug)]
pub struct Own {
    pub state: TwoFactorState,
    /// While a secret waits for its first code.
    pub setup: Option<Setup>,
}

/// How far one is.
pub async fn own(ctx: &Ctx) -> Result<Own> {
    let user = me(ctx)?;
    let state = ctx.store.two_factor_state(ctx.workspace, user).await?;
    let waits =
        state.confirmed_at.is_none() && state.created_at.is_some_and(|at| ctx.now - at < WAITS);
    if !waits {
        return Ok(Own { state, setup: None });
    }
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    let Some(found) = store::lock(&mut tx, ctx.workspace, user).await? else {
        return Ok(Own { state, setup: None });
    };
    let secret = open(&ctx.store, user, &found)?;
    Ok(Own { setup: Some(setup(ctx, &secret)?), state })
}

/// Makes a secret that waits for its first code.
pub async fn begin(ctx: &Ctx, password: String) -> Result<()> {
    let user = me(ctx)?;
    passwords::check_own(ctx, user, password).await?;
    let secret = Secret::from(rand::random::<[u8; SECRET_BYTES]>()).to_base32();
    let sealed = ctx.store.keys().seal(&place(user), "password", &secret)?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    if !store::begin(&mut tx, ctx.workspace, user, &sealed, ctx.now).await? {
        return Err(AppError::Conflict("Two-factor is on already.".into()));
    }
    tx.commit(Recorded::Own).await
}

/// Turns it on by the first code of the app; answers the recovery codes, which are not shown again.
pub async fn confirm(ctx: &Ctx, code: &str) -> Result<Vec<String>> {
    let user = me(ctx)?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    let found = store::lock(&mut tx, ctx.workspace, user).await?;
    let found = found.filter(|f| f.confirmed_at.is_none()).ok_or(AppError::NotFound)?;
    if let Err(error) = check(ctx, &mut tx, user, &found, code).await? {
        tx.commit(Recorded::Own).await?;
        return Err(error);
    }
    let codes = new_codes(ctx, &mut tx, user).await?;
    way_in::tell(ctx, &mut tx, user, Change::TwoFactorOn).await?;
    tx.commit_audited(Action::TwoFactorTurnedOn, user, json!({})).await?;
    rapport_queue::wake();
    Ok(codes)
}

/// Makes new recovery codes; those before stop working.
pub async fn renew_codes(ctx: &Ctx, password: String) -> Result<Vec<String>> {
    let user = me(ctx)?;
    passwords::check_own(ctx, user, password).await?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    let found = store::lock(&mut tx, ctx.workspace, user).await?;
    found.filter(|f| f.confirmed_at.is_some()).ok_or(AppError::NotFound)?;
    let codes = new_codes(ctx, &mut tx, user).await?;
    tx.commit_audited(Action::TwoFactorCodesRenewed, user, json!({})).await?;
    Ok(codes)
}

/// Turns one's own off. Passkeys stay.
pub async fn turn_off(ctx: &Ctx, password: String) -> Result<()> {
    let user = me(ctx)?;
    passwords::check_own(ctx, user, password).await?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    if store::remove(&mut tx, ctx.workspace, user).await? {
        way_in::tell(ctx, &mut tx, user, Change::TwoFactorOff).await?;
        tx.commit_audited(Action::TwoFactorTurnedOff, user, json!({})).await?;
        rapport_queue::wake();
    }
    Ok(())
}

/// Turns somebody's off who lost their phone and their codes, and removes their passkeys.
pub async fn reset(ctx: &Ctx, user: UserId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    person(ctx, &mut tx, user).await?;
    let codes = store::remove(&mut tx, ctx.workspace, user).await?;
    let keys = passkeys::remove_all(ctx, &mut tx, user).await?;
    if !codes && !keys {
        return Ok(());
    }
    if codes {
        let object = user.to_string();
        audit::record(ctx, &mut tx, Action::TwoFactorTurnedOff, &object, json!({})).await?;
    }
    way_in::tell(ctx, &mut tx, user, Change::Reset(ctx.actor_name().into())).await?;
    tx.commit(Recorded::InLog).await?;
    rapport_queue::wake();
    Ok(())
}

/// The same by address, for whoever runs the server.
pub async fn reset_by_address(db: &Store, email: &str) -> Result<()> {
    let found = db.credentials(email.trim()).await?;
    let found = found
        .ok_or_else(|| AppError::invalid("email", "Nobody who can log in has this address."))?;
    reset(&Ctx::for_operator(db.clone(), found.workspace), found.user).await
}

/// Lets somebody in whose first proof was right, or has them asked for a code.
pub(crate) async fn enter(
    db: &Store,
    workspace: WorkspaceId,
    user: UserId,
    from: &Device,
) -> Result<Entered> {
    auth::admit_password(db, workspace, user).await?;
    if !db.needs_code(workspace, user).await? {
        return auth::start_session(db, workspace, user, from, By::Password)
            .await
            .map(Entered::Session);
    }
    let token = random_token();
    db.insert_challenge(workspace, user, &hash_token(&token), ctx::now() + WAITS).await?;
    Ok(Entered::Code(token))
}

/// With which address somebody logs in who is asked for a code; `None` once that took too long.
pub async fn waiting(db: &Store, token: &str) -> Result<Option<String>> {
    let found = db.challenge(&hash_token(token), ctx::now()).await?;
    Ok(found.map(|(_, _, email)| email))
}

/// Takes the code of a log-in, of the app or a recovery code; answers the session's token.
pub async fn finish(db: &Store, token: &str, code: &str, from: &Device) -> Result<String> {
    let hash = hash_token(token);
    let over = || AppError::Conflict("That took too long. Log in again.".into());
    let (workspace, user, _) = db.challenge(&hash, ctx::now()).await?.ok_or_else(over)?;
    let ctx = Ctx::for_system(db.clone(), workspace, "Login");
    let mut tx = begin_unattended(db).await?;
    let Some(found) = store::lock(&mut tx, workspace, user).await? else { return Err(over()) };
    let recovery = as_recovery(code);
    if let Some(recovery) = &recovery
        && store::take_code(&mut tx, workspace, user, &hash_token(recovery)).await?
    {
        let object = user.to_string();
        audit::record(&ctx, &mut tx, Action::TwoFactorCodeUsed, &object, json!({})).await?;
    } else if let Err(error) = check(&ctx, &mut tx, user, &found, code).await? {
        // That it was wrong is kept.
        tx.commit().await.map_err(StoreError::from)?;
        auth::refused(db, workspace, user, "code", from).await?;
        return Err(error);
    }
    // Of two who send the same form one comes too late.
    if !store::end_challenge(&mut tx, &hash).await? {
        return Err(over());
    }
    tx.commit().await.map_err(StoreError::from)?;
    auth::start_session(db, workspace, user, from, By::Password).await
}

/// Whether a code of the app is right, and was not used before. The outer error is ours; the inner
/// one is for whoever typed, and what it notes has to be committed.
async fn check(
    ctx: &Ctx,
    tx: &mut Tx,
    user: UserId,
    found: &TwoFactor,
    code: &str,
) -> Result<Result<()>> {
    if rests(found, ctx.now) {
        let text = "Too many wrong codes. Wait a quarter of an hour, or use a recovery code.";
        return Ok(Err(AppError::invalid("code", text)));
    }
    let secret = open(&ctx.store, user, found)?;
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = u64::try_from(ctx.now.timestamp()).unwrap_or_default();
    let step = totp(&secret)?.check(&digits, now).and_then(|step| i64::try_from(step).ok());
    let Some(step) = step else {
        // After a rest counting begins anew.
        let before = if found.wrong >= WRONG_MAX { 0 } else { found.wrong };
        store::wrong(tx, ctx.workspace, user, before + 1, ctx.now).await?;
        return Ok(Err(AppError::invalid("code", "This code is wrong or no longer valid.")));
    };
    if step <= found.last_step {
        let text = "This code was used already. Wait for the next one.";
        return Ok(Err(AppError::invalid("code", text)));
    }
    store::right(tx, ctx.workspace, user, step, ctx.now).await?;
    Ok(Ok(()))
}

fn rests(found: &TwoFactor, now: DateTime<Utc>) -> bool {
    found.wrong >= WRONG_MAX && found.wrong_at.is_some_and(|at| now - at < REST)
}

async fn new_codes(ctx: &Ctx, tx: &mut Tx, user: UserId) -> Result<Vec<String>> {
    let code = || {
        let bytes = rand::random::<[u8; CODE_CHARS]>();
        bytes.map(|b| char::from(ALPHABET[usize::from(b) % ALPHABET.len()])).iter().collect()
    };
    let codes: Vec<String> = (0..CODES).map(|_| code()).collect();
    let hashes: Vec<_> = codes.iter().map(|code| hash_token(code)).collect();
    store::set_codes(tx, ctx.workspace, user, &hashes).await?;
    let (half, shown) = (CODE_CHARS / 2, codes.into_iter());
    Ok(shown.map(|code| format!("{}-{}", &code[..half], &code[half..])).collect())
}

/// The code as it was made, if it can be a recovery code.
fn as_recovery(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let known = |c: char| ALPHABET.contains(&u8::try_from(c).unwrap_or_default());
    (code.chars().count() == CODE_CHARS && code.chars().all(known)).then_some(code)
}

fn me(ctx: &Ctx) -> Result<UserId> {
    ctx.require(Permission::WorkspaceRead)?;
    ctx.user().ok_or(AppError::Forbidden)
}

fn place(user: UserId) -> String {
    format!("two_factor:{user}")
}

fn open(db: &Store, user: UserId, found: &TwoFactor) -> Result<String> {
    let opened = db.keys().open(&place(user), &found.secret).map_err(crate::internal)?;
    Ok(opened.expose_secret().to_string())
}

/// Codes of six digits, a new one every 30 seconds, one step of clock either way.
fn totp(secret: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(crate::internal)?;
    Builder::new().with_secret(secret).with_skew(1).build().map_err(crate::internal)
}

fn setup(ctx: &Ctx, secret: &str) -> Result<Setup> {
    let (email, workspace) = match &ctx.actor {
        crate::Actor::User(viewer) => (viewer.email.as_str(), viewer.workspace_name.as_str()),
        _ => return Err(AppError::Forbidden),
    };
    let encode = rapport_domain::address::encode;
    let issuer = encode(&format!("Rapport {workspace}"));
    let address =
        format!("otpauth://totp/{issuer}:{}?secret={secret}&issuer={issuer}", encode(email));
    let code = QrCode::new(address.as_bytes()).map_err(crate::internal)?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(200, 200)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    // What stands before the element is for files.
    let from = picture.find("<svg").unwrap_or_default();
    let groups: Vec<_> = secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    Ok(Setup { picture: picture[from..].to_string(), secret: groups.join(" ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_read_as_people_type_it() {
        assert_eq!(as_recovery(" ABCDE-fgh23 ").as_deref(), Some("abcdefgh23"));
        for other in ["123456", "abcde-fgh2", "abcde-fghi1", "", "äbcdefgh23"] {
            assert_eq!(as_recovery(other), None, "{other}");
        }
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: the last six of eight digits.
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let codes = totp(secret).expect("a secret");
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(codes.check(code, at), Some(at / 30), "{at}");
            assert_eq!(codes.check(code, at + 30), Some(at / 30));
            assert_eq!(codes.check(code, at + 90), None);
        }
    }
}
