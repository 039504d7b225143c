//! What can be set: `agent.toml` in the data folder, a struct per concern. All of it is optional.
//!
//! Anything an admin changes while the agent runs (relay, Google app, links) is not here but in the store. A word that
//! is not known is an error, so that a typing mistake does not pass for a setting.

mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use google_calendar::Endpoints;
use jiff::SignedDuration;
use url::Url;

use self::file::File;

/// Where hubs dial when nothing else is set (UDP).
const HUBS_LISTEN: &str = "0.0.0.0:7443";

/// Why the configuration cannot be used. Every message names the place to change.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("read `{path}`")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{path}` is not as expected; correct it, or remove what is not needed")]
    Parse {
        path: PathBuf,
        #[source]
        source: Box<toml::de::Error>,
    },
    #[error("{place}: `{value}` {problem}")]
    Value {
        place: String,
        value: String,
        problem: &'static str,
    },
}

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of database, keys and `agent.toml`; from `--data`.
    pub(crate) data: PathBuf,
    /// The portal and the API.
    pub(crate) portal: Portal,
    /// The hubs' door.
    pub(crate) hubs: Hubs,
    /// The way out to relay and Google.
    pub(crate) outbound: Outbound,
    /// Google's addresses, from `[google]` or `PLACARD_GOOGLE_AUTHORISE` and so on, which win; absent means Google's
    /// own. They are https, except on a loopback address.
    pub(crate) google: Endpoints,
    /// Reading calendars.
    pub(crate) sync: Sync,
    /// The folder of the font pack, from `signs.fonts`, relative to the data folder; absent means the installed one, if
    /// there is one.
    pub(crate) fonts: Option<PathBuf>,
    /// Hosts (lowercase) from which layouts may name images, from `images.hosts`; absent means none.
    pub(crate) image_hosts: BTreeSet<String>,
}

/// Reading calendars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sync {
    /// How often every room is listed although nobody announced a change, from `sync.round_seconds`; absent means 10
    /// minutes while Google announces changes and 5 while it does not.
    pub(crate) round: Option<SignedDuration>,
}

/// The portal and the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Portal {
    /// From `portal.listen`; absent means every address at port 443, else 8443, as settled at the first start.
    pub(crate) listen: Option<SocketAddr>,
    /// The name under which browsers find this agent, lowercase, from `portal.name`; absent means the machine's name.
    pub(crate) name: String,
}

/// The hubs' door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hubs {
    /// Where hubs dial (UDP), from `hubs.listen`; absent means `0.0.0.0:7443`.
    pub(crate) listen: SocketAddr,
    /// Where else hubs may find this agent, `HOST:PORT`, from `hubs.addresses`: hubs keep them for the day when the one
    /// they know no longer answers. Absent means none.
    pub(crate) addresses: Vec<String>,
}

/// The way out to relay and Google.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outbound {
    /// PEM file of certificate authorities to trust besides the machine's, from `outbound.extra_ca`, relative to the
    /// data folder; absent means the machine's only.
    pub(crate) extra_ca: Option<PathBuf>,
    /// Hosts (lowercase) whose address is given instead of asked for, from `[outbound.resolve]`.
    pub(crate) resolve: BTreeMap<String, IpAddr>,
}

/// Where settings outside the file come from; in production the process's environment.
pub trait Source {
    /// The value of a variable, if it is set and is text.
    fn get(&self, name: &str) -> Option<String>;
}

/// The process's environment.
#[derive(Debug)]
pub struct Environment;

impl Source for Environment {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    fn get(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

impl Config {
    /// Reads `agent.toml` in `data`, if there is one.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be read or says something that cannot be.
    pub fn load(data: &Path, environment: &impl Source) -> Result<Self, ConfigError> {
        let path = data.join("agent.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(ConfigError::Read { path, source }),
        };
        let file: File = toml::from_str(&text).map_err(|source| ConfigError::Parse {
            path,
            source: Box::new(source),
        })?;
        Self::new(data, file, environment)
    }

    fn new(data: &Path, file: File, environment: &impl Source) -> Result<Self, ConfigError> {
        let google = google(&file.google, environment)?;
        let name = match file.portal.name {
            Some(name) => host_name(&name, "[portal] name")?,
            None => machine_name(),
        };
        let resolve = file.outbound.resolve.into_iter();
        Ok(Self {
            data: data.to_owned(),
            portal: Portal {
                listen: file.portal.listen,
                name,
            },
            hubs: Hubs {
                listen: file
                    .hubs
                    .listen
                    .unwrap_or_else(|| HUBS_LISTEN.parse().expect("the constant is an address")),
                addresses: file.hubs.addresses,
            },
            outbound: Outbound {
                extra_ca: file.outbound.extra_ca.map(|path| data.join(path)),
                resolve: resolve
                    .map(|(host, ip)| (host.to_ascii_lowercase(), ip))
                    .collect(),
            },
            google,
            fonts: file.signs.fonts.map(|path| data.join(path)),
            image_hosts: file
                .images
                .hosts
                .iter()
                .map(|host| host_name(host, "[images] hosts"))
                .collect::<Result<_, _>>()?,
            sync: Sync {
                round: file
                    .sync
                    .round_seconds
                    .map(|seconds| SignedDuration::from_secs(seconds.max(1).into())),
            },
        })
    }
}

fn google(file: &file::Google, environment: &impl Source) -> Result<Endpoints, ConfigError> {
    let own = Endpoints::google();
    let pick = |word: &str, from_file: &Option<String>, own: Url| {
        let variable = format!("PLACARD_GOOGLE_{}", word.to_uppercase());
        match (environment.get(&variable), from_file) {
            (Some(value), _) => address(&variable, &value),
            (None, Some(value)) => address(&format!("agent.toml, [google] {word}"), value),
            (None, None) => Ok(own),
        }
    };
    Ok(Endpoints {
        authorise: pick("authorise", &file.authorise, own.authorise)?,
        token: pick("token", &file.token, own.token)?,
        revoke: pick("revoke", &file.revoke, own.revoke)?,
        certs: pick("certs", &file.certs, own.certs)?,
        calendar: pick("calendar", &file.calendar, own.calendar)?,
        people: pick("people", &file.people, own.people)?,
        admin: pick("admin", &file.admin, own.admin)?,
    })
}

/// An address that secrets may be sent to.
fn address(place: &str, value: &str) -> Result<Url, ConfigError> {
    let refuse = |problem| ConfigError::Value {
        place: place.to_owned(),
        value: value.to_owned(),
        problem,
    };
    let url = Url::parse(value)
        .map_err(|_| refuse("is not an address such as https://example.com/path"))?;
    let loopback = match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(_)) | None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        _ => Err(refuse(
            "must begin with https:// (http:// is for 127.0.0.1 and [::1] only)",
        )),
    }
}

fn host_name(value: &str, setting: &str) -> Result<String, ConfigError> {
    let name = value.trim().to_ascii_lowercase();
    let sound = !name.is_empty()
        && name.len() <= 253
        && name
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63)
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
    if sound {
        Ok(name)
    } else {
        Err(ConfigError::Value {
            place: format!("agent.toml, {setting}"),
            value: value.to_owned(),
            problem: "is not a host name such as placard.example.com (no port, no https://)",
        })
    }
}

/// What the machine calls itself, or a name that always works on the machine itself.
fn machine_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .and_then(|name| host_name(&name, "the machine's name").ok())
        .unwrap_or_else(|| "localhost".to_owned())
}

#[cfg(test)]
mod tests;
