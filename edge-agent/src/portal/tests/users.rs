//! Users, second factors and tokens.

use edge_api::error::ErrorCode;
use edge_api::route;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::house::{Answer, House, NAME, PASSWORD, send, with};
use crate::portal::app::now;
use crate::security::FactorSecret;

const OTHER: &str = "another long password";

async fn make(house: &House, cookie: &str, name: &str, role: &str) -> Answer {
    let user = json!({"name": name, "role": role, "password": PASSWORD});
    house.post(route::USERS, Some(cookie), &user).await
}

async fn sign_in(house: &House, name: &str, password: &str, code: Option<&str>) -> Answer {
    let body = json!({"name": name, "password": password, "code": code});
    house.post(route::SESSION, None, &body).await
}

fn path(user: &Value) -> String {
    route::user(user["id"].as_u64().unwrap())
}

async fn change(house: &House, cookie: &str, user: &Value, tag: &str, to: &Value) -> Answer {
    let request = house.request(Method::PUT, &path(user)).json(to);
    send(with(request, Some(cookie)).header("if-match", tag)).await
}

#[tokio::test]
async fn users_are_made_changed_and_removed_and_it_is_all_on_record() {
    let (house, owner) = House::claimed().await;
    let grace = make(&house, &owner, " Grace ", "admin").await;
    assert_eq!(grace.status, StatusCode::OK, "{grace:?}");
    assert_eq!(grace.body["name"], "Grace");
    make(&house, &owner, "GRACE", "viewer")
        .await
        .refused(ErrorCode::NameTaken);
    make(&house, &owner, "", "viewer")
        .await
        .refused(ErrorCode::BadRequest);
    make(&house, &owner, "x", "emperor")
        .await
        .refused(ErrorCode::BadRequest);
    let weak = json!({"name": "Eve", "role": "viewer", "password": "short"});
    house
        .post(route::USERS, Some(&owner), &weak)
        .await
        .refused(ErrorCode::WeakPassword);

    let tag = grace.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(grace.body["etag"], tag);
    let cookie = sign_in(&house, "grace", PASSWORD, None).await.cookie();
    let to = json!({"name": "<script>alert(1)</script>", "role": "viewer"});
    let changed = change(&house, &owner, &grace.body, &tag, &to).await;
    assert_eq!(changed.body["role"], "viewer", "{changed:?}");
    // The role holds from the next request on, and so does the name.
    house
        .get(route::USERS, Some(&cookie))
        .await
        .refused(ErrorCode::NotAllowed);
    change(&house, &owner, &grace.body, &tag, &to)
        .await
        .refused(ErrorCode::ChangedMeanwhile);
    let unread = house.put(&path(&grace.body), Some(&owner), &to).await;
    unread.refused(ErrorCode::BadRequest);

    assert_eq!(
        house.delete(&path(&grace.body), Some(&owner)).await.status,
        StatusCode::NO_CONTENT
    );
    house
        .get(route::SESSION, Some(&cookie))
        .await
        .refused(ErrorCode::SignedOut);
    house
        .delete(&path(&grace.body), Some(&owner))
        .await
        .refused(ErrorCode::NotFound);
    let activity = house.get(route::ACTIVITY, Some(&owner)).await;
    let entry = |at: usize| activity.body["entries"][at].clone();
    assert_eq!(entry(0)["action"], "user_removed");
    assert_eq!(entry(1)["action"], "user_changed");
    assert_eq!(entry(1)["was"], "Grace, admin");
    assert_eq!(entry(1)["became"], "<script>alert(1)</script>, viewer");
    assert!(house.store().activity(10).await.unwrap().intact);
    let csv = house.get(route::ACTIVITY_EXPORT, Some(&owner)).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert!(
        csv.text
            .contains("\"user_changed\",\"Grace\",\"Grace, admin\""),
        "{csv:?}"
    );
}

#[tokio::test]
async fn nobody_reaches_above_their_own_role_and_the_last_owner_stays() {
    let (house, owner) = House::claimed().await;
    make(&house, &owner, "Grace", "admin").await;
    let admin = sign_in(&house, "Grace", PASSWORD, None).await.cookie();
    make(&house, &admin, "Eve", "owner")
        .await
        .refused(ErrorCode::NotAllowed);
    let users = house.get(route::USERS, Some(&admin)).await;
    let ada = &users.body["users"][0];
    assert_eq!((&ada["name"], &ada["this"]), (&json!(NAME), &json!(false)));
    let tag = ada["etag"].as_str().unwrap();
    let viewer = json!({"name": NAME, "role": "viewer"});
    change(&house, &admin, ada, tag, &viewer)
        .await
        .refused(ErrorCode::NotAllowed);
    house
        .delete(&path(ada), Some(&admin))
        .await
        .refused(ErrorCode::NotAllowed);
    let password = format!("{}/password", path(ada));
    house
        .put(&password, Some(&admin), &json!({"password": OTHER}))
        .await
        .refused(ErrorCode::NotAllowed);
    change(&house, &owner, ada, tag, &viewer)
        .await
        .refused(ErrorCode::LastOwner);
    house
        .delete(&path(ada), Some(&owner))
        .await
        .refused(ErrorCode::LastOwner);
}

#[tokio::test]
async fn a_password_changes_with_the_old_one_only_and_other_browsers_are_signed_out() {
    let (house, cookie) = House::claimed().await;
    let second = sign_in(&house, NAME, PASSWORD, None).await.cookie();
    let change = |present: &str| json!({"present": present, "password": OTHER});
    house
        .put(route::OWN_PASSWORD, Some(&cookie), &change(OTHER))
        .await
        .refused(ErrorCode::WrongPassword);
    let changed = house
        .put(route::OWN_PASSWORD, Some(&cookie), &change(PASSWORD))
        .await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{changed:?}");
    house
        .get(route::SESSION, Some(&second))
        .await
        .refused(ErrorCode::SignedOut);
    assert_eq!(
        house.get(route::SESSION, Some(&cookie)).await.status,
        StatusCode::OK
    );
    sign_in(&house, NAME, PASSWORD, None)
        .await
        .refused(ErrorCode::WrongCredentials);
    let again = sign_in(&house, NAME, OTHER, None).await;
    assert_eq!(again.status, StatusCode::OK, "{again:?}");
}

#[tokio::test]
async fn a_second_factor_takes_each_code_once_and_recovery_codes_once() {
    let (house, cookie) = House::claimed().await;
    let begun = house
        .post(route::OWN_SECOND_FACTOR, Some(&cookie), &json!({}))
        .await;
    let text = begun.body["secret"].as_str().unwrap();
    assert!(begun.body["qr"].as_str().unwrap().starts_with("<svg"));
    let secret = FactorSecret::from_base32(text).unwrap();
    let confirm =
        |code: String, password: &str| json!({"secret": text, "code": code, "password": password});
    let far = secret.code_at(now() - SignedDuration::from_hours(1));
    for (body, code) in [
        (confirm(far, PASSWORD), ErrorCode::WrongCode),
        (
            confirm(secret.code_at(now()), OTHER),
            ErrorCode::WrongPassword,
        ),
    ] {
        house
            .put(route::OWN_SECOND_FACTOR, Some(&cookie), &body)
            .await
            .refused(code);
    }
    assert_eq!(
        sign_in(&house, NAME, PASSWORD, None).await.status,
        StatusCode::OK
    );
    let used = secret.code_at(now());
    let body = confirm(used.clone(), PASSWORD);
    let set = house
        .put(route::OWN_SECOND_FACTOR, Some(&cookie), &body)
        .await;
    let codes = set.body["codes"].as_array().unwrap();
    assert_eq!(codes.len(), 10, "{set:?}");

    sign_in(&house, NAME, PASSWORD, None)
        .await
        .refused(ErrorCode::SecondFactorNeeded);
    // Without the password nobody learns that there is a second factor.
    sign_in(&house, NAME, OTHER, None)
        .await
        .refused(ErrorCode::WrongCredentials);
    sign_in(&house, NAME, PASSWORD, Some(&used))
        .await
        .refused(ErrorCode::WrongCredentials);
    let next = secret.code_at(now() + SignedDuration::from_secs(30));
    let by_code = sign_in(&house, NAME, PASSWORD, Some(&next)).await;
    assert_eq!(by_code.status, StatusCode::OK, "{by_code:?}");
    let recovery = codes[0].as_str().unwrap().to_lowercase();
    let by_recovery = sign_in(&house, NAME, PASSWORD, Some(&recovery)).await;
    assert_eq!(by_recovery.status, StatusCode::OK, "{by_recovery:?}");
    sign_in(&house, NAME, PASSWORD, Some(&recovery))
        .await
        .refused(ErrorCode::WrongCredentials);
    let users = house.get(route::USERS, Some(&cookie)).await;
    assert_eq!(users.body["users"][0]["second_factor"], true);

    let drop = house
        .request(Method::DELETE, route::OWN_SECOND_FACTOR)
        .json(&json!({"password": PASSWORD}));
    assert_eq!(
        send(with(drop, Some(&cookie))).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        sign_in(&house, NAME, PASSWORD, None).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_token_does_what_its_role_may_until_it_ends() {
    let (house, cookie) = House::claimed().await;
    let ask = |role: &str, days: u16| json!({"name": "Dashboard", "role": role, "days": days});
    let refused = |body: Value, code| {
        let (house, cookie) = (&house, &cookie);
        async move {
            let answer = house.post(route::TOKENS, Some(cookie), &body).await;
            answer.refused(code);
        }
    };
    refused(ask("owner", 1), ErrorCode::NotAllowed).await;
    refused(ask("viewer", 0), ErrorCode::BadRequest).await;
    refused(ask("viewer", 367), ErrorCode::BadRequest).await;
    let made = house
        .post(route::TOKENS, Some(&cookie), &ask("viewer", 30))
        .await;
    let secret = made.body["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("placard_"));
    let by_token = |method: Method, path: &str, secret: &str| {
        let request = house.request(method, path);
        send(request.header("authorization", format!("Bearer {secret}")))
    };
    let signs = by_token(Method::GET, route::SIGNS, &secret).await;
    assert_eq!(signs.status, StatusCode::OK, "{signs:?}");
    by_token(Method::GET, route::ACTIVITY, &secret)
        .await
        .refused(ErrorCode::NotAllowed);
    by_token(Method::POST, route::OWN_SECOND_FACTOR, &secret)
        .await
        .refused(ErrorCode::NotAllowed);
    by_token(Method::GET, route::SIGNS, "placard_guess")
        .await
        .refused(ErrorCode::SignedOut);
    let listed = house.get(route::TOKENS, Some(&cookie)).await;
    assert!(!listed.text.contains(&secret), "a secret is shown once");
    assert_ne!(listed.body["tokens"][0]["last_used"], Value::Null);

    let id = made.body["token"]["id"].as_str().unwrap().to_owned();
    let expired = "UPDATE api_token SET expires_at = created_at + 1";
    house
        .store()
        .write(move |tx| Ok(tx.execute(expired, [])?))
        .await
        .unwrap();
    by_token(Method::GET, route::SIGNS, &secret)
        .await
        .refused(ErrorCode::SignedOut);
    let gone = house.delete(&route::token(&id), Some(&cookie)).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    house
        .delete(&route::token(&id), Some(&cookie))
        .await
        .refused(ErrorCode::NotFound);
}
