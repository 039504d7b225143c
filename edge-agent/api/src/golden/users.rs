//! Users, second factors and tokens.

use serde_json::json;

use super::{at, same};
use crate::route;
use crate::users::{
    ChangePassword, ChangeUser, ConfirmSecondFactor, DropSecondFactor, MakeToken, NewToken,
    NewUser, RecoveryCodes, Role, SecondFactor, SetPassword, Token, Tokens, User, Users,
};

#[test]
fn users() {
    let words: Vec<_> = Role::ALL.iter().map(|role| json!(role)).collect();
    assert_eq!(words, ["viewer", "facility_manager", "admin", "owner"]);
    for role in Role::ALL {
        same(role, json!(role.as_str()));
    }
    assert!(
        Role::ALL.is_sorted(),
        "each may do more than the one before"
    );
    same(
        &Users {
            users: vec![User {
                id: 7,
                name: "ada".into(),
                role: Role::Owner,
                created_at: at("2026-11-23T10:42:00Z"),
                second_factor: true,
                this: true,
                etag: "\"3\"".into(),
            }],
        },
        json!({"users": [{"id": 7, "name": "ada", "role": "owner", "created_at": "2026-11-23T10:42:00Z",
            "second_factor": true, "this": true, "etag": "\"3\""}]}),
    );
    same(
        &NewUser {
            name: "eve".into(),
            role: Role::Viewer,
            password: "P".into(),
        },
        json!({"name": "eve", "role": "viewer", "password": "P"}),
    );
    same(
        &ChangeUser {
            name: "eve".into(),
            role: Role::FacilityManager,
        },
        json!({"name": "eve", "role": "facility_manager"}),
    );
    assert_eq!(route::user(7), "/api/v1/users/7");
    assert_eq!(route::user_password(7), "/api/v1/users/7/password");
    assert_eq!(
        route::user_second_factor(7),
        "/api/v1/users/7/second-factor"
    );
}

#[test]
fn tokens() {
    let token = Token {
        id: "t".into(),
        name: "Dashboard".into(),
        role: Role::Viewer,
        created_by: "ada".into(),
        created_at: at("2026-11-23T10:42:00Z"),
        expires_at: at("2026-12-23T10:42:00Z"),
        last_used: None,
    };
    let wire = json!({"id": "t", "name": "Dashboard", "role": "viewer", "created_by": "ada",
        "created_at": "2026-11-23T10:42:00Z", "expires_at": "2026-12-23T10:42:00Z", "last_used": null});
    same(
        &Tokens {
            now: at("2026-11-23T10:42:00Z"),
            tokens: vec![token.clone()],
        },
        json!({"now": "2026-11-23T10:42:00Z", "tokens": [wire]}),
    );
    same(
        &NewToken {
            token,
            secret: "S".into(),
        },
        json!({"token": wire, "secret": "S"}),
    );
    same(
        &MakeToken {
            name: "Dashboard".into(),
            role: Role::Viewer,
            days: 30,
        },
        json!({"name": "Dashboard", "role": "viewer", "days": 30}),
    );
    assert_eq!(route::token("a/b"), "/api/v1/tokens/a%2Fb");
}

#[test]
fn passwords_and_codes_do_not_show() {
    let secret = || "SECRET".to_owned();
    let begun = SecondFactor {
        secret: secret(),
        url: secret(),
        qr: None,
    };
    same(
        &begun,
        json!({"secret": "SECRET", "url": "SECRET", "qr": null}),
    );
    let confirm = ConfirmSecondFactor {
        secret: secret(),
        code: secret(),
        password: secret(),
    };
    same(
        &confirm,
        json!({"secret": "SECRET", "code": "SECRET", "password": "SECRET"}),
    );
    let codes = RecoveryCodes {
        codes: vec![secret()],
    };
    same(&codes, json!({"codes": ["SECRET"]}));
    let drop = DropSecondFactor { password: secret() };
    same(&drop, json!({"password": "SECRET"}));
    let set = SetPassword { password: secret() };
    same(&set, json!({"password": "SECRET"}));
    let change = ChangePassword {
        present: secret(),
        password: secret(),
    };
    same(&change, json!({"present": "SECRET", "password": "SECRET"}));
    let shown = format!("{begun:?} {confirm:?} {codes:?} {drop:?} {set:?} {change:?}");
    assert!(!shown.contains("SECRET"), "{shown}");
}
