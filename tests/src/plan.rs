//! What a world consists of: calendars, hubs, displays, and where everything stands.

use std::path::PathBuf;

use crate::places::Places;

/// What the stand-in's calendars hold.
#[derive(Clone, Debug)]
pub enum Programme {
    /// The FOSDEM 2025 programme, shifted to now.
    Fosdem,
    /// A few rooms of which nothing is booked.
    Rooms(Vec<String>),
    /// Many rooms in which a meeting runs now and others follow for two days.
    Busy {
        /// How many rooms.
        rooms: usize,
        /// Events of each; all of them are within the days that a sign is planned for.
        events: usize,
    },
}

/// One hub of a world and its displays: key and panel size.
#[derive(Clone, Debug)]
pub struct HubPlan {
    /// The hub's name.
    pub name: String,
    /// `(key, panel)` such as `("north-1", "800x480")`.
    pub displays: Vec<(String, String)>,
}

impl HubPlan {
    /// A hub with one display for each panel size, named after the hub.
    pub fn new(name: &str, panels: &[&str]) -> Self {
        let displays = panels
            .iter()
            .enumerate()
            .map(|(index, panel)| {
                (
                    format!("{}-{}", name.to_lowercase(), index + 1),
                    (*panel).to_owned(),
                )
            })
            .collect();
        Self {
            name: name.to_owned(),
            displays,
        }
    }
}

/// A web server that the guide has a configuration for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebServer {
    /// nginx
    Nginx,
    /// Caddy
    Caddy,
}

/// What to start.
#[derive(Clone, Debug)]
pub struct WorldPlan {
    /// What the calendars hold.
    pub programme: Programme,
    /// The hubs; they are started, not paired.
    pub hubs: Vec<HubPlan>,
    /// How often the agent lists rooms unasked, if not as often as in production.
    pub sync_seconds: Option<u32>,
    /// Where the font pack is; without it, signs write no Chinese, Japanese, Korean, Thai or Devanagari.
    pub fonts: Option<PathBuf>,
    /// Where everything stands.
    pub places: Places,
    /// Where hubs may find the agent as well, `HOST:PORT`.
    pub other_addresses: Vec<String>,
    /// What stands before the relay, if it does not serve TLS by itself.
    pub web_server: Option<WebServer>,
    /// Whether programs can be killed at their durable writes.
    pub crash_points: bool,
}

impl Default for WorldPlan {
    /// As [`WorldPlan::small`].
    fn default() -> Self {
        Self::small()
    }
}

impl WorldPlan {
    /// One room, one hub, one display of 800×480.
    pub fn small() -> Self {
        Self {
            programme: Programme::Rooms(vec!["Alder".into()]),
            hubs: vec![HubPlan::new("North", &["800x480"])],
            sync_seconds: None,
            fonts: None,
            places: Places::default(),
            other_addresses: Vec::new(),
            web_server: None,
            crash_points: false,
        }
    }
}
