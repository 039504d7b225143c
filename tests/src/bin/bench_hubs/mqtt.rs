//! The same over MQTT 3.1.1 and mutual TLS: mosquitto between a publisher and subscribers, `QoS` 1, a frame acknowledged
//! once it is on the subscriber's disk.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS, TlsConfiguration, Transport};
use serde_json::json;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::frames;
use crate::played::{Played, request, requests};
use crate::roles::Broker;
use crate::store::Store;

/// Whom the hubs' link is measured beside.
pub(crate) const BROKER: &str = "mosquitto";

const HERD: Duration = Duration::from_secs(60);
/// Pauses, so that each frame is measured alone.
pub(crate) const BETWEEN: Duration = Duration::from_millis(20);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Whether the broker sends a small packet at once; its default is that it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TcpNoDelay {
    On,
    Off,
}

/// Subscribers say here that a frame is on their disk.
const STORED: &str = "stored";

/// What `mosquitto -h` calls itself.
pub(crate) async fn version() -> Result<String> {
    let said = Command::new(BROKER).arg("-h").output().await;
    let said = said.context("run mosquitto; `infra/dev bench hubs` installs it")?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let line = text.lines().next().context("mosquitto says its version")?;
    Ok(line.trim_start_matches("mosquitto version ").to_owned())
}

/// Certificates of a run: an authority, the broker's, and one that all clients share.
pub(crate) fn certify(folder: &Path, names: &[&str]) -> Result<()> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    fs::write(folder.join("ca.pem"), params.self_signed(&key)?.pem())?;
    let authority = Issuer::new(params, key);
    for (who, names) in [("server", names), ("client", &["client"][..])] {
        let key = KeyPair::generate()?;
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let certificate = CertificateParams::new(names)?.signed_by(&key, &authority)?;
        fs::write(folder.join(format!("{who}.pem")), certificate.pem())?;
        fs::write(folder.join(format!("{who}.key")), key.serialize_pem())?;
    }
    Ok(())
}

/// Starts the broker; it listens when this returns.
pub(crate) async fn broker(
    folder: &Path,
    namespace: Option<&str>,
    (host, port): (&str, u16),
    nodelay: TcpNoDelay,
) -> Result<Played> {
    let nodelay = nodelay == TcpNoDelay::On;
    let at = |name: &str| folder.join(name).display().to_string();
    let config = format!(
        "listener {port} {host}\ncafile {}\ncertfile {}\nkeyfile {}\nrequire_certificate true\nallow_anonymous true\n\
         persistence false\nset_tcp_nodelay {nodelay}\nmax_queued_messages 10000\nuser root\nlog_type error\n",
        at("ca.pem"),
        at("server.pem"),
        at("server.key"),
    );
    let file = folder.join("mosquitto.conf");
    fs::write(&file, &config)?;
    let broker = Played::start_program(
        namespace,
        Path::new("mosquitto"),
        &["-c", file.to_str().context("a path")?],
    )?;
    let begun = Instant::now();
    loop {
        let mut listening = match namespace {
            None => std::process::Command::new("ss"),
            Some(namespace) => {
                let mut inside = std::process::Command::new("ip");
                inside.args(["netns", "exec", namespace, "ss"]);
                inside
            }
        };
        let said = listening.args(["-H", "-lnt"]).output()?;
        if String::from_utf8_lossy(&said.stdout).contains(&format!(":{port} ")) {
            return Ok(broker);
        }
        if begun.elapsed() > HERD {
            bail!("mosquitto does not listen on {host}:{port}");
        }
        tokio::time::sleep(BETWEEN).await;
    }
}

/// Starts clients that wait for the starting shot.
pub(crate) fn start_subscribers(
    folder: &Path,
    namespace: Option<&str>,
    at: (&str, u16),
    count: usize,
) -> Result<Played> {
    let count = ["--count".to_owned(), count.to_string()];
    start_role(namespace, "subscribers", folder, at, &count)
}

/// Starts whoever publishes.
pub(crate) fn start_publisher(folder: &Path, at: (&str, u16)) -> Result<Played> {
    start_role(None, "publisher", folder, at, &[])
}

fn start_role(
    namespace: Option<&str>,
    role: &str,
    folder: &Path,
    (host, port): (&str, u16),
    more: &[String],
) -> Result<Played> {
    let (port, data) = (port.to_string(), folder.display().to_string());
    let mut arguments = vec![role, "--host", host, "--port", &port, "--data", &data];
    arguments.extend(more.iter().map(String::as_str));
    Played::start(namespace, &arguments)
}

fn options(id: String, broker: &Broker) -> Result<MqttOptions> {
    let mut options = MqttOptions::new(id, &broker.host, broker.port);
    options.set_keep_alive(KEEP_ALIVE);
    options.set_max_packet_size(1024 * 1024, 1024 * 1024);
    options.set_manual_acks(true);
    let read = |name: &str| fs::read(broker.data.join(name));
    let tls = TlsConfiguration::Simple {
        ca: read("ca.pem")?,
        alpn: None,
        client_auth: Some((read("client.pem")?, read("client.key")?)),
    };
    options.set_transport(Transport::Tls(tls));
    Ok(options)
}

/// Subscribers: connect and subscribe all at once, say how long it took, then store what comes and say so.
pub(crate) async fn subscribers(broker: &Broker, count: usize) -> Result<()> {
    let options = (0..count)
        .map(|number| options(format!("hub-{number}"), broker))
        .collect::<Result<Vec<_>>>()?;
    println!("{}", json!({ "ready": count }));
    let mut lines = requests();
    request(&mut lines).await?;
    let begun = Instant::now();
    let (told, mut outcomes) = mpsc::unbounded_channel();
    let mut clients = JoinSet::new();
    let frame_bytes = frames::signs(1)?[0].len();
    for (number, options) in options.into_iter().enumerate() {
        let told = told.clone();
        let store = Store::new(broker.data.join(format!("hub-{number}")))?;
        clients.spawn(async move { subscriber((number, frame_bytes), options, store, told).await });
    }
    let (mut connected, mut failures) = (0, 0);
    while connected < count {
        match tokio::time::timeout_at((begun + HERD).into(), outcomes.recv()).await {
            Ok(Some(true)) => connected += 1,
            // rumqttc connects again by itself.
            Ok(Some(false)) => failures += 1,
            Ok(None) | Err(_) => break,
        }
    }
    failures += count - connected;
    println!(
        "{}",
        json!({ "seconds": begun.elapsed().as_secs_f64(), "failures": failures })
    );
    while request(&mut lines).await?.is_some() {}
    Ok(())
}

async fn subscriber(
    (number, frame_bytes): (usize, usize),
    options: MqttOptions,
    store: Store,
    told: mpsc::UnboundedSender<bool>,
) {
    let (client, mut events) = AsyncClient::new(options, 16);
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                let topic = format!("frames/{number}");
                if client.subscribe(topic, QoS::AtLeastOnce).await.is_err() {
                    return;
                }
            }
            Ok(Event::Incoming(Packet::SubAck(_))) => {
                let _ = told.send(true);
            }
            Ok(Event::Incoming(Packet::Publish(publish))) => {
                let rows = hub_link::picture::decode(
                    hub_link::wire::Encoding::Zstd,
                    &publish.payload,
                    None,
                    frame_bytes,
                );
                if rows.is_ok_and(|rows| store.keep(&rows).is_ok()) {
                    // Whatever fails here ends in a time-out that is seen.
                    let _ = client.ack(&publish).await;
                    let _ = client
                        .publish(STORED, QoS::AtMostOnce, false, vec![0])
                        .await;
                }
            }
            Ok(_) => {}
            Err(_) => {
                let _ = told.send(false);
                tokio::time::sleep(BETWEEN).await;
            }
        }
    }
}

/// Publishes changes to the first subscriber; `push N` says how long each took until it was stored.
pub(crate) async fn publisher(broker: &Broker) -> Result<()> {
    let (client, mut events) = AsyncClient::new(options("agent".to_owned(), broker)?, 16);
    let (stored, mut told) = mpsc::unbounded_channel();
    let listening = client.clone();
    let mut listener = JoinSet::new();
    listener.spawn(async move {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    let _ = listening.subscribe(STORED, QoS::AtMostOnce).await;
                }
                Ok(Event::Incoming(Packet::SubAck(_) | Packet::Publish(_))) => {
                    let _ = stored.send(());
                }
                Ok(_) => {}
                Err(error) => eprintln!("publisher: {error}"),
            }
        }
    });
    told.recv().await.context("the broker answers")?;
    println!("{}", json!({ "ready": true }));
    let mut lines = requests();
    while let Some((_, count)) = request(&mut lines).await? {
        let mut took = Vec::new();
        for rows in frames::signs(count)? {
            tokio::time::sleep(BETWEEN).await;
            let begun = Instant::now();
            // The whole frame: MQTT has nothing that a receiver's earlier frame could stand for.
            let (_, payload) = hub_link::picture::encode(&rows, None);
            client
                .publish("frames/0", QoS::AtLeastOnce, false, payload.to_vec())
                .await?;
            // A frame that is lost with its connection counts as long as anybody would wait for it.
            let stored = tokio::time::timeout(HERD, told.recv()).await;
            ensure!(stored != Ok(None), "the listener has ended");
            took.push(begun.elapsed().as_micros());
        }
        println!("{}", json!({ "took_us": took }));
    }
    Ok(())
}
