//! Puts the portal's files into the binary.
//!
//! They are taken from the folder in `PLACARD_PORTAL_DIST`, else from `portal/dist` beside this crate. When that folder
//! is absent, a page takes their place that says so: the agent builds and runs without a browser toolchain.

use std::path::{Path, PathBuf};
use std::{env, fs};

const SUBSTITUTE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Placard</title>
</head>
<body>
<h1>Placard</h1>
<p>This agent was built without its portal: the pages are missing, the API under <code>/api/v1</code> and the signs
work.</p>
<p>To get the pages, build with <code>infra/dev build</code>, or build the portal with <code>infra/portal-build</code>,
name its folder in <code>PLACARD_PORTAL_DIST</code>, and build the agent again.</p>
</body>
</html>
"#;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PLACARD_PORTAL_DIST");
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let dist = match env::var_os("PLACARD_PORTAL_DIST") {
        Some(folder) => PathBuf::from(folder),
        None => here.join("../portal/dist"),
    };
    let folder = if dist.join("index.html").is_file() {
        dist
    } else {
        substitute(&dist)
    };
    memory_serve::load_directory_with_embed(folder, true);
}

/// The absent folder is not watched: cargo takes a missing path for one that always changes.
fn substitute(dist: &Path) -> PathBuf {
    println!(
        "cargo::warning=no portal in {}: this agent will say so instead of showing pages",
        dist.display()
    );
    let folder =
        PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("without-portal");
    fs::create_dir_all(&folder).expect("cargo's folder takes files");
    for page in ["index.html", "settings.html"] {
        fs::write(folder.join(page), SUBSTITUTE).expect("cargo's folder takes files");
    }
    folder
}
