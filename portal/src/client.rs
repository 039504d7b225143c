//! The typed client of the agent's API: the only place that makes requests.
//!
//! What is common to all requests is written once for boxed futures: made anew for every answer's type, it would be a
//! good part of what the browser has to load.

use std::future::Future;
use std::pin::Pin;

use edge_api::account::{Session, SetupState};
use edge_api::activity::Activity;
use edge_api::hubs::{HubLog, Hubs, Pair, Pairing};
use edge_api::id::{AnnouncementId, DisplayId, HubId, RoomId};
use edge_api::integration::{Account, ClientSecretPreview, FlowBegun, Integration, SaveGoogleApp};
use edge_api::layouts::{
    CheckLayout, LayoutChecked, LayoutDocument, LayoutRef, Layouts, Preview, SaveLayout,
};
use edge_api::outbound::{Outbound, SaveAuthorities, SaveProxy, Trials};
use edge_api::receipts::Receipts;
use edge_api::relay::{Enrol, Leave, Relay, SaveSite, Site};
use edge_api::repairs::Repairs;
use edge_api::rooms::Rooms;
use edge_api::route;
use edge_api::security::Security;
use edge_api::settings::{Announce, Announcement, Announcements, DisplaySettings};
use edge_api::signs::{Link, Signs};
use gloo_net::http::{Method, RequestBuilder, Response};
use jiff::Timestamp;
use leptos::prelude::use_context;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::access::Access;
use crate::browser;
use crate::clock::Clock;
use crate::problem::Problem;
use crate::words::client;

/// What a request gives.
pub(crate) type Answer<T> = Result<T, Problem>;

/// An answer that is on its way.
pub(crate) type Asked<T> = Pin<Box<dyn Future<Output = Answer<T>>>>;

/// The API of the agent this page came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api {
    access: Access,
    clock: Clock,
}

/// What goes with a request.
enum Body {
    Nothing,
    Json(serde_json::Result<String>),
    /// JSON, or nothing, that was made from this version.
    Versioned(u64, serde_json::Result<String>),
    File(web_sys::File),
}

impl Api {
    /// A client that tells `access` when the agent says who we are to it, and `clock` what time it is there.
    pub(crate) fn new(access: Access, clock: Clock) -> Self {
        Self { access, clock }
    }

    /// The client of this portal, which [`crate::app::App`] provides.
    pub(crate) fn here() -> Self {
        use_context().expect("App provides the client before it draws any page")
    }

    pub(crate) fn setup(self) -> Asked<SetupState> {
        self.get(route::SETUP)
    }

    pub(crate) fn session(self) -> Asked<Session> {
        self.get(route::SESSION)
    }

    pub(crate) fn sign_out(self) -> Asked<()> {
        drop_text(self.send(Method::DELETE, route::SESSION, Body::Nothing))
    }

    pub(crate) fn signs(self) -> Asked<Signs> {
        self.timed(route::SIGNS, |signs: &Signs| signs.now)
    }

    pub(crate) fn link(self, display: &DisplayId, room: RoomId) -> Asked<()> {
        drop_text(self.send(Method::PUT, &route::link(display), json(&Link { room })))
    }

    pub(crate) fn unlink(self, display: &DisplayId) -> Asked<()> {
        drop_text(self.send(Method::DELETE, &route::link(display), Body::Nothing))
    }

    pub(crate) fn identify(self, display: &DisplayId) -> Asked<()> {
        drop_text(self.send(Method::POST, &route::identify(display), Body::Nothing))
    }

    pub(crate) fn settings(self, display: &DisplayId) -> Asked<DisplaySettings> {
        self.get(&route::settings(display))
    }

    pub(crate) fn set(self, display: &DisplayId, to: &DisplaySettings) -> Asked<DisplaySettings> {
        read(self.send(Method::PUT, &route::settings(display), json(to)))
    }

    /// Sends the file of a display's picture as it is.
    pub(crate) fn set_picture(self, display: &DisplayId, file: web_sys::File) -> Asked<()> {
        drop_text(self.send(Method::PUT, &route::picture(display), Body::File(file)))
    }

    pub(crate) fn announcements(self) -> Asked<Announcements> {
        self.timed(route::ANNOUNCEMENTS, |all: &Announcements| all.now)
    }

    pub(crate) fn announce(self, says: &Announce) -> Asked<Announcement> {
        read(self.send(Method::POST, route::ANNOUNCEMENTS, json(says)))
    }

    pub(crate) fn withdraw(self, id: &AnnouncementId) -> Asked<()> {
        drop_text(self.send(Method::DELETE, &route::announcement(id), Body::Nothing))
    }

    pub(crate) fn layouts(self) -> Asked<Layouts> {
        self.get(route::LAYOUTS)
    }

    pub(crate) fn layout(self, layout: &LayoutRef) -> Asked<LayoutDocument> {
        self.get(&route::layout(layout))
    }

    pub(crate) fn import_layout(self, new: &SaveLayout) -> Asked<LayoutDocument> {
        read(self.send(Method::POST, route::LAYOUTS, json(new)))
    }

    /// Saves, unless somebody else has since `version`.
    pub(crate) fn save_layout(
        self,
        layout: &LayoutRef,
        version: u64,
        new: &SaveLayout,
    ) -> Asked<LayoutDocument> {
        let body = Body::Versioned(version, serde_json::to_string(new));
        read(self.send(Method::PUT, &route::layout(layout), body))
    }

    pub(crate) fn delete_layout(self, layout: &LayoutRef, version: u64) -> Asked<()> {
        let body = Body::Versioned(version, Ok(String::new()));
        drop_text(self.send(Method::DELETE, &route::layout(layout), body))
    }

    pub(crate) fn check_layout(self, document: String) -> Asked<LayoutChecked> {
        read(self.send(
            Method::POST,
            route::CHECK_LAYOUT,
            json(&CheckLayout { document }),
        ))
    }

    /// An address of a picture that lives as long as the page; whoever is done with it lets go of it.
    pub(crate) fn draw(self, preview: &Preview) -> Asked<String> {
        let asked = self.ask(Method::POST, route::PREVIEW, json(preview));
        Box::pin(async move {
            let file = asked
                .await?
                .binary()
                .await
                .map_err(|_| Problem::unreachable())?;
            browser::picture_address(&file).ok_or_else(Problem::unreadable)
        })
    }

    pub(crate) fn rooms(self) -> Asked<Rooms> {
        self.timed(route::ROOMS, |rooms: &Rooms| rooms.now)
    }

    pub(crate) fn hubs(self) -> Asked<Hubs> {
        self.timed(route::HUBS, |hubs: &Hubs| hubs.now)
    }

    pub(crate) fn pair(self, pair: &Pair) -> Asked<Pairing> {
        read(self.send(Method::POST, route::PAIRING, json(pair)))
    }

    pub(crate) fn stop_pairing(self) -> Asked<()> {
        drop_text(self.send(Method::DELETE, route::PAIRING, Body::Nothing))
    }

    pub(crate) fn forget_hub(self, hub: &HubId) -> Asked<()> {
        drop_text(self.send(Method::DELETE, &route::hub(hub), Body::Nothing))
    }

    pub(crate) fn reboot_hub(self, hub: &HubId) -> Asked<()> {
        drop_text(self.send(Method::POST, &route::hub_reboot(hub), Body::Nothing))
    }

    pub(crate) fn hub_log(self, hub: &HubId) -> Asked<HubLog> {
        self.get(&route::hub_log(hub))
    }

    pub(crate) fn integration(self) -> Asked<Integration> {
        self.get(route::INTEGRATION)
    }

    pub(crate) fn save_app(self, app: &SaveGoogleApp) -> Asked<Integration> {
        read(self.send(Method::PUT, route::GOOGLE_APP, json(app)))
    }

    /// Sends the file as it is; nothing is saved.
    pub(crate) fn preview(self, file: web_sys::File) -> Asked<ClientSecretPreview> {
        read(self.send(Method::POST, route::GOOGLE_APP_FILE, Body::File(file)))
    }

    pub(crate) fn begin_flow(self) -> Asked<FlowBegun> {
        read(self.send(Method::POST, route::FLOWS, Body::Nothing))
    }

    pub(crate) fn finish_flow(self, flow: &str) -> Asked<Account> {
        read(self.send(Method::POST, &route::flow_finish(flow), Body::Nothing))
    }

    pub(crate) fn disconnect(self, account: &str) -> Asked<()> {
        drop_text(self.send(Method::DELETE, &route::account(account), Body::Nothing))
    }

    pub(crate) fn relay(self) -> Asked<Relay> {
        self.get(route::RELAY)
    }

    pub(crate) fn enrol(self, enrol: &Enrol) -> Asked<Relay> {
        read(self.send(Method::POST, route::ENROL, json(enrol)))
    }

    pub(crate) fn change_relay_key(self) -> Asked<Relay> {
        read(self.send(Method::POST, route::RELAY_KEY, Body::Nothing))
    }

    pub(crate) fn take_over(self) -> Asked<Relay> {
        read(self.send(Method::POST, route::RELAY_TAKE_OVER, Body::Nothing))
    }

    pub(crate) fn leave_relay(self, leave: Leave) -> Asked<Relay> {
        read(self.send(Method::POST, route::RELAY_LEAVE, json(&leave)))
    }

    pub(crate) fn site(self) -> Asked<Site> {
        self.get(route::RELAY_SITE)
    }

    pub(crate) fn save_site(self, site: &SaveSite) -> Asked<Site> {
        read(self.send(Method::PUT, route::RELAY_SITE, json(site)))
    }

    pub(crate) fn outbound(self) -> Asked<Outbound> {
        self.get(route::OUTBOUND)
    }

    pub(crate) fn save_proxy(self, proxy: &SaveProxy) -> Asked<Outbound> {
        read(self.send(Method::PUT, route::OUTBOUND_PROXY, json(proxy)))
    }

    pub(crate) fn remove_proxy(self) -> Asked<Outbound> {
        read(self.send(Method::DELETE, route::OUTBOUND_PROXY, Body::Nothing))
    }

    pub(crate) fn save_authorities(self, authorities: &SaveAuthorities) -> Asked<Outbound> {
        read(self.send(Method::PUT, route::OUTBOUND_AUTHORITIES, json(authorities)))
    }

    pub(crate) fn remove_authorities(self) -> Asked<Outbound> {
        read(self.send(Method::DELETE, route::OUTBOUND_AUTHORITIES, Body::Nothing))
    }

    pub(crate) fn test_way_out(self) -> Asked<Trials> {
        read(self.send(Method::POST, route::OUTBOUND_TEST, Body::Nothing))
    }

    pub(crate) fn security(self) -> Asked<Security> {
        self.timed(route::SECURITY, |security: &Security| security.now)
    }

    pub(crate) fn repairs(self) -> Asked<Repairs> {
        self.get(route::REPAIRS)
    }

    pub(crate) fn receipts(self) -> Asked<Receipts> {
        self.get(route::RECEIPTS)
    }

    pub(crate) fn activity(self) -> Asked<Activity> {
        self.get(route::ACTIVITY)
    }

    fn get<T: DeserializeOwned + 'static>(self, path: &str) -> Asked<T> {
        read(self.send(Method::GET, path, Body::Nothing))
    }

    /// A get whose answer tells the agent's time.
    fn timed<T: DeserializeOwned + 'static>(
        self,
        path: &str,
        now: fn(&T) -> Timestamp,
    ) -> Asked<T> {
        let sent = self.send(Method::GET, path, Body::Nothing);
        Box::pin(async move {
            let answer = parse(&sent.await?)?;
            self.clock.learn(now(&answer));
            Ok(answer)
        })
    }

    /// The text of an answer below 400, or why not.
    fn send(self, method: Method, path: &str, body: Body) -> Asked<String> {
        let asked = self.ask(method, path, body);
        Box::pin(async move {
            asked
                .await?
                .text()
                .await
                .map_err(|_| Problem::unreachable())
        })
    }

    /// An answer below 400, or why not.
    fn ask(self, method: Method, path: &str, body: Body) -> Asked<Response> {
        let path = path.to_owned();
        Box::pin(async move {
            let request = RequestBuilder::new(&path).method(method);
            let typed =
                |request: RequestBuilder| request.header("content-type", "application/json");
            let request = match body {
                Body::Nothing => request.build(),
                Body::Json(text) => typed(request).body(text.map_err(|_| not_sent())?),
                Body::Versioned(version, text) => typed(request)
                    .header("if-match", &format!("\"{version}\""))
                    .body(text.map_err(|_| not_sent())?),
                Body::File(file) => typed(request).body(JsValue::from(file)),
            };
            let response = request
                .map_err(|_| not_sent())?
                .send()
                .await
                .map_err(|_| Problem::unreachable())?;
            if response.status() < 400 {
                return Ok(response);
            }
            let text = response.text().await.map_err(|_| Problem::unreachable())?;
            let problem = Problem::refused(response.status(), &text);
            self.access.heard(&problem);
            Err(problem)
        })
    }
}

fn json(body: &impl Serialize) -> Body {
    Body::Json(serde_json::to_string(body))
}

fn read<T: DeserializeOwned + 'static>(sent: Asked<String>) -> Asked<T> {
    Box::pin(async move { parse(&sent.await?) })
}

/// Where nothing is expected, whatever came is fine.
fn drop_text(sent: Asked<String>) -> Asked<()> {
    Box::pin(async move { sent.await.map(drop) })
}

fn parse<T: DeserializeOwned>(text: &str) -> Answer<T> {
    crate::json::from_str(text).map_err(|_| Problem::unreadable())
}

fn not_sent() -> Problem {
    Problem::own(client::NOT_SENT, client::NOT_SENT_HINT)
}
