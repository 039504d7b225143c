//! The description of the API, compared with what the agent answers.

use std::collections::BTreeSet;

use edge_api::openapi::{Method, routes};
use edge_api::route;
use http::StatusCode;

use super::house::{House, send};

/// Every address in the contract.
fn contract() -> BTreeSet<&'static str> {
    let source = include_str!("../../../api/src/route.rs");
    let quoted = source.split('"').skip(1).step_by(2);
    quoted.filter(|text| text.starts_with("/api/")).collect()
}

#[test]
fn every_address_of_the_contract_is_described() {
    let described: BTreeSet<&str> = routes().into_iter().map(|(_, path)| path).collect();
    assert_eq!(described, contract());
}

/// Without a session nothing is done, and yet it shows whether a route is there.
#[tokio::test]
async fn a_method_is_described_if_and_only_if_the_agent_takes_it() {
    let (house, _cookie) = House::claimed().await;
    let described: BTreeSet<_> = routes()
        .into_iter()
        .map(|(method, path)| (path, method.as_str()))
        .collect();
    for path in contract() {
        let concrete = path
            .replace("{id}", "disp_01ARZ3NDEKTSV4RRFFQ69G5FAV")
            .replace("{name}", "nonsense")
            .replace("{hash}", "nonsense");
        for method in Method::ALL {
            let asked = http::Method::from_bytes(method.as_str().as_bytes()).unwrap();
            let answer = send(house.request(asked, &concrete)).await;
            let taken = answer.status != StatusCode::METHOD_NOT_ALLOWED;
            let what = format!("{method:?} {path}: {}", answer.status);
            assert_ne!(
                answer.status,
                StatusCode::NOT_FOUND,
                "{what}: no such route"
            );
            assert_eq!(
                taken,
                described.contains(&(path, method.as_str())),
                "{what}"
            );
        }
    }
}

#[tokio::test]
async fn the_description_is_for_programs_and_for_people() {
    let (house, cookie) = House::claimed().await;
    let document = house.get(route::OPENAPI, Some(&cookie)).await;
    assert_eq!(document.status, StatusCode::OK, "{document:?}");
    assert_eq!(document.body["openapi"], "3.1.0");
    let users = &document.body["paths"][route::USERS]["get"];
    assert_eq!(users["x-role"], "admin");
    let signs = &document.body["paths"][route::SIGNS]["get"];
    assert_eq!(signs["x-role"], "viewer");

    house.get("/docs", None).await.leads_to("/login?to=%2Fdocs");
    let page = house.get("/docs", Some(&cookie)).await;
    page.is_page(StatusCode::OK, "<code>GET /api/v1/signs</code>");
    for name in document.body["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        assert!(
            page.text
                .contains(&format!("<section class=\"after-head\" id=\"{name}\">")),
            "{name}"
        );
    }
}
