//! The names and addresses this agent answers to.
//!
//! Anything else in a Host header is refused: a page of a stranger's domain that points at the agent's address (DNS
//! rebinding) must not speak to it with the admin's cookies.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use arc_swap::ArcSwap;
use relay_contract::origin::{MAX_ORIGINS, PortalOrigin};

/// Who this agent is on the network; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct OwnNames {
    name: Arc<ArcSwap<Name>>,
    listen: SocketAddr,
    addresses: Arc<ArcSwap<BTreeSet<IpAddr>>>,
}

#[derive(Debug)]
struct Name {
    name: Arc<str>,
    /// The one before, while another is only tried out: pages that are open go on.
    before: Option<Arc<str>>,
}

impl OwnNames {
    /// `listen` is where the portal really listens, port included.
    pub(crate) fn new(name: &str, listen: SocketAddr) -> Self {
        Self {
            name: Arc::new(ArcSwap::from_pointee(Name {
                name: name.into(),
                before: None,
            })),
            listen,
            addresses: Arc::new(ArcSwap::from_pointee(interfaces())),
        }
    }

    /// The name by which browsers find this agent, lowercase.
    pub(crate) fn name(&self) -> Arc<str> {
        Arc::clone(&self.name.load().name)
    }

    /// Goes by another name from now on.
    pub(crate) fn rename(&self, name: &str) {
        self.name.store(Arc::new(Name {
            name: name.into(),
            before: None,
        }));
    }

    /// Goes by another name, and still by the present one.
    pub(crate) fn try_out(&self, name: &str) {
        self.name.store(Arc::new(Name {
            name: name.into(),
            before: Some(self.name()),
        }));
    }

    /// The address by the agent's name, for people.
    pub(crate) fn url(&self) -> String {
        self.origin_of(&self.name())
    }

    /// The address that another name would give.
    pub(crate) fn url_of(&self, name: &str) -> String {
        self.origin_of(name)
    }

    /// Whether `authority`, a Host header, is the agent's name and nothing else.
    pub(crate) fn is_own_name(&self, authority: &str) -> bool {
        host_of(authority).is_some_and(|host| host.eq_ignore_ascii_case(&self.name()))
    }

    /// Whether `ip` is one of this machine's.
    pub(crate) fn is_here(&self, ip: IpAddr) -> bool {
        self.is_own_address(ip)
    }

    /// Whether `authority`, a Host header, names this agent, at whatever port.
    pub(crate) fn is_own_host(&self, authority: &str) -> bool {
        let Some(host) = host_of(authority) else {
            return false;
        };
        let host = host.to_ascii_lowercase();
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(ip) => self.is_own_address(ip),
            Err(_) => {
                let own = self.name.load();
                host == *own.name
                    || own.before.as_deref() == Some(host.as_str())
                    || host == "localhost"
                    || host.ends_with(".localhost")
                    || host.strip_suffix(".local") == Some(&own.name)
            }
        }
    }

    /// Every https origin a browser on the LAN may find this portal at, the name first.
    pub(crate) fn origins(&self) -> Vec<String> {
        self.refresh();
        let mut hosts = vec![self.name().to_string()];
        let bound = self.listen.ip();
        if bound.is_unspecified() {
            let all = self.addresses.load();
            // The LAN's before the machine's own, IPv4 before IPv6: it is those that people type.
            let (near, far): (Vec<&IpAddr>, Vec<&IpAddr>) =
                all.iter().partition(|ip| ip.is_loopback());
            hosts.extend(far.into_iter().map(host));
            hosts.push("localhost".to_owned());
            hosts.extend(near.into_iter().map(host));
        } else {
            hosts.push(host(&bound));
            if bound.is_loopback() {
                hosts.push("localhost".to_owned());
            }
        }
        let mut origins: Vec<String> = Vec::new();
        for origin in hosts.iter().map(|host| self.origin_of(host)) {
            if origin.parse::<PortalOrigin>().is_ok() && !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        origins.truncate(MAX_ORIGINS);
        origins
    }

    /// What the certificate should cover.
    pub(crate) fn certificate_names(&self) -> Vec<String> {
        self.certificate_names_of(&self.name())
    }

    /// What the certificate should cover if `name` were the agent's.
    pub(crate) fn certificate_names_of(&self, name: &str) -> Vec<String> {
        let mut names = vec![name.to_owned(), "localhost".to_owned()];
        names.extend(self.addresses.load().iter().map(ToString::to_string));
        names.sort();
        names.dedup();
        names
    }

    fn origin_of(&self, host: &str) -> String {
        match self.listen.port() {
            443 => format!("https://{host}"),
            port => format!("https://{host}:{port}"),
        }
    }

    fn is_own_address(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        if self.addresses.load().contains(&ip) {
            return true;
        }
        // The machine may have got a new address since.
        self.refresh();
        self.addresses.load().contains(&ip)
    }

    fn refresh(&self) {
        self.addresses.store(Arc::new(interfaces()));
    }
}

/// Every address of this machine except link-local IPv6, which no browser can name.
pub(crate) fn interfaces() -> BTreeSet<IpAddr> {
    let found = if_addrs::get_if_addrs().unwrap_or_default();
    let mut addresses: BTreeSet<IpAddr> = found.iter().map(|i| i.ip().to_canonical()).collect();
    addresses.extend([
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ]);
    addresses.retain(|ip| !matches!(ip, IpAddr::V6(v6) if v6.is_unicast_link_local()));
    addresses
}

fn host(ip: &IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

/// The host of `host` or `host:port`; none if there is more or less in it.
fn host_of(authority: &str) -> Option<&str> {
    let parsed: http::uri::Authority = authority.parse().ok()?;
    if authority.contains('@') {
        return None;
    }
    let end = parsed.host().len();
    authority.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(listen: &str) -> OwnNames {
        OwnNames::new("placard.example.com", listen.parse().unwrap())
    }

    #[test]
    fn own_names_and_addresses_are_taken_at_any_port() {
        let own = own("127.0.0.1:8443");
        for host in [
            "placard.example.com",
            "Placard.Example.com:8443",
            "placard.example.com.local",
            "127.0.0.1:8443",
            "[::1]:8443",
            "localhost",
            "portal.localhost:1",
        ] {
            assert!(own.is_own_host(host), "{host}");
        }
    }

    #[test]
    fn strangers_are_not() {
        let own = own("127.0.0.1:8443");
        for host in [
            "",
            "evil.example",
            "evil.placard.example.com",
            "placard.example.com.evil.example",
            "203.0.113.77",
            "user@placard.example.com",
            "notlocalhost",
            "127.0.0.1.evil.example",
        ] {
            assert!(!own.is_own_host(host), "{host}");
        }
    }

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        assert_eq!(
            own("127.0.0.1:8443").origins(),
            [
                "https://placard.example.com:8443",
                "https://127.0.0.1:8443",
                "https://localhost:8443"
            ]
        );
        let standard = own("0.0.0.0:443").origins();
        assert_eq!(standard[0], "https://placard.example.com");
        assert!(
            standard.contains(&"https://127.0.0.1".to_owned()),
            "{standard:?}"
        );
        assert!(standard.len() <= MAX_ORIGINS);
    }
}
