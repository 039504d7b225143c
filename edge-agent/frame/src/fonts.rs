//! The fonts: those compiled in, a pack of large ones beside the program, and this machine's own as a last resort.

use std::io;
use std::sync::{Arc, LazyLock};

use parley::FontContext;
use parley::fontique::{Blob, Collection, CollectionOptions, GenericFamily, SourceCache};
use sha2::{Digest, Sha256};

use crate::language::Language;

/// The fonts that are compiled in: the same pixels on every machine.
const BUILT_IN: [&[u8]; 9] = [
    include_bytes!("../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Bold.ttf"),
    include_bytes!("../fonts/NotoSansHebrew-Regular.ttf"),
    include_bytes!("../fonts/NotoSansHebrew-Bold.ttf"),
    include_bytes!("../fonts/NotoSansMath-Regular.ttf"),
    include_bytes!("../fonts/NotoSansSymbols2-Regular.ttf"),
    include_bytes!("../fonts/NotoEmoji-Regular.ttf"),
];

/// Who made the fonts, and their licence: to be shown wherever licences are.
pub const FONT_LICENCE: &str = include_str!("../fonts/OFL.txt");

/// What a pack holds, as `sha256sum` writes it.
const PACK: &str = include_str!("../fonts/pack.sha256");

/// Where a glyph is looked for first, in this order.
const FIRST: &str = "'Noto Sans', 'Noto Sans Arabic', 'Noto Sans Hebrew'";
/// Where it is looked for after the Chinese, Japanese and Korean fonts.
const LAST: &str = "'Noto Sans Thai', 'Noto Sans Devanagari', 'Noto Sans Math', 'Noto Sans Symbols2', \
     'Noto Emoji'";

/// Large fonts that lie beside the program: Chinese, Japanese, Korean, Thai, Devanagari.
#[derive(Clone, Debug)]
pub struct FontPack {
    files: Vec<Blob<u8>>,
}

/// Why a font pack was not taken.
#[derive(Debug, thiserror::Error)]
pub enum FontPackError {
    /// A file is missing or cannot be read.
    #[error(
        "read {name} of the font pack; build the pack anew with edge-agent/frame/fonts/pack.sh"
    )]
    Read {
        /// The file.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is another one than the pictures were made with.
    #[error(
        "{0} of the font pack is not the file that this version was made with, so signs would look different; build \
         the pack anew with edge-agent/frame/fonts/pack.sh"
    )]
    Changed(String),
}

impl FontPack {
    /// The pack's files by name, for who builds or copies it.
    pub fn names() -> impl Iterator<Item = &'static str> {
        entries().map(|(_, name)| name)
    }

    /// Takes the pack's files, which `read` finds by name, and checks that they are those that this version was made
    /// with.
    ///
    /// # Errors
    ///
    /// Fails when one is missing or another one.
    pub fn load(read: impl Fn(&str) -> io::Result<Vec<u8>>) -> Result<Self, FontPackError> {
        let file = |(hash, name): (&str, &str)| {
            let bytes = read(name).map_err(|source| FontPackError::Read {
                name: name.to_owned(),
                source,
            })?;
            let found = Sha256::digest(&bytes);
            let found: String = found.iter().map(|byte| format!("{byte:02x}")).collect();
            if found != hash {
                return Err(FontPackError::Changed(name.to_owned()));
            }
            Ok(Blob::new(Arc::new(bytes)))
        };
        Ok(Self {
            files: entries().map(file).collect::<Result<_, _>>()?,
        })
    }
}

fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    PACK.lines().filter_map(|line| line.split_once("  "))
}

/// Every font that text is drawn with. Cheap to clone.
#[derive(Clone)]
pub struct Fonts {
    context: FontContext,
    /// Families of this machine's fonts, as a list behind the others.
    own: String,
    /// Identities of this machine's files.
    own_files: Vec<u64>,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fonts({} of this machine)", self.own_files.len())
    }
}

impl Default for Fonts {
    /// Those that are compiled in.
    fn default() -> Self {
        // The files are read once; whoever needs fonts begins with a copy of what was found.
        static READ: LazyLock<FontContext> = LazyLock::new(|| {
            let mut collection = Collection::new(CollectionOptions {
                shared: false,
                system_fonts: false,
            });
            for font in BUILT_IN {
                let found = collection.register_fonts(Blob::new(Arc::new(font)), None);
                let mut emoji = Vec::new();
                for (id, _) in found {
                    if collection.family_name(id) == Some("Noto Emoji") {
                        emoji.push(id);
                    }
                }
                if !emoji.is_empty() {
                    collection.set_generic_families(GenericFamily::Emoji, emoji.into_iter());
                }
            }
            FontContext {
                collection,
                source_cache: SourceCache::default(),
            }
        });
        Self {
            context: READ.clone(),
            own: String::new(),
            own_files: Vec::new(),
        }
    }
}

impl Fonts {
    /// With a pack of large fonts.
    #[must_use]
    pub fn with_pack(mut self, pack: &FontPack) -> Self {
        for file in &pack.files {
            self.context.collection.register_fonts(file.clone(), None);
        }
        self
    }

    /// With font files of this machine, for letters that no other font has. What is drawn with them is marked by a
    /// [`crate::Warning`], since other machines draw it differently. Files that are no fonts are ignored.
    #[must_use]
    pub fn with_last_resort(mut self, files: impl IntoIterator<Item = Vec<u8>>) -> Self {
        for file in files {
            let blob = Blob::new(Arc::new(file));
            let id = blob.id();
            for (family, _) in self.context.collection.register_fonts(blob, None) {
                if let Some(name) = self.context.collection.family_name(family) {
                    self.own
                        .push_str(&format!(", '{}'", name.replace(['\'', '\\'], "")));
                    self.own_files.push(id);
                }
            }
        }
        self
    }

    /// Whether a font file is this machine's own.
    pub(crate) fn is_own(&self, file: u64) -> bool {
        self.own_files.contains(&file)
    }

    /// Where a glyph is looked for. Chinese and Japanese write some of the same characters differently: which one is
    /// meant, the language tells.
    pub(crate) fn families(&self, language: Option<Language>) -> String {
        let mut regions = ["SC", "JP", "TC", "HK", "KR"];
        if language == Some(Language::Japanese) {
            regions.swap(0, 1);
        }
        let cjk = regions
            .map(|region| format!("'Noto Sans CJK {region}'"))
            .join(", ");
        format!("{FIRST}, {cjk}, {LAST}{}", self.own)
    }

    pub(crate) fn context(&mut self) -> &mut FontContext {
        &mut self.context
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_of_other_files_is_refused() {
        assert!(FontPack::names().count() >= 6);
        let changed = FontPack::load(|_| Ok(b"not the font".to_vec()));
        assert!(matches!(changed, Err(FontPackError::Changed(_))));
        let missing = FontPack::load(|_| Err(io::ErrorKind::NotFound.into()));
        assert!(matches!(missing, Err(FontPackError::Read { .. })));
    }
}
