//! The way out to relay and Google, on the wire.

use serde_json::json;

use super::{at, same};
use crate::outbound::{Authority, Outbound, Proxy, SaveAuthorities, SaveProxy, Trial, Trials};

#[test]
fn outbound() {
    same(
        &Outbound {
            proxy: Some(Proxy {
                address: "http://proxy.example:3128".into(),
                user: Some("u".into()),
                direct: vec![".corp.example".into()],
            }),
            authorities: vec![Authority {
                subject: "Corp Root".into(),
                not_after: at("2030-01-01T00:00:00Z"),
                fingerprint: "00ff".into(),
            }],
        },
        json!({"proxy": {"address": "http://proxy.example:3128", "user": "u", "direct": [".corp.example"]},
            "authorities": [{"subject": "Corp Root", "not_after": "2030-01-01T00:00:00Z", "fingerprint": "00ff"}]}),
    );
    let bare: SaveProxy = serde_json::from_value(json!({"address": "p:1"})).unwrap();
    assert_eq!(
        (bare.user, bare.password, bare.direct),
        (None, None, vec![])
    );
    same(
        &SaveProxy {
            address: "p:1".into(),
            user: Some("u".into()),
            password: Some("s".into()),
            direct: vec![],
        },
        json!({"address": "p:1", "user": "u", "password": "s", "direct": []}),
    );
    same(&SaveAuthorities { pem: "p".into() }, json!({"pem": "p"}));
    same(
        &Trials {
            trials: vec![Trial {
                target: "relay.example:443".into(),
                through_proxy: true,
                took_ms: 12,
                problem: Some("p".into()),
                action: Some("a".into()),
            }],
        },
        json!({"trials": [{"target": "relay.example:443", "through_proxy": true, "took_ms": 12, "problem": "p",
            "action": "a"}]}),
    );
}
