//! The fonts that signs are drawn with: those compiled in, and the pack of large ones where it is installed.

use std::hash::Hash;
use std::path::{Path, PathBuf};

use frame::{FontPack, FontPackError, Fonts};

/// Where packages put the pack.
const INSTALLED: &str = "/usr/share/placard/fonts";

/// Why the font pack that somebody named was not taken.
#[derive(Debug, thiserror::Error)]
#[error("take the font pack in `{folder}`")]
pub(crate) struct SignFontsError {
    folder: PathBuf,
    #[source]
    source: FontPackError,
}

/// The fonts of signs. Two with or without a pack draw some texts otherwise, so it is part of a drawing's name.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignFonts {
    fonts: Fonts,
    has_pack: bool,
}

impl SignFonts {
    /// With the pack in `folder`; without one named, with the installed one if there is one that fits this version.
    ///
    /// Reads 40 MB, so not on a thread that others wait for.
    ///
    /// # Errors
    ///
    /// Fails when the pack that was named is not there, or not the one that this version was made with.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, SignFontsError> {
        if let Some(folder) = folder {
            return Self::with_pack(folder);
        }
        let installed = Path::new(INSTALLED);
        if !installed.exists() {
            tracing::info!(
                "no font pack is installed: signs write no Chinese, Japanese, Korean, Thai or Devanagari"
            );
            return Ok(Self::default());
        }
        // Signs in other scripts must not wait for somebody to repair this one.
        Ok(Self::with_pack(installed).unwrap_or_else(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "signs write no Chinese, Japanese, Korean, Thai or Devanagari"
            );
            Self::default()
        }))
    }

    fn with_pack(folder: &Path) -> Result<Self, SignFontsError> {
        let pack = FontPack::load(|name| std::fs::read(folder.join(name)));
        let pack = pack.map_err(|source| SignFontsError {
            folder: folder.to_owned(),
            source,
        })?;
        Ok(Self {
            fonts: Fonts::default().with_pack(&pack),
            has_pack: true,
        })
    }

    pub(crate) fn fonts(&self) -> Fonts {
        self.fonts.clone()
    }
}

impl Hash for SignFonts {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        // The pack's files are the same for every agent of one version.
        self.has_pack.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_that_was_named_and_is_not_there_is_an_error_that_names_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let refused = SignFonts::load(Some(folder.path())).unwrap_err();
        assert!(
            refused
                .to_string()
                .contains(&*folder.path().to_string_lossy())
        );
        std::fs::write(folder.path().join("NotoSansCJK-Regular.ttc"), "no font").unwrap();
        assert!(SignFonts::load(Some(folder.path())).is_err());
    }
}
