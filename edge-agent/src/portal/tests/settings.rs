//! Two people set the same thing: what has not been read is not overwritten, and what changed is on record.

use edge_api::error::ErrorCode;
use edge_api::route;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::house::{Answer, House, send, with};

async fn put(house: &House, cookie: &str, path: &str, tag: &str, body: &Value) -> Answer {
    let request = house.request(Method::PUT, path).json(body);
    send(with(request, Some(cookie)).header("if-match", tag)).await
}

fn tag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_somebody_else_set_meanwhile_is_told_and_not_lost() {
    let (house, cookie) = House::claimed().await;
    let display = house.display().await;
    let path = route::settings(&display);
    let read = tag(&house.get(&path, Some(&cookie)).await);
    let first = put(&house, &cookie, &path, &read, &json!({"rotation": 90})).await;
    assert_eq!(first.status, StatusCode::OK, "{first:?}");
    let second = put(&house, &cookie, &path, &read, &json!({"rotation": 180})).await;
    second.refused(ErrorCode::ChangedMeanwhile);
    let now = house.get(&path, Some(&cookie)).await;
    assert_eq!(now.body["rotation"], 90);
    assert_eq!(
        tag(&now),
        tag(&first),
        "an answer tells the version for the next change"
    );
    let third = put(
        &house,
        &cookie,
        &path,
        &tag(&first),
        &json!({"rotation": 180}),
    )
    .await;
    assert_eq!(third.status, StatusCode::OK, "{third:?}");

    let activity = house.get(route::ACTIVITY, Some(&cookie)).await;
    let newest = &activity.body["entries"][0];
    assert_eq!(newest["action"], "display_set");
    assert_eq!(
        (&newest["was"], &newest["became"]),
        (&json!("rotation: 90"), &json!("rotation: 180"))
    );
}

#[tokio::test]
async fn the_way_out_has_a_version_too() {
    let (house, cookie) = House::claimed().await;
    let read = tag(&house.get(route::OUTBOUND, Some(&cookie)).await);
    let proxy = |port: u16| json!({"address": format!("127.0.0.1:{port}"), "direct": []});
    let set = put(&house, &cookie, route::OUTBOUND_PROXY, &read, &proxy(3128)).await;
    assert_eq!(set.status, StatusCode::OK, "{set:?}");
    put(&house, &cookie, route::OUTBOUND_PROXY, &read, &proxy(3129))
        .await
        .refused(ErrorCode::ChangedMeanwhile);
    let remove = |tag: &str| {
        let request = house.request(Method::DELETE, route::OUTBOUND_PROXY);
        send(with(request, Some(&cookie)).header("if-match", tag))
    };
    remove(&read).await.refused(ErrorCode::ChangedMeanwhile);
    assert_eq!(remove(&tag(&set)).await.status, StatusCode::OK);
}
