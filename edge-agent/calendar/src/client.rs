//! The few calls to the Calendar API that a sign needs.

use http::header;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use crate::answer::call_api;
use crate::endpoints::Endpoints;
use crate::error::Error;
use crate::event::Event;
use crate::item::{self, Item};
use crate::tolerant::{next_page, or_default};
use crate::window::Window;

/// The most events Google gives on one page.
const EVENTS_PER_PAGE: &str = "2500";

/// The most calendars Google gives on one page.
const CALENDARS_PER_PAGE: &str = "250";

/// A list that does not end by then is not a list. Google fills pages as it likes: three busy days may come in ten.
const MOST_PAGES: u32 = 100;

/// A large company has as many rooms, at whatever size of pages.
const MOST_CALENDAR_PAGES: usize = 400;

/// Speaks to Google Calendar; holds no tokens. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Calendar {
    http: reqwest::Client,
    endpoints: Endpoints,
}

/// A calendar that the account has on its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCalendar {
    /// Google's id: for a resource its e-mail address.
    pub id: String,
    /// The name that the account sees; the id where Google tells none.
    pub name: String,
    /// The IANA name of its zone, as Google tells it.
    pub zone: Option<String>,
}

/// What a list brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listing {
    /// The whole window.
    Changed(Listed),
    /// Nothing has changed since the list that the given tag came from.
    NotModified,
}

/// A whole window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// By start, end and id; only those that occupy the room.
    pub events: Vec<Event>,
    /// How many items could not be understood.
    pub skipped: u32,
    /// The first of them: why, and when Google says it is.
    pub skipped_example: Option<String>,
    /// How many requests it took.
    pub pages: u32,
    /// For the next request; absent when the list had several pages, whose tags say nothing about the whole.
    pub etag: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default, deserialize_with = "or_default")]
    items: Vec<Value>,
    next_page_token: Option<String>,
    etag: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CalendarItem {
    id: String,
    summary: Option<String>,
    summary_override: Option<String>,
    time_zone: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    deleted: bool,
}

impl Calendar {
    /// Uses `http` for every call; it should follow no redirects and have a timeout.
    #[must_use]
    pub fn new(http: reqwest::Client, endpoints: Endpoints) -> Self {
        Self { http, endpoints }
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Every calendar on the account's list, hidden ones too. An entry that cannot be read is left out.
    ///
    /// # Errors
    ///
    /// Fails when Google refuses or any page does not arrive: half a list would look like calendars taken away.
    pub async fn list_calendars(&self, access_token: &str) -> Result<Vec<ListedCalendar>, Error> {
        let url = self.endpoints.calendar(&["users", "me", "calendarList"]);
        let mut calendars = Vec::new();
        let mut page_token: Option<String> = None;
        for _ in 0..MOST_CALENDAR_PAGES {
            let mut request = self
                .http
                .get(url.clone())
                .bearer_auth(access_token)
                .query(&[("maxResults", CALENDARS_PER_PAGE), ("showHidden", "true")]);
            if let Some(token) = &page_token {
                request = request.query(&[("pageToken", token)]);
            }
            let page: Page = call_api(request).await?.json("the list of calendars")?;
            calendars.extend(page.items.into_iter().filter_map(read_calendar));
            page_token = next_page(page.next_page_token, page_token.as_deref())
                .map_err(|why| endless("the list of calendars", why))?;
            if page_token.is_none() {
                return Ok(calendars);
            }
        }
        Err(endless("the list of calendars", TOO_MANY))
    }

    /// One calendar that the account can read, on its list or not.
    ///
    /// # Errors
    ///
    /// [`Error::Gone`] when there is none of that id, or the account cannot see it.
    pub async fn calendar(
        &self,
        access_token: &str,
        calendar_id: &str,
    ) -> Result<ListedCalendar, Error> {
        let url = self.endpoints.calendar(&["calendars", calendar_id]);
        let answer = call_api(self.http.get(url).bearer_auth(access_token)).await?;
        read_calendar(answer.json("the request for a calendar")?).ok_or_else(|| Error::Unreadable {
            what: "the request for a calendar",
            reason: "it names none".to_owned(),
        })
    }

    /// Whether lists are answered: asks for the shortest.
    ///
    /// # Errors
    ///
    /// As [`Calendar::list_calendars`].
    pub async fn probe(&self, access_token: &str) -> Result<(), Error> {
        let url = self.endpoints.calendar(&["users", "me", "calendarList"]);
        let request = self.http.get(url).bearer_auth(access_token);
        let page: Page = call_api(request.query(&[("maxResults", "1")]))
            .await?
            .json("the list of calendars")?;
        drop(page);
        Ok(())
    }

    /// The events of one calendar that touch `window`, one per occurrence. `zone` is the calendar's; `etag` is that of
    /// the last list of the same window, if it had one.
    ///
    /// # Errors
    ///
    /// Fails when Google refuses or any page does not arrive whole. One event that cannot be read is no error.
    pub async fn list_window(
        &self,
        access_token: &str,
        calendar_id: &str,
        window: Window,
        zone: &TimeZone,
        etag: Option<&str>,
    ) -> Result<Listing, Error> {
        let mut list = Collected::default();
        let mut page_token: Option<String> = None;
        for number in 0..MOST_PAGES {
            let mut request = self.window_request(access_token, calendar_id, window);
            match (&page_token, etag) {
                (Some(token), _) => request = request.query(&[("pageToken", token)]),
                (None, Some(etag)) => request = request.header(header::IF_NONE_MATCH, etag),
                (None, None) => {}
            }
            let answer = call_api(request).await?;
            if answer.status == http::StatusCode::NOT_MODIFIED {
                return match number {
                    0 if etag.is_some() => Ok(Listing::NotModified),
                    _ => Err(Error::Unreadable {
                        what: "the list of events",
                        reason: "it says \"not modified\" without having been asked".to_owned(),
                    }),
                };
            }
            let page: Page = answer.json("the list of events")?;
            list.take(page.items, zone);
            page_token = next_page(page.next_page_token, page_token.as_deref())
                .map_err(|why| endless("the list of events", why))?;
            if page_token.is_none() {
                let whole = (number == 0).then_some(page.etag).flatten();
                return Ok(Listing::Changed(list.finish(whole, number + 1)));
            }
        }
        Err(endless("the list of events", TOO_MANY))
    }

    fn window_request(
        &self,
        access_token: &str,
        calendar_id: &str,
        window: Window,
    ) -> reqwest::RequestBuilder {
        let url = self
            .endpoints
            .calendar(&["calendars", calendar_id, "events"]);
        self.http.get(url).bearer_auth(access_token).query(&[
            ("singleEvents", "true"),
            ("orderBy", "startTime"),
            ("timeMin", &window.start.to_string()),
            ("timeMax", &window.end.to_string()),
            ("maxResults", EVENTS_PER_PAGE),
        ])
    }
}

/// Why a list that does not end is given up.
const TOO_MANY: &str = "it has more pages than a list can have";

fn endless(what: &'static str, why: &str) -> Error {
    Error::Unreadable {
        what,
        reason: why.to_owned(),
    }
}

fn read_calendar(item: Value) -> Option<ListedCalendar> {
    let item: CalendarItem = serde_json::from_value(item).ok()?;
    if item.deleted || item.id.is_empty() {
        return None;
    }
    let name = item
        .summary_override
        .or(item.summary)
        .map(|name| name.trim().to_owned());
    Some(ListedCalendar {
        name: name
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| item.id.clone()),
        id: item.id,
        zone: item.time_zone,
    })
}

/// The pages of one list, as they come in.
#[derive(Default)]
struct Collected {
    events: Vec<Event>,
    skipped: u32,
    example: Option<String>,
}

impl Collected {
    fn take(&mut self, items: Vec<Value>, zone: &TimeZone) {
        for value in items {
            let when = written_start(&value);
            match item::read(value, zone) {
                Item::Occupies(event) => self.events.push(event),
                Item::Leaves => {}
                Item::Bad(why) => {
                    self.skipped += 1;
                    self.example
                        .get_or_insert_with(|| format!("{why} ({when})"));
                }
            }
        }
    }

    fn finish(mut self, etag: Option<String>, pages: u32) -> Listed {
        self.events
            .sort_by(|a, b| (a.start, a.end, &a.id).cmp(&(b.start, b.end, &b.id)));
        // An event that moves while pages are fetched can be on two of them.
        self.events
            .dedup_by(|a, b| a.id == b.id && a.start == b.start);
        Listed {
            events: self.events,
            skipped: self.skipped,
            skipped_example: self.example,
            pages,
            etag,
        }
    }
}

/// When an item says it starts, so that a person finds the one that was skipped; never its title.
fn written_start(item: &Value) -> String {
    let text = ["dateTime", "date"]
        .iter()
        .find_map(|key| item.get("start")?.get(*key)?.as_str());
    match text {
        Some(text) => format!("starts {}", text.chars().take(32).collect::<String>()),
        None => "no readable start".to_owned(),
    }
}
