use std::collections::BTreeMap;

use super::{Config, ConfigError, Source};

struct Variables(BTreeMap<&'static str, &'static str>);

impl Source for Variables {
    fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| (*value).to_owned())
    }
}

fn load(text: &str, variables: &[(&'static str, &'static str)]) -> Result<Config, ConfigError> {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("agent.toml"), text).unwrap();
    Config::load(data.path(), &Variables(variables.iter().copied().collect()))
}

#[test]
fn without_a_file_everything_has_its_default() {
    let data = tempfile::tempdir().unwrap();
    let config = Config::load(data.path(), &Variables(BTreeMap::new())).unwrap();
    assert_eq!(config.portal.listen, None);
    assert!(!config.portal.name.is_empty());
    assert_eq!(config.hubs.listen.to_string(), "0.0.0.0:7443");
    assert_eq!(
        config.google.token.as_str(),
        "https://oauth2.googleapis.com/token"
    );
}

#[test]
fn what_the_file_says_is_taken() {
    let config = load(
        "[portal]\nlisten = \"127.0.0.1:0\"\nname = \"Portal.localhost\"\n\
         [outbound]\nextra_ca = \"ca.pem\"\n[outbound.resolve]\n\"Relay.localhost\" = \"127.0.0.1\"\n\
         [google]\ntoken = \"https://google.localhost:1/token\"\n\
         [signs]\nfonts = \"fonts\"\n",
        &[],
    )
    .unwrap();
    assert!(config.fonts.unwrap().ends_with("fonts"));
    assert_eq!(config.portal.listen, Some("127.0.0.1:0".parse().unwrap()));
    assert_eq!(config.portal.name, "portal.localhost");
    assert!(config.outbound.extra_ca.unwrap().ends_with("ca.pem"));
    assert_eq!(
        config.outbound.resolve["relay.localhost"],
        std::net::IpAddr::from([127, 0, 0, 1])
    );
    assert_eq!(
        config.google.token.as_str(),
        "https://google.localhost:1/token"
    );
}

#[test]
fn the_environment_wins_over_the_file() {
    let config = load(
        "[google]\ntoken = \"https://a.example/token\"\n",
        &[("PLACARD_GOOGLE_TOKEN", "https://b.example/token")],
    )
    .unwrap();
    assert_eq!(config.google.token.as_str(), "https://b.example/token");
}

#[test]
fn a_misspelt_setting_is_an_error_that_names_it() {
    let refused = load("[portal]\nlisen = \"127.0.0.1:0\"\n", &[]).unwrap_err();
    let ConfigError::Parse { source, .. } = &refused else {
        panic!("{refused:?}")
    };
    assert!(source.to_string().contains("lisen"), "{source}");
}

#[test]
fn secrets_are_not_sent_over_plain_http_beyond_this_machine() {
    assert!(load("[google]\ntoken = \"http://127.0.0.1:9/token\"\n", &[]).is_ok());
    let refused = load("[google]\ntoken = \"http://192.0.2.1/token\"\n", &[]).unwrap_err();
    assert!(refused.to_string().contains("[google] token"), "{refused}");
    assert!(load("[google]\ntoken = \"http://google.localhost/token\"\n", &[]).is_err());
}

#[test]
fn a_name_with_a_port_is_refused() {
    let refused = load("[portal]\nname = \"portal.localhost:8443\"\n", &[]).unwrap_err();
    assert!(refused.to_string().contains("no port"), "{refused}");
}
