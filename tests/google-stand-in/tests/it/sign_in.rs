//! Consent, codes, tokens.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use google_stand_in::Config;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Google, READ_ONLY, REDIRECT, VERIFIER, query};

#[tokio::test]
async fn the_consent_page_offers_the_account_and_a_tick_box_for_each_scope() {
    let google = Google::start().await;
    let url = google.consent_url(&format!("openid email {READ_ONLY}"), &[]);
    let page = google
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for part in [
        "value=\"admin@example.com\"",
        ">Allow<",
        ">Deny<",
        &format!("value=\"{READ_ONLY}\" checked>"),
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    google.stop().await;
}

#[tokio::test]
async fn who_allows_is_sent_back_with_a_code_that_works_once() {
    let google = Google::start().await;
    let scope = format!("openid email {READ_ONLY}");
    let back = google
        .decide(&google.consent_url(&scope, &[]), "allow", &scope)
        .await;
    assert!(back.as_str().starts_with(REDIRECT));
    assert_eq!(query(&back, "state").as_deref(), Some("the state"));
    let code = query(&back, "code").unwrap();
    let tokens = google.redeem(&code, VERIFIER).await.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    let granted = tokens["scope"].as_str().unwrap();
    assert!(
        granted.contains(READ_ONLY) && granted.contains("/auth/userinfo.email"),
        "{granted}"
    );
    assert!(tokens["refresh_token"].is_string());
    let again = google.redeem(&code, VERIFIER).await;
    assert_eq!(
        (again.status, &again.body["error"]),
        (400, &json!("invalid_grant"))
    );
    google.stop().await;
}

#[tokio::test]
async fn the_id_token_names_the_person_the_client_and_the_nonce() {
    let google = Google::start().await;
    let tokens = google.sign_in("openid email").await;
    let payload = tokens["id_token"]
        .as_str()
        .unwrap()
        .split('.')
        .nth(1)
        .unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    for (name, expected) in [
        ("iss", "https://accounts.google.com"),
        ("aud", "c"),
        ("nonce", "the nonce"),
        ("email", "admin@example.com"),
        ("hd", "example.com"),
    ] {
        assert_eq!(claims[name], expected);
    }
    google.stop().await;
}

#[tokio::test]
async fn requests_that_google_refuses_itself_come_with_a_page_and_no_callback() {
    let google = Google::start().await;
    let cases = [
        (
            (
                "redirect_uri",
                "https://relay.example.com/oauth/google/callback/abcd",
            ),
            400,
            "redirect_uri_mismatch",
        ),
        (("client_id", "nobody"), 401, "invalid_client"),
        (("response_type", "token"), 400, "unsupported_response_type"),
        (
            ("scope", "https://www.googleapis.com/auth/nonsense"),
            400,
            "invalid_scope",
        ),
        (("scope", ""), 400, "invalid_request"),
        (("code_challenge_method", "S512"), 400, "invalid_request"),
    ];
    for (change, status, error) in cases {
        let url = google.consent_url("openid", &[change]);
        for request in [
            google.http.get(&url),
            google.http.post(&url).form(&[("decision", "allow")]),
        ] {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{change:?}");
            assert!(answer.headers().get("location").is_none());
            assert!(answer.text().await.unwrap().contains(error), "{change:?}");
        }
    }
    google.stop().await;
}

#[tokio::test]
async fn a_blocked_application_gets_no_callback() {
    let google = Google::start().await;
    google
        .faults(json!({"consent_blocked": {"count": 1, "value": "org_internal"}}))
        .await;
    let url = google.consent_url("openid", &[]);
    let page = google.http.get(&url).send().await.unwrap();
    assert_eq!(page.status().as_u16(), 400);
    assert!(page.text().await.unwrap().contains("org_internal"));
    assert_eq!(
        google
            .http
            .get(&url)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16(),
        200
    );
    google.stop().await;
}

#[tokio::test]
async fn who_denies_is_sent_back_with_access_denied() {
    let google = Google::start().await;
    let back = google
        .decide(&google.consent_url("openid", &[]), "deny", "")
        .await;
    assert_eq!(query(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(query(&back, "code"), None);
    google.stop().await;
}

#[tokio::test]
async fn an_unticked_scope_is_not_granted_and_its_api_refuses() {
    let mut google = Google::start().await;
    let url = google.consent_url(&format!("openid email {READ_ONLY}"), &[]);
    let back = google.decide(&url, "allow", "").await;
    let tokens = google
        .redeem(&query(&back, "code").unwrap(), VERIFIER)
        .await
        .ok();
    assert!(!tokens["scope"].as_str().unwrap().contains("calendar"));
    google.use_token(&tokens["access_token"]);
    let refused = google.get("/calendar/v3/users/me/calendarList", &[]).await;
    assert_eq!(
        (refused.status, refused.reason()),
        (403, "insufficientPermissions")
    );
    google.stop().await;
}

#[tokio::test]
async fn earlier_consent_is_included_when_asked_for() {
    let google = Google::start().await;
    let url = google.consent_url("openid", &[("include_granted_scopes", "true")]);
    let back = google.decide(&url, "allow", "").await;
    let tokens = google
        .redeem(&query(&back, "code").unwrap(), VERIFIER)
        .await
        .ok();
    assert!(tokens["scope"].as_str().unwrap().contains("/auth/calendar"));
    google.stop().await;
}

#[tokio::test]
async fn a_wrong_or_missing_verifier_is_an_invalid_grant() {
    let google = Google::start().await;
    for verifier in ["wrong", ""] {
        let refused = google.redeem(&google.code("openid").await, verifier).await;
        assert_eq!(
            (refused.status, &refused.body["error"]),
            (400, &json!("invalid_grant")),
            "{verifier}"
        );
    }
    google.stop().await;
}

#[tokio::test]
async fn a_code_has_an_end() {
    let config = Config {
        code_lifetime: Duration::ZERO,
        ..Config::default()
    };
    let stand_in = google_stand_in::StandIn::start(config).await.unwrap();
    let http = reqwest::Client::builder()
        .tls_certs_only([])
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let base = stand_in.base();
    let client = json!({"client_id": "c", "client_secret": "s", "redirect_uris": [REDIRECT]});
    http.post(format!("{base}/_stand-in/clients"))
        .json(&client)
        .send()
        .await
        .unwrap();
    let url = format!(
        "{base}/o/oauth2/v2/auth?client_id=c&redirect_uri={REDIRECT}&response_type=code&scope=openid"
    );
    let form = [("decision", "allow"), ("email", "admin@example.com")];
    let sent = http.post(url).form(&form).send().await.unwrap();
    let back = url::Url::parse(sent.headers()["location"].to_str().unwrap()).unwrap();
    let code = query(&back, "code").unwrap();
    let form = [
        ("client_id", "c"),
        ("client_secret", "s"),
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
    ];
    let answer = http
        .post(format!("{base}/token"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    assert_eq!(
        answer.json::<Value>().await.unwrap()["error"],
        "invalid_grant"
    );
    stand_in.shutdown().await;
}

#[tokio::test]
async fn a_client_proves_itself_in_the_body_or_by_basic() {
    let google = Google::start().await;
    let refresh = google.sign_in("openid").await["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    for (pair, status) in [("c:s", 200), ("c:wrong", 401), ("nobody:s", 401)] {
        let request = google
            .http
            .post(format!("{}/token", google.base))
            .form(&form);
        let answer = request
            .header("authorization", basic(pair))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), status, "{pair}");
    }
    let wrong = google
        .token(&[form[0], form[1], ("client_secret", "wrong")])
        .await;
    assert_eq!(
        (wrong.status, &wrong.body["error"]),
        (401, &json!("invalid_client"))
    );
    google.stop().await;
}

#[tokio::test]
async fn refreshing_keeps_the_refresh_token_until_it_is_revoked() {
    let mut google = Google::start().await;
    let tokens = google.sign_in(&format!("openid {READ_ONLY}")).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let fresh = google.token(&form).await.ok();
    assert!(fresh.get("refresh_token").is_none());
    google.use_token(&fresh["access_token"]);
    assert_eq!(
        google
            .get("/calendar/v3/users/me/calendarList", &[])
            .await
            .status,
        200
    );
    let revoke = google
        .http
        .post(format!("{}/revoke", google.base))
        .form(&[("token", refresh)]);
    assert_eq!(revoke.send().await.unwrap().status().as_u16(), 200);
    let dead = google.token(&form).await;
    assert_eq!(
        (dead.status, &dead.body["error"]),
        (400, &json!("invalid_grant"))
    );
    let refused = google.get("/calendar/v3/users/me/calendarList", &[]).await;
    assert_eq!((refused.status, refused.reason()), (401, "authError"));
    google.stop().await;
}

#[tokio::test]
async fn tests_can_expire_access_and_revoke_an_account() {
    let google = Google::start().await;
    let refresh = google.sign_in("openid").await["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    google
        .control(Method::POST, "tokens/expire", Value::Null)
        .await
        .ok();
    assert_eq!(
        google
            .get("/calendar/v3/users/me/calendarList", &[])
            .await
            .status,
        401
    );
    assert_eq!(google.token(&form).await.status, 200);
    google
        .control(
            Method::POST,
            "tokens/revoke",
            json!({"account": "admin@example.com"}),
        )
        .await
        .ok();
    assert_eq!(google.token(&form).await.body["error"], "invalid_grant");
    google.stop().await;
}

#[tokio::test]
async fn an_application_in_testing_is_told_when_its_grant_ends() {
    let google = Google::start().await;
    google.register(true).await;
    let tokens = google.sign_in("openid").await;
    assert_eq!(tokens["refresh_token_expires_in"], 604_800);
    google.stop().await;
}

#[tokio::test]
async fn a_redirect_to_a_private_address_cannot_be_registered() {
    let google = Google::start().await;
    let client = json!({"redirect_uris": ["https://192.168.1.10/oauth"]});
    assert_eq!(
        google.control(Method::POST, "clients", client).await.status,
        400
    );
    google.stop().await;
}

#[tokio::test]
async fn a_redirect_uri_entered_on_the_console_page_is_taken_and_a_private_one_refused() {
    let google = Google::start().await;
    let console = format!("{}/console", google.base);
    let enter = async |uri: &str| {
        let form = [("client", "c"), ("redirect_uri", uri)];
        let answer = google.http.post(&console).form(&form).send().await;
        answer.unwrap().status().as_u16()
    };
    assert_eq!(enter("https://relay.example.com/callback/new").await, 303);
    assert_eq!(enter("https://10.0.0.1/callback").await, 400);
    let page = google.http.get(&console).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(
        page.contains("https://relay.example.com/callback/new"),
        "{page}"
    );
    assert!(!page.contains("10.0.0.1"), "{page}");
}
