//! Every address of the API, once. Constants with `{…}` are templates for a router; the functions fill them.

use crate::id::{AnnouncementId, DisplayId, HubId, RoomId};
use crate::layouts::LayoutRef;

/// `GET` [`crate::account::Health`].
pub const HEALTH: &str = "/api/health";
/// `GET` [`crate::account::SetupState`]; `POST` [`crate::account::Claim`] → [`crate::account::Session`].
pub const SETUP: &str = "/api/v1/setup";
/// `GET` → [`crate::account::Session`]; `POST` [`crate::account::SignIn`] → the same; `DELETE` signs out (204).
pub const SESSION: &str = "/api/v1/session";
/// `GET` [`crate::signs::Signs`].
pub const SIGNS: &str = "/api/v1/signs";
/// `GET` a PNG of what the glass shows; its `ETag` is the picture's hash.
pub const GLASS: &str = "/api/v1/displays/{id}/glass.png";
/// `PUT` [`crate::signs::Link`] (204); `DELETE` unlinks (204).
pub const LINK: &str = "/api/v1/displays/{id}/link";
/// `POST` without a body: the panel shows its own name for a while (204).
pub const IDENTIFY: &str = "/api/v1/displays/{id}/identify";
/// `GET` and `PUT` [`crate::settings::DisplaySettings`]; both answer with it and its `ETag`, which `PUT` compares if it
/// comes back as `If-Match`.
pub const SETTINGS: &str = "/api/v1/displays/{id}/settings";
/// `GET` [`crate::history::History`]; `?before=` the `next` of the page before.
pub const HISTORY: &str = "/api/v1/displays/{id}/history";
/// `GET` a PNG of a frame that the display showed.
pub const HISTORY_PICTURE: &str = "/api/v1/displays/{id}/history/{hash}";
/// `GET` and `PUT` [`crate::history::HistoryDays`]; both answer with it.
pub const HISTORY_DAYS: &str = "/api/v1/history";
/// `PUT` the file of a picture, PNG, JPEG or SVG (204); `DELETE` lets go of it (204).
pub const PICTURE: &str = "/api/v1/displays/{id}/picture";
/// `GET` [`crate::settings::Announcements`]; `POST` [`crate::settings::Announce`] → [`crate::settings::Announcement`].
pub const ANNOUNCEMENTS: &str = "/api/v1/announcements";
/// `DELETE` withdraws (204).
pub const ANNOUNCEMENT: &str = "/api/v1/announcements/{id}";
/// `GET` [`crate::layouts::Layouts`]; `POST` [`crate::layouts::SaveLayout`] → [`crate::layouts::LayoutDocument`].
pub const LAYOUTS: &str = "/api/v1/layouts";
/// `GET` [`crate::layouts::LayoutDocument`]; `PUT` [`crate::layouts::SaveLayout`] with `If-Match` → the same; `DELETE`
/// with `If-Match` (204).
pub const LAYOUT: &str = "/api/v1/layouts/{id}";
/// `POST` [`crate::layouts::Preview`] → a PNG.
pub const PREVIEW: &str = "/api/v1/layouts/preview";
/// `POST` [`crate::layouts::CheckLayout`] → [`crate::layouts::LayoutChecked`].
pub const CHECK_LAYOUT: &str = "/api/v1/layouts/check";
/// `GET` and `PUT` [`crate::settings::RoomSettings`]; with an `ETag` as those of displays.
pub const ROOM_SETTINGS: &str = "/api/v1/rooms/{id}/settings";
/// `GET` [`crate::rooms::Rooms`]; `POST` [`crate::rooms::AddRoom`] → [`crate::rooms::Room`].
pub const ROOMS: &str = "/api/v1/rooms";
/// `GET` [`crate::hubs::Hubs`].
pub const HUBS: &str = "/api/v1/hubs";
/// `PUT` [`crate::hubs::Rename`] (204); `DELETE` forgets the hub and its displays, and ends its connection (204).
pub const HUB: &str = "/api/v1/hubs/{id}";
/// `POST` without a body: the hub's program starts again (204).
pub const HUB_REBOOT: &str = "/api/v1/hubs/{id}/reboot";
/// `GET` [`crate::hubs::HubLog`].
pub const HUB_LOG: &str = "/api/v1/hubs/{id}/log";
/// `POST` [`crate::hubs::Pair`] → [`crate::hubs::Pairing`]; `DELETE` waits for no hub any more (204).
pub const PAIRING: &str = "/api/v1/hubs/pairing";
/// `GET` [`crate::integration::Integration`].
pub const INTEGRATION: &str = "/api/v1/integration";
/// `PUT` [`crate::integration::SaveGoogleApp`] → [`crate::integration::Integration`].
pub const GOOGLE_APP: &str = "/api/v1/integration/google-app";
/// `POST` the file → [`crate::integration::ClientSecretPreview`].
pub const GOOGLE_APP_FILE: &str = "/api/v1/integration/google-app/file";
/// `GET` [`crate::guide::Guide`], with [`crate::guide::GuideQuery`].
pub const GUIDE: &str = "/api/v1/integration/guide";
/// `POST` without a body → [`crate::guide::TestResult`].
pub const GUIDE_TEST: &str = "/api/v1/integration/guide/tests/{name}";
/// `POST` without a body, with [`crate::integration::BeginFlow`] → [`crate::integration::FlowBegun`].
pub const FLOWS: &str = "/api/v1/integration/google/flows";
/// `POST` without a body → [`crate::integration::Account`].
pub const FLOW_FINISH: &str = "/api/v1/integration/google/flows/{id}/finish";
/// `DELETE` disconnects (204).
pub const ACCOUNT: &str = "/api/v1/integration/google/accounts/{id}";
/// `GET` [`crate::relay::Relay`].
pub const RELAY: &str = "/api/v1/relay";
/// `POST` [`crate::relay::Enrol`] → [`crate::relay::Relay`].
pub const ENROL: &str = "/api/v1/relay/enrol";
/// `POST` without a body → [`crate::relay::Relay`]: a new key takes the place of the agent's own.
pub const RELAY_KEY: &str = "/api/v1/relay/key";
/// `POST` without a body → [`crate::relay::Relay`]: this copy goes on although another has taken over.
pub const RELAY_TAKE_OVER: &str = "/api/v1/relay/take-over";
/// `POST` [`crate::relay::Leave`] → [`crate::relay::Relay`].
pub const RELAY_LEAVE: &str = "/api/v1/relay/leave";
/// `GET` [`crate::relay::Site`]; `PUT` [`crate::relay::SaveSite`] → the same.
pub const RELAY_SITE: &str = "/api/v1/relay/site-verification";
/// `GET` [`crate::outbound::Outbound`].
pub const OUTBOUND: &str = "/api/v1/outbound";
/// `PUT` [`crate::outbound::SaveProxy`], `DELETE` → [`crate::outbound::Outbound`].
pub const OUTBOUND_PROXY: &str = "/api/v1/outbound/proxy";
/// `PUT` [`crate::outbound::SaveAuthorities`], `DELETE` → [`crate::outbound::Outbound`].
pub const OUTBOUND_AUTHORITIES: &str = "/api/v1/outbound/authorities";
/// `POST` without a body → [`crate::outbound::Trials`].
pub const OUTBOUND_TEST: &str = "/api/v1/outbound/test";
/// `GET` [`crate::security::Security`].
pub const SECURITY: &str = "/api/v1/security";
/// `POST` [`crate::security::Wanted`] → [`crate::security::Preview`].
pub const SECURITY_PREVIEW: &str = "/api/v1/security/preview";
/// `POST` [`crate::security::Wanted`] → [`crate::security::Trial`]; `DELETE` takes it back at once (204).
pub const SECURITY_TRIAL: &str = "/api/v1/security/trial";
/// `POST` [`crate::security::ConfirmTrial`] (204); needs no session.
pub const SECURITY_CONFIRM: &str = "/api/v1/security/trial/confirm";
/// `POST` without a body → [`crate::security::DomainProbe`].
pub const DOMAIN_PROBE: &str = "/api/v1/security/domain/probe";
/// `DELETE` ends a session (204).
pub const ONE_SESSION: &str = "/api/v1/security/sessions/{id}";
/// `PUT` [`crate::users::ChangePassword`] (204).
pub const OWN_PASSWORD: &str = "/api/v1/session/password";
/// `POST` without a body → [`crate::users::SecondFactor`]; `PUT` [`crate::users::ConfirmSecondFactor`] →
/// [`crate::users::RecoveryCodes`]; `DELETE` [`crate::users::DropSecondFactor`] (204).
pub const OWN_SECOND_FACTOR: &str = "/api/v1/session/second-factor";
/// `GET` [`crate::users::Users`]; `POST` [`crate::users::NewUser`] → [`crate::users::User`].
pub const USERS: &str = "/api/v1/users";
/// `PUT` [`crate::users::ChangeUser`] with `If-Match` → [`crate::users::User`]; `DELETE` (204).
pub const USER: &str = "/api/v1/users/{id}";
/// `PUT` [`crate::users::SetPassword`] (204).
pub const USER_PASSWORD: &str = "/api/v1/users/{id}/password";
/// `DELETE` (204).
pub const USER_SECOND_FACTOR: &str = "/api/v1/users/{id}/second-factor";
/// `GET` [`crate::users::Tokens`]; `POST` [`crate::users::MakeToken`] → [`crate::users::NewToken`].
pub const TOKENS: &str = "/api/v1/tokens";
/// `DELETE` (204).
pub const TOKEN: &str = "/api/v1/tokens/{id}";
/// `GET` [`crate::repairs::Repairs`].
pub const REPAIRS: &str = "/api/v1/repairs";
/// `GET` [`crate::receipts::Receipts`]; `?limit=` up to [`crate::receipts::MAX_LIMIT`].
pub const RECEIPTS: &str = "/api/v1/receipts";
/// `GET` [`crate::activity::Activity`].
pub const ACTIVITY: &str = "/api/v1/activity";
/// `GET` all of it as CSV.
pub const ACTIVITY_EXPORT: &str = "/api/v1/activity.csv";
/// `GET` the live stream of [`crate::events::Event`].
pub const EVENTS: &str = "/api/v1/events";
/// `GET` the description of all of this, as OpenAPI 3.1.
pub const OPENAPI: &str = "/api/v1/openapi.json";

/// Where the picture of a display's glass is; with `hash` the address changes when the picture does.
pub fn glass(display: &DisplayId, hash: &str) -> String {
    format!("{}?v={hash}", GLASS.replace("{id}", display.as_str()))
}

/// Where a display is linked and unlinked.
pub fn link(display: &DisplayId) -> String {
    LINK.replace("{id}", display.as_str())
}

/// Where a display is asked to show its own name.
pub fn identify(display: &DisplayId) -> String {
    IDENTIFY.replace("{id}", display.as_str())
}

/// Where a hub is renamed and forgotten.
pub fn hub(hub: &HubId) -> String {
    HUB.replace("{id}", hub.as_str())
}

/// Where a hub is told to start again.
pub fn hub_reboot(hub: &HubId) -> String {
    HUB_REBOOT.replace("{id}", hub.as_str())
}

/// Where a hub's log is.
pub fn hub_log(hub: &HubId) -> String {
    HUB_LOG.replace("{id}", hub.as_str())
}

/// Where a display's settings are.
pub fn settings(display: &DisplayId) -> String {
    SETTINGS.replace("{id}", display.as_str())
}

/// Where what a display showed is.
pub fn history(display: &DisplayId) -> String {
    HISTORY.replace("{id}", display.as_str())
}

/// Where a display's own picture goes.
pub fn picture(display: &DisplayId) -> String {
    PICTURE.replace("{id}", display.as_str())
}

/// Where a room's settings are.
pub fn room_settings(room: &RoomId) -> String {
    ROOM_SETTINGS.replace("{id}", room.as_str())
}

/// Where an announcement is withdrawn.
pub fn announcement(id: &AnnouncementId) -> String {
    ANNOUNCEMENT.replace("{id}", id.as_str())
}

/// Where a layout is read, saved and deleted.
pub fn layout(layout: &LayoutRef) -> String {
    LAYOUT.replace("{id}", layout.as_str())
}

/// Where something is tried; [`crate::guide::TestName`] is a word.
pub fn guide_test(name: crate::guide::TestName) -> String {
    GUIDE_TEST.replace("{name}", name.as_str())
}

/// Where a user is changed and removed.
pub fn user(id: u64) -> String {
    USER.replace("{id}", &id.to_string())
}

/// Where a user's password is set.
pub fn user_password(id: u64) -> String {
    USER_PASSWORD.replace("{id}", &id.to_string())
}

/// Where a user's second factor is removed.
pub fn user_second_factor(id: u64) -> String {
    USER_SECOND_FACTOR.replace("{id}", &id.to_string())
}

/// Where a token is deleted.
pub fn token(id: &str) -> String {
    TOKEN.replace("{id}", &escape(id))
}

/// Where a session is ended.
pub fn one_session(id: &str) -> String {
    ONE_SESSION.replace("{id}", &escape(id))
}

/// Where a sign-in with Google is finished. `flow` comes from the page's address: it is escaped here.
pub fn flow_finish(flow: &str) -> String {
    FLOW_FINISH.replace("{id}", &escape(flow))
}

/// Where an account is disconnected.
pub fn account(id: &str) -> String {
    ACCOUNT.replace("{id}", &escape(id))
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn escape(segment: &str) -> String {
    segment
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(b).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
