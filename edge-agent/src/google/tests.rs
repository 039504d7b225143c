//! Sign-ins, good and bad.

mod oauth_table;

use jiff::SignedDuration;
use relay_contract::answer::Outcome;

use super::accounts::ConnectedAccount;
use super::flow::Begun;
use super::testing::{Bench, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, now};
use super::{AccountState, BeginError, FinishError, SaveAppError};
use crate::news::News;
use crate::relay::Acknowledgement;
use crate::store::FlowProgress;

const ORIGIN: &str = "https://portal.localhost";

async fn begin(bench: &Bench) -> Begun {
    bench
        .google
        .begin(ORIGIN, "session-1", false, now())
        .await
        .unwrap()
}

async fn finish(bench: &Bench, begun: &Begun) -> Result<ConnectedAccount, FinishError> {
    let cookie = Some(begun.cookie_value.as_str());
    bench
        .google
        .finish(&begun.flow_id, cookie, "session-1", now())
        .await
}

/// A sign-in to which the person said yes.
async fn consented(bench: &Bench) -> Begun {
    let begun = begin(bench).await;
    bench
        .relay
        .answer_code(&begun.flow_id, &bench.fake.consent(&begun.authorise_url));
    begun
}

fn answer_of(begun: &Begun) -> Acknowledgement {
    Acknowledgement::Oauth {
        id: format!("oauth-{}", begun.flow_id),
    }
}

#[tokio::test]
async fn a_sign_in_ends_in_a_connected_account() {
    let bench = Bench::new().await;
    let mut news = bench.bus.follow();
    let begun = consented(&bench).await;
    assert!(begun.authorise_url.contains("code_challenge_method=S256"));
    let connected = finish(&bench, &begun).await.unwrap();
    assert_eq!(connected.email, "rooms@example.com");
    let accounts = bench.google.accounts().await.unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].id, connected.id);
    assert_eq!(accounts[0].state, AccountState::Connected);
    assert_eq!(bench.relay.acknowledged(), [answer_of(&begun)]);
    assert_eq!(news.try_recv().unwrap(), News::IntegrationChanged);
}

#[tokio::test]
async fn nothing_secret_is_readable_in_the_database() {
    let bench = Bench::new().await;
    bench.connect().await;
    for file in ["agent.db", "agent.db-wal"] {
        let bytes = std::fs::read(bench.data.path().join(file)).unwrap();
        for secret in [REFRESH_TOKEN, CLIENT_SECRET, "access-1"] {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} in {file}");
        }
    }
}

#[tokio::test]
async fn only_the_browser_and_the_session_that_began_can_finish() {
    let bench = Bench::new().await;
    let begun = consented(&bench).await;
    for (cookie, session) in [
        (None, "session-1"),
        (Some(""), "session-1"),
        (Some("of another browser"), "session-1"),
        (Some(begun.cookie_value.as_str()), "session-2"),
    ] {
        let refused = bench
            .google
            .finish(&begun.flow_id, cookie, session, now())
            .await;
        assert!(
            matches!(refused, Err(FinishError::OtherBrowser)),
            "{refused:?}"
        );
    }
    assert_eq!(bench.relay.acknowledged(), []);
    finish(&bench, &begun).await.unwrap();
}

#[tokio::test]
async fn a_replayed_callback_is_refused_and_dropped_and_redeems_nothing() {
    let bench = Bench::new().await;
    let begun = consented(&bench).await;
    finish(&bench, &begun).await.unwrap();
    assert!(matches!(
        finish(&bench, &begun).await,
        Err(FinishError::AlreadyUsed)
    ));
    assert_eq!(bench.fake.asked("POST", "/token"), 1);
    assert_eq!(
        bench.relay.acknowledged(),
        [answer_of(&begun), answer_of(&begun)]
    );
}

#[tokio::test]
async fn two_finishes_at_once_redeem_once() {
    let bench = Bench::new().await;
    let begun = consented(&bench).await;
    let (one, two) = tokio::join!(finish(&bench, &begun), finish(&bench, &begun));
    assert_eq!(
        [one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(),
        1
    );
    assert_eq!(bench.fake.asked("POST", "/token"), 1);
}

#[tokio::test]
async fn an_expired_or_unknown_sign_in_says_connect_again() {
    let bench = Bench::new().await;
    let begun = consented(&bench).await;
    let later = now() + SignedDuration::from_mins(10);
    let cookie = Some(begun.cookie_value.as_str());
    let expired = bench
        .google
        .finish(&begun.flow_id, cookie, "session-1", later)
        .await
        .unwrap_err();
    assert!(matches!(expired, FinishError::Unknown));
    assert!(expired.to_string().contains("press Connect again"));
    let unknown = bench
        .google
        .finish("nothing", cookie, "session-1", now())
        .await;
    assert!(matches!(unknown, Err(FinishError::Unknown)));
}

#[tokio::test]
async fn an_answer_that_is_late_can_still_be_fetched() {
    let bench = Bench::new().await;
    let begun = begin(&bench).await;
    assert!(matches!(
        finish(&bench, &begun).await,
        Err(FinishError::NoAnswer)
    ));
    bench
        .relay
        .answer_code(&begun.flow_id, &bench.fake.consent(&begun.authorise_url));
    finish(&bench, &begun).await.unwrap();
}

#[tokio::test]
async fn after_a_crash_between_redeeming_and_storing_it_says_connect_again() {
    let bench = Bench::new().await;
    let begun = consented(&bench).await;
    let moved =
        bench
            .store
            .advance_flow(&begun.flow_id, FlowProgress::Open, FlowProgress::Redeeming);
    assert!(moved.await.unwrap());
    let interrupted = finish(&bench, &begun).await.unwrap_err();
    assert!(matches!(interrupted, FinishError::Interrupted));
    assert!(interrupted.to_string().contains("press Connect again"));
    assert_eq!(bench.fake.asked("POST", "/token"), 0);
    assert_eq!(bench.relay.acknowledged(), [answer_of(&begun)]);
}

#[tokio::test]
async fn a_person_who_declines_is_told_so() {
    let bench = Bench::new().await;
    let begun = begin(&bench).await;
    bench.relay.answer_error(&begun.flow_id, "access_denied");
    assert!(matches!(
        finish(&bench, &begun).await,
        Err(FinishError::Declined)
    ));
    let begun = begin(&bench).await;
    bench.relay.answer_error(&begun.flow_id, "server_error");
    let refused = finish(&bench, &begun).await;
    assert!(
        matches!(refused, Err(FinishError::RefusedByGoogle { error }) if error == "server_error")
    );
}

#[tokio::test]
async fn an_unticked_permission_is_not_stored() {
    let bench = Bench::new().await;
    bench.fake.script().scope = Some("openid email".to_owned());
    let begun = consented(&bench).await;
    assert!(matches!(
        finish(&bench, &begun).await,
        Err(FinishError::MissingPermission)
    ));
    assert_eq!(bench.google.accounts().await.unwrap(), []);
}

#[tokio::test]
async fn an_answer_for_another_sign_in_is_not_believed() {
    let bench = Bench::new().await;
    bench.fake.script().wrong_nonce = true;
    let begun = consented(&bench).await;
    assert!(matches!(
        finish(&bench, &begun).await,
        Err(FinishError::Identity(_))
    ));
    let (mine, other) = (begin(&bench).await, begin(&bench).await);
    let code = Outcome::Code(bench.fake.consent(&other.authorise_url));
    bench.relay.answer(&mine.flow_id, &other.flow_id, code);
    assert!(matches!(
        finish(&bench, &mine).await,
        Err(FinishError::Answer(_))
    ));
    assert_eq!(bench.google.accounts().await.unwrap(), []);
}

#[tokio::test]
async fn a_wrong_secret_is_told_from_a_wrong_code() {
    let bench = Bench::new().await;
    let begun = begin(&bench).await;
    bench.relay.answer_code(&begun.flow_id, "4/made-up");
    assert!(matches!(
        finish(&bench, &begun).await,
        Err(FinishError::CodeRefused { .. })
    ));
    bench
        .google
        .save_app(CLIENT_ID, "GOCSPX-wrong", None, now())
        .await
        .unwrap();
    let begun = consented(&bench).await;
    assert!(matches!(
        finish(&bench, &begun).await,
        Err(FinishError::WrongClient { .. })
    ));
    let begun = consented(&bench).await;
    bench
        .google
        .save_app("8-other", CLIENT_SECRET, None, now())
        .await
        .unwrap();
    assert!(matches!(
        finish(&bench, &begun).await,
        Err(FinishError::AppChanged)
    ));
}

#[tokio::test]
async fn connecting_the_same_account_again_revives_it() {
    let bench = Bench::new().await;
    let first = bench.connect().await;
    assert!(bench.store.must_reconnect(&first, "revoked").await.unwrap());
    assert!(
        !bench.store.must_reconnect(&first, "revoked").await.unwrap(),
        "once is news"
    );
    let accounts = bench.google.accounts().await.unwrap();
    assert_eq!(
        accounts[0].state,
        AccountState::Reconnect {
            why: "revoked".to_owned()
        }
    );
    assert_eq!(bench.connect().await, first);
    assert_eq!(
        bench.google.accounts().await.unwrap()[0].state,
        AccountState::Connected
    );
}

#[tokio::test]
async fn the_end_that_google_sets_a_permission_is_kept_and_goes_with_it() {
    let bench = Bench::new().await;
    bench.fake.script().refresh_expires_in = Some(604_799);
    let before = now();
    let account = bench.connect().await;
    let ends_at = async || bench.google.accounts().await.unwrap()[0].ends_at;
    let week = SignedDuration::from_secs(604_799);
    let end = ends_at().await.unwrap();
    assert!((before + week..=now() + week).contains(&end), "{end}");
    // The app is published, and the account is connected again.
    bench.fake.script().refresh_expires_in = None;
    assert_eq!(bench.connect().await, account);
    assert_eq!(ends_at().await, None);
}

#[tokio::test]
async fn a_clock_that_is_off_by_hours_keeps_nobody_from_signing_in() {
    let bench = Bench::new().await;
    bench.fake.script().clock_ahead = -3 * 3600;
    let begun = consented(&bench).await;
    let refused = finish(&bench, &begun).await.unwrap_err();
    assert!(matches!(refused, FinishError::Identity(_)), "{refused}");
    // Once Google's clock was heard of, it is the one that counts.
    let skew = &bench.google.inner.clock_skew;
    skew.store(-3 * 3600, std::sync::atomic::Ordering::Relaxed);
    bench.connect().await;
}

#[tokio::test]
async fn a_scope_that_is_not_told_is_what_was_asked_for() {
    let bench = Bench::new().await;
    bench.fake.script().hides_scope = true;
    bench.connect().await;
    let accounts = bench.store.google_accounts().await.unwrap();
    let asked: Vec<_> = google_calendar::oauth::scopes(false).collect();
    assert_eq!(accounts[0].scopes, asked.join(" "));
}

#[tokio::test]
async fn disconnecting_gives_the_grant_back_and_forgets_it() {
    let bench = Bench::new().await;
    let account = bench.connect().await;
    assert!(bench.google.disconnect(&account, now()).await.unwrap());
    assert_eq!(bench.fake.asked("POST", "/revoke"), 1);
    assert_eq!(bench.google.accounts().await.unwrap(), []);
    assert!(bench.store.google_tokens(&account).await.unwrap().is_none());
    assert!(!bench.google.disconnect(&account, now()).await.unwrap());
}

#[tokio::test]
async fn a_sign_in_needs_an_app_and_a_relay() {
    let bench = Bench::without_app().await;
    let refused = bench.google.begin(ORIGIN, "session-1", false, now()).await;
    assert!(matches!(refused, Err(BeginError::NoApp)));
    bench
        .google
        .save_app(CLIENT_ID, CLIENT_SECRET, None, now())
        .await
        .unwrap();
    bench.relay.unset();
    let refused = bench.google.begin(ORIGIN, "session-1", false, now()).await;
    assert!(matches!(refused, Err(BeginError::NoRelay)));
}

#[tokio::test]
async fn an_app_is_saved_whole_or_not_at_all() {
    let bench = Bench::without_app().await;
    let google = &bench.google;
    let save = async |id: &str, secret: &str| google.save_app(id, secret, None, now()).await;
    assert!(matches!(
        save(" ", "x").await,
        Err(SaveAppError::NoClientId)
    ));
    assert!(matches!(
        save("7-app", "").await,
        Err(SaveAppError::NoSecret)
    ));
    assert!(matches!(
        save("GOCSPX-x", CLIENT_ID).await,
        Err(SaveAppError::Exchanged)
    ));
    assert!(matches!(
        save("7 app", "x").await,
        Err(SaveAppError::Malformed("client id"))
    ));
    assert!(matches!(
        save("7-app", &"x".repeat(513)).await,
        Err(SaveAppError::Malformed("client secret"))
    ));
    assert_eq!(google.app(), None);
    google
        .save_app(" 7-app ", " x\n", Some("signs-1".to_owned()), now())
        .await
        .unwrap();
    // The secret is never told again, so that the form comes back with an empty one.
    save("7-app", "").await.unwrap();
    let kept = bench.store.google_app().await.unwrap().unwrap();
    assert_eq!(
        (kept.client_id.as_str(), kept.client_secret.as_str()),
        ("7-app", "x")
    );
    assert_eq!(google.app().unwrap().project.as_deref(), Some("signs-1"));
    assert!(matches!(
        save("8-app", "").await,
        Err(SaveAppError::NoSecret)
    ));
}
