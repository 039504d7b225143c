//! All rooms of an organisation, as its administrators have entered them.
//!
//! The calendar list has only what somebody added to it; the Admin SDK has every room, with building, floor and
//! capacity. Only administrators may read it, and only when it was allowed at sign-in.

use serde::Deserialize;
use serde_json::Value;

use crate::answer::call_api;
use crate::client::Calendar;
use crate::error::Error;
use crate::tolerant::{next_page, or_default};

/// The most rooms Google gives on one page.
const ROOMS_PER_PAGE: &str = "500";

/// Fifty thousand rooms; a list that does not end by then is not a list.
const MOST_PAGES: usize = 100;

/// A room as the organisation's administrators describe it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryRoom {
    /// The calendar's id.
    pub email: String,
    /// Its name, without building and floor; absent when nobody gave it one.
    pub name: Option<String>,
    /// The building's id, mostly its short name.
    pub building: Option<String>,
    /// The floor's name, such as "2" or "Mezzanine".
    pub floor: Option<String>,
    /// How many it seats.
    pub capacity: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default, deserialize_with = "or_default")]
    items: Vec<Value>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource_email: String,
    resource_name: Option<String>,
    resource_category: Option<String>,
    building_id: Option<String>,
    floor_name: Option<String>,
    capacity: Option<Value>,
}

impl Calendar {
    /// Every room of the organisation. An entry that cannot be read, and what is no room (cars, projectors), is left out.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] for who is no administrator, [`Error::ApiDisabled`] where the project has no Admin SDK;
    /// fails when any page does not arrive.
    pub async fn list_directory_rooms(
        &self,
        access_token: &str,
    ) -> Result<Vec<DirectoryRoom>, Error> {
        let url = self.endpoints().admin(&[
            "directory",
            "v1",
            "customer",
            "my_customer",
            "resources",
            "calendars",
        ]);
        let mut rooms = Vec::new();
        let mut page_token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut request = self.http().get(url.clone()).bearer_auth(access_token);
            request = request.query(&[("maxResults", ROOMS_PER_PAGE)]);
            if let Some(token) = &page_token {
                request = request.query(&[("pageToken", token)]);
            }
            let page: Page = call_api(request).await?.json("the list of rooms")?;
            rooms.extend(page.items.into_iter().filter_map(read));
            page_token = next_page(page.next_page_token, page_token.as_deref()).map_err(endless)?;
            if page_token.is_none() {
                return Ok(rooms);
            }
        }
        Err(endless("it has more pages than a list can have"))
    }
}

fn endless(why: &str) -> Error {
    Error::Unreadable {
        what: "the list of rooms",
        reason: why.to_owned(),
    }
}

fn read(item: Value) -> Option<DirectoryRoom> {
    let item: Resource = serde_json::from_value(item).ok()?;
    let other = item.resource_category.as_deref() == Some("OTHER");
    if item.resource_email.is_empty() || other {
        return None;
    }
    let text = |text: Option<String>| {
        text.map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let capacity = item.capacity.as_ref().and_then(|capacity| {
        capacity
            .as_u64()
            .or_else(|| capacity.as_str()?.parse().ok())
    });
    Some(DirectoryRoom {
        email: item.resource_email,
        name: text(item.resource_name),
        building: text(item.building_id),
        floor: text(item.floor_name),
        capacity: capacity
            .and_then(|seats| u32::try_from(seats).ok())
            .filter(|seats| *seats > 0),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_room_is_read_with_what_is_known_of_it() {
        let whole = json!({"resourceEmail": "c_1@resource.calendar.google.com", "resourceName": " Alder ",
            "resourceCategory": "CONFERENCE_ROOM", "buildingId": "North", "floorName": "2", "capacity": 8});
        let expected = DirectoryRoom {
            email: "c_1@resource.calendar.google.com".to_owned(),
            name: Some("Alder".to_owned()),
            building: Some("North".to_owned()),
            floor: Some("2".to_owned()),
            capacity: Some(8),
        };
        assert_eq!(read(whole), Some(expected));
        let bare =
            read(json!({"resourceEmail": "x@y", "capacity": "12", "floorName": ""})).unwrap();
        assert_eq!(
            (bare.name, bare.floor, bare.capacity),
            (None, None, Some(12))
        );
    }

    #[test]
    fn what_is_no_room_is_left_out() {
        for item in [
            json!({"resourceEmail": "car@y", "resourceCategory": "OTHER"}),
            json!({"resourceName": "Nowhere"}),
            json!({"resourceEmail": ""}),
            json!(7),
        ] {
            assert_eq!(read(item), None);
        }
        assert_eq!(
            read(json!({"resourceEmail": "x@y", "capacity": 0}))
                .unwrap()
                .capacity,
            None
        );
    }
}
