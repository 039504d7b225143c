//! Layouts: list, import, edit, delete, check, preview.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::id::LayoutId;
use edge_api::layouts::{
    CheckLayout, Drawn, LayoutChecked, LayoutDocument, LayoutRef, LayoutSummary, LayoutWarning,
    Layouts, MAX_DOCUMENT_BYTES, Preview, PreviewState, SaveLayout,
};
use frame::{Document, DocumentError, Panel, Rotation};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::app::{App, now};
use super::body::LargeJson;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::news::News;
use crate::rooms::look::Look;
use crate::rooms::preview::{self, PreviewError};
use crate::store::{LayoutKept, NewLayout, StoredLayout};

/// Longest name of a layout, in characters.
const MAX_NAME_CHARS: usize = 60;

pub(super) async fn list(
    State(app): State<App>,
    _caller: Caller,
) -> Result<Json<Layouts>, Refusal> {
    let displays = app.store.displays().await?;
    let shown_by = |layout: &LayoutRef| {
        let shows = displays
            .iter()
            .filter(|one| one.settings.layout.as_ref() == Some(layout));
        shows.map(|one| one.id.clone()).collect()
    };
    let shipped = frame::layouts::shipped().iter().map(|one| {
        let layout = LayoutRef::Shipped(one.name.to_owned());
        LayoutSummary {
            displays: shown_by(&layout),
            layout,
            name: one.name.to_owned(),
            about: one.title.to_owned(),
            saved_at: None,
        }
    });
    let own = app.store.layouts().await?;
    let own = own.into_iter().map(|stored| {
        let layout = LayoutRef::Own(stored.id);
        LayoutSummary {
            displays: shown_by(&layout),
            layout,
            name: stored.name,
            about: String::new(),
            saved_at: Some(stored.saved_at),
        }
    });
    Ok(Json(Layouts {
        layouts: shipped.chain(own).collect(),
    }))
}

pub(super) async fn show(
    State(app): State<App>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let document = match layout_ref(&id)? {
        LayoutRef::Own(id) => {
            let stored = app.store.layout(&id).await?;
            document(stored.ok_or_else(unknown)?)?
        }
        LayoutRef::Shipped(name) => {
            let mut all = frame::layouts::shipped().iter();
            let shipped = all.find(|one| one.name == name).ok_or_else(unknown)?;
            LayoutDocument {
                layout: LayoutRef::Shipped(name),
                name: shipped.title.to_owned(),
                document: shipped.json.to_owned(),
                warnings: Vec::new(),
                version: 0,
            }
        }
    };
    Ok(with_tag(StatusCode::OK, document))
}

pub(super) async fn import(
    State(app): State<App>,
    caller: Caller,
    LargeJson(body): LargeJson<SaveLayout>,
) -> Result<Response, Refusal> {
    let id = LayoutId::new(&ulid::Ulid::new().to_string()).expect("a ULID makes an id");
    let saved = save(&app, &caller, id, body, None).await?;
    Ok(with_tag(StatusCode::CREATED, saved))
}

pub(super) async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    LargeJson(body): LargeJson<SaveLayout>,
) -> Result<Response, Refusal> {
    let id = own(&id)?;
    let read = version_read(&headers)?;
    let saved = save(&app, &caller, id, body, Some(read)).await?;
    Ok(with_tag(StatusCode::OK, saved))
}

pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    let id = own(&id)?;
    let read = version_read(&headers)?;
    let gone = app.store.delete_layout(&id, read).await?.map_err(kept)?;
    app.bus.send(News::LayoutsChanged);
    caller
        .record(&app, Action::LayoutDeleted, gone.name)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn check(
    _caller: Caller,
    LargeJson(body): LargeJson<CheckLayout>,
) -> Result<Json<LayoutChecked>, Refusal> {
    let (_, warnings) = parse(&body.document)?;
    Ok(Json(LayoutChecked { warnings }))
}

pub(super) async fn draw(
    State(app): State<App>,
    _caller: Caller,
    LargeJson(body): LargeJson<Preview>,
) -> Result<Response, Refusal> {
    let panel: Panel = body
        .panel
        .parse()
        .map_err(|e: frame::NotAPanel| Refusal::told(ErrorCode::BadRequest, &e))?;
    let rotation = rotation(body.rotation)?;
    let look = match &body.what {
        Drawn::Document(text) => Look::of_document(parse(text)?.0, text),
        Drawn::Layout(layout) => Look::named(&app.store, layout).await?.ok_or_else(unknown)?,
    };
    let mut state = match body.state {
        PreviewState::Room(room) => app.previews.room(&room, now()).await?,
        PreviewState::Sample(sample) => preview::sample(sample),
    };
    if let Some(locale) = body.locale {
        state.locale = locale;
    }
    let png = app
        .previews
        .draw(look.turned(rotation), state, panel)
        .await?;
    let kind = HeaderValue::from_static("image/png");
    let keep = HeaderValue::from_static("no-store");
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, keep)], png).into_response())
}

/// A quarter of a turn, or several.
pub(super) fn rotation(degrees: u16) -> Result<Rotation, Refusal> {
    Rotation::from_degrees(degrees.into()).ok_or_else(|| {
        Refusal::new(
            ErrorCode::BadRequest,
            format!("A display cannot hang turned by {degrees} degrees."),
            "Choose 0, 90, 180 or 270.",
        )
    })
}

async fn save(
    app: &App,
    caller: &Caller,
    id: LayoutId,
    body: SaveLayout,
    replaces: Option<u64>,
) -> Result<LayoutDocument, Refusal> {
    let name = body.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        return Err(Refusal::new(
            ErrorCode::BadRequest,
            format!("A layout needs a name of at most {MAX_NAME_CHARS} characters."),
            "Give it one by which you will know it again.",
        ));
    }
    let (_, warnings) = parse(&body.document)?;
    let new = NewLayout {
        id,
        name,
        document: body.document,
        replaces,
    };
    let (saved, displays) = app.store.save_layout(new, now()).await?.map_err(kept)?;
    for display in &displays {
        app.hubs.look_again(display);
    }
    app.bus.send(News::LayoutsChanged);
    caller
        .record(app, Action::LayoutSaved, saved.name.clone())
        .await?;
    Ok(LayoutDocument {
        layout: LayoutRef::Own(saved.id),
        name: saved.name,
        document: saved.document,
        warnings,
        version: saved.version,
    })
}

fn document(stored: StoredLayout) -> Result<LayoutDocument, Refusal> {
    let (_, warnings) = parse(&stored.document)?;
    Ok(LayoutDocument {
        layout: LayoutRef::Own(stored.id),
        name: stored.name,
        document: stored.document,
        warnings,
        version: stored.version,
    })
}

fn parse(text: &str) -> Result<(Document, Vec<LayoutWarning>), Refusal> {
    if text.len() > MAX_DOCUMENT_BYTES {
        return Err(Refusal::new(
            ErrorCode::TooLarge,
            format!(
                "The layout is larger than {} KB.",
                MAX_DOCUMENT_BYTES / 1024
            ),
            "Check that it is the right file; pictures stay outside and are named by their address.",
        ));
    }
    let (document, warnings) = Document::parse(text).map_err(|error| invalid(&error))?;
    let told = |warning: frame::LayoutWarning| LayoutWarning {
        path: warning.path,
        what: warning.text,
    };
    Ok((document, warnings.into_iter().map(told).collect()))
}

fn invalid(error: &DocumentError) -> Refusal {
    let mut why = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        why = format!("{why} ({source})");
    }
    Refusal::new(
        ErrorCode::LayoutInvalid,
        format!("This is no layout: {why}."),
        "Correct it, or begin with a copy of a layout that came with the agent.",
    )
}

fn with_tag(status: StatusCode, document: LayoutDocument) -> Response {
    let tag =
        HeaderValue::from_str(&format!("\"{}\"", document.version)).expect("digits are plain text");
    (status, [(ETAG, tag)], Json(document)).into_response()
}

/// The version that whoever saves or deletes has read.
fn version_read(headers: &HeaderMap) -> Result<u64, Refusal> {
    let tag = headers.get(IF_MATCH).and_then(|v| v.to_str().ok());
    tag.and_then(|tag| tag.trim().trim_matches('"').parse().ok())
        .ok_or_else(|| {
            Refusal::new(
                ErrorCode::BadRequest,
                "The request does not say which version of the layout it was made from.",
                "Read the layout, and send its ETag back as If-Match.",
            )
        })
}

fn layout_ref(id: &str) -> Result<LayoutRef, Refusal> {
    id.parse().map_err(|_| unknown())
}

fn own(id: &str) -> Result<LayoutId, Refusal> {
    match layout_ref(id)? {
        LayoutRef::Own(id) => Ok(id),
        LayoutRef::Shipped(_) => Err(Refusal::new(
            ErrorCode::LayoutShipped,
            "This layout came with the agent and stays as it is.",
            "Make a copy of it, and change that.",
        )),
    }
}

fn unknown() -> Refusal {
    Refusal::not_found("layout")
}

fn kept(why: LayoutKept) -> Refusal {
    match why {
        LayoutKept::Unknown => unknown(),
        LayoutKept::Changed(version) => Refusal::new(
            ErrorCode::LayoutChanged,
            format!(
                "Somebody else has saved this layout meanwhile; it is at version {version} now."
            ),
            "Keep your text, reload the page, and bring the two together.",
        ),
        LayoutKept::InUse(displays) => Refusal::new(
            ErrorCode::LayoutInUse,
            match displays.len() {
                1 => "A display shows this layout.".to_owned(),
                n => format!("{n} displays show this layout."),
            },
            "Choose another layout for them first, under Signs.",
        ),
    }
}

impl From<PreviewError> for Refusal {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::TooLarge => Self::told(ErrorCode::BadRequest, &error),
            PreviewError::Busy => Self::told(ErrorCode::Unavailable, &error),
            PreviewError::UnknownRoom => Self::not_found("room"),
            PreviewError::Store(inner) => inner.into(),
            PreviewError::Draw(inner) => Self::internal(inner),
        }
    }
}
