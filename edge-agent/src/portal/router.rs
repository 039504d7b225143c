//! The only route table.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post, put};
use edge_api::route;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;

use super::app::App;
use super::{
    account, activity, announcements, assets, confirmation, docs, domain, door, events, flows,
    glass, guide, history, hubs, identity, integration, layouts, outbound, own_account, plain,
    receipts, relay, repairs, rooms, security, settings, signs, site, tokens, users,
};

/// Everything the portal answers.
pub(crate) fn router(app: App) -> Router {
    let api = Router::new()
        .route(plain::SETUP, get(plain::show_setup).post(plain::claim))
        .route(
            plain::LOGIN,
            get(plain::show_login).post(plain::check_password),
        )
        .route(
            plain::LOGIN_CODE,
            get(plain::show_code).post(plain::check_code),
        )
        .route(plain::DONE, get(plain::done))
        .route(route::HEALTH, get(account::health))
        .route(route::SETUP, get(account::setup_state).post(account::claim))
        .route(
            route::SESSION,
            get(account::session)
                .post(account::sign_in)
                .delete(account::sign_out),
        )
        .route(route::SIGNS, get(signs::list))
        .route(route::GLASS, get(glass::picture))
        .route(route::LINK, put(signs::link).delete(signs::unlink))
        .route(route::IDENTIFY, post(signs::identify))
        .route(route::HISTORY, get(history::list))
        .route(route::HISTORY_PICTURE, get(history::picture))
        .route(
            route::HISTORY_DAYS,
            get(history::show_days).put(history::set_days),
        )
        .route(route::SETTINGS, get(settings::show).put(settings::set))
        .route(
            route::PICTURE,
            put(settings::put_picture).delete(settings::drop_picture),
        )
        .route(
            route::ANNOUNCEMENTS,
            get(announcements::list).post(announcements::announce),
        )
        .route(route::ANNOUNCEMENT, delete(announcements::withdraw))
        .route(route::LAYOUTS, get(layouts::list).post(layouts::import))
        .route(route::PREVIEW, post(layouts::draw))
        .route(route::CHECK_LAYOUT, post(layouts::check))
        .route(
            route::LAYOUT,
            get(layouts::show)
                .put(layouts::replace)
                .delete(layouts::delete),
        )
        .route(route::ROOMS, get(rooms::list).post(rooms::add))
        .route(
            route::ROOM_SETTINGS,
            get(settings::show_room).put(settings::set_room),
        )
        .route(route::HUBS, get(hubs::list))
        .route(route::PAIRING, post(hubs::pair).delete(hubs::stop_pairing))
        .route(route::HUB, put(hubs::rename).delete(hubs::forget))
        .route(route::HUB_REBOOT, post(hubs::reboot))
        .route(route::HUB_LOG, get(hubs::log))
        .route(route::INTEGRATION, get(integration::show))
        .route(route::GOOGLE_APP, put(integration::save_app))
        .route(route::GOOGLE_APP_FILE, post(integration::preview_file))
        .route(route::GUIDE, get(guide::show))
        .route(route::GUIDE_TEST, post(guide::test))
        .route(route::FLOWS, post(flows::begin))
        .route(route::FLOW_FINISH, post(flows::finish))
        .route(route::ACCOUNT, delete(integration::disconnect))
        .route(route::RELAY, get(relay::show))
        .route(route::ENROL, post(relay::enrol))
        .route(route::RELAY_KEY, post(relay::change_key))
        .route(route::RELAY_TAKE_OVER, post(relay::take_over))
        .route(route::RELAY_LEAVE, post(relay::leave))
        .route(route::RELAY_SITE, get(site::show).put(site::save))
        .route(route::OUTBOUND, get(outbound::show))
        .route(
            route::OUTBOUND_PROXY,
            put(outbound::save_proxy).delete(outbound::remove_proxy),
        )
        .route(
            route::OUTBOUND_AUTHORITIES,
            put(outbound::save_authorities).delete(outbound::remove_authorities),
        )
        .route(route::OUTBOUND_TEST, post(outbound::test))
        .route(route::SECURITY, get(security::show))
        .route(route::SECURITY_PREVIEW, post(identity::preview))
        .route(
            route::SECURITY_TRIAL,
            post(identity::try_out).delete(identity::take_back),
        )
        .route(route::SECURITY_CONFIRM, post(identity::confirm))
        .route(
            confirmation::PATH,
            get(confirmation::ask).post(confirmation::answer),
        )
        .route(route::DOMAIN_PROBE, post(domain::probe))
        .route(route::ONE_SESSION, delete(security::end_session))
        .route(route::OWN_PASSWORD, put(own_account::change_password))
        .route(
            route::OWN_SECOND_FACTOR,
            post(own_account::begin_factor)
                .put(own_account::confirm_factor)
                .delete(own_account::drop_factor),
        )
        .route(route::USERS, get(users::list).post(users::make))
        .route(route::USER, put(users::change).delete(users::remove))
        .route(route::USER_PASSWORD, put(users::set_password))
        .route(route::USER_SECOND_FACTOR, delete(users::drop_factor))
        .route(route::TOKENS, get(tokens::list).post(tokens::make))
        .route(route::TOKEN, delete(tokens::delete))
        .route(route::REPAIRS, get(repairs::list))
        .route(route::RECEIPTS, get(receipts::list))
        .route(route::ACTIVITY, get(activity::list))
        .route(route::ACTIVITY_EXPORT, get(activity::export))
        .route(route::EVENTS, get(events::follow))
        .route(route::OPENAPI, get(docs::openapi))
        .method_not_allowed_fallback(door::no_method)
        .route("/api/{*rest}", axum::routing::any(door::no_route))
        .route("/api", axum::routing::any(door::no_route))
        .with_state(app.clone());
    // The last layer is the first that a request meets.
    let pages = assets::router()
        .route(docs::PATH, get(docs::show))
        .layer(from_fn_with_state(app.clone(), plain::lead_in));
    api.merge(pages)
        .layer(from_fn_with_state(app.clone(), door::claimed))
        .layer(CsrfLayer::new())
        .layer(from_fn_with_state(app, door::own_host))
        .layer(CatchPanicLayer::custom(door::panicked))
        .layer(from_fn(door::answer))
}
