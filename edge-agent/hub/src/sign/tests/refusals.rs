//! What a display refuses, by which name, and that it changes nothing.

use super::*;

#[test]
fn damaged_pixels_are_refused_and_change_nothing() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_plan(1, &[(0, 1)]);
    scene.now(0);
    let header = FrameHeader {
        display: "n1".to_owned(),
        frame: id(2).0.to_vec().into(),
        width: 64,
        height: 64,
        encoding: Encoding::Raw.into(),
        raw_length: 512,
        ..FrameHeader::default()
    };
    scene.sign.take_frame(&header, picture(3).rows());
    scene.sign.take_frame(
        &FrameHeader {
            width: 65,
            ..header.clone()
        },
        &[0; 512],
    );
    scene.sign.take_frame(
        &FrameHeader {
            encoding: 9,
            ..header
        },
        &[],
    );
    scene.now(1);
    assert_eq!(scene.shown(), [picture(1)]);
    let bad = |report: &Kind| matches!(report, Kind::Failed(failed) if failed.code() == FailureCode::BadFrame);
    assert_eq!(
        scene.reported().iter().filter(|report| bad(report)).count(),
        3
    );
}

#[test]
fn a_full_disk_is_reported_and_the_sign_is_right_all_the_same() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_plan(1, &[(0, 1)]);
    scene.now(0);
    scene.reported();
    let frames = scene.folder.path().join("shelf/frames");
    let away = scene.folder.path().join("away");
    std::fs::rename(&frames, &away).unwrap();
    scene.send_frame(2);
    scene.send_plan(2, &[(0, 2)]);
    scene.now(1);
    assert_eq!(scene.shown().last(), Some(&picture(2)));
    let reported = scene.reported();
    let stored = |report: &Kind| matches!(report, Kind::Stored(_));
    let refused = |report: &Kind| matches!(report, Kind::Failed(failed) if failed.code() == FailureCode::Storage);
    assert!(
        reported.iter().any(refused) && !reported.iter().any(stored),
        "{reported:?}"
    );
    assert_eq!(
        scene.sign.describe().stored.unwrap().counter,
        1,
        "what is on the disk"
    );
    std::fs::rename(&away, &frames).unwrap();
    scene.sign.settle();
    assert!(scene.reported().iter().any(stored));
    assert_eq!(scene.sign.describe().stored.unwrap().counter, 2);
}

#[test]
fn a_plan_that_cannot_be_is_refused_by_name_and_changes_nothing() {
    let mut scene = Scene::new();
    scene.send_frame(1);
    scene.send_plan(1, &[(0, 1)]);
    scene.now(0);
    scene.reported();
    let many: Vec<(i64, u32)> = (0..51).map(|n| (i64::from(n), n)).collect();
    scene.send_plan(2, &many);
    scene.send_plan(3, &[(-600_000_000, 1)]);
    scene.send_plan(4, &[(0, 1), (500 * 86_400, 1)]);
    scene.send_plan(5, &[(9, 1), (0, 1)]);
    scene.now(1);
    assert_eq!(scene.shown(), [picture(1)]);
    let codes: Vec<FailureCode> = scene
        .reported()
        .into_iter()
        .filter_map(|report| match report {
            Kind::Failed(failed) => Some(failed.code()),
            _ => None,
        })
        .collect();
    let time = FailureCode::PlanTime;
    assert_eq!(codes, [FailureCode::Capacity, time, time, time]);
    assert_eq!(scene.sign.describe().stored.unwrap().counter, 1);
}
