//! What the steps say.

use super::*;

fn facts() -> Facts {
    Facts {
        redirect_uri: Some(
            "https://relay.example.co.uk/oauth/google/callback/0123456789abcdef".into(),
        ),
        project: Some("signs 1".into()),
        ..Facts::default()
    }
}

fn all_values(steps: &[GuideStep]) -> Vec<(&str, &str)> {
    let values = steps.iter().flat_map(|step| &step.values);
    values
        .map(|value| (value.label.as_str(), value.value.as_str()))
        .collect()
}

#[test]
fn the_exact_values_are_told() {
    let steps = steps(&facts(), Audience::Internal);
    let values = all_values(&steps);
    for expected in [
        ("Authorised domain", "example.co.uk"),
        (
            "Authorised JavaScript origins",
            "https://relay.example.co.uk",
        ),
        (
            "Authorised redirect URIs",
            "https://relay.example.co.uk/oauth/google/callback/0123456789abcdef",
        ),
        ("Privacy policy", "https://relay.example.co.uk/privacy"),
    ] {
        assert!(
            values.contains(&expected),
            "{expected:?} is not among {values:?}"
        );
    }
    let scopes = values
        .iter()
        .find(|(label, _)| *label == "Scopes")
        .unwrap()
        .1;
    assert_eq!(scopes.lines().collect::<Vec<_>>(), SCOPES);
    let links = steps.iter().flat_map(|step| &step.links);
    assert!(
        links.clone().any(
            |link| link.url == "https://console.cloud.google.com/auth/audience?project=signs+1"
        )
    );
    assert!(
        links
            .clone()
            .all(|link| link.url.starts_with("https://") || link.url.starts_with("/settings/"))
    );
}

#[test]
fn without_a_relay_there_are_no_values_of_it_and_the_steps_are_the_same() {
    let none = steps(&Facts::default(), Audience::Internal);
    assert!(
        all_values(&none)
            .iter()
            .all(|(_, value)| !value.contains("://") || value.contains("googleapis"))
    );
    assert_eq!(none.len(), steps(&facts(), Audience::Internal).len());
}

#[test]
fn each_audience_is_told_what_it_has_to_know_and_no_more() {
    let text = |audience| format!("{:?}", steps(&facts(), audience));
    let (internal, testing, production) = (
        text(Audience::Internal),
        text(Audience::Testing),
        text(Audience::Production),
    );
    assert!(!internal.contains("Test users") && !internal.contains("Verify the domain"));
    assert!(testing.contains("seven days") && testing.contains("at most 100"));
    assert!(production.contains("sensitive") && production.contains("verification"));
    assert!(!production.contains("seven days"));
}

#[test]
fn every_test_is_offered_by_some_step() {
    let steps = steps(&facts(), Audience::Production);
    for name in TestName::ALL {
        assert!(
            steps
                .iter()
                .flat_map(|step| &step.tests)
                .any(|test| test.name == *name),
            "{name}"
        );
    }
}
