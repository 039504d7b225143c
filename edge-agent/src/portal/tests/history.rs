//! What a display showed, over the API.

use std::sync::Arc;

use edge_api::error::ErrorCode;
use edge_api::route;
use frame::Bitmap;
use http::StatusCode;
use serde_json::{Value, json};

use super::house::House;
use crate::portal::app::now;
use crate::store::{Picture, Shown};

fn picture(x: u32) -> Picture {
    let mut bitmap = Bitmap::new_white(296, 128);
    bitmap.set(x, 0, true);
    bitmap.into()
}

#[tokio::test]
async fn what_a_display_showed_is_listed_with_pictures_and_forgotten_when_told_to() {
    let (house, cookie) = House::claimed().await;
    let cookie = Some(cookie.as_str());
    let display = house.display().await;
    let store = house.store();
    for x in 0..103 {
        store.keep_frame(Arc::new(picture(x))).await.unwrap();
        let shown = Shown {
            frame: picture(x).hash,
            at: now(),
            marked_since: None,
        };
        store
            .display_shown(&display, shown, hub_link::wire::Generation::default(), None)
            .await
            .unwrap();
    }
    let path = route::history(&display);
    let first = house.get(&path, cookie).await;
    assert_eq!(first.status, StatusCode::OK, "{first:?}");
    assert_eq!(
        (
            &first.body["days"],
            first.body["entries"].as_array().unwrap().len()
        ),
        (&json!(7), 100)
    );
    let newest = &first.body["entries"][0];
    assert_eq!(
        newest["hash"],
        blake3::Hash::from(picture(102).hash).to_hex().as_str()
    );
    let png = house.get(newest["picture"].as_str().unwrap(), cookie).await;
    assert_eq!(
        (png.status, png.headers["content-type"].as_bytes()),
        (StatusCode::OK, &b"image/png"[..])
    );
    let next = format!("{path}?before={}", first.body["next"]);
    let second = house.get(&next, cookie).await;
    assert_eq!(second.body["entries"].as_array().unwrap().len(), 3);
    assert_eq!(second.body["next"], Value::Null);
    house
        .get(&format!("{path}?before=x"), cookie)
        .await
        .refused(ErrorCode::BadRequest);
    for hash in ["nonsense", &"ab".repeat(32)] {
        let unknown = format!("{path}/{hash}");
        house
            .get(&unknown, cookie)
            .await
            .refused(ErrorCode::NotFound);
    }

    house
        .put(route::HISTORY_DAYS, cookie, &json!({"days": 91}))
        .await
        .refused(ErrorCode::BadRequest);
    house
        .put(route::HISTORY_DAYS, cookie, &json!({"days": -1}))
        .await
        .refused(ErrorCode::BadRequest);
    let none = house
        .put(route::HISTORY_DAYS, cookie, &json!({"days": 0}))
        .await;
    assert_eq!(
        (none.status, &none.body["days"]),
        (StatusCode::OK, &json!(0))
    );
    assert_eq!(house.get(&path, cookie).await.body["entries"], json!([]));
    let gone = house.get(newest["picture"].as_str().unwrap(), cookie).await;
    gone.refused(ErrorCode::NotFound);
    let activity = house.get(route::ACTIVITY, cookie).await;
    assert_eq!(activity.body["entries"][0]["was"], "7 days");
}
