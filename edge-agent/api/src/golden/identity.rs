//! The portal's own name and certificate.

use serde_json::json;

use super::{at, same};
use crate::route;
use crate::security::{
    Certificate, CertificateSource, CertificateWarning, CertificateWarningCode, ChainLink,
    ConfirmTrial, DomainProbe, Preview, Probe, ProbeStep, Security, SessionInfo, Trial, Wanted,
    WantedCertificate,
};

fn certificate() -> Certificate {
    Certificate {
        self_signed: true,
        source: CertificateSource::Own,
        issuer: "Placard".into(),
        trusted: false,
        names: vec!["placard.localhost".into(), "192.0.2.7".into()],
        not_before: at("2026-11-22T00:00:00Z"),
        not_after: at("2027-11-22T00:00:00Z"),
        fingerprint: "00:FF".into(),
    }
}

#[test]
fn security() {
    let wire = json!({"self_signed": true, "source": "own", "issuer": "Placard", "trusted": false,
        "names": ["placard.localhost", "192.0.2.7"], "not_before": "2026-11-22T00:00:00Z",
        "not_after": "2027-11-22T00:00:00Z", "fingerprint": "00:FF"});
    same(
        &Security {
            now: at("2026-11-23T10:42:00Z"),
            name: "placard.localhost".into(),
            certificate: certificate(),
            trial_until: None,
            origins: vec!["https://placard.localhost:8443".into()],
            sessions: vec![SessionInfo {
                id: "ab".into(),
                user: "ada".into(),
                created_at: at("2026-11-23T10:42:00Z"),
                last_seen: at("2026-11-23T10:42:00Z"),
                address: "192.0.2.9".into(),
                user_agent: "curl/8".into(),
                this: true,
            }],
        },
        json!({"now": "2026-11-23T10:42:00Z", "name": "placard.localhost", "certificate": wire,
            "trial_until": null, "origins": ["https://placard.localhost:8443"],
            "sessions": [{"id": "ab", "user": "ada", "created_at": "2026-11-23T10:42:00Z",
                "last_seen": "2026-11-23T10:42:00Z", "address": "192.0.2.9", "user_agent": "curl/8", "this": true}]}),
    );
    same(
        &Preview {
            name: "signs".into(),
            url: "https://signs".into(),
            certificate: certificate(),
            chain: vec![ChainLink {
                subject: "R1".into(),
                not_after: at("2029-01-01T00:00:00Z"),
            }],
            warnings: vec![CertificateWarning {
                code: CertificateWarningCode::NotTrusted,
                what: "w".into(),
                action: "a".into(),
            }],
        },
        json!({"name": "signs", "url": "https://signs", "certificate": wire,
            "chain": [{"subject": "R1", "not_after": "2029-01-01T00:00:00Z"}],
            "warnings": [{"code": "not_trusted", "what": "w", "action": "a"}]}),
    );
}

#[test]
fn trials() {
    same(
        &Wanted {
            name: "signs".into(),
            certificate: WantedCertificate::Upload {
                chain: "C".into(),
                key: "K".into(),
            },
        },
        json!({"name": "signs", "certificate": {"kind": "upload", "chain": "C", "key": "K"}}),
    );
    same(&WantedCertificate::Keep, json!({"kind": "keep"}));
    same(&WantedCertificate::Own, json!({"kind": "own"}));
    let trial = Trial {
        token: "SECRET".into(),
        url: "https://signs/SECRET".into(),
        until: at("2026-11-23T10:43:00Z"),
    };
    let wire =
        json!({"token": "SECRET", "url": "https://signs/SECRET", "until": "2026-11-23T10:43:00Z"});
    same(&trial, wire);
    let confirm = ConfirmTrial {
        token: "SECRET".into(),
    };
    same(&confirm, json!({"token": "SECRET"}));
    let upload = WantedCertificate::Upload {
        chain: "C".into(),
        key: "SECRET".into(),
    };
    let shown = format!("{trial:?} {confirm:?} {upload:?}");
    assert!(!shown.contains("SECRET"), "{shown}");
    assert_eq!(
        route::one_session("../x"),
        "/api/v1/security/sessions/..%2Fx"
    );
}

#[test]
fn the_domains_probe() {
    let step = |step| ProbeStep {
        step,
        found: Some("f".into()),
        problem: None,
        action: None,
    };
    let wire = |step: &str| json!({"step": step, "found": "f", "problem": null, "action": null});
    same(
        &DomainProbe {
            domain: "relay.example".into(),
            steps: [Probe::Name, Probe::Certificate, Probe::Answer, Probe::Link]
                .map(step)
                .into(),
        },
        json!({"domain": "relay.example",
            "steps": [wire("name"), wire("certificate"), wire("answer"), wire("link")]}),
    );
}
