//! What people and Google's robots see at the relay itself.

use relay_contract::error::ErrorCode;
use relay_contract::route;
use relay_contract::site::SiteVerification;
use reqwest::{Method, StatusCode};

use crate::world::{World, refused};

const FILE: &str = "google0123456789abcdef.html";
const TOKEN: &str = "dBw5CvburAxi537Rp9qi5uG2174Vb6JwHwIRwPSLIK8";

fn site() -> SiteVerification {
    SiteVerification {
        files: vec![FILE.parse().unwrap()],
        tokens: vec![TOKEN.parse().unwrap()],
    }
}

#[tokio::test]
async fn the_host_owner_has_the_domain_verified() {
    let world = World::start().await;
    let owner = world.agent(1, true).await;
    assert_eq!(
        world.get(&format!("/{FILE}")).await.status(),
        StatusCode::NOT_FOUND
    );
    let path = route::SITE_VERIFICATION;
    let set: SiteVerification = owner.json(Method::PUT, path, &site()).await;
    assert_eq!(set, site());
    let read = owner.call(Method::GET, path, b"").await;
    assert_eq!(read.json::<SiteVerification>().await.unwrap(), site());

    let file = world.get(&format!("/{FILE}")).await;
    assert_eq!(file.status(), StatusCode::OK);
    assert_eq!(file.headers()["content-type"], "text/html");
    assert_eq!(
        file.bytes().await.unwrap(),
        "google-site-verification: google0123456789abcdef.html".as_bytes()
    );
    let home = world.get("/").await.text().await.unwrap();
    let meta = format!("<meta name=\"google-site-verification\" content=\"{TOKEN}\">");
    assert!(home.contains(&meta), "{home}");
    for other in [
        "/google0123456789abcdee.html",
        "/google.html",
        "/index.html",
    ] {
        assert_eq!(
            world.get(other).await.status(),
            StatusCode::NOT_FOUND,
            "{other}"
        );
    }
    let none = SiteVerification::default();
    let _: SiteVerification = owner.json(Method::PUT, path, &none).await;
    assert_eq!(
        world.get(&format!("/{FILE}")).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn nobody_else_puts_anything_on_the_domain() {
    let world = World::start().await;
    let (owner, guest) = (world.agent(1, true).await, world.agent(2, false).await);
    let (path, body) = (
        route::SITE_VERIFICATION,
        serde_json::to_vec(&site()).unwrap(),
    );
    for (method, body) in [(Method::PUT, &body[..]), (Method::GET, b"")] {
        let answer = guest.call(method, path, body).await;
        refused(answer, StatusCode::FORBIDDEN, ErrorCode::NotHostOwner).await;
    }
    let many = vec![FILE; 9];
    for (body, code, status) in [
        (
            serde_json::json!({ "files": ["index.html"] }),
            ErrorCode::Malformed,
            StatusCode::BAD_REQUEST,
        ),
        (
            serde_json::json!({ "tokens": ["\"><script>alert(1)</script>"] }),
            ErrorCode::Malformed,
            StatusCode::BAD_REQUEST,
        ),
        (
            serde_json::json!({ "files": many }),
            ErrorCode::TooLarge,
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        let answer = owner
            .call(Method::PUT, path, body.to_string().as_bytes())
            .await;
        refused(answer, status, code).await;
    }
    assert_eq!(
        world.get(&format!("/{FILE}")).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_old_manuals_address_sends_people_to_their_own_portal() {
    let world = World::start().await;
    let owner = world.agent(1, true).await;
    owner.set_origins(&["https://192.168.7.20:8443"]).await;
    let page = world.get("/m").await.text().await.unwrap();
    assert!(page.contains("portal of your own Placard"), "{page}");
    assert!(
        !page.contains("192.168"),
        "no address of a LAN is shown: {page}"
    );
}
