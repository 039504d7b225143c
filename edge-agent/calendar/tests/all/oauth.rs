//! Signing in, against prepared answers.

use std::collections::BTreeMap;
use std::time::Duration;

use google_calendar::oauth::{Begin, new_verifier};
use google_calendar::{Error, OAuth};

use crate::scripted::{Reply, Scripted, client};

const BEGIN: Begin<'_> = Begin {
    redirect_uri: "https://relay.example.com/oauth/google/callback/a",
    state: "state-1",
    nonce: "nonce-1",
    verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    with_rooms: false,
};

fn oauth(google: &Scripted) -> OAuth {
    OAuth::new(client(), google.endpoints(), "7-app", "secret-1")
}

fn form(text: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

#[tokio::test]
async fn the_address_to_go_to_asks_for_everything_that_is_needed() {
    let google = Scripted::start(vec![]).await;
    let url = oauth(&google).authorise_url(&BEGIN).unwrap();
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let expected = [
        ("access_type", "offline"),
        ("client_id", "7-app"),
        // The challenge of RFC 7636, appendix B.
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
        ("include_granted_scopes", "true"),
        ("nonce", "nonce-1"),
        ("prompt", "consent"),
        (
            "redirect_uri",
            "https://relay.example.com/oauth/google/callback/a",
        ),
        ("response_type", "code"),
        (
            "scope",
            "openid email https://www.googleapis.com/auth/calendar.readonly https://www.googleapis.com/auth/directory.readonly",
        ),
        ("state", "state-1"),
    ];
    let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(query, BTreeMap::from(expected));
    assert!(url.path().ends_with("/auth"));
}

#[tokio::test]
async fn a_code_is_redeemed_with_verifier_and_secret() {
    let google = Scripted::start(vec![Reply::json(
        r#"{"access_token":"at","expires_in":3599,"refresh_token":"rt","scope":"openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/calendar.readonly","token_type":"Bearer","id_token":"a.b.c"}"#,
    )])
    .await;
    let tokens = oauth(&google).exchange("4/code", &BEGIN).await.unwrap();
    assert_eq!(tokens.access_token, "at");
    assert_eq!(tokens.expires_in, Duration::from_secs(3599));
    assert_eq!(tokens.refresh_token.as_deref(), Some("rt"));
    assert_eq!(tokens.id_token.as_deref(), Some("a.b.c"));
    assert!(tokens.grants_calendar());
    let sent = form(&google.requests()[0].body);
    assert_eq!(sent["grant_type"], "authorization_code");
    assert_eq!(sent["code"], "4/code");
    assert_eq!(sent["code_verifier"], BEGIN.verifier);
    assert_eq!(sent["client_id"], "7-app");
    assert_eq!(sent["client_secret"], "secret-1");
    assert_eq!(sent["redirect_uri"], BEGIN.redirect_uri);
    assert!(
        !format!("{tokens:?}").contains("rt"),
        "tokens are not printed"
    );
}

#[tokio::test]
async fn an_unticked_permission_is_noticed() {
    let google = Scripted::start(vec![Reply::json(
        r#"{"access_token":"at","expires_in":3599,"scope":"openid email","token_type":"Bearer"}"#,
    )])
    .await;
    assert!(
        !oauth(&google)
            .exchange("4/code", &BEGIN)
            .await
            .unwrap()
            .grants_calendar()
    );
}

#[tokio::test]
async fn refusals_of_tokens_are_told_apart() {
    let invalid_grant =
        r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#;
    let invalid_client =
        r#"{"error":"invalid_client","error_description":"The OAuth client was not found."}"#;
    let google = Scripted::start(vec![
        Reply::error(400, invalid_grant),
        Reply::error(401, invalid_client),
        Reply::error(503, "<html>"),
        Reply::status(429).with_header("retry-after", "3"),
        Reply::json("{}"),
    ])
    .await;
    let oauth = oauth(&google);
    let refused = oauth.refresh("rt").await.unwrap_err();
    assert!(
        matches!(&refused, Error::Reauthorise { reason } if reason.contains("expired or revoked"))
    );
    assert!(!refused.is_worth_retrying());
    assert!(matches!(
        oauth.refresh("rt").await,
        Err(Error::WrongClient { .. })
    ));
    assert!(matches!(
        oauth.refresh("rt").await,
        Err(Error::Transient { .. })
    ));
    let limited = oauth.refresh("rt").await.unwrap_err();
    assert_eq!(limited.retry_after(), Some(Duration::from_secs(3)));
    assert!(matches!(
        oauth.refresh("rt").await,
        Err(Error::Unreadable { .. })
    ));
}

#[tokio::test]
async fn garbage_from_the_token_endpoint_is_neither_a_token_nor_a_dead_grant() {
    let bodies = [
        "",
        "null",
        "[]",
        "<html>",
        "\u{0}\u{fffd}",
        r#"{"access_token":7}"#,
        r#"{"access_token":"a""#,
        r#"{"error":7}"#,
        r#"{"error":{"code":400,"message":"not OAuth's way to say it"}}"#,
    ];
    for status in [200, 400, 302] {
        let replies = bodies
            .iter()
            .map(|body| Reply::error(status, body))
            .collect();
        let google = Scripted::start(replies).await;
        let oauth = oauth(&google);
        for body in bodies {
            let refused = oauth.refresh("rt").await.unwrap_err();
            assert!(
                matches!(refused, Error::Unreadable { .. } | Error::Other { .. }),
                "{status} {body}: {refused:?}"
            );
            assert!(refused.is_worth_retrying(), "{status} {body}");
        }
    }
}

#[tokio::test]
async fn a_refresh_may_leave_the_refresh_token_as_it_is() {
    let google = Scripted::start(vec![Reply::json(
        r#"{"access_token":"at2","expires_in":10,"token_type":"Bearer"}"#,
    )])
    .await;
    let tokens = oauth(&google).refresh("rt").await.unwrap();
    assert_eq!(
        (tokens.access_token.as_str(), tokens.refresh_token),
        ("at2", None)
    );
    assert_eq!(form(&google.requests()[0].body)["refresh_token"], "rt");
}

#[tokio::test]
async fn a_grant_that_is_dead_already_is_given_back() {
    let google = Scripted::start(vec![
        Reply::status(200),
        Reply::error(400, r#"{"error":"invalid_token"}"#),
        Reply::status(503),
    ])
    .await;
    let oauth = oauth(&google);
    oauth.revoke("rt").await.unwrap();
    oauth.revoke("rt").await.unwrap();
    assert!(oauth.revoke("rt").await.is_err());
    assert_eq!(google.requests()[0].body, "token=rt");
}

#[test]
fn verifiers_are_long_and_never_the_same() {
    let (one, two) = (new_verifier(), new_verifier());
    assert!(one.len() >= 43 && one != two);
}
