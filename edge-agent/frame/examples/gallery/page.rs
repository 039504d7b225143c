//! The page that shows the pictures, each at its own pixels.

use std::fmt::Write;

use frame::Panel;

/// One picture.
pub(crate) struct Entry {
    /// Its file beside the page.
    pub(crate) file: String,
    /// What it is drawn for.
    pub(crate) panel: Panel,
    /// The layout's name.
    pub(crate) layout: String,
    /// The language.
    pub(crate) language: String,
    /// What is the case.
    pub(crate) state: String,
}

/// The page, with a switch for panel, layout and language. It needs no server and no other file.
pub(crate) fn page(entries: &[Entry]) -> String {
    let mut page = String::from(HEAD);
    for name in ["panel", "layout", "language"] {
        let mut values: Vec<String> = entries.iter().map(|entry| entry.value(name)).collect();
        values.dedup();
        let mut known: Vec<String> = Vec::new();
        for value in values {
            if !known.contains(&value) {
                known.push(value);
            }
        }
        let options: String = known
            .iter()
            .map(|value| format!("<option>{value}"))
            .collect();
        let _ = write!(
            page,
            "<label>{name} <select id={name}><option value=''>all{options}</select></label> "
        );
    }
    page.push_str("</header><main>");
    for entry in entries {
        let _ = write!(
            page,
            "<figure data-panel='{panel}' data-layout='{layout}' data-language='{language}'>\
             <img loading=lazy width={width} height={height} src='{file}' alt=''>\
             <figcaption>{panel} · {layout} · {language} · {state}</figcaption></figure>",
            panel = entry.panel,
            layout = entry.layout,
            language = entry.language,
            width = entry.panel.width,
            height = entry.panel.height,
            file = entry.file,
            state = entry.state,
        );
    }
    page.push_str(TAIL);
    page
}

impl Entry {
    fn value(&self, name: &str) -> String {
        match name {
            "panel" => self.panel.to_string(),
            "layout" => self.layout.clone(),
            _ => self.language.clone(),
        }
    }
}

const HEAD: &str = "<!doctype html><meta charset=utf-8><title>Placard: every sign</title><style>\
body{margin:0;background:#f6f5f1;color:#16171a;font:15px/1.5 system-ui,sans-serif}\
header{position:sticky;top:0;padding:12px 24px;background:#fff;border-bottom:1px solid #dcdad3}\
main{display:flex;flex-wrap:wrap;gap:24px;padding:24px;align-items:flex-start}\
figure{margin:0}img{display:block;image-rendering:pixelated;box-shadow:0 0 0 1px #dcdad3}\
figcaption{color:#5d6068;font-size:13px;padding-top:4px}[hidden]{display:none}</style><header><b>Every sign</b> ";

const TAIL: &str = "</main><script>\
const names=['panel','layout','language'],of=n=>document.getElementById(n);\
function show(){for(const f of document.querySelectorAll('figure'))\
f.hidden=names.some(n=>of(n).value&&of(n).value!==f.dataset[n])}\
of('language').value='en';for(const n of names)of(n).onchange=show;show()</script>";
