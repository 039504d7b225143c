//! One display without thread or panel: the clock is moved by hand, the glass is a list.

mod refusals;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use hub_link::wire::{Encoding, FrameHeader};
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;

use super::*;
use crate::panel::PanelError;
use crate::refresh::{Change, Refresh};

const VERIFIED: i64 = 10;
const STALE_AFTER: i64 = 60;

#[derive(Clone, Default)]
struct Glass(Arc<Mutex<Vec<(Bitmap, Refresh)>>>);

impl PanelDriver for Glass {
    fn show(&mut self, change: &Change<'_>) -> Result<(), PanelError> {
        let shown = (change.picture.clone(), change.refresh);
        self.0.lock().unwrap().push(shown);
        Ok(())
    }
}

struct Scene {
    folder: TempDir,
    hand: Arc<AtomicU64>,
    clock: Clock,
    glass: Glass,
    sign: Sign,
    reports: UnboundedReceiver<Kind>,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn picture(x: u32) -> Bitmap {
    let mut picture = Bitmap::new_white(64, 64);
    picture.set(x, 0, true);
    picture
}

fn id(x: u32) -> FrameId {
    FrameId(picture(x).hash().0)
}

impl Scene {
    /// A display whose hub knows the time: second 0.
    fn new() -> Self {
        let scene = Self::without_time(tempfile::tempdir().unwrap());
        scene.clock.set(at(0));
        scene
    }

    fn without_time(folder: TempDir) -> Self {
        let hand = Arc::new(AtomicU64::new(0));
        let moved = Arc::clone(&hand);
        let clock = Clock::with_source(move || Duration::from_secs(moved.load(Ordering::SeqCst)));
        let (glass, reports) = (Glass::default(), Reports::default());
        let sign = Sign::new(Parts {
            key: "n1".to_owned(),
            panel: "64x64".parse().unwrap(),
            capacity: 50,
            shelf: Shelf::open(folder.path().join("shelf")).unwrap(),
            driver: Box::new(glass.clone()),
            log: GlassLog::open(&folder.path().join("n1.log")).unwrap(),
            clock: clock.clone(),
            reports: reports.clone(),
        });
        Self {
            reports: reports.follow(),
            folder,
            hand,
            clock,
            glass,
            sign,
        }
    }

    /// The hub's program dies and starts again, not knowing the time.
    fn killed(self) -> Self {
        Self::without_time(self.folder)
    }

    fn send_frame(&mut self, x: u32) {
        let picture = picture(x);
        let header = FrameHeader {
            display: "n1".to_owned(),
            frame: picture.hash().0.to_vec().into(),
            width: 64,
            height: 64,
            encoding: Encoding::Raw.into(),
            raw_length: 512,
            ..FrameHeader::default()
        };
        self.sign.take_frame(&header, picture.rows());
    }

    fn send_plan(&mut self, counter: u64, steps: &[(i64, u32)]) {
        self.send_plan_with(counter, steps, |_| {});
    }

    fn send_plan_with(
        &mut self,
        counter: u64,
        steps: &[(i64, u32)],
        change: impl FnOnce(&mut wire::Plan),
    ) {
        let mut plan = wire::Plan {
            display: "n1".to_owned(),
            generation: Some(Generation { epoch: 1, counter }),
            steps: steps
                .iter()
                .map(|(from, x)| wire::Step {
                    from_us: at(*from).as_microsecond(),
                    frame: id(*x).0.to_vec().into(),
                    ..wire::Step::default()
                })
                .collect(),
            freshness: Some(freshness(VERIFIED)),
            ..wire::Plan::default()
        };
        change(&mut plan);
        self.sign.take_plan(&plan);
    }

    fn now(&mut self, seconds: u64) -> Duration {
        self.hand.store(seconds, Ordering::SeqCst);
        self.sign.refresh()
    }

    fn shown(&self) -> Vec<Bitmap> {
        let shown = self.glass.0.lock().unwrap();
        shown.iter().map(|(picture, _)| picture.clone()).collect()
    }

    fn refreshes(&self) -> Vec<Refresh> {
        let shown = self.glass.0.lock().unwrap();
        shown.iter().map(|(_, refresh)| *refresh).collect()
    }

    fn reported(&mut self) -> Vec<Kind> {
        std::iter::from_fn(|| self.reports.try_recv().ok()).collect()
    }
}

fn freshness(verified: i64) -> wire::Freshness {
    wire::Freshness {
        verified_at_us: at(verified).as_microsecond(),
        stale_after_ms: u64::try_from(STALE_AFTER * 1000).unwrap(),
        mark: Some(wire::Mark {
            x: 8,
            y: 8,
            width: 8,
            height: 2,
            rows: vec![0xff, 0xff].into(),
        }),
    }
}

fn marked(x: u32) -> Bitmap {
    let mut marked = picture(x);
    marked.blit(
        &Bitmap::from_rows(&Panel::black_white(8, 2), vec![0xff, 0xff]).unwrap(),
        8,
        8,
    );
    marked
}

#[test]
fn a_plan_waits_for_its_frames_and_takes_effect_as_a_whole() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_plan(1, &[(0, 1), (30, 2)]);
    scene.now(0);
    assert!(
        scene.shown().is_empty(),
        "the second frame is still under way"
    );
    assert_eq!(scene.reported(), []);
    scene.send_frame(2);
    scene.now(0);
    assert_eq!(scene.shown(), [picture(1)]);
    let reported = scene.reported();
    assert!(
        matches!(&reported[0], Kind::Stored(stored) if stored.generation.unwrap().counter == 1)
    );
    assert!(matches!(&reported[1], Kind::Refreshing(_)));
    let Kind::Displayed(displayed) = &reported[2] else {
        panic!("{reported:?}")
    };
    assert_eq!(displayed.frame, id(1).0.to_vec());
    assert_eq!(
        (displayed.at_us, displayed.stored_at_us),
        (at(0).as_microsecond(), at(0).as_microsecond())
    );
    assert_eq!(displayed.marked_since_us, None);
}

#[test]
fn the_sign_flips_at_its_time_without_the_agent() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_frame(2);
    scene.send_plan(1, &[(0, 1), (30, 2)]);
    assert_eq!(scene.now(0), Duration::from_secs(30));
    assert_eq!(scene.now(29), Duration::from_secs(1));
    assert_eq!(scene.shown(), [picture(1)]);
    scene.now(30);
    assert_eq!(scene.shown(), [picture(1), picture(2)]);
}

#[test]
fn the_mark_is_stamped_when_nobody_verifies_and_goes_when_somebody_does() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_plan(1, &[(0, 1)]);
    scene.now(69);
    assert_eq!(scene.shown(), [picture(1)]);
    scene.reported();
    scene.now(70);
    assert_eq!(scene.shown().last(), Some(&marked(1)));
    let marked_since = scene
        .reported()
        .into_iter()
        .find_map(|report| match report {
            Kind::Displayed(displayed) => displayed.marked_since_us,
            _ => None,
        });
    assert_eq!(marked_since, Some(at(VERIFIED).as_microsecond()));
    scene.sign.take_freshness(&freshness(65));
    scene.now(71);
    assert_eq!(scene.shown().last(), Some(&picture(1)));
    scene.sign.take_freshness(&freshness(20));
    scene.now(72);
    assert_eq!(
        scene.shown().last(),
        Some(&picture(1)),
        "older freshness changes nothing"
    );
}

#[test]
fn an_older_plan_never_follows_a_newer_one() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_frame(2);
    scene.send_plan(5, &[(0, 2)]);
    scene.send_plan(4, &[(0, 1)]);
    scene.now(0);
    assert_eq!(scene.shown(), [picture(2)]);
    let refused = |report: &Kind| matches!(report, Kind::Failed(failed) if failed.code() == FailureCode::OldGeneration);
    assert!(scene.reported().iter().any(refused));
    let mut scene = scene.killed();
    scene.send_plan(4, &[(0, 1)]);
    scene.clock.set(at(0));
    scene.now(0);
    assert_eq!(scene.shown(), [picture(2)], "a restart does not forget");
}

#[test]
fn killed_at_any_moment_the_sign_shows_the_old_plan_or_the_new_one() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_plan(1, &[(0, 1)]);
    scene.now(0);
    scene.send_frame(2);
    // The second plan names a third frame, which never arrives.
    scene.send_plan(2, &[(0, 2), (9, 3)]);
    let mut scene = scene.killed();
    scene.clock.set(at(1));
    scene.now(0);
    assert_eq!(scene.shown(), [picture(1)]);
    assert_eq!(
        scene.sign.describe().stored,
        Some(Generation {
            epoch: 1,
            counter: 1
        })
    );
    assert_eq!(
        scene.sign.describe().frames.len(),
        1,
        "a frame without its plan is sent again"
    );
}

#[test]
fn a_hub_that_does_not_know_the_time_marks_its_last_frame_and_does_not_flip() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_frame(2);
    scene.send_plan(1, &[(0, 1), (30, 2)]);
    scene.now(31);
    assert_eq!(scene.shown(), [picture(2)]);
    let mut scene = scene.killed();
    scene.now(0);
    assert_eq!(scene.shown(), [marked(2)]);
    scene.clock.set(at(40));
    scene.now(0);
    assert_eq!(
        scene.shown().last(),
        Some(&picture(2)),
        "told the time, it knows that it is not stale yet"
    );
}

#[test]
fn a_plan_that_changes_no_pixel_is_reported_all_the_same() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_plan(1, &[(0, 1)]);
    scene.now(0);
    scene.reported();
    scene.send_plan(2, &[(0, 1)]);
    scene.now(5);
    assert_eq!(scene.shown().len(), 1);
    let reported = scene.reported();
    let Some(Kind::Displayed(displayed)) = reported.last() else {
        panic!("{reported:?}")
    };
    assert_eq!(displayed.generation.unwrap().counter, 2);
    assert_eq!(
        displayed.at_us,
        at(0).as_microsecond(),
        "on the glass since then"
    );
}

#[test]
fn a_notice_hides_the_plan_until_it_is_taken_away() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_plan(1, &[(0, 1)]);
    scene.sign.notice(Some(picture(9)));
    scene.now(0);
    scene.sign.notice(None);
    scene.now(1);
    assert_eq!(scene.shown(), [picture(9), picture(1)]);
}

#[test]
fn every_change_of_the_glass_is_a_line_in_the_log() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_plan(7, &[(0, 1)]);
    scene.now(0);
    scene.now(70);
    let log = std::fs::read_to_string(scene.folder.path().join("n1.log")).unwrap();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["hash"], id(1).to_string());
    assert_eq!(lines[0]["generation"], serde_json::json!([1, 7]));
    assert_eq!(lines[0]["marked_since"], serde_json::Value::Null);
    let instant = |name: &str| -> Timestamp { lines[1][name].as_str().unwrap().parse().unwrap() };
    assert_eq!(
        (instant("at"), instant("marked_since")),
        (at(70), at(VERIFIED))
    );
}

#[test]
fn little_changes_are_drawn_in_part_and_every_so_often_in_full() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_frame(2);
    for counter in 1..=6 {
        let frame = if counter % 2 == 0 { 1 } else { 2 };
        scene.send_plan_with(counter, &[(0, frame)], |plan| plan.full_every = 3);
        scene.now(counter);
    }
    let (full, partial) = (Refresh::Full, Refresh::Partial);
    assert_eq!(
        scene.refreshes(),
        [full, partial, partial, full, partial, partial],
        "the first since nobody knows the glass, then every third"
    );
    assert_eq!(scene.sign.measure().refreshes, 6);
}
