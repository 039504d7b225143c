//! The typed client of the agent's API: the only place that makes requests.

use edge_api::account::{Claim, Session, SetupState, SignIn};
use edge_api::activity::Activity;
use edge_api::hubs::{Hubs, Pair, Pairing};
use edge_api::id::{DisplayId, RoomId};
use edge_api::integration::{Account, ClientSecretPreview, FlowBegun, Integration, SaveGoogleApp};
use edge_api::receipts::Receipts;
use edge_api::relay::{Enrol, Relay};
use edge_api::repairs::Repairs;
use edge_api::rooms::Rooms;
use edge_api::route;
use edge_api::security::Security;
use edge_api::signs::{Link, Signs};
use gloo_net::http::{Request, RequestBuilder, Response};
use leptos::prelude::use_context;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::access::Access;
use crate::clock::Clock;
use crate::problem::Problem;
use crate::words::client;

/// What a request gives.
pub(crate) type Answer<T> = Result<T, Problem>;

/// The API of the agent this page came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api {
    access: Access,
    clock: Clock,
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

    pub(crate) async fn setup(self) -> Answer<SetupState> {
        self.get(route::SETUP).await
    }

    pub(crate) async fn claim(self, claim: &Claim) -> Answer<Session> {
        self.json(Request::post(route::SETUP), claim).await
    }

    pub(crate) async fn session(self) -> Answer<Session> {
        self.get(route::SESSION).await
    }

    pub(crate) async fn sign_in(self, sign_in: &SignIn) -> Answer<Session> {
        self.json(Request::post(route::SESSION), sign_in).await
    }

    pub(crate) async fn sign_out(self) -> Answer<()> {
        self.nothing(Request::delete(route::SESSION)).await
    }

    pub(crate) async fn signs(self) -> Answer<Signs> {
        let signs: Signs = self.get(route::SIGNS).await?;
        self.clock.learn(signs.now);
        Ok(signs)
    }

    pub(crate) async fn link(self, display: &DisplayId, room: RoomId) -> Answer<()> {
        let request = Request::put(&route::link(display)).json(&Link { room });
        read_nothing(self.send(request.map_err(|_| not_sent())?).await?)
    }

    pub(crate) async fn unlink(self, display: &DisplayId) -> Answer<()> {
        self.nothing(Request::delete(&route::link(display))).await
    }

    pub(crate) async fn identify(self, display: &DisplayId) -> Answer<()> {
        self.nothing(Request::post(&route::identify(display))).await
    }

    pub(crate) async fn rooms(self) -> Answer<Rooms> {
        let rooms: Rooms = self.get(route::ROOMS).await?;
        self.clock.learn(rooms.now);
        Ok(rooms)
    }

    pub(crate) async fn hubs(self) -> Answer<Hubs> {
        let hubs: Hubs = self.get(route::HUBS).await?;
        self.clock.learn(hubs.now);
        Ok(hubs)
    }

    pub(crate) async fn pair(self, pair: &Pair) -> Answer<Pairing> {
        self.json(Request::post(route::PAIRING), pair).await
    }

    pub(crate) async fn integration(self) -> Answer<Integration> {
        self.get(route::INTEGRATION).await
    }

    pub(crate) async fn save_app(self, app: &SaveGoogleApp) -> Answer<Integration> {
        self.json(Request::put(route::GOOGLE_APP), app).await
    }

    /// Sends the file as it is; nothing is saved.
    pub(crate) async fn preview(self, file: web_sys::File) -> Answer<ClientSecretPreview> {
        let request =
            Request::post(route::GOOGLE_APP_FILE).header("content-type", "application/json");
        self.read(request.body(JsValue::from(file)).map_err(|_| not_sent())?)
            .await
    }

    pub(crate) async fn begin_flow(self) -> Answer<FlowBegun> {
        self.read(
            Request::post(route::FLOWS)
                .build()
                .map_err(|_| not_sent())?,
        )
        .await
    }

    pub(crate) async fn finish_flow(self, flow: &str) -> Answer<Account> {
        self.read(
            Request::post(&route::flow_finish(flow))
                .build()
                .map_err(|_| not_sent())?,
        )
        .await
    }

    pub(crate) async fn disconnect(self, account: &str) -> Answer<()> {
        self.nothing(Request::delete(&route::account(account)))
            .await
    }

    pub(crate) async fn relay(self) -> Answer<Relay> {
        self.get(route::RELAY).await
    }

    pub(crate) async fn enrol(self, enrol: &Enrol) -> Answer<Relay> {
        self.json(Request::post(route::ENROL), enrol).await
    }

    pub(crate) async fn security(self) -> Answer<Security> {
        let security: Security = self.get(route::SECURITY).await?;
        self.clock.learn(security.now);
        Ok(security)
    }

    pub(crate) async fn repairs(self) -> Answer<Repairs> {
        self.get(route::REPAIRS).await
    }

    pub(crate) async fn receipts(self) -> Answer<Receipts> {
        self.get(route::RECEIPTS).await
    }

    pub(crate) async fn activity(self) -> Answer<Activity> {
        self.get(route::ACTIVITY).await
    }

    async fn get<T: DeserializeOwned>(self, path: &str) -> Answer<T> {
        self.read(Request::get(path).build().map_err(|_| not_sent())?)
            .await
    }

    async fn json<T: DeserializeOwned>(
        self,
        request: RequestBuilder,
        body: &impl Serialize,
    ) -> Answer<T> {
        self.read(request.json(body).map_err(|_| not_sent())?).await
    }

    async fn nothing(self, request: RequestBuilder) -> Answer<()> {
        read_nothing(self.send(request.build().map_err(|_| not_sent())?).await?)
    }

    async fn read<T: DeserializeOwned>(self, request: Request) -> Answer<T> {
        let response = self.send(request).await?;
        let status = response.status();
        let text = response.text().await.map_err(|_| Problem::unreachable())?;
        serde_json::from_str(&text).map_err(|_| Problem::unreadable(status))
    }

    /// An answer below 400, or why not.
    async fn send(self, request: Request) -> Answer<Response> {
        let response = request.send().await.map_err(|_| Problem::unreachable())?;
        if response.status() < 400 {
            return Ok(response);
        }
        let body = response.text().await.unwrap_or_default();
        let problem = Problem::refused(response.status(), &body);
        self.access.heard(&problem);
        Err(problem)
    }
}

/// Where nothing is expected, whatever came is fine.
#[expect(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "ends a chain of answers"
)]
fn read_nothing(_answer: Response) -> Answer<()> {
    Ok(())
}

fn not_sent() -> Problem {
    Problem::own(client::NOT_SENT, client::NOT_SENT_HINT)
}
