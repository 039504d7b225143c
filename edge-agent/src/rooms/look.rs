//! What a display looks like: its layout, and how it hangs.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use edge_api::layouts::LayoutRef;
use edge_api::settings::{self, DisplaySettings};
use frame::{Corner, Document, Panel, Rect, Rotation};

use crate::store::{Store, StoreError};

/// A layout as it is drawn, with the way its display hangs.
///
/// Two are equal when they are drawn alike: documents are compared by the hash of their text.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    document: Written,
    identity: [u8; 32],
    pub(crate) rotation: Rotation,
    corner: Corner,
}

#[derive(Clone, Debug)]
enum Written {
    Shipped(&'static Document),
    Own(Arc<Document>),
}

impl Look {
    /// A document that somebody has written, upright.
    pub(crate) fn of_document(document: Document, text: &str) -> Self {
        Self {
            document: Written::Own(Arc::new(document)),
            identity: *blake3::hash(text.as_bytes()).as_bytes(),
            rotation: Rotation::None,
            corner: Corner::default(),
        }
    }

    /// One that came with the agent, upright.
    pub(crate) fn shipped(document: &'static Document) -> Self {
        Self {
            document: Written::Shipped(document),
            identity: *blake3::hash(document.to_json().as_bytes()).as_bytes(),
            rotation: Rotation::None,
            corner: Corner::default(),
        }
    }

    /// The one of that name; `None` when there is none, or what is stored is no layout any more.
    pub(crate) async fn named(
        store: &Store,
        layout: &LayoutRef,
    ) -> Result<Option<Self>, StoreError> {
        let id = match layout {
            LayoutRef::Shipped(name) => return Ok(frame::layouts::named(name).map(Self::shipped)),
            LayoutRef::Own(id) => id,
        };
        let stored = store.layout(id).await?;
        // It was read before it was stored; a version that cannot read it any more must not cost the sign.
        Ok(stored.and_then(|stored| {
            let (document, _) = Document::parse(&stored.document).ok()?;
            Some(Self::of_document(document, &stored.document))
        }))
    }

    /// What a display that is set so looks like; `fallback` names the layout for what it shows, where none is chosen.
    pub(crate) async fn of_display(
        store: &Store,
        settings: &DisplaySettings,
        panel: &Panel,
        fallback: Option<&'static str>,
    ) -> Result<Self, StoreError> {
        let rotation = Rotation::from_degrees(settings.rotation.into()).unwrap_or_default();
        let chosen = match &settings.layout {
            Some(layout) => Self::named(store, layout).await?,
            None => None,
        };
        let usual = || {
            let named = fallback.and_then(frame::layouts::named);
            Self::shipped(
                named.unwrap_or_else(|| frame::layouts::default_for(&panel.turned(rotation))),
            )
        };
        Ok(Self {
            rotation,
            corner: match settings.mark {
                settings::Corner::TopLeft => Corner::TopLeft,
                settings::Corner::TopRight => Corner::TopRight,
                settings::Corner::BottomLeft => Corner::BottomLeft,
                settings::Corner::BottomRight => Corner::BottomRight,
            },
            ..chosen.unwrap_or_else(usual)
        })
    }

    pub(crate) fn turned(self, rotation: Rotation) -> Self {
        Self { rotation, ..self }
    }

    pub(crate) fn document(&self) -> &Document {
        match &self.document {
            Written::Shipped(document) => document,
            Written::Own(document) => document,
        }
    }

    /// Where the stale mark goes in a language, as the reader sees it and as the panel has its pixels.
    pub(crate) fn stale_block(&self, panel: &Panel, locale: &str) -> (Rect, Rect) {
        let seen = panel.turned(self.rotation);
        let block = self.document().stale_block(&seen, self.corner, locale);
        (block, block.turned(self.rotation, seen.width, seen.height))
    }
}

impl PartialEq for Look {
    fn eq(&self, other: &Self) -> bool {
        (self.identity, self.rotation) == (other.identity, other.rotation)
    }
}

impl Eq for Look {}

impl Hash for Look {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.identity, self.rotation).hash(state);
    }
}
