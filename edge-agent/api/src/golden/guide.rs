//! The guide, on the wire.

use serde_json::json;

use super::same;
use crate::guide::{
    Audience, DeadEnd, Guide, GuideLink, GuideQuery, GuideStep, GuideTest, GuideValue, TestName,
    TestResult,
};
use crate::route;

#[test]
fn guide() {
    same(
        &Guide {
            audience: Audience::Testing,
            steps: vec![GuideStep {
                title: "t".into(),
                text: vec!["x".into()],
                links: vec![GuideLink {
                    label: "l".into(),
                    url: "https://u".into(),
                }],
                values: vec![GuideValue {
                    label: "v".into(),
                    value: "1".into(),
                }],
                done_looks: "d".into(),
                warning: Some("w".into()),
                tests: vec![GuideTest {
                    name: TestName::RelayHost,
                    label: "b".into(),
                }],
                done: true,
            }],
            dead_ends: vec![DeadEnd {
                error: "e".into(),
                what: "w".into(),
                action: "a".into(),
            }],
        },
        json!({"audience": "testing", "steps": [{"title": "t", "text": ["x"], "links": [{"label": "l", "url": "https://u"}],
            "values": [{"label": "v", "value": "1"}], "done_looks": "d", "warning": "w",
            "tests": [{"name": "relay_host", "label": "b"}], "done": true}],
            "dead_ends": [{"error": "e", "what": "w", "action": "a"}]}),
    );
    same(
        &TestResult {
            passed: false,
            what: "w".into(),
            action: Some("a".into()),
        },
        json!({"passed": false, "what": "w", "action": "a"}),
    );
    let asked: GuideQuery = serde_json::from_value(json!({})).unwrap();
    assert_eq!(asked.audience, Audience::Internal);
}

#[test]
fn the_word_in_a_tests_address_is_the_one_on_the_wire() {
    for name in TestName::ALL {
        assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
        assert_eq!(name.to_string(), name.as_str());
        assert!(route::guide_test(*name).ends_with(&format!("/tests/{name}")));
    }
}
