use super::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

fn sam(site: &Site) -> Value {
    json!({ "email": site.world.sam.email })
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_asked_there_is_this_log_in_s_own(pool: PgPool) {
    let site = Site::new(pool).await;
    let (one, two) = (site.leave().await, site.leave().await);
    assert!(one.state != two.state && one.nonce != two.nonce);
    assert_eq!(one.asked["scope"], "openid email profile");
    assert_eq!(one.asked["response_type"], "code");
    assert_eq!(one.asked["redirect_uri"], REDIRECT);
    assert_eq!(one.asked["code_challenge_method"], "S256");
    site.back(&one, site.claims(&one, "s", sam(&site))).await.unwrap();
    let said = site.provider.said();
    let token = said.asked.iter().find(|asked| asked.starts_with("POST /token")).unwrap();
    let verifier = token.split("code_verifier=").nth(1).unwrap().split('&').next().unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    assert_eq!(challenge, one.asked["code_challenge"]);
    assert!(token.contains("grant_type=authorization_code") && token.contains("code=a-code"));
    // By the header, each half written as in a form.
    let basic = token.lines().find_map(|l| l.strip_prefix("authorization: Basic ")).unwrap();
    let basic = String::from_utf8(STANDARD.decode(basic.trim()).unwrap()).unwrap();
    assert_eq!(basic, "rapport:hush%3A+a+secret%2Bof%2Fthe+client");
    // The document was asked for once, and the keys.
    drop(said);
    assert_eq!(site.provider.asked("GET /.well-known"), 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn no_token_is_believed_that_is_not_for_us_now_and_signed(pool: PgPool) {
    let site = Site::new(pool).await;
    let now = chrono::Utc::now().timestamp();
    let claims: [(&str, Value, &str); 9] = [
        ("aud", json!("somebody-else"), "meant for somebody else"),
        ("aud", json!([CLIENT, "another"]), "meant for somebody else"),
        ("aud", json!([]), "meant for somebody else"),
        ("iss", json!("https://evil.example"), "from another provider"),
        ("nonce", json!("another"), "belongs to another log-in"),
        ("nonce", Value::Null, "belongs to another log-in"),
        ("exp", json!(now - 300), "too old"),
        ("iat", json!(now + 3_600), "cannot be believed"),
        ("sub", Value::Null, "cannot be believed"),
    ];
    for (claim, value, why) in claims {
        let visit = site.leave().await;
        let mut said = site.claims(&visit, "s", sam(&site));
        match value {
            Value::Null => said.as_object_mut().unwrap().remove(claim),
            value => said.as_object_mut().unwrap().insert(claim.into(), value),
        };
        let text = match site.back(&visit, said).await {
            Err(AppError::Conflict(text)) => text,
            other => panic!("{claim}: {other:?}"),
        };
        // Without a subject it is no token at all.
        assert!(text.contains(why) || claim == "sub", "{claim}: {text}");
    }
    let good = site.provider.said().header.clone();
    let headers: [(Value, u8, Option<&str>, &str); 6] = [
        (json!({"alg": "none"}), 1, Some(""), "signature is not valid"),
        (json!({"alg": "none", "kid": "one"}), 1, None, "signature is not valid"),
        (json!({"alg": "HS256"}), 1, None, "signature is not valid"),
        (good.clone(), 2, None, "signature is not valid"),
        (good.clone(), 1, Some("AAAA"), "signature is not valid"),
        (json!({"alg": "EdDSA", "kid": "two"}), 2, None, "key that the provider does not publish"),
    ];
    for (header, signs, signature, why) in headers {
        let visit = site.leave().await;
        {
            let mut said = site.provider.said();
            (said.header, said.signs) = (header.clone(), signs);
            said.signature = signature.map(String::from);
        }
        let text = refused(site.back(&visit, site.claims(&visit, "s", sam(&site))).await);
        // What is not even written like a token is none.
        assert!(text.contains(why) || header["alg"] == "none", "{header}: {text}");
    }
    let none: i64 = sqlx::query_scalar("select count(*) from sessions")
        .fetch_one(&site.world.pool)
        .await
        .unwrap();
    assert_eq!(none, 0, "nobody came in");
    // And with everything right again, they do.
    {
        let mut said = site.provider.said();
        (said.header, said.signs, said.signature) = (good, 1, None);
    }
    assert_eq!(site.come("s", sam(&site)).await.unwrap().user, site.world.sam.user);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_new_key_is_fetched_once_it_is_used(pool: PgPool) {
    let site = Site::new(pool).await;
    site.come("s", sam(&site)).await.unwrap();
    {
        let mut said = site.provider.said();
        said.keys = vec![("two", 2)];
        (said.header, said.signs) = (json!({"alg": "EdDSA", "kid": "two"}), 2);
    }
    site.come("s", sam(&site)).await.unwrap();
    assert_eq!(site.provider.asked("GET /jwks"), 2);
    // The one before counts no more.
    {
        let mut said = site.provider.said();
        (said.header, said.signs) = (json!({"alg": "EdDSA", "kid": "one"}), 1);
    }
    assert!(refused(site.come("s", sam(&site)).await).contains("does not publish"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_log_in_comes_back_once_and_to_the_browser_that_began_it(pool: PgPool) {
    let site = Site::new(pool).await;
    let visit = site.leave().await;
    site.provider.said().claims = site.claims(&visit, "s", sam(&site));
    for other in ["", "another browser", BROWSER.to_lowercase().trim_end_matches('s')] {
        let back = site.back_as(&visit, |back| back.browser = other.into()).await;
        assert!(refused(back).contains("in another browser"), "{other}");
    }
    let guessed = site.back_as(&visit, |back| back.state = "guessed".into()).await;
    assert!(refused(guessed).contains("in another browser"));
    site.back_as(&visit, |_| {}).await.unwrap();
    assert!(refused(site.back_as(&visit, |_| {}).await).contains("finished already"));
    assert_eq!(site.provider.asked("POST /token"), 1, "a code is sent for one of them alone");
    // Too late.
    let visit = site.leave().await;
    sqlx::query("update sso_logins set expires_at = now() - interval '1 second'")
        .execute(&site.world.pool)
        .await
        .unwrap();
    assert!(refused(site.back_as(&visit, |_| {}).await).contains("ten minutes"));
    // Another provider answers in place of ours.
    let visit = site.leave().await;
    let mixed = site.back_as(&visit, |back| back.iss = Some("https://evil.example".into())).await;
    assert!(refused(mixed).contains("from another provider"));
    // Theirs refused, in its own words, which are shown as far as they are words.
    for (said, text) in [
        ("access_denied", "did not let you in, or you cancelled"),
        ("server_error", "has trouble"),
        ("<b>odd", "refused with “<b>odd”"),
    ] {
        let visit = site.leave().await;
        let back = site.back_as(&visit, |back| back.error = Some(said.into())).await;
        assert!(refused(back).contains(text), "{said}");
    }
    assert_eq!(site.provider.asked("POST /token"), 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_the_provider_says_beside_the_token_is_of_the_same_person(pool: PgPool) {
    let site = Site::new(pool).await;
    let sam = site.world.sam.email.clone();
    site.provider.said().userinfo = json!({"sub": "other", "email": sam, "email_verified": true});
    assert!(refused(site.come("s", json!({})).await).contains("somebody else"));
    // The token's word on an address does not count for another address.
    let userinfo = json!({"sub": "s", "email": sam, "email_verified": false, "name": "S"});
    site.provider.said().userinfo = userinfo;
    let unchecked = site.come("s", json!({"email_verified": true})).await;
    assert!(refused(unchecked).contains("does not say that your e-mail address is checked"));
    let userinfo = json!({"sub": "s", "email": sam, "email_verified": "true"});
    site.provider.said().userinfo = userinfo;
    assert_eq!(site.come("s", json!({})).await.unwrap().user, site.world.sam.user);
}
