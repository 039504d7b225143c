//! `edge-agent render`: a layout and a room as files, a picture as a file; no agent has to run.

use std::path::{Path, PathBuf};

use frame::{Document, NotAPanel, Panel, Renderer, RoomState, Rotation, SignState};

use crate::rooms::fonts::SignFonts;

/// What to draw.
#[derive(Debug)]
pub struct RenderRequest<'a> {
    /// A file with a layout, or the name of a layout that comes with the agent.
    pub layout: &'a str,
    /// A file with what the sign has to say: a room's state, or everything that a sign can say, as JSON.
    pub room: &'a Path,
    /// Such as `800x480-bwr`.
    pub panel: &'a str,
    /// How the panel hangs: 0, 90, 180 or 270 degrees clockwise.
    pub rotation: u32,
    /// The language, such as `de`; absent is the state's own.
    pub locale: Option<&'a str>,
    /// The folder of the font pack; absent is the installed one, if there is one.
    pub fonts: Option<&'a Path>,
}

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A file cannot be read.
    #[error("read `{path}`")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is neither such a file nor such a layout.
    #[error("`{name}` is neither a file nor one of {known}; name a layout")]
    UnknownLayout {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The file is no layout.
    #[error("`{path}` is no layout")]
    Layout {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: frame::DocumentError,
    },
    /// The file is no state.
    #[error(
        "`{path}` says nothing that a sign can say; see the fields of a room's state in the book"
    )]
    State {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The panel is none.
    #[error(transparent)]
    Panel(#[from] NotAPanel),
    /// The panel cannot hang like that.
    #[error("a display cannot hang turned by {0} degrees; choose 0, 90, 180 or 270")]
    Rotation(u32),
    /// The font pack cannot be taken.
    #[error("prepare the fonts")]
    Fonts(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A picture, and what in the layout was ignored.
#[derive(Debug)]
pub struct Rendered {
    /// The picture, pixel for pixel, as a PNG.
    pub png: Vec<u8>,
    /// What in the layout is not drawn, or not as it says; a line each.
    pub warnings: Vec<String>,
}

/// Draws a layout as a display would show it.
///
/// # Errors
///
/// Fails when a file cannot be read, or is not what it should be.
pub fn render(request: &RenderRequest<'_>) -> Result<Rendered, RenderError> {
    let panel: Panel = request.panel.parse()?;
    let rotation =
        Rotation::from_degrees(request.rotation).ok_or(RenderError::Rotation(request.rotation))?;
    let (document, warnings) = layout(request.layout)?;
    let mut state = state(request.room)?;
    if let Some(locale) = request.locale {
        locale.clone_into(&mut state.locale);
    }
    let seen = panel.turned(rotation);
    let fonts =
        SignFonts::load(request.fonts).map_err(|error| RenderError::Fonts(Box::new(error)))?;
    let picture = Renderer::with_fonts(fonts.fonts())
        .draw(&document, &state, &seen)
        .rotated(rotation);
    Ok(Rendered {
        png: picture.to_png(),
        warnings,
    })
}

fn layout(name: &str) -> Result<(Document, Vec<String>), RenderError> {
    let path = Path::new(name);
    if !path.exists() {
        let known: Vec<&str> = frame::layouts::shipped()
            .iter()
            .map(|one| one.name)
            .collect();
        let shipped = frame::layouts::named(name).ok_or_else(|| RenderError::UnknownLayout {
            name: name.to_owned(),
            known: known.join(", "),
        })?;
        return Ok((shipped.clone(), Vec::new()));
    }
    let (document, warnings) =
        Document::parse(&read(path)?).map_err(|source| RenderError::Layout {
            path: path.to_owned(),
            source,
        })?;
    Ok((document, warnings.iter().map(ToString::to_string).collect()))
}

/// A state of everything has a field of everything; a state of a room has the room's name as text.
fn state(path: &Path) -> Result<SignState, RenderError> {
    let wrong = |source| RenderError::State {
        path: path.to_owned(),
        source,
    };
    let value: serde_json::Value = serde_json::from_str(&read(path)?).map_err(wrong)?;
    if value.get("room").is_some_and(serde_json::Value::is_string) {
        let room: RoomState = serde_json::from_value(value).map_err(wrong)?;
        return Ok(SignState::of_room(room));
    }
    serde_json::from_value(value).map_err(wrong)
}

fn read(path: &Path) -> Result<String, RenderError> {
    std::fs::read_to_string(path).map_err(|source| RenderError::Read {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request<'a>(layout: &'a str, room: &'a Path) -> RenderRequest<'a> {
        RenderRequest {
            layout,
            room,
            panel: "400x300-bwr",
            rotation: 0,
            locale: None,
            fonts: None,
        }
    }

    #[test]
    fn a_room_in_a_file_becomes_the_picture_that_a_display_would_show() {
        let folder = tempfile::tempdir().unwrap();
        let room = folder.path().join("room.json");
        let text =
            r#"{"room": "Alder", "date": "2026-11-23", "status": {"is": "free", "until": null}}"#;
        std::fs::write(&room, text).unwrap();
        let drawn = render(&request("room-400x300", &room)).unwrap();
        let state = SignState::of_room(serde_json::from_str(text).unwrap());
        let panel: Panel = "400x300-bwr".parse().unwrap();
        let expected = Renderer::new().draw(frame::layouts::default_for(&panel), &state, &panel);
        assert_eq!(drawn.png, expected.to_png());
        let everything = folder.path().join("all.json");
        std::fs::write(&everything, serde_json::to_vec(&state).unwrap()).unwrap();
        assert_eq!(
            render(&request("room-400x300", &everything)).unwrap().png,
            drawn.png
        );
    }

    #[test]
    fn what_in_a_layout_is_ignored_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (room, layout) = (
            folder.path().join("room.json"),
            folder.path().join("layout.json"),
        );
        std::fs::write(&room, r#"{"room": "Alder"}"#).unwrap();
        std::fs::write(&layout, r#"{"items": [{"type": "HOLOGRAM", "data": {}}],}"#).unwrap();
        let drawn = render(&request(layout.to_str().unwrap(), &room)).unwrap();
        assert!(
            drawn.warnings.iter().any(|told| told.contains("items[0]")),
            "{:?}",
            drawn.warnings
        );
    }

    #[test]
    fn what_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let room = folder.path().join("room.json");
        let refused = render(&request("no-such-layout", &room))
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("no-such-layout") && refused.contains("lobby"),
            "{refused}"
        );
        let refused = render(&request("lobby", &room)).unwrap_err().to_string();
        assert!(refused.contains("room.json"), "{refused}");
    }
}
