//! Every way in which a sign-in fails at Google ends in words that tell the administrator what to do.

use edge_api::guide::TestName;
use jiff::SignedDuration;

use super::{begin, consented, finish};
use crate::google::flow::without_callback;
use crate::google::testing::{Bench, CLIENT_ID, now};
use crate::google::{FinishError, RelaySide};

/// Google shows `error` on a page of its own and sends nobody back: the guide's list and its test say `what` and what to
/// `do_it`, the sign-in that waits ends by itself, and the next one works.
async fn ends_at_google(error: &str, what: &str, do_it: &str) {
    let bench = Bench::new().await;
    let redirect = bench.relay.redirect_uri().unwrap();
    let (said, action) = without_callback(error, &redirect);
    assert!(said.contains(what), "{said}");
    assert!(action.contains(do_it), "{action}");

    let page = format!("https://accounts.google.com/signin/oauth/error?error={error}");
    bench.fake.script().consent_location = Some(page);
    let tried = bench
        .google
        .try_out(TestName::RedirectUri, now())
        .await
        .unwrap();
    assert_eq!(
        (tried.passed, tried.what, tried.action),
        (false, said, Some(action))
    );

    let begun = begin(&bench).await;
    let waiting = finish(&bench, &begun).await.unwrap_err();
    assert!(matches!(waiting, FinishError::NoAnswer), "{waiting}");
    let cookie = Some(begun.cookie_value.as_str());
    let later = now() + SignedDuration::from_mins(10);
    let over = bench
        .google
        .finish(&begun.flow_id, cookie, "session-1", later)
        .await
        .unwrap_err();
    says(&over, "older than ten minutes", "press Connect again");
    bench.connect().await;
}

/// What the portal shows: what happened, and what to do.
#[track_caller]
fn says(refused: &FinishError, what: &str, do_it: &str) {
    let words = refused.to_string();
    let (happened, action) = words.split_once("; ").expect("both parts");
    assert!(happened.contains(what), "{words}");
    assert!(action.contains(do_it), "{words}");
}

#[tokio::test]
async fn the_page_redirect_uri_mismatch_tells_the_uri_to_enter_letter_by_letter() {
    let uri = "Enter exactly https://relay.example.com/oauth/google/callback/a ";
    ends_at_google("redirect_uri_mismatch", "redirect URI", uri).await;
}

#[tokio::test]
async fn the_page_admin_policy_enforced_sends_to_the_workspace_administrator() {
    ends_at_google(
        "admin_policy_enforced",
        "Workspace administrator",
        "App access control",
    )
    .await;
}

#[tokio::test]
async fn the_page_org_internal_asks_for_an_account_of_the_organisation() {
    ends_at_google(
        "org_internal",
        "another organisation",
        "change Audience to External",
    )
    .await;
}

#[tokio::test]
async fn the_page_deleted_client_asks_for_a_new_client() {
    ends_at_google("deleted_client", "was deleted", "Create a new client").await;
}

#[tokio::test]
async fn the_page_disallowed_useragent_asks_for_a_browser_of_its_own() {
    ends_at_google(
        "disallowed_useragent",
        "another app's window",
        "in a browser of its own",
    )
    .await;
}

#[tokio::test]
async fn the_page_invalid_request_asks_for_a_public_redirect_uri_and_for_branding() {
    ends_at_google(
        "invalid_request",
        "not as Google wants it",
        "fill in Branding",
    )
    .await;
}

#[tokio::test]
async fn the_page_access_blocked_asks_to_be_put_among_the_test_users() {
    ends_at_google(
        "access_denied",
        "not among its test users",
        "Audience > Test users",
    )
    .await;
}

#[tokio::test]
async fn a_callback_with_access_denied_asks_to_choose_allow() {
    let bench = Bench::new().await;
    let begun = begin(&bench).await;
    bench.relay.answer_error(&begun.flow_id, "access_denied");
    let refused = finish(&bench, &begun).await.unwrap_err();
    says(&refused, "declined", "press Connect again and choose Allow");
}

#[tokio::test]
async fn a_callback_with_another_error_tells_googles_word() {
    let bench = Bench::new().await;
    let begun = begin(&bench).await;
    bench
        .relay
        .answer_error(&begun.flow_id, "temporarily_unavailable");
    let refused = finish(&bench, &begun).await.unwrap_err();
    says(
        &refused,
        "temporarily_unavailable",
        "check the app in Google's console",
    );
}

#[tokio::test]
async fn a_token_answer_invalid_client_asks_to_correct_the_secret() {
    let bench = Bench::new().await;
    let saved = bench
        .google
        .save_app(CLIENT_ID, "GOCSPX-wrong", None, now())
        .await;
    saved.unwrap();
    let begun = consented(&bench).await;
    let refused = finish(&bench, &begun).await.unwrap_err();
    says(
        &refused,
        "does not accept the client secret",
        "correct it under Google App > Edit",
    );
}

#[tokio::test]
async fn a_token_answer_invalid_grant_to_a_code_asks_to_connect_again() {
    let bench = Bench::new().await;
    let begun = begin(&bench).await;
    bench.relay.answer_code(&begun.flow_id, "4/used-or-too-old");
    let refused = finish(&bench, &begun).await.unwrap_err();
    says(&refused, "invalid_grant", "press Connect again");
}

#[tokio::test]
async fn an_unticked_permission_says_which_and_asks_to_leave_it_ticked() {
    let bench = Bench::new().await;
    bench.fake.script().scope = Some("openid email".to_owned());
    let begun = consented(&bench).await;
    let refused = finish(&bench, &begun).await.unwrap_err();
    says(
        &refused,
        "reading calendars was not allowed",
        "leave every permission ticked",
    );
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_asks_to_remove_the_app_first() {
    let bench = Bench::new().await;
    bench.fake.script().no_refresh_token = true;
    let begun = consented(&bench).await;
    let refused = finish(&bench, &begun).await.unwrap_err();
    says(
        &refused,
        "no lasting permission",
        "remove this app under myaccount.google.com",
    );
}
