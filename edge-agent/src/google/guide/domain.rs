//! The domain that Google's console wants to be authorised: one label below a public suffix.

/// `relay.example.co.uk` → `example.co.uk`, by Mozilla's list of public suffixes, which Google goes by. `None` for an
/// address in numbers and for a name that is a suffix itself.
pub(super) fn authorised_domain(host: &str) -> Option<&str> {
    let host = host.trim_end_matches('.');
    if host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[') {
        return None;
    }
    psl::domain_str(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_public_suffixes_decides_how_many_labels_count() {
        for (host, domain) in [
            ("relay.example.com", Some("example.com")),
            ("relay.example.co.uk", Some("example.co.uk")),
            ("signs.building.example.org", Some("example.org")),
            ("example.de", Some("example.de")),
            ("relay.example.com.", Some("example.com")),
            // Everybody's own name below a provider's is a domain of its own.
            (
                "x1.lambda-url.eu-central-1.on.aws",
                Some("x1.lambda-url.eu-central-1.on.aws"),
            ),
            ("someone.github.io", Some("someone.github.io")),
            ("co.uk", None),
            ("192.0.2.7", None),
            ("[2001:db8::7]", None),
            ("", None),
        ] {
            assert_eq!(authorised_domain(host), domain, "{host}");
        }
    }
}
