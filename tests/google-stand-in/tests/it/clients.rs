//! Google's own client library, and Google's own description of its APIs, against the stand-in.

use std::path::PathBuf;
use std::process::Stdio;

use google_stand_in::{Config, Content, RoomsFile, StandIn};
use serde_json::json;
use tokio::process::Command;

/// Where the development tools are: `PLACARD_TOOLS`, else the user's cache.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration to inject"
)]
fn tools() -> PathBuf {
    let var = |name: &str| {
        std::env::var(name)
            .ok()
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    var("PLACARD_TOOLS").unwrap_or_else(|| {
        let cache = var("XDG_CACHE_HOME")
            .or_else(|| Some(var("HOME")?.join(".cache")))
            .expect("HOME is set");
        cache.join("placard/tools")
    })
}

#[tokio::test]
async fn googles_own_node_client_finds_nothing_amiss() {
    let clients = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("clients");
    let tools = tools();
    let client = tools.join("google-client/node_modules/@googleapis/calendar/package.json");
    assert!(
        client.is_file(),
        "{} is missing: `infra/dev` installs it from {} (or do it by hand, see clients/README.md)",
        client.display(),
        clients.display()
    );
    let stand_in = StandIn::start(Config::default()).await.unwrap();
    let run = Command::new("node")
        .arg(clients.join("calendar.cjs"))
        .arg(stand_in.base())
        .env("PLACARD_TOOLS", &tools)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("node is on the PATH (infra/dev checks for it)");
    let (out, err) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    assert!(run.status.success() && out.trim() == "ok", "{out}{err}");
    stand_in.shutdown().await;
}

#[tokio::test]
async fn googles_own_python_client_finds_nothing_amiss() {
    assert_eq!(in_python("python_client.py").await, "ok");
}

#[tokio::test]
async fn every_answer_is_what_googles_discovery_documents_say() {
    let said = in_python("discovery.py").await;
    assert!(said.starts_with("ok "), "{said}");
}

/// Runs a program of `clients`, with what Google publishes for Python, against a small organisation; answers what it said.
async fn in_python(program: &str) -> String {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let python = tools().join("venv-google/bin/python3");
    assert!(
        python.is_file(),
        "{} is missing: `infra/dev` installs it (or make the environment by hand from infra/python/google.txt)",
        python.display()
    );
    let rooms: RoomsFile = serde_json::from_value(json!({"zone": "Europe/Brussels", "rooms": [
        {"name": "Alder", "building": "North", "floor": "2", "capacity": 8, "events": [{"summary": "Stand-up",
            "organiser": "Ann Lee", "start": "2026-11-23T10:00:00+01:00", "end": "2026-11-23T10:15:00+01:00"}]},
        {"name": "Birch", "hidden": true}, {"name": "Cedar"}]}))
    .unwrap();
    let stand_in = StandIn::start(Config {
        content: Content::Rooms(rooms),
        ..Config::default()
    })
    .await
    .unwrap();
    let run = Command::new(python)
        .arg(here.join("clients").join(program))
        .arg(stand_in.base())
        .arg(here.join("src"))
        .stdin(Stdio::null())
        .output()
        .await
        .expect("Python starts");
    let (out, err) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    assert!(run.status.success(), "{out}{err}");
    stand_in.shutdown().await;
    out.trim().to_owned()
}
