//! What a hub is told by its `hub.toml`.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use frame::Panel;
use serde::Deserialize;

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What people call the hub; absent or empty: the agent shows the beginning of its key.
    #[serde(default)]
    pub name: String,
    /// The displays it drives.
    #[serde(default, rename = "display")]
    pub displays: Vec<DisplayConfig>,
}

/// One display.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisplayConfig {
    /// Names it within the hub and its files; small letters, digits and dashes.
    pub key: String,
    /// Size and palette, such as `800x480`.
    #[serde(deserialize_with = "panel")]
    pub panel: Panel,
    /// What drives it.
    pub driver: Driver,
    /// How long the simulated panel takes to change its picture, in milliseconds; absent means at once.
    #[serde(default)]
    pub refresh_ms: u64,
    /// How many frames a plan may name: what the card has room for; absent means 200.
    #[serde(default = "frames")]
    pub frames: usize,
}

fn frames() -> usize {
    200
}

/// The drivers that this version has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Driver {
    /// Writes what the glass would show as a PNG.
    Simulated,
}

impl Config {
    /// Reads and checks the file.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be read, holds what this version does not know, or names a display twice or not at all.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("understand {}", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let config: Self = toml::from_str(text)?;
        ensure!(
            !config.displays.is_empty(),
            "it names no [[display]]; a hub without displays has nothing to do"
        );
        let mut keys = BTreeSet::new();
        for display in &config.displays {
            let key = display.key.as_str();
            // The key becomes part of file names.
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            if key.is_empty() || key.len() > 64 || !key.bytes().all(plain) {
                bail!("the display key {key:?} may have 1 to 64 small letters, digits and dashes");
            }
            ensure!(keys.insert(key), "two displays have the key {key:?}");
        }
        Ok(config)
    }
}

fn panel<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Panel, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|error| {
        serde::de::Error::custom(format!("the panel {text:?} is not understood: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_names_hub_and_displays() {
        let config = Config::parse(
            "name = \"North\"\n[[display]]\nkey = \"north-1\"\npanel = \"800x480\"\ndriver = \"simulated\"\n",
        )
        .unwrap();
        assert_eq!(config.name, "North");
        assert_eq!(config.displays[0].panel.to_string(), "800x480");
        assert_eq!(config.displays[0].refresh_ms, 0);
    }

    #[test]
    fn a_config_that_cannot_work_says_why() {
        let display = |key: &str| {
            format!("[[display]]\nkey = \"{key}\"\npanel = \"800x480\"\ndriver = \"simulated\"\n")
        };
        for (text, why) in [
            (String::new(), "no [[display]]"),
            (display("../x"), "small letters"),
            (display("a") + &display("a"), "two displays"),
            (display("a").replace("800x480", "wide"), "not understood"),
            (display("a").replace("simulated", "magic"), "magic"),
        ] {
            let error = Config::parse(&text).unwrap_err();
            assert!(format!("{error:#}").contains(why), "{error:#}");
        }
    }
}
