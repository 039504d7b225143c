//! The relay's addresses.

use crate::id::AgentId;

/// What agents call lies below this path of the relay, or at the root of an API of its own.
pub const AGENTS: &str = "/agents/v1";
/// `POST`, signed by its proof instead of a token.
pub const ENROL: &str = "/enrol";
/// `GET`, WebSocket.
pub const CONNECT: &str = "/connect";
/// `GET`, optionally with `?after=`.
pub const INBOX: &str = "/inbox";
/// `POST`.
pub const ACKNOWLEDGE: &str = "/inbox/acknowledge";
/// `PUT`.
pub const ORIGINS: &str = "/origins";
/// `GET`: what [`crate::enrol::Enrolled`] says today, keys of the master in use included.
pub const ENROLMENT: &str = "/enrolment";
/// `POST`: [`crate::rotate::RotateKey`].
pub const KEY: &str = "/key";
/// `PUT`: [`crate::rotate::KeyUse`].
pub const KEY_USE: &str = "/key-use";
/// `POST` without a body: the relay forgets the agent. Repeated, it is refused with `unauthorised`: done before.
pub const LEAVE: &str = "/leave";
/// `GET` and `PUT`, for the host owner: [`crate::site::SiteVerification`].
pub const SITE_VERIFICATION: &str = "/site-verification";

/// Where Google posts the notifications of all channels of an agent.
pub fn calendar_webhook(public_base: &str, agent: &AgentId) -> String {
    format!("{public_base}/google/calendar/{agent}")
}

/// The redirect URI of an agent, to be registered at Google word by word.
pub fn oauth_callback(public_base: &str, agent: &AgentId) -> String {
    format!("{public_base}/oauth/google/callback/{agent}")
}

/// Where the browser returns to in the portal.
pub fn portal_return(origin: &str, flow_id: &str) -> String {
    format!("{origin}/settings/integration?flow={flow_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_golden() {
        let agent = AgentId::from_random([0; 10]);
        let base = "https://relay.localhost:8443";
        assert_eq!(
            calendar_webhook(base, &agent),
            "https://relay.localhost:8443/google/calendar/0000000000000000"
        );
        assert_eq!(
            oauth_callback(base, &agent),
            "https://relay.localhost:8443/oauth/google/callback/0000000000000000"
        );
        assert_eq!(
            portal_return("https://p", "f"),
            "https://p/settings/integration?flow=f"
        );
    }
}
