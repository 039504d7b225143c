//! `cloud-relay-local` as a program: TLS of its own, killed and started again.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use relay_contract::inbox::Signal;
use reqwest::StatusCode;

use crate::world::{Agent, http_client};

pub(crate) const LOCAL: &str = env!("CARGO_BIN_EXE_cloud-relay-local");

pub(crate) struct Program {
    process: Child,
    pub(crate) base: String,
}

impl Program {
    fn start(folder: &Path, listen: &str) -> Self {
        Self::start_logging(folder, listen, "warn")
    }

    /// With a log of this level in `relay.log`.
    pub(crate) fn start_logging(folder: &Path, listen: &str, level: &str) -> Self {
        let mut log = File::options();
        let log = log
            .create(true)
            .append(true)
            .open(folder.join("relay.log"))
            .unwrap();
        let mut command = Command::new(LOCAL);
        command
            .args(["serve", "--public-host", "relay.localhost"])
            .args(["--listen", listen, "--tls-cert"])
            .arg(folder.join("relay.crt"))
            .arg("--tls-key")
            .arg(folder.join("relay.key"))
            .env("RUST_LOG", level)
            .stderr(log);
        Self::spawn(command, folder)
    }

    /// Without TLS, on this machine alone.
    pub(crate) fn start_plain(folder: &Path) -> Self {
        let mut command = Command::new(LOCAL);
        command
            .args(["serve", "--public-host", "127.0.0.1"])
            .args(["--listen", "127.0.0.1:0"])
            .stderr(Stdio::null());
        Self::spawn(command, folder)
    }

    fn spawn(mut command: Command, folder: &Path) -> Self {
        let mut process = command
            .arg("--data")
            .arg(folder.join("data"))
            .env_remove("PLACARD_MASTER_KEY")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(ready["ready"], true);
        Self {
            base: ready["public_base"].as_str().unwrap().to_owned(),
            process,
        }
    }

    pub(crate) fn port(&self) -> &str {
        self.base.rsplit_once(':').unwrap().1
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Writes certificate and key; gives the authority to trust.
pub(crate) fn certify(folder: &Path) -> String {
    let mut ca = CertificateParams::new(vec![]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["relay.localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &ca).unwrap();
    std::fs::write(folder.join("relay.crt"), leaf.pem()).unwrap();
    std::fs::write(folder.join("relay.key"), key.serialize_pem()).unwrap();
    ca.pem()
}

pub(crate) fn invite(folder: &Path) -> String {
    let output = Command::new(LOCAL)
        .args(["invite", "--host-owner", "--ttl-hours", "1", "--data"])
        .arg(folder.join("data"))
        .env_remove("PLACARD_MASTER_KEY")
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn what_was_answered_with_200_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let ca = certify(folder.path());
    let http = http_client(Some(&ca));
    let invite = invite(folder.path());
    let program = Program::start(folder.path(), "127.0.0.1:0");
    let mut agent = Agent::enrol(&http, &program.base, invite.trim(), 1).await;
    let answer = agent.notification("room-1", 7).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let listen = format!("127.0.0.1:{}", program.port());
    drop(program); // kill -9

    let program = Program::start(folder.path(), &listen);
    assert_eq!(agent.enrolled.public_base, program.base);
    agent.http = http_client(Some(&ca)); // the old one's connection died with the program
    let inbox = agent.inbox().await;
    let [
        Signal::Calendar {
            channel, number: 7, ..
        },
    ] = &inbox[..]
    else {
        panic!("{inbox:?}")
    };
    assert_eq!(channel, "room-1");
    let answer = agent.notification("room-1", 8).send().await.unwrap();
    assert_eq!(
        answer.status(),
        StatusCode::OK,
        "the master key is the same as before"
    );
}

#[tokio::test]
async fn sigterm_ends_it_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    let mut program = Program::start(folder.path(), "127.0.0.1:0");
    let killed = Command::new("kill")
        .arg(program.process.id().to_string())
        .status()
        .unwrap();
    assert!(killed.success());
    let deadline = Instant::now() + Duration::from_secs(10);
    let status = loop {
        if let Some(status) = program.process.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "it does not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(status.success(), "{status}");
}

#[test]
fn plain_http_beyond_loopback_and_bad_settings_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(LOCAL)
            .args(arguments)
            .arg("--data")
            .arg(folder.path())
            .env_remove("PLACARD_MASTER_KEY")
            .output()
            .unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let words = run(&["serve", "--listen", "0.0.0.0:0", "--public-host", "r"]);
    assert!(words.contains("--tls-cert"), "{words}");
    let words = run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--public-base",
        "ftp://r",
    ]);
    assert!(words.contains("cannot be the relay's address"), "{words}");
    let words = run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--public-host",
        "r",
        "--tls-cert",
        "a",
        "--tls-key",
        "b",
    ]);
    assert!(words.contains("read `a` as PEM"), "{words}");
    std::fs::write(folder.path().join("master.key"), "rubbish").unwrap();
    let words = run(&["invite"]);
    assert!(words.contains("does not hold a master key"), "{words}");
}
