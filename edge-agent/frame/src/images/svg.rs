//! SVG drawings, by resvg: shapes only. No text, no files, no addresses, no filters.

use std::collections::HashMap;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree};
use roxmltree::{Document, Node, NodeId, ParsingOptions};

use super::{ImageError, Pixels, scan};

/// The largest drawing, in bytes of XML.
const MAX_BYTES: usize = 256 << 10;
/// The most elements, each counted as often as it is drawn: a few lines that use each other would draw for hours.
const MAX_ELEMENTS: u64 = 5_000;
/// What takes long or is never in an icon.
const REFUSED: [&str; 5] = ["filter", "marker", "foreignObject", "script", "image"];

/// Draws a drawing as large as fits.
pub(super) fn draw(file: &[u8], width: u32, height: u32) -> Result<Pixels, ImageError> {
    let refused = |why: &dyn std::fmt::Display| ImageError::Svg(why.to_string());
    if file.len() > MAX_BYTES {
        return Err(refused(&format!(
            "it has {} bytes; {MAX_BYTES} are the most",
            file.len()
        )));
    }
    let text = std::str::from_utf8(file).map_err(|e| refused(&e))?;
    inspect(text)?;
    let options = Options {
        resources_dir: None,
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_str(text, &options).map_err(|e| refused(&e))?;
    let own = tree.size();
    // Proportions are kept to a thousandth.
    let proportions = |edge: f32| ((edge * 1000.0 / own.width().max(own.height())) as u32).max(1);
    let proportions = (proportions(own.width()), proportions(own.height()));
    let (across, down) = scan::size(proportions, width, height);
    let mut drawn = Pixmap::new(across, down).ok_or(ImageError::Pixels(across, down))?;
    let scale = Transform::from_scale(across as f32 / own.width(), down as f32 / own.height());
    resvg::render(&tree, scale, &mut drawn.as_mut());
    let rgba: Vec<u8> = drawn
        .pixels()
        .iter()
        .map(|pixel| pixel.demultiply())
        .flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()])
        .collect();
    Ok(Pixels {
        width: across,
        height: down,
        rgba,
        // Its edges have many tones, but edges are not dithered.
        is_flat: true,
    })
}

/// Refuses what would take too long or reach outside of the file.
fn inspect(text: &str) -> Result<(), ImageError> {
    let options = ParsingOptions {
        // Entities can be nested without end.
        allow_dtd: false,
        nodes_limit: 20_000,
        ..ParsingOptions::default()
    };
    let document =
        Document::parse_with_options(text, options).map_err(|e| ImageError::Svg(e.to_string()))?;
    for node in document.descendants().filter(Node::is_element) {
        let own = node.tag_name().name();
        if let Some(name) = REFUSED.iter().find(|name| **name == own) {
            return Err(ImageError::Svg(format!(
                "it has <{name}>, which is not drawn"
            )));
        }
    }
    let ids = document
        .descendants()
        .filter_map(|n| Some((n.attribute("id")?, n)));
    let mut counter = Counter {
        ids: ids.collect(),
        known: HashMap::new(),
    };
    if counter.count(document.root(), 0) > MAX_ELEMENTS {
        let why = format!("it draws more than {MAX_ELEMENTS} elements");
        return Err(ImageError::Svg(why));
    }
    Ok(())
}

/// Counts elements as often as they are drawn.
struct Counter<'a, 'input> {
    ids: HashMap<&'a str, Node<'a, 'input>>,
    known: HashMap<NodeId, u64>,
}

impl<'a, 'input> Counter<'a, 'input> {
    fn count(&mut self, node: Node<'a, 'input>, depth: u32) -> u64 {
        if let Some(known) = self.known.get(&node.id()) {
            return *known;
        }
        // What nests this deep, or uses itself, is no drawing; usvg would refuse it too, only later.
        if depth > 100 {
            return MAX_ELEMENTS + 1;
        }
        let mut sum: u64 = 1;
        for child in node.children().filter(Node::is_element) {
            sum = sum.saturating_add(self.count(child, depth + 1));
        }
        // Patterns, masks and clips are referred to by `url(#id)`, uses by `#id`.
        for attribute in node.attributes() {
            let id = attribute.value().split_once('#').map(|(_, rest)| rest);
            let id = id.map(|id| id.trim_end_matches(['"', '\'', ')', ' ']));
            if let Some(target) = id.and_then(|id| self.ids.get(id)).copied() {
                sum = sum.saturating_add(self.count(target, depth + 1));
            }
        }
        self.known.insert(node.id(), sum);
        sum
    }
}
