//! What people and Google look at.

use relay_contract::route;
use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use crate::deployed::Deployed;

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    let value = answer.headers().get(name);
    value
        .unwrap_or_else(|| panic!("no {name}"))
        .to_str()
        .unwrap()
}

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn smoke_the_relay_is_healthy_and_its_pages_are_guarded() {
    let relay = Deployed::new();
    assert_eq!(relay.get("/healthz").await.status(), StatusCode::OK);
    for (path, words) in [("/", "Placard"), ("/privacy", "no calendar data")] {
        let page = relay.get(path).await;
        assert_eq!(page.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&page, "cache-control"), "no-store");
        assert_eq!(header(&page, "referrer-policy"), "no-referrer");
        let policy = header(&page, "content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        let body = page.text().await.unwrap();
        assert!(body.contains(words), "{path}: {body}");
    }
    let robots = relay.get("/robots.txt").await.text().await.unwrap();
    assert!(robots.contains("Allow: /"), "{robots}");
}

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn smoke_the_verification_file_is_right_to_the_byte() {
    let relay = Deployed::new();
    let owner = relay.agent(&["--host-owner"]).await;
    let file = "google0123456789abcdef.html";
    let body = json!({ "files": [file], "tokens": [] }).to_string();
    let put = owner
        .call(Method::PUT, route::SITE_VERIFICATION, body.clone().into())
        .await
        .unwrap();
    assert_eq!(put.status(), StatusCode::OK, "{:?}", put.text().await);
    let served = relay.get(&format!("/{file}")).await;
    assert_eq!(served.status(), StatusCode::OK);
    assert!(header(&served, "content-type").starts_with("text/html"));
    let bytes = served.bytes().await.unwrap();
    assert_eq!(
        &bytes[..],
        b"google-site-verification: google0123456789abcdef.html"
    );
    let unknown = relay.get("/google00000000000000ff.html").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let site = relay.agent(&[]).await;
    let refused = site
        .call(Method::PUT, route::SITE_VERIFICATION, body.into())
        .await
        .unwrap();
    assert!(refused.status().is_client_error(), "{refused:?}");
}
