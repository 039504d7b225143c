//! What is asked about signs, rooms, hubs, and what happened to them.

use edge_api::activity::Activity;
use edge_api::hubs::{HubLog, Hubs, Pair, Pairing};
use edge_api::id::{AnnouncementId, DisplayId, HubId, RoomId};
use edge_api::receipts::Receipts;
use edge_api::repairs::Repairs;
use edge_api::rooms::{AddRoom, Room, Rooms};
use edge_api::route;
use edge_api::settings::{Announce, Announcement, Announcements, DisplaySettings};
use edge_api::signs::{Link, Signs};
use gloo_net::http::Method;

use super::{Api, Asked, Body, drop_text, json, read};

impl Api {
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

    pub(crate) fn rooms(self) -> Asked<Rooms> {
        self.timed(route::ROOMS, |rooms: &Rooms| rooms.now)
    }

    pub(crate) fn add_room(self, room: &AddRoom) -> Asked<Room> {
        read(self.send(Method::POST, route::ROOMS, json(room)))
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

    pub(crate) fn repairs(self) -> Asked<Repairs> {
        self.get(route::REPAIRS)
    }

    pub(crate) fn receipts(self) -> Asked<Receipts> {
        self.get(route::RECEIPTS)
    }

    pub(crate) fn activity(self) -> Asked<Activity> {
        self.get(route::ACTIVITY)
    }
}
