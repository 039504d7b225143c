//! `cloud-relay-local` as a program: TLS of its own, killed and started again.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use relay_contract::inbox::Signal;
use reqwest::StatusCode;

use crate::world::{Agent, http_client};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cloud-relay-local");

struct Program {
    process: Child,
    base: String,
}

impl Program {
    fn start(folder: &Path, listen: &str) -> Self {
        let mut process = Command::new(PROGRAM)
            .args([
                "serve",
                "--public-host",
                "relay.localhost",
                "--listen",
                listen,
                "--data",
            ])
            .arg(folder.join("data"))
            .arg("--tls-cert")
            .arg(folder.join("relay.crt"))
            .arg("--tls-key")
            .arg(folder.join("relay.key"))
            .env_remove("PLACARD_MASTER_KEY")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
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

    fn port(&self) -> &str {
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
fn certify(folder: &Path) -> String {
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

fn invite(folder: &Path) -> String {
    let output = Command::new(PROGRAM)
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
        let output = Command::new(PROGRAM)
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
