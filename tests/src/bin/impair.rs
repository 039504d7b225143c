//! Delays and reorders IP packets: reads them from a device of its own and writes them back to it, later.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;
use placard_tests::network::tun;
use placard_tests::random::Random;
use serde_json::json;

/// How often the counts are told, if they have changed.
const TELL_EVERY: Duration = Duration::from_millis(50);
/// The longest packet that a device can carry.
const LONGEST_PACKET: usize = 65_535;

/// Delays and reorders what is led into the device.
#[derive(Debug, Parser)]
struct Arguments {
    /// The device to make.
    #[arg(long)]
    device: String,
    /// How long a packet takes.
    #[arg(long)]
    delay_ms: u64,
    /// By how much that varies, both ways.
    #[arg(long)]
    jitter_ms: u64,
    /// How many of a hundred packets are not delayed.
    #[arg(long)]
    overtaking: u8,
}

/// A packet on its way: when it is due, its number, itself.
type Packet = Reverse<(Instant, u64, Vec<u8>)>;

/// Packets on their way, the one that is due first on top.
#[derive(Debug, Default)]
struct Queue {
    packets: Mutex<BinaryHeap<Packet>>,
    came: Condvar,
    passed: AtomicU64,
    overtook: AtomicU64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let device = tun::open(&arguments.device).context("make the device")?;
    let out = device.try_clone()?;
    let queue = Arc::new(Queue::default());
    println!("{}", json!({ "ready": true }));
    let taken = Arc::clone(&queue);
    std::thread::spawn(move || take(device, &arguments, &taken));
    let told = Arc::clone(&queue);
    std::thread::spawn(move || tell(&told));
    give(out, &queue)
}

/// Takes packets in and decides when each is due.
fn take(mut device: File, arguments: &Arguments, queue: &Queue) {
    let mut random = Random::new(1);
    let mut buffer = vec![0; LONGEST_PACKET];
    let jitter = Duration::from_millis(arguments.jitter_ms);
    let earliest = Duration::from_millis(arguments.delay_ms).saturating_sub(jitter);
    for number in 0.. {
        let length = match device.read(&mut buffer) {
            Ok(length) => length,
            // The device is not up yet.
            Err(_) => {
                std::thread::sleep(TELL_EVERY);
                continue;
            }
        };
        let at_once = random.below(100) < arguments.overtaking.into();
        let delay = if at_once {
            Duration::ZERO
        } else {
            earliest + random.span(jitter * 2)
        };
        let packet = Reverse((Instant::now() + delay, number, buffer[..length].to_vec()));
        queue.packets.lock().expect("no holder panics").push(packet);
        queue.came.notify_one();
    }
}

/// Gives each packet back when it is due.
fn give(mut device: File, queue: &Queue) -> Result<()> {
    let mut latest = 0;
    loop {
        let (number, packet) = next(queue);
        // The kernel refuses what it cannot route, as a router would.
        let _ = device.write(&packet);
        queue.passed.fetch_add(1, Ordering::Relaxed);
        if number < latest {
            queue.overtook.fetch_add(1, Ordering::Relaxed);
        }
        latest = latest.max(number);
    }
}

/// Waits for the next packet that is due.
fn next(queue: &Queue) -> (u64, Vec<u8>) {
    let mut packets = queue.packets.lock().expect("no holder panics");
    loop {
        let now = Instant::now();
        packets = match packets.peek() {
            None => queue.came.wait(packets).expect("no holder panics"),
            Some(Reverse((due, ..))) if *due > now => {
                let wait = *due - now;
                let woken = queue.came.wait_timeout(packets, wait);
                woken.expect("no holder panics").0
            }
            Some(_) => {
                let Reverse((_, number, packet)) = packets.pop().expect("there is one on top");
                return (number, packet);
            }
        };
    }
}

/// Says how many packets have passed, whenever there are more.
fn tell(queue: &Queue) {
    let mut told = 0;
    loop {
        std::thread::sleep(TELL_EVERY);
        let passed = queue.passed.load(Ordering::Relaxed);
        if passed != told {
            let overtook = queue.overtook.load(Ordering::Relaxed);
            println!("{}", json!({ "passed": passed, "overtook": overtook }));
            told = passed;
        }
    }
}
