//! Setting up and signing in by the agent's own pages, as a browser without scripts does.

use edge_api::error::ErrorCode;
use edge_api::route;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;

use super::house::{Answer, House, NAME, PASSWORD, send, with};
use crate::portal::app::now;
use crate::security::FactorSecret;

const OTHER: &str = "another long password";

async fn by_password(house: &House, password: &str, to: &str) -> Answer {
    let fields = [("name", NAME), ("password", password), ("to", to)];
    house.send_form("/login", None, &fields).await
}

async fn by_code(house: &House, half: &str, code: &str) -> Answer {
    let fields = [("code", code), ("to", "/m/hubs")];
    house.send_form("/login/code", Some(half), &fields).await
}

/// Gives Ada a second factor: its secret, and her recovery codes.
async fn second_factor(house: &House, cookie: &str) -> (FactorSecret, Vec<String>) {
    let begun = house
        .post(route::OWN_SECOND_FACTOR, Some(cookie), &json!({}))
        .await;
    let text = begun.body["secret"].as_str().unwrap();
    let secret = FactorSecret::from_base32(text).unwrap();
    let confirm = json!({"secret": text, "code": secret.code_at(now()), "password": PASSWORD});
    let set = house
        .put(route::OWN_SECOND_FACTOR, Some(cookie), &confirm)
        .await;
    let codes = set.body["codes"].as_array().unwrap().iter();
    (
        secret,
        codes
            .map(|code| code.as_str().unwrap().to_owned())
            .collect(),
    )
}

fn next_code(secret: &FactorSecret) -> String {
    secret.code_at(now() + SignedDuration::from_secs(30))
}

#[tokio::test]
async fn an_agent_is_claimed_by_a_form() {
    let house = House::new().await;
    for path in ["/", "/m/rooms", "/login", "/settings/relay"] {
        house.get(path, None).await.leads_to("/setup");
    }
    let page = house.get("/setup", None).await;
    page.is_page(StatusCode::OK, "edge-agent setup-token --data ");
    assert!(page.text.contains(house.data.path().to_str().unwrap()));
    for label in ["Setup token", "User name", "Password"] {
        assert!(page.text.contains(&format!(">{label}</label>")), "{label}");
    }
    let claim = house.claim();
    let token = claim.setup_token.trim();
    let form = |token: &str, name: &str, password: &str| {
        let fields = [
            ("setup_token", token),
            ("name", name),
            ("password", password),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let house = &house;
        async move {
            let fields: Vec<_> = fields
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()))
                .collect();
            house.send_form("/setup", None, &fields).await
        }
    };
    let wrong = form("00000-00000", "<b>Ada", PASSWORD).await;
    wrong.is_page(StatusCode::FORBIDDEN, "not the setup token");
    // What was typed is kept, as text, but for the password.
    assert!(
        wrong.text.contains("value=\"&lt;b&gt;Ada\""),
        "{}",
        wrong.text
    );
    assert!(!wrong.text.contains(PASSWORD));
    let weak = form(token, NAME, "short").await;
    weak.is_page(StatusCode::BAD_REQUEST, "fewer than 10 characters");
    let request_id = weak.headers["x-request-id"].to_str().unwrap();
    assert!(weak.text.contains(request_id), "{}", weak.text);
    let claimed = form(token, NAME, PASSWORD).await;
    claimed.leads_to("/m");
    let session = house.get(route::SESSION, Some(&claimed.cookie())).await;
    assert_eq!(
        (&session.body["name"], &session.body["role"]),
        (&json!(NAME), &json!("owner"))
    );
    house.get("/setup", None).await.leads_to("/login");
    form(token, NAME, PASSWORD).await.leads_to("/login");
}

#[tokio::test]
async fn whoever_is_not_signed_in_comes_back_to_where_they_wanted_to_go() {
    let (house, cookie) = House::claimed().await;
    let wanted = "/settings/integration?flow=a-b_1&x=1";
    let led = house.get(wanted, None).await;
    led.leads_to("/login?to=%2Fsettings%2Fintegration%3Fflow%3Da-b_1%26x%3D1");
    let login = led.headers["location"].to_str().unwrap();
    let page = house.get(login, None).await;
    page.is_page(
        StatusCode::OK,
        "<form class=\"form\" method=\"post\" action=\"/login\">",
    );
    let kept = "name=\"to\" value=\"/settings/integration?flow=a-b_1&amp;x=1\"";
    assert!(page.text.contains(kept), "{}", page.text);
    by_password(&house, PASSWORD, wanted).await.leads_to(wanted);
    house.get(login, Some(&cookie)).await.leads_to(wanted);
    house
        .get("/m", Some("__Host-placard=AAAA"))
        .await
        .leads_to("/login");
    house
        .get("/login/done", None)
        .await
        .is_page(StatusCode::OK, "You are signed in");
}

#[tokio::test]
async fn a_sign_in_leads_to_no_other_site() {
    let (house, cookie) = House::claimed().await;
    for place in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/api/v1/activity.csv",
    ] {
        by_password(&house, PASSWORD, place).await.leads_to("/m");
        let query: String = url::form_urlencoded::byte_serialize(place.as_bytes()).collect();
        let login = format!("/login?to={query}");
        house.get(&login, Some(&cookie)).await.leads_to("/m");
    }
    house
        .get("/login?to=/m&to=/m", None)
        .await
        .is_page(StatusCode::OK, "Sign in");
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_words_and_guessing_is_slowed_down() {
    let (house, _cookie) = House::claimed().await;
    for _ in 0..8 {
        let wrong = by_password(&house, OTHER, "/m/hubs").await;
        wrong.is_page(
            StatusCode::UNAUTHORIZED,
            "The name or the password is wrong.",
        );
        assert!(wrong.text.contains("role=\"alert\""));
        assert!(
            wrong.text.contains("value=\"/m/hubs\""),
            "the target is kept"
        );
        assert!(!wrong.headers.contains_key("set-cookie"));
    }
    let slowed = by_password(&house, PASSWORD, "/m").await;
    slowed.is_page(StatusCode::TOO_MANY_REQUESTS, "Wait");
    assert!(slowed.headers.contains_key("retry-after"));
    // The API counts the same tries.
    house
        .post(route::SESSION, None, &House::sign_in())
        .await
        .refused(ErrorCode::TooManyTries);
}

#[tokio::test]
async fn the_code_comes_after_the_password_and_takes_both() {
    let (house, cookie) = House::claimed().await;
    let (secret, recovery) = second_factor(&house, &cookie).await;
    let first = by_password(&house, PASSWORD, "/m/hubs").await;
    first.leads_to("/login/code?to=%2Fm%2Fhubs");
    let half = first.cookie();
    assert!(half.starts_with("__Host-placard-half-way="), "{half}");
    let set = first.headers["set-cookie"].to_str().unwrap();
    for attribute in ["Secure", "HttpOnly", "SameSite=Strict", "Max-Age=300"] {
        assert!(set.contains(attribute), "{set}");
    }
    // Half way is not in.
    house
        .get(route::SIGNS, Some(&half))
        .await
        .refused(ErrorCode::SignedOut);
    house.get("/m", Some(&half)).await.leads_to("/login");
    let page = house.get("/login/code?to=%2Fm%2Fhubs", Some(&half)).await;
    page.is_page(StatusCode::OK, ">One-time code</label>");
    assert!(!page.text.contains(PASSWORD));
    house.get("/login/code", None).await.leads_to("/login");

    by_code(&house, &half, "000000")
        .await
        .is_page(StatusCode::UNAUTHORIZED, "The one-time code is wrong");
    by_code(&house, &half, " ")
        .await
        .is_page(StatusCode::UNAUTHORIZED, "Signing in takes a one-time code");
    let code = next_code(&secret);
    by_code(&house, "__Host-placard-half-way=guess", &code)
        .await
        .is_page(StatusCode::UNAUTHORIZED, "That took too long");
    let inside = by_code(&house, &half, &code).await;
    inside.leads_to("/m/hubs");
    let signed_in = house.get(route::SESSION, Some(&inside.cookie())).await;
    assert_eq!(signed_in.status, StatusCode::OK, "{signed_in:?}");
    // Neither the half nor the code serves again.
    by_code(&house, &half, &recovery[0])
        .await
        .is_page(StatusCode::UNAUTHORIZED, "That took too long");
    let half = by_password(&house, PASSWORD, "").await.cookie();
    by_code(&house, &half, &code)
        .await
        .is_page(StatusCode::UNAUTHORIZED, "The one-time code is wrong");
    by_code(&house, &half, &recovery[0])
        .await
        .leads_to("/m/hubs");
}

#[tokio::test]
async fn a_password_set_meanwhile_ends_a_sign_in_half_way() {
    let (house, cookie) = House::claimed().await;
    let (secret, _recovery) = second_factor(&house, &cookie).await;
    let half = by_password(&house, PASSWORD, "").await.cookie();
    let change = json!({"present": PASSWORD, "password": OTHER});
    house.put(route::OWN_PASSWORD, Some(&cookie), &change).await;
    by_code(&house, &half, &next_code(&secret))
        .await
        .is_page(StatusCode::UNAUTHORIZED, "That took too long");
}

#[tokio::test]
async fn forms_of_other_sites_and_of_other_kinds_do_nothing() {
    let (house, _cookie) = House::claimed().await;
    let fields = [("name", NAME), ("password", PASSWORD)];
    for (header, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let forged = house
            .request(Method::POST, "/login")
            .header(header, value)
            .form(&fields);
        let answer = send(forged).await;
        answer.refused(ErrorCode::CrossSite);
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    let body = json!({"name": NAME, "password": PASSWORD});
    house
        .post("/login", None, &body)
        .await
        .refused(ErrorCode::BadRequest);
    let long = "x".repeat(20_000);
    house
        .send_form("/login", None, &[("name", NAME), ("password", &long)])
        .await
        .is_page(StatusCode::PAYLOAD_TOO_LARGE, "More was entered");
    let novel = "x".repeat(2_000);
    house
        .send_form("/login", None, &[("name", NAME), ("password", &novel)])
        .await
        .is_page(StatusCode::BAD_REQUEST, "longer than 1024 bytes");
    house
        .send_form("/login", None, &[("name", NAME)])
        .await
        .is_page(StatusCode::BAD_REQUEST, "not this page");
    let put = house.request(Method::PUT, "/login");
    send(with(put, None))
        .await
        .refused(ErrorCode::MethodNotAllowed);
}
