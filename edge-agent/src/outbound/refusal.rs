//! Why a proxy does not let the agent through, in words with what to do about it.

/// Each text says what happened, a semicolon, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProxyRefusal {
    #[error(
        "the proxy {proxy} cannot be reached ({why}); check its address and port under Settings > Relay, and that it runs"
    )]
    Unreachable { proxy: String, why: String },
    #[error(
        "the proxy {proxy} did not answer in time; try again, and ask its administrator if that does not help"
    )]
    Slow { proxy: String },
    #[error(
        "the proxy {proxy} hung up without an answer; check its port under Settings > Relay, and whether it lets this machine in"
    )]
    Closed { proxy: String },
    #[error(
        "the proxy {proxy} asks for a user name and a password (407); enter them under Settings > Relay"
    )]
    SignIn { proxy: String },
    #[error(
        "the proxy {proxy} does not accept the user name and password (407); correct them under Settings > Relay"
    )]
    WrongPassword { proxy: String },
    #[error(
        "the proxy {proxy} asks for a sign-in of the kind {kinds} (407), and the agent can only send a name and password (Basic); ask its administrator to let this machine through without"
    )]
    OtherSignIn { proxy: String, kinds: String },
    #[error(
        "the proxy {proxy} does not let this agent through to {host} ({status}); ask its administrator to allow {host} on port 443"
    )]
    Forbidden {
        proxy: String,
        host: String,
        status: u16,
    },
    #[error(
        "the proxy {proxy} cannot reach {host} itself ({status}); check that {host} is right, then ask the proxy's administrator"
    )]
    NoWayOn {
        proxy: String,
        host: String,
        status: u16,
    },
    #[error(
        "what answers at {proxy} does not open connections for others{status}; check the proxy's address and port under Settings > Relay"
    )]
    NotAProxy { proxy: String, status: String },
}

impl ProxyRefusal {
    /// Reads an answer to CONNECT that was not a success.
    pub(super) fn of_answer(
        proxy: String,
        host: &str,
        status: Option<u16>,
        head: &str,
        with_credentials: bool,
    ) -> Self {
        let host = host.to_owned();
        match status {
            Some(407) => {
                let kinds = sign_ins(head);
                let basic =
                    kinds.is_empty() || kinds.iter().any(|k| k.eq_ignore_ascii_case("basic"));
                match (basic, with_credentials) {
                    (false, _) => Self::OtherSignIn {
                        proxy,
                        kinds: kinds.join(" or "),
                    },
                    (true, false) => Self::SignIn { proxy },
                    (true, true) => Self::WrongPassword { proxy },
                }
            }
            Some(status @ (401 | 403 | 451)) => Self::Forbidden {
                proxy,
                host,
                status,
            },
            Some(status @ (500 | 502..=504)) => Self::NoWayOn {
                proxy,
                host,
                status,
            },
            other => Self::NotAProxy {
                proxy,
                status: other.map(|s| format!(" ({s})")).unwrap_or_default(),
            },
        }
    }
}

/// The kinds of sign-in that an answer offers, at most a few and only letters: it is shown to people.
fn sign_ins(head: &str) -> Vec<String> {
    let offers = head.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let wanted = name.trim().eq_ignore_ascii_case("proxy-authenticate");
        wanted.then(|| value.trim().split([' ', ',']).next().unwrap_or_default())
    });
    let word = |kind: &&str| !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphabetic());
    offers.filter(word).take(4).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, head: &str, with_credentials: bool) -> ProxyRefusal {
        let (proxy, host) = ("p:3128".to_owned(), "relay.example");
        ProxyRefusal::of_answer(proxy, host, Some(status), head, with_credentials)
    }

    #[test]
    fn a_sign_in_is_told_apart_from_a_wrong_password_and_from_one_that_the_agent_cannot_do() {
        let basic = "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n";
        let windows =
            "HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nproxy-authenticate: NTLM\r\n\r\n";
        assert!(matches!(of(407, basic, false), ProxyRefusal::SignIn { .. }));
        assert!(matches!(
            of(407, basic, true),
            ProxyRefusal::WrongPassword { .. }
        ));
        let told = of(407, windows, true).to_string();
        assert!(told.contains("Negotiate or NTLM"), "{told}");
    }

    #[test]
    fn a_refusal_names_the_host_and_what_to_do() {
        let told = of(403, "", false).to_string();
        let (what, todo) = told.split_once("; ").unwrap();
        assert!(
            what.contains("relay.example (403)") && todo.contains("allow relay.example"),
            "{told}"
        );
        assert!(
            of(502, "", false)
                .to_string()
                .contains("cannot reach relay.example itself")
        );
        assert!(of(405, "", false).to_string().contains("(405)"));
    }
}
