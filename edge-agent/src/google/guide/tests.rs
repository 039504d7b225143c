//! The tests that the guide offers, against a relay and a Google in memory.

use edge_api::guide::{TestName, TestResult};

use crate::google::testing::{Bench, CLIENT_ID, now};

async fn tried(bench: &Bench, test: TestName) -> TestResult {
    bench.google.try_out(test, now()).await.unwrap()
}

/// It failed, and says so in these words.
#[track_caller]
fn failed(result: &TestResult, words: &str) {
    assert!(!result.passed && result.what.contains(words), "{result:?}");
    let action = result.action.as_deref().unwrap_or_default();
    assert!(action.len() > 15 && action.ends_with('.'), "{result:?}");
}

#[tokio::test]
async fn the_public_host_has_to_know_this_agents_tokens_from_forged_ones() {
    let bench = Bench::new().await;
    bench.relay.move_to(&bench.fake.hook());
    for (answers, words) in [
        ((200, 200), "another server"),
        ((404, 404), "does not know this agent"),
        ((404, 503), "does not work at the moment"),
        ((404, 302), "status 302"),
    ] {
        bench.fake.script().hook = answers;
        failed(&tried(&bench, TestName::RelayHost).await, words);
    }
    bench.fake.script().hook = (404, 200);
    assert!(tried(&bench, TestName::RelayHost).await.passed);
    bench.relay.move_to("http://127.0.0.1:9/google/calendar/a");
    failed(
        &tried(&bench, TestName::RelayHost).await,
        "cannot be reached",
    );
}

#[tokio::test]
async fn nothing_can_be_connected_before_the_public_host_has_passed_and_it_is_tried_unasked() {
    let bench = Bench::without_app().await;
    bench.relay.move_to(&bench.fake.hook());
    bench.fake.script().hook = (200, 200);
    let obstacle = bench.google.obstacle(now()).await.unwrap();
    assert!(obstacle.what.contains("No Google app"), "{obstacle:?}");
    let saved = bench
        .google
        .save_app(CLIENT_ID, "GOCSPX-secret", None, now())
        .await;
    saved.unwrap();
    let obstacle = bench.google.obstacle(now()).await.unwrap();
    assert!(obstacle.what.contains("another server"), "{obstacle:?}");
    assert_eq!(obstacle.page, "/settings/relay");
    // A page that is loaded again does not try again at once; the button does.
    bench.fake.script().hook = (404, 200);
    assert!(bench.google.obstacle(now()).await.is_some());
    assert!(tried(&bench, TestName::RelayHost).await.passed);
    assert_eq!(bench.google.obstacle(now()).await, None);
    assert!(bench.google.guide_facts().await.unwrap().host_proven);
    bench.relay.unset();
    let obstacle = bench.google.obstacle(now()).await.unwrap();
    assert!(obstacle.what.contains("No relay"), "{obstacle:?}");
}

#[tokio::test]
async fn a_wrong_secret_is_told_from_a_wrong_code() {
    let bench = Bench::new().await;
    assert!(tried(&bench, TestName::ClientSecret).await.passed);
    assert!(tried(&bench, TestName::ClientId).await.passed);
    let saved = bench
        .google
        .save_app(CLIENT_ID, "GOCSPX-other", None, now())
        .await;
    saved.unwrap();
    failed(
        &tried(&bench, TestName::ClientSecret).await,
        "does not know this client",
    );
    let saved = bench
        .google
        .save_app("my-app", "GOCSPX-other", None, now())
        .await;
    saved.unwrap();
    failed(&tried(&bench, TestName::ClientId).await, "form of Google's");
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_is_found_without_a_browser() {
    let bench = Bench::new().await;
    assert!(tried(&bench, TestName::RedirectUri).await.passed);
    let error = "https://accounts.google.com/signin/oauth/error?error=redirect_uri_mismatch";
    bench.fake.script().consent_location = Some(error.to_owned());
    let result = tried(&bench, TestName::RedirectUri).await;
    failed(&result, "redirect URI");
    let exact = "Enter exactly https://relay.example.com/oauth/google/callback/a ";
    assert!(result.action.unwrap().contains(exact));
    bench.fake.script().consent_location = Some("/signin/oauth/error".to_owned());
    failed(&tried(&bench, TestName::RedirectUri).await, "does not tell");
}

#[tokio::test]
async fn what_was_allowed_and_which_apis_answer_is_told_once_an_account_is_connected() {
    let bench = Bench::new().await;
    for test in [TestName::Scopes, TestName::CalendarApi, TestName::Directory] {
        failed(&tried(&bench, test).await, "No Google account");
    }
    bench.connect().await;
    assert!(tried(&bench, TestName::CalendarApi).await.passed);
    failed(&tried(&bench, TestName::Scopes).await, "read the directory");
    failed(&tried(&bench, TestName::Directory).await, "cannot be read");
    bench.fake.script().people = Some([].into());
    assert!(tried(&bench, TestName::Directory).await.passed);
    bench.fake.script().api_disabled = true;
    let result = tried(&bench, TestName::CalendarApi).await;
    failed(&result, "Calendar API is not enabled");
    assert!(
        result
            .action
            .unwrap()
            .contains("https://console.cloud.google.com/")
    );
}
