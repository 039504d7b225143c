//! Scripts beyond the Latin one: what is compiled in, what the font pack adds, and what no font has.

use std::io;
use std::path::{Path, PathBuf};

use frame::{Bitmap, Document, FontPack, Fonts, Panel, Renderer, SignState, Warning, layouts};

use serde_json::json;

use crate::scene;

/// The pack, from the folder that `infra/dev` builds, or from Debian's packages themselves.
fn pack() -> FontPack {
    #[expect(
        clippy::disallowed_methods,
        reason = "infra/dev says by it where the pack is"
    )]
    let built = std::env::var("PLACARD_FONT_PACK").ok().map(PathBuf::from);
    let debian = ["truetype/noto", "opentype/noto"].map(|f| Path::new("/usr/share/fonts").join(f));
    let read = |name: &str| {
        let folders = built.iter().chain(&debian);
        let found = folders
            .map(|folder| folder.join(name))
            .find(|file| file.exists());
        std::fs::read(found.ok_or(io::ErrorKind::NotFound)?)
    };
    FontPack::load(read)
        .expect("infra/dev builds the font pack; or install fonts-noto-cjk and fonts-noto-core")
}

fn render(renderer: &mut Renderer, title: &str) -> (Bitmap, Vec<Warning>) {
    let panel = Panel::black_white(800, 480);
    let state = SignState::of_room(scene::busy(title));
    let picture = renderer.draw(layouts::default_for(&panel), &state, &panel);
    (picture, renderer.warnings())
}

fn missing(warnings: &[Warning]) -> String {
    let letters = warnings.iter().filter_map(|warning| match warning {
        Warning::MissingGlyph(letters) => Some(letters.as_str()),
        _ => None,
    });
    letters.collect()
}

#[test]
fn europe_the_near_east_and_emoji_are_compiled_in() {
    let mut renderer = Renderer::new();
    for title in [
        "Ærø Łódź Ångström ſtraße — “quoted” €5",
        "Ελληνικά και Кириллица",
        "اجتماع الفريق מפגש צוות",
        "Party 🎉 with 👩‍💻 in 🇨🇭 ☕ ✓ ★ → ■",
    ] {
        let (picture, warnings) = render(&mut renderer, title);
        assert_eq!(warnings, [], "{title}");
        assert_ne!(picture, render(&mut renderer, "").0, "{title} leaves ink");
    }
}

#[test]
fn what_no_font_has_is_told() {
    let mut renderer = Renderer::new();
    let (_, warnings) = render(&mut renderer, "Team 会議 weekly");
    assert_eq!(missing(&warnings), "会議");
    assert!(
        warnings[0].to_string().contains("U+4F1A"),
        "{}",
        warnings[0]
    );
    let (_, warnings) = render(&mut renderer, "Team weekly");
    assert_eq!(warnings, [], "warnings are of the last picture");
}

#[test]
fn the_pack_adds_east_and_south_asia() {
    let mut renderer = Renderer::with_fonts(Fonts::default().with_pack(&pack()));
    for title in [
        "四半期の企画会議（東京）",
        "季度规划会议",
        "분기 계획 회의",
        "การประชุมทีม",
        "टीम की साप्ताहिक बैठक",
    ] {
        assert_eq!(render(&mut renderer, title).1, [], "{title}");
    }
}

#[test]
fn chinese_and_japanese_forms_follow_the_language() {
    let mut renderer = Renderer::with_fonts(Fonts::default().with_pack(&pack()));
    // This character is written differently in both countries, and has one code.
    let item =
        json!({"type": "TEXT", "data": {"text": "直骨", "size": 40, "block": {"w": 200, "h": 80}}});
    let (document, _) = Document::parse(&json!({"items": [item]}).to_string()).unwrap();
    let mut written = |language: &str| {
        let state = SignState {
            locale: language.to_owned(),
            ..SignState::default()
        };
        renderer.draw(&document, &state, &Panel::black_white(200, 80))
    };
    let japanese = written("ja");
    assert_ne!(japanese, written("zh-Hans"));
    assert_eq!(written("ja"), japanese);
}

#[test]
fn fonts_of_this_machine_are_a_marked_last_resort() {
    let own = std::fs::read("/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf");
    let own = own.expect("fonts-noto-core is installed by infra/dev");
    let fonts = Fonts::default().with_last_resort([own, b"no font".to_vec()]);
    let mut renderer = Renderer::with_fonts(fonts);
    let (_, warnings) = render(&mut renderer, "ไทย");
    assert!(!warnings.is_empty());
    let is_own = |warning: &Warning| matches!(warning, Warning::OwnFont(_));
    assert!(warnings.iter().all(is_own), "{warnings:?}");
}
