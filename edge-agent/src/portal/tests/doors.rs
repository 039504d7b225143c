//! What is refused before any handler, and what every answer has.

use edge_api::error::ErrorCode;
use http::{Method, StatusCode};
use serde_json::json;

use super::house::{House, send, with};

#[tokio::test]
async fn without_a_session_nothing_is_told() {
    let (house, cookie) = House::claimed().await;
    for path in [
        "session",
        "signs",
        "rooms",
        "hubs",
        "integration",
        "relay",
        "security",
        "repairs",
        "receipts",
        "activity",
        "events",
        "displays/disp_01ARZ3NDEKTSV4RRFFQ69G5FAV/glass.png",
        "displays/disp_01ARZ3NDEKTSV4RRFFQ69G5FAV/settings",
        "layouts",
        "layouts/lobby",
        "announcements",
    ] {
        let path = format!("/api/v1/{path}");
        house.get(&path, None).await.refused(ErrorCode::SignedOut);
        house
            .get(&path, Some("__Host-placard=AAAA"))
            .await
            .refused(ErrorCode::SignedOut);
    }
    for path in [
        "signs",
        "rooms",
        "hubs",
        "integration",
        "relay",
        "security",
        "repairs",
        "receipts?limit=3",
    ] {
        let answer = house.get(&format!("/api/v1/{path}"), Some(&cookie)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_cannot_act() {
    let (house, cookie) = House::claimed().await;
    let forged = house
        .request(Method::DELETE, "/api/v1/session")
        .header("origin", "https://evil.example");
    send(with(forged, Some(&cookie)))
        .await
        .refused(ErrorCode::CrossSite);
    let forged = house
        .request(Method::DELETE, "/api/v1/session")
        .header("sec-fetch-site", "cross-site");
    send(with(forged, Some(&cookie)))
        .await
        .refused(ErrorCode::CrossSite);
    let form = house
        .request(Method::POST, "/api/v1/session")
        .body(House::sign_in().to_string());
    send(form.header("content-type", "text/plain"))
        .await
        .refused(ErrorCode::BadRequest);
    assert_eq!(
        house.get("/api/v1/session", Some(&cookie)).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn another_name_for_this_address_is_misdirected() {
    let (house, cookie) = House::claimed().await;
    for path in ["/api/v1/signs", "/api/health", "/"] {
        let request = house
            .request(Method::GET, path)
            .header("host", "evil.example");
        let answer = send(with(request, Some(&cookie))).await;
        answer.refused(ErrorCode::WrongHost);
        assert!(
            answer.body["hint"].as_str().unwrap().contains(&house.base),
            "{answer:?}"
        );
    }
    // Who came by an address bar reads it as a page.
    let page = house
        .request(Method::GET, "/m")
        .header("host", "evil.example")
        .header("accept", "text/html,application/xhtml+xml");
    let page = send(page).await;
    page.is_page(StatusCode::MISDIRECTED_REQUEST, &house.base);
    let request = house
        .request(Method::GET, "/api/health")
        .header("host", format!("127.0.0.1:{}", house.port));
    assert_eq!(send(request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let house = House::new().await;
    for path in ["/", "/api/health", "/api/v1/signs", "/m/rooms", "/nonsense"] {
        let answer = house.get(path, None).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe-inline"),
            "{policy}"
        );
        // The stylesheet names the typeface below /assets.
        assert!(policy.contains("; font-src 'self';"), "{policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["x-frame-options"], "DENY");
        assert!(
            !answer.headers.contains_key("strict-transport-security"),
            "{path}"
        );
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn the_portals_own_addresses_all_give_its_page_and_the_api_never_does() {
    let (house, cookie) = House::claimed().await;
    let front = house.get("/", Some(&cookie)).await;
    assert_eq!(front.headers["cache-control"], "no-cache");
    assert!(
        front.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    let settings = house.get("/settings.html", Some(&cookie)).await;
    for (path, page) in [
        ("/m", &front),
        ("/m/rooms", &front),
        ("/m/nonsense", &front),
        ("/m/layouts", &settings),
        ("/m/layouts/room-800x480", &settings),
        ("/settings", &settings),
        ("/settings/integration?flow=abc", &settings),
    ] {
        let answer = house.get(path, Some(&cookie)).await;
        assert_eq!(
            (answer.status, &answer.text),
            (StatusCode::OK, &page.text),
            "{path}"
        );
    }
    for path in ["/api", "/api/v2/signs", "/api/v1/nonsense"] {
        house
            .get(path, Some(&cookie))
            .await
            .refused(ErrorCode::NotFound);
    }
    house
        .delete("/api/v1/signs", Some(&cookie))
        .await
        .refused(ErrorCode::MethodNotAllowed);
    house
        .get("/assets/gone.wasm", None)
        .await
        .refused(ErrorCode::NotFound);
    let tag = front.headers["etag"].clone();
    let again = house.request(Method::GET, "/").header("if-none-match", tag);
    let again = send(with(again, Some(&cookie))).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let packed = house
        .request(Method::GET, "/")
        .header("accept-encoding", "gzip");
    let packed = with(packed, Some(&cookie)).send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn bodies_that_are_too_large_or_make_no_sense_are_refused() {
    let (house, cookie) = House::claimed().await;
    let large = json!({"relay_url": "x".repeat(70_000), "invite": ""});
    house
        .post("/api/v1/relay/enrol", Some(&cookie), &large)
        .await
        .refused(ErrorCode::TooLarge);
    house
        .post("/api/v1/relay/enrol", Some(&cookie), &json!({"invite": 7}))
        .await
        .refused(ErrorCode::BadRequest);
    let plain = json!({"relay_url": "http://relay.example.com", "invite": "x"});
    house
        .post("/api/v1/relay/enrol", Some(&cookie), &plain)
        .await
        .refused(ErrorCode::RelayAddress);
    house
        .get("/api/v1/receipts?limit=many", Some(&cookie))
        .await
        .refused(ErrorCode::BadRequest);
    for path in ["layouts/%ff", "integration/google/flows?rooms=perhaps"] {
        let path = format!("/api/v1/{path}");
        let answer = match path.contains('?') {
            true => house.post(&path, Some(&cookie), &json!({})).await,
            false => house.get(&path, Some(&cookie)).await,
        };
        answer.refused(ErrorCode::BadRequest);
    }
    house
        .get("/api/v1/displays/nonsense/glass.png", Some(&cookie))
        .await
        .refused(ErrorCode::NotFound);
    let unknown = "/api/v1/displays/disp_01ARZ3NDEKTSV4RRFFQ69G5FAV/link";
    let room = json!({"room": "room_01ARZ3NDEKTSV4RRFFQ69G5FAV"});
    house
        .put(unknown, Some(&cookie), &room)
        .await
        .refused(ErrorCode::NotFound);
    house
        .delete(unknown, Some(&cookie))
        .await
        .refused(ErrorCode::NotFound);
}

#[tokio::test]
async fn browsers_get_http_2_and_may_not_name_two_hosts() {
    let house = House::new().await;
    let url = format!("{}/api/health", house.base);
    let answer = house.modern().get(&url).send().await.unwrap();
    assert_eq!(
        (answer.status(), answer.version()),
        (StatusCode::OK, http::Version::HTTP_2)
    );
    let two = house
        .modern()
        .get(&url)
        .header("host", "evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(two.status(), StatusCode::MISDIRECTED_REQUEST);
}
