//! Layouts and settings over the API.

use edge_api::error::ErrorCode;
use http::{Method, StatusCode};
use serde_json::json;

use super::house::{Answer, House, send, with};

const DOCUMENT: &str = r#"{"items": [{"type": "TEXT", "data": {"text": "Hello", "block": {"x": 0, "y": 0, "w": 200, "h": 40}}},]}"#;

impl House {
    async fn save(&self, cookie: &str, path: &str, version: u64, document: &str) -> Answer {
        let body = json!({"name": "Ours", "document": document});
        let request = self
            .request(Method::PUT, path)
            .json(&body)
            .header("if-match", format!("\"{version}\""));
        send(with(request, Some(cookie))).await
    }
}

#[tokio::test]
async fn a_layout_is_imported_edited_kept_from_two_hands_and_deleted() {
    let (house, cookie_text) = House::claimed().await;
    let cookie_text = cookie_text.as_str();
    let cookie = Some(cookie_text);
    let made = house
        .post(
            "/api/v1/layouts",
            cookie,
            &json!({"name": "Ours", "document": DOCUMENT}),
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    assert_eq!(made.headers["etag"], "\"1\"");
    assert_eq!(made.body["document"], DOCUMENT, "character for character");
    let path = format!("/api/v1/layouts/{}", made.body["layout"].as_str().unwrap());

    let saved = house.save(cookie_text, &path, 1, r#"{"items": []}"#).await;
    assert_eq!(
        (saved.status, &saved.body["version"]),
        (StatusCode::OK, &json!(2))
    );
    house
        .save(cookie_text, &path, 1, DOCUMENT)
        .await
        .refused(ErrorCode::LayoutChanged);
    let no_version = house
        .put(
            &path,
            cookie,
            &json!({"name": "Ours", "document": DOCUMENT}),
        )
        .await;
    no_version.refused(ErrorCode::BadRequest);
    assert_eq!(
        house.get(&path, cookie).await.body["document"],
        r#"{"items": []}"#
    );

    house
        .delete(&path, cookie)
        .await
        .refused(ErrorCode::BadRequest);
    let delete = house
        .request(Method::DELETE, &path)
        .header("if-match", "\"2\"");
    assert_eq!(
        send(with(delete, cookie)).await.status,
        StatusCode::NO_CONTENT
    );
    house.get(&path, cookie).await.refused(ErrorCode::NotFound);
}

#[tokio::test]
async fn a_layout_that_a_display_shows_is_not_deleted() {
    let (house, cookie) = House::claimed().await;
    let cookie = Some(cookie.as_str());
    let display = house.display().await;
    let made = house
        .post(
            "/api/v1/layouts",
            cookie,
            &json!({"name": "Ours", "document": DOCUMENT}),
        )
        .await;
    let layout = made.body["layout"].as_str().unwrap().to_owned();
    let settings = format!("/api/v1/displays/{display}/settings");
    let set = house
        .put(
            &settings,
            cookie,
            &json!({"layout": layout, "privacy": "busy_only"}),
        )
        .await;
    assert_eq!(set.status, StatusCode::OK, "{set:?}");
    assert_eq!(
        house.get(&settings, cookie).await.body["layout"],
        json!(layout)
    );
    let path = format!("/api/v1/layouts/{layout}");
    let delete = || {
        house
            .request(Method::DELETE, &path)
            .header("if-match", "\"1\"")
    };
    send(with(delete(), cookie))
        .await
        .refused(ErrorCode::LayoutInUse);
    let list = house.get("/api/v1/layouts", cookie).await;
    let own = list.body["layouts"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(own["displays"], json!([display]));

    house.put(&settings, cookie, &json!({})).await;
    assert_eq!(
        send(with(delete(), cookie)).await.status,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn layouts_that_came_with_the_agent_are_listed_and_stay_as_they_are() {
    let (house, cookie) = House::claimed().await;
    let list = house.get("/api/v1/layouts", Some(&cookie)).await;
    let names: Vec<_> = list.body["layouts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["layout"].clone())
        .collect();
    assert!(
        names.contains(&json!("room-800x480")) && names.contains(&json!("lobby")),
        "{names:?}"
    );
    let shown = house.get("/api/v1/layouts/lobby", Some(&cookie)).await;
    let document = shown.body["document"].as_str().unwrap();
    house
        .save(&cookie, "/api/v1/layouts/lobby", 0, document)
        .await
        .refused(ErrorCode::LayoutShipped);
    let copied = house
        .post(
            "/api/v1/layouts",
            Some(&cookie),
            &json!({"name": "Copy", "document": document}),
        )
        .await;
    assert_eq!(
        (copied.status, &copied.body["warnings"]),
        (StatusCode::CREATED, &json!([]))
    );
}

#[tokio::test]
async fn what_is_no_layout_is_refused_and_what_is_ignored_is_told() {
    let (house, cookie) = House::claimed().await;
    let cookie = Some(cookie.as_str());
    for text in ["", "hello", "{}", "[1, 2]", "{\"items\": 7}"] {
        let refused = house
            .post(
                "/api/v1/layouts",
                cookie,
                &json!({"name": "Ours", "document": text}),
            )
            .await;
        refused.refused(ErrorCode::LayoutInvalid);
    }
    let large = "x".repeat(edge_api::layouts::MAX_DOCUMENT_BYTES + 1);
    let refused = house
        .post("/api/v1/layouts/check", cookie, &json!({"document": large}))
        .await;
    refused.refused(ErrorCode::TooLarge);
    let refused = house
        .post(
            "/api/v1/layouts/check",
            cookie,
            &json!({"document": large.repeat(4)}),
        )
        .await;
    refused.refused(ErrorCode::TooLarge);
    let unknown = r#"{"items": [{"type": "HOLOGRAM", "data": {}}]}"#;
    let checked = house
        .post(
            "/api/v1/layouts/check",
            cookie,
            &json!({"document": unknown}),
        )
        .await;
    let path = checked.body["warnings"][0]["path"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(path.contains("items[0]"), "{checked:?}");
    assert_eq!(
        house.get("/api/v1/layouts", None).await.code(),
        Some(ErrorCode::SignedOut)
    );
}

#[tokio::test]
async fn a_preview_has_the_pixels_of_the_glass() {
    let (house, cookie) = House::claimed().await;
    let preview = async |body: serde_json::Value| {
        let request = house
            .request(Method::POST, "/api/v1/layouts/preview")
            .json(&body);
        let answer = with(request, Some(&cookie)).send().await.unwrap();
        assert_eq!(
            answer.headers()["content-type"],
            "image/png",
            "{}",
            answer.status()
        );
        frame::Bitmap::from_png(&answer.bytes().await.unwrap()).unwrap()
    };
    let panel: frame::Panel = "296x128-bwr".parse().unwrap();
    let drawn = preview(
        json!({"what": {"layout": "room-296x128"}, "panel": "296x128-bwr",
                               "state": {"sample": "busy"}}),
    )
    .await;
    let state = crate::rooms::preview::sample(edge_api::layouts::Sample::Busy);
    let document = frame::layouts::named("room-296x128").unwrap();
    assert_eq!(drawn, frame::Renderer::new().draw(document, &state, &panel));
    let turned = preview(
        json!({"what": {"document": DOCUMENT}, "panel": "296x128", "rotation": 90,
                                "state": {"sample": "free"}}),
    )
    .await;
    assert_eq!(
        (turned.width(), turned.height()),
        (296, 128),
        "as the panel has its pixels"
    );
    let path = "/api/v1/layouts/preview";
    for (wrong, code) in [
        (
            json!({"what": {"layout": "no-such"}, "panel": "296x128", "state": {"sample": "busy"}}),
            ErrorCode::NotFound,
        ),
        (
            json!({"what": {"layout": "lobby"}, "panel": "big", "state": {"sample": "busy"}}),
            ErrorCode::BadRequest,
        ),
        (
            json!({"what": {"layout": "lobby"}, "panel": "4096x4096", "state": {"sample": "busy"}}),
            ErrorCode::BadRequest,
        ),
        (
            json!({"what": {"layout": "lobby"}, "panel": "296x128", "rotation": 45, "state": {"sample": "busy"}}),
            ErrorCode::BadRequest,
        ),
        (
            json!({"what": {"document": "x"}, "panel": "296x128", "state": {"sample": "busy"}}),
            ErrorCode::LayoutInvalid,
        ),
        (
            json!({"what": {"layout": "lobby"}, "panel": "296x128", "state": {"room": "room_01ARZ3NDEKTSV4RRFFQ69G5FAV"}}),
            ErrorCode::NotFound,
        ),
    ] {
        house.post(path, Some(&cookie), &wrong).await.refused(code);
    }
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused_and_what_was_set_stays() {
    let (house, cookie) = House::claimed().await;
    let cookie = Some(cookie.as_str());
    let display = house.display().await;
    let path = format!("/api/v1/displays/{display}/settings");
    let good =
        json!({"rotation": 90, "locale": "de", "quiet": {"from": "20:00", "until": "06:00"}});
    assert_eq!(house.put(&path, cookie, &good).await.status, StatusCode::OK);
    let before = house.get(&path, cookie).await.body;
    for (wrong, code) in [
        (json!({"rotation": 45}), ErrorCode::BadRequest),
        (json!({"locale": "<script>"}), ErrorCode::BadRequest),
        (json!({"layout": "no-such-layout"}), ErrorCode::NotFound),
        (
            json!({"layout": "lay_01ARZ3NDEKTSV4RRFFQ69G5FAV"}),
            ErrorCode::NotFound,
        ),
        (
            json!({"shows": {"directory": {"title": "", "rooms": []}}}),
            ErrorCode::BadRequest,
        ),
        (
            json!({"out_of_order": {"reason": "x".repeat(500)}}),
            ErrorCode::BadRequest,
        ),
        (json!({"privacy": "everything"}), ErrorCode::BadRequest),
    ] {
        house.put(&path, cookie, &wrong).await.refused(code);
        assert_eq!(house.get(&path, cookie).await.body, before, "{wrong}");
    }
    let picture = house
        .request(Method::PUT, &format!("/api/v1/displays/{display}/picture"))
        .body("#!/bin/sh");
    send(with(picture, cookie))
        .await
        .refused(ErrorCode::PictureInvalid);
}

#[tokio::test]
async fn an_announcement_is_made_listed_and_withdrawn() {
    let (house, cookie) = House::claimed().await;
    let cookie = Some(cookie.as_str());
    let display = house.display().await;
    let path = "/api/v1/announcements";
    let good = json!({"title": "Fire drill", "text": "", "until": "2999-01-01T00:00:00Z", "displays": [display]});
    let changed = |key: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    for wrong in [
        changed("title", json!(" ")),
        changed("until", json!("2020-01-01T00:00:00Z")),
        changed("displays", json!([])),
        changed("text", json!("x".repeat(2000))),
    ] {
        house
            .post(path, cookie, &wrong)
            .await
            .refused(ErrorCode::BadRequest);
    }
    let elsewhere = changed("displays", json!(["disp_01ARZ3NDEKTSV4RRFFQ69G5FZZ"]));
    house
        .post(path, cookie, &elsewhere)
        .await
        .refused(ErrorCode::NotFound);
    let made = house.post(path, cookie, &good).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let listed = house.get(path, cookie).await;
    assert_eq!(listed.body["announcements"], json!([made.body]));
    let one = format!("{path}/{}", made.body["id"].as_str().unwrap());
    assert_eq!(
        house.delete(&one, cookie).await.status,
        StatusCode::NO_CONTENT
    );
    house
        .delete(&one, cookie)
        .await
        .refused(ErrorCode::NotFound);
}
