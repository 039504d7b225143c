//! What requests carry, checked before a handler sees it.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use bytes::Bytes;
use edge_api::error::ErrorCode;
use edge_api::id::{DisplayId, HubId};
use edge_api::integration::MAX_CLIENT_SECRET_FILE;
use edge_api::layouts::MAX_DOCUMENT_BYTES;
use edge_api::settings::MAX_PICTURE_BYTES;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::app::App;
use super::refusal::Refusal;

/// No JSON body of this API comes near.
const MAX_JSON: usize = 64 * 1024;

/// A layout inside JSON grows by its quotes and line breaks.
const MAX_LAYOUT_JSON: usize = 2 * MAX_DOCUMENT_BYTES;

/// A JSON body. That its type must be said keeps forms of other sites out once more.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Refusal> {
        json(request, MAX_JSON).await.map(Self)
    }
}

/// A JSON body with a whole layout in it.
#[derive(Debug)]
pub(crate) struct LargeJson<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for LargeJson<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Refusal> {
        json(request, MAX_LAYOUT_JSON).await.map(Self)
    }
}

/// The file of a picture.
#[derive(Debug)]
pub(crate) struct PictureUpload(pub(crate) Bytes);

impl FromRequest<App> for PictureUpload {
    type Rejection = Refusal;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Refusal> {
        let file = read(request, MAX_PICTURE_BYTES).await?;
        if is_picture(&file) {
            Ok(Self(file))
        } else {
            Err(Refusal::new(
                ErrorCode::PictureInvalid,
                "The file is no picture of a kind that signs can show.",
                "Choose a PNG, JPEG, BMP or SVG file.",
            ))
        }
    }
}

/// By how its file begins; whether the rest is sound shows when it is drawn.
fn is_picture(file: &[u8]) -> bool {
    let head = file.get(..file.len().min(512)).unwrap_or_default();
    let text = std::str::from_utf8(file).unwrap_or_default();
    head.starts_with(b"\x89PNG\r\n\x1a\n")
        || head.starts_with(b"\xff\xd8\xff")
        || head.starts_with(b"BM")
        || text.contains("<svg")
}

/// An uploaded `client_secret.json`.
#[derive(Debug)]
pub(crate) struct ClientSecretUpload(pub(crate) Bytes);

impl FromRequest<App> for ClientSecretUpload {
    type Rejection = Refusal;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Refusal> {
        read(request, MAX_CLIENT_SECRET_FILE).await.map(Self)
    }
}

/// The display in the address.
#[derive(Debug)]
pub(crate) struct DisplayPath(pub(crate) DisplayId);

impl FromRequestParts<App> for DisplayPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let Path(text) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|_| Refusal::not_found("display"))?;
        text.parse()
            .map(Self)
            .map_err(|_| Refusal::not_found("display"))
    }
}

/// A hub named in the address; any other text is a hub that does not exist.
#[derive(Clone, Debug)]
pub(crate) struct HubPath(pub(crate) HubId);

impl FromRequestParts<App> for HubPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let Path(text) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|_| Refusal::not_found("hub"))?;
        text.parse()
            .map(Self)
            .map_err(|_| Refusal::not_found("hub"))
    }
}

async fn json<T: DeserializeOwned>(request: Request, limit: usize) -> Result<T, Refusal> {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    let is_json = kind.is_some_and(|k| {
        let essence = k.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    });
    if !is_json {
        return Err(Refusal::new(
            ErrorCode::BadRequest,
            "The request's body is not marked as JSON.",
            "Send it with the header Content-Type: application/json.",
        ));
    }
    let bytes = read(request, limit).await?;
    serde_json::from_slice(&bytes).map_err(|e| {
        // The parser may quote the body: that goes back to whoever sent it, and not into the log.
        Refusal::new(
            ErrorCode::BadRequest,
            format!("The request's body cannot be understood: {e}."),
            "Compare it with what this route takes; if you only used the portal's pages, reload them.",
        )
    })
}

async fn read(request: Request, limit: usize) -> Result<Bytes, Refusal> {
    let too_large = || {
        Refusal::new(
            ErrorCode::TooLarge,
            format!(
                "The request's body is larger than the {} KB that belong here.",
                limit / 1024
            ),
            "Check that it is the right file.",
        )
    };
    let announced = request.headers().get(http::header::CONTENT_LENGTH);
    let announced: Option<usize> = announced.and_then(|v| v.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    to_bytes(request.into_body(), limit).await.map_err(|e| {
        let cut =
            std::error::Error::source(&e).is_some_and(|s| s.to_string().contains("length limit"));
        if cut {
            too_large()
        } else {
            Refusal::new(
                ErrorCode::BadRequest,
                "The request's body did not arrive whole.",
                "Send it again.",
            )
        }
    })
}
