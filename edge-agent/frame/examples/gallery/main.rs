//! Draws every layout on its panels in every state and language: `cargo run -p frame --example gallery -- FOLDER`.

mod page;
mod scenes;

use std::path::PathBuf;

use frame::{Corner, Document, FontPack, Fonts, Panel, Renderer, SignState, layouts};
use jiff::civil::date;
use page::Entry;

/// Panels with the layout for each: the default, or one by name.
const PANELS: &[&str] = &[
    "800x480",
    "800x480-bwr",
    "480x800",
    "400x300",
    "400x300-bwr",
    "300x400",
    "296x128",
    "296x128-bwr",
    "128x296",
    "1200x825",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .ok_or("name a folder for the pictures")?,
    );
    std::fs::create_dir_all(&folder)?;
    let mut renderer = Renderer::with_fonts(fonts()?);
    let mut entries = Vec::new();
    for size in PANELS {
        let panel: Panel = size.parse()?;
        let mut draw =
            |layout: &str, document: &Document, language: &str, name: &str, state: &SignState| {
                let file = format!("{size}-{layout}-{language}-{name}.png");
                std::fs::write(
                    folder.join(&file),
                    renderer.draw(document, state, &panel).to_png(),
                )?;
                entries.push(Entry {
                    file,
                    panel,
                    layout: layout.to_owned(),
                    language: language.to_owned(),
                    state: name.to_owned(),
                });
                Ok::<(), std::io::Error>(())
            };
        for language in scenes::LANGUAGES {
            for (name, state) in scenes::rooms(language) {
                draw("room", layouts::default_for(&panel), language, name, &state)?;
            }
            for (layout, state) in scenes::others(language) {
                let document = layouts::named(layout).ok_or("a layout of that name")?;
                draw(layout, document, language, layout, &state)?;
            }
        }
        stale(&folder, &mut renderer, &panel, &mut entries)?;
    }
    std::fs::write(folder.join("index.html"), page::page(&entries))?;
    println!(
        "{} pictures in {}",
        entries.len(),
        folder.join("index.html").display()
    );
    Ok(())
}

/// With the font pack, which Chinese and Japanese need; `infra/dev` says where it is.
fn fonts() -> Result<Fonts, Box<dyn std::error::Error>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "infra/dev says by it where the pack is"
    )]
    let folder = std::env::var("PLACARD_FONT_PACK");
    let Ok(folder) = folder.map(PathBuf::from) else {
        eprintln!("PLACARD_FONT_PACK names no font pack: Chinese and Japanese will be boxes");
        return Ok(Fonts::default());
    };
    let pack = FontPack::load(|name| std::fs::read(folder.join(name)))?;
    Ok(Fonts::default().with_pack(&pack))
}

/// A sign as the hub marks it.
fn stale(
    folder: &std::path::Path,
    renderer: &mut Renderer,
    panel: &Panel,
    entries: &mut Vec<Entry>,
) -> Result<(), Box<dyn std::error::Error>> {
    for (name, state) in scenes::rooms("en")
        .into_iter()
        .filter(|(name, _)| ["busy", "free"].contains(name))
    {
        let document = layouts::default_for(panel);
        let mut sign = renderer.draw(document, &state, panel);
        let block = document.stale_block(panel, Corner::default(), "");
        let mark = renderer.stale_mark(block, date(2025, 1, 31).at(10, 42, 0, 0), state.date, "");
        sign.blit(&mark, block.x, block.y);
        let file = format!("{panel}-room-en-{name}-stale.png");
        std::fs::write(folder.join(&file), sign.to_png())?;
        entries.push(Entry {
            file,
            panel: *panel,
            layout: "room".to_owned(),
            language: "en".to_owned(),
            state: format!("{name}, stale"),
        });
    }
    Ok(())
}
