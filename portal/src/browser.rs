//! What the portal asks of the browser itself: its clock and zone, its clipboard, its address bar.

use jiff::Timestamp;
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Array, Date, Promise, Reflect, Uint8Array, encode_uri_component};
use web_sys::{Blob, BlobPropertyBag, Url};

/// The browser's clock, in milliseconds since 1970.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit in 53 bits"
)]
pub(crate) fn now_ms() -> i64 {
    Date::now() as i64
}

/// The time of day in the browser's zone, `11:30:02`; with the date when that is not today.
pub(crate) fn local_time(at: Timestamp) -> String {
    let at = date(at);
    let time = clock(&at);
    let today = Date::new_0();
    if at.to_date_string() == today.to_date_string() {
        time
    } else {
        format!("{} {time}", day(&at))
    }
}

/// The date in the browser's zone, `1 Feb 2025`.
pub(crate) fn local_date(at: Timestamp) -> String {
    day(&date(at))
}

fn date(at: Timestamp) -> Date {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 fit in 53 bits"
    )]
    Date::new(&JsValue::from_f64(at.as_millisecond() as f64))
}

fn clock(at: &Date) -> String {
    format!(
        "{:02}:{:02}:{:02}",
        at.get_hours(),
        at.get_minutes(),
        at.get_seconds()
    )
}

fn day(at: &Date) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = usize::try_from(at.get_month())
        .ok()
        .and_then(|month| MONTHS.get(month))
        .unwrap_or(&"?");
    format!("{} {month} {}", at.get_date(), at.get_full_year())
}

/// Waits. For pauses between tries, never for guessing when something is done.
pub(crate) async fn sleep(ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // Without a timer the promise would never resolve; the caller would only never try again.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    });
    let _ = JsFuture::from(promise).await;
}

/// Puts `text` on the clipboard; `false` where the browser does not allow that.
pub(crate) async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    // Absent in pages that the browser does not trust, whatever its type says.
    let present = Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .is_ok_and(|it| !it.is_undefined());
    present
        && JsFuture::from(navigator.clipboard().write_text(text))
            .await
            .is_ok()
}

/// Leaves the portal for `address`; `false` when that is no web address.
pub(crate) fn leave_for(address: &str) -> bool {
    let web = address.starts_with("https://") || address.starts_with("http://");
    web && window().location().assign(address).is_ok()
}

/// Loads a page as the browser does by itself: one of the agent's own, or one of the portal's other program.
pub(crate) fn go(path: &str) {
    // Only fails for what is no address.
    let _ = window().location().assign(path);
}

/// Goes to one of the agent's own pages, which leads back here; this page is not left in the history.
pub(crate) fn come_back_from(path: &str) {
    let here = window().location();
    let wanted = here.pathname().unwrap_or_default() + &here.search().unwrap_or_default();
    let wanted = String::from(encode_uri_component(&wanted));
    let _ = here.replace(&format!("{path}?to={wanted}"));
}

/// A value behind the # of the page's address, such as `code` of `#code=…`.
pub(crate) fn fragment(name: &str) -> Option<String> {
    let hash = window().location().hash().ok()?;
    let mut pairs = hash.trim_start_matches('#').split('&');
    let value = pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(value.to_owned())
}

/// An address under which the browser shows the PNG; [`forget_picture`] lets go of it.
pub(crate) fn picture_address(file: &[u8]) -> Option<String> {
    let parts = Array::of1(&Uint8Array::from(file));
    let kind = BlobPropertyBag::new();
    kind.set_type("image/png");
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &kind).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

/// Lets go of what [`picture_address`] gave.
pub(crate) fn forget_picture(address: &str) {
    // One that is gone already needs nothing.
    let _ = Url::revoke_object_url(address);
}

/// An instant as an input of date and time has it, in the browser's zone: `2026-11-23T10:42`.
pub(crate) fn to_local_input(at: Timestamp) -> String {
    let at = date(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}",
        at.get_full_year(),
        at.get_month() + 1,
        at.get_date(),
        at.get_hours(),
        at.get_minutes()
    )
}

/// The instant that such an input means; `None` for none.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit in 53 bits, and what is no number is looked for"
)]
pub(crate) fn from_local_input(text: &str) -> Option<Timestamp> {
    let at = Date::new(&JsValue::from_str(text)).get_time();
    if at.is_nan() {
        return None;
    }
    Timestamp::from_millisecond(at as i64).ok()
}

/// The name in the browser's tab.
pub(crate) fn set_title(title: &str) {
    document().set_title(title);
}

/// Puts the keyboard into the element with this id, so that whoever listens hears the new page.
pub(crate) fn focus(id: &str) {
    if let Some(element) = document()
        .get_element_by_id(id)
        .and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}
