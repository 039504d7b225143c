//! What is asked about Google, the relay, the way out and security.

use edge_api::guide::{Audience, Guide, TestName, TestResult};
use edge_api::integration::{Account, ClientSecretPreview, FlowBegun, Integration, SaveGoogleApp};
use edge_api::outbound::{Outbound, SaveAuthorities, SaveProxy, Trials};
use edge_api::relay::{Enrol, Leave, Relay, SaveSite, Site};
use edge_api::route;
use edge_api::security::Security;
use gloo_net::http::Method;

use super::{Api, Asked, Body, drop_text, json, read};

impl Api {
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

    pub(crate) fn guide(self, audience: Audience) -> Asked<Guide> {
        let word = match audience {
            Audience::Internal => "internal",
            Audience::Testing => "testing",
            Audience::Production => "production",
        };
        self.get(&format!("{}?audience={word}", route::GUIDE))
    }

    pub(crate) fn try_out(self, test: TestName) -> Asked<TestResult> {
        read(self.send(Method::POST, &route::guide_test(test), Body::Nothing))
    }

    pub(crate) fn begin_flow(self, rooms: bool) -> Asked<FlowBegun> {
        let path = format!("{}?rooms={rooms}", route::FLOWS);
        read(self.send(Method::POST, &path, Body::Nothing))
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
}
