//! How people come in by a link or a password, stay, and go.

use super::*;

#[tokio::test]
async fn a_link_works_once_and_a_password_has_to_be_one() {
    let room = Room::open().await;
    let invited = room.post("administrator", "/invitations", contributor("oak@mfa.example", "KAZ")).await.is(201);
    let secret = mail(&room, invited.text("/subject"), LinkKind::Invitation).secret.unwrap();
    for (password, code) in [
        ("short", "password-too-short"),
        ("password1234", "password-known"),
        ("Wanjiru Kamau", "password-is-name-or-address"),
        (&"x".repeat(200_000), "password-too-long"),
    ] {
        let told = welcome(&room, secret.expose(), password).await.is(422);
        assert_eq!((told.text("/code"), told.text("/errors/0/pointer")), (code, "/password"));
        assert!(!told.body.to_string().contains(secret.expose()), "what was sent is not repeated");
    }
    let huge = welcome(&room, secret.expose(), &"x".repeat(3_000_000)).await.is(413);
    assert!(huge.text("/type").ends_with("/too-large"));
    let entered = welcome(&room, secret.expose(), GOOD).await.is(201);
    assert_eq!(entered.headers[header::CACHE_CONTROL], "no-store");
    let used = welcome(&room, secret.expose(), GOOD).await.is(409);
    assert!(used.text("/type").ends_with("/link-used"));
    let as_reset = json!({"secret": secret.expose(), "password": GOOD});
    room.post(STRANGER, "/password-resets/complete", as_reset).await.is(404);
    for text in ["", "dsi_", "%23", "dsi_\u{0}", "../../x"] {
        welcome(&room, text, GOOD).await.is(404);
    }
    room.post(STRANGER, "/welcome", json!({"secret": 1, "password": GOOD})).await.is(422);
    room.post(STRANGER, "/welcome", json!({"secret": "x", "password": GOOD, "admin": true})).await.is(422);
}

#[tokio::test]
async fn an_expired_link_says_so() {
    let room = Room::open().await;
    let invited = room.post("administrator", "/invitations", contributor("oak@mfa.example", "KAZ")).await.is(201);
    let subject: SubjectId = invited.text("/subject").parse().unwrap();
    let accounts = &room.desk().accounts;
    let long_ago = dossier_proto::Micros(wall_clock().0 - LinkKind::Invitation.lasts() - 1);
    let (secret, _) = accounts.hand_out_link(subject, LinkKind::Invitation, long_ago).unwrap();
    let told = welcome(&room, secret.expose(), GOOD).await.is(410);
    assert!(told.text("/type").ends_with("/link-expired") && told.text("/detail").contains("another one"));
}

#[tokio::test]
async fn signing_in_gives_a_session_and_signing_out_ends_it() {
    let room = Room::open().await;
    let (subject, first) = come_in(&room, "oak@mfa.example", "contributor", json!("KAZ")).await;
    let sign_in = async |mail: &str, password: &str| {
        room.post(STRANGER, "/sessions", json!({"mail": mail, "password": password})).await
    };
    let second = sign_in(" OAK@mfa.example ", GOOD).await.is(201);
    assert_eq!(second.text("/subject"), subject);
    let second = second.text("/token").to_owned();
    let mut answers = Vec::new();
    for (mail, password) in
        [("oak@mfa.example", OTHER), ("nobody@mfa.example", GOOD), ("", ""), ("oak@mfa.example", &"x".repeat(100_000))]
    {
        let mut told = sign_in(mail, password).await.is(401);
        for member in ["number", "instance"] {
            told.body.as_object_mut().unwrap().remove(member);
        }
        answers.push(told.body);
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "one answer for all: {answers:#?}");
    let read = async |token: &str| as_session(&room, token, Method::GET, "/account", None).await.status.as_u16();
    assert_eq!((read(&first).await, read(&second).await), (200, 200));
    as_session(&room, &second, Method::DELETE, "/sessions/current", None).await.is(204);
    assert_eq!((read(&first).await, read(&second).await), (200, 401));
    as_session(&room, &first, Method::DELETE, "/sessions", None).await.is(204);
    assert_eq!(read(&first).await, 401);
    room.send(STRANGER, Request::delete("/review/api/v1/sessions"), Body::empty()).await.is(401);
    // Whoever guesses is held back, and told for how long.
    let mut last = sign_in("oak@mfa.example", OTHER).await;
    for _ in 0..12 {
        last = sign_in("oak@mfa.example", OTHER).await;
    }
    let held = last.is(429);
    assert!(held.headers.contains_key(header::RETRY_AFTER) && held.text("/detail").contains("new password"));
}

#[tokio::test]
async fn a_forgotten_password_is_asked_for_in_the_dark_and_replaced_with_a_link() {
    let room = Room::open().await;
    let (subject, session) = come_in(&room, "oak@mfa.example", "contributor", json!("KAZ")).await;
    for mail in ["oak@mfa.example", "nobody@mfa.example", "", "x", &"x".repeat(100_000)] {
        let told = room.post(STRANGER, "/password-resets", json!({"mail": mail})).await.is(202);
        assert_eq!(told.body, Value::Null);
    }
    // Where there is no mail server nobody would take them up.
    assert_eq!(waiting(&room), 0);
    let accounts = &room.desk().accounts;
    accounts.ask_reset("Oak@mfa.example", None, wall_clock()).unwrap();
    accounts.look_up_resets(wall_clock()).unwrap();
    let secret = mail(&room, &subject, LinkKind::Reset).secret.unwrap();
    let complete = async |password: &str| {
        let body = json!({"secret": secret.expose(), "password": password});
        room.post(STRANGER, "/password-resets/complete", body).await
    };
    complete("short").await.is(422);
    let entered = complete(OTHER).await.is(201);
    complete(GOOD).await.is(409);
    assert_eq!(as_session(&room, &session, Method::GET, "/account", None).await.status.as_u16(), 401);
    let token = entered.text("/token").to_owned();
    as_session(&room, &token, Method::GET, "/account", None).await.is(200);
}

#[tokio::test]
async fn ones_own_account_is_read_and_changed_by_its_owner() {
    let mut room = Room::open().await;
    let (_, token) = come_in(&room, "oak@mfa.example", "contributor", json!("KAZ")).await;
    let account = as_session(&room, &token, Method::GET, "/account", None).await.is(200);
    assert_eq!((account.text("/language"), account.text("/mail_wanted")), ("fr", "every-letter"));
    let change = json!({"name": "Aiman Oak", "language": "ar", "mail_wanted": "when-it-is-my-turn"});
    let changed = as_session(&room, &token, Method::PATCH, "/account", Some(change)).await.is(200);
    assert_eq!((changed.text("/name"), changed.text("/language")), ("Aiman Oak", "ar"));
    assert_eq!((changed.text("/mail_wanted"), changed.text("/mail")), ("when-it-is-my-turn", "oak@mfa.example"));
    for (body, pointer) in [
        (json!({"name": " "}), "/name"),
        (json!({"language": "de"}), "/language"),
        (json!({"mail_wanted": "some"}), "/mail_wanted"),
    ] {
        let told = as_session(&room, &token, Method::PATCH, "/account", Some(body)).await.is(422);
        assert_eq!(told.text("/errors/0/pointer"), pointer);
    }
    as_session(&room, &token, Method::PATCH, "/account", Some(json!({"mail": "x@y.z"}))).await.is(422);
    let password = |old: &str, new: &str| Some(json!({"old": old, "new": new}));
    as_session(&room, &token, Method::POST, "/account/password", password(OTHER, OTHER)).await.is(401);
    let short = as_session(&room, &token, Method::POST, "/account/password", password(GOOD, "short")).await.is(422);
    assert_eq!(short.text("/errors/0/pointer"), "/new");
    as_session(&room, &token, Method::POST, "/account/password", password(GOOD, OTHER)).await.is(204);
    as_session(&room, &token, Method::GET, "/account", None).await.is(200);
    room.get(STRANGER, "/account").await.is(401);
    // A token of a program for one body is not its owner.
    room.bind("contributor-kz", "KAZ", "bound");
    room.get("bound", "/account").await.is(200);
    let bound = http::Request::patch("/review/api/v1/account").header(header::CONTENT_TYPE, "application/json");
    room.send("bound", bound, Body::from("{\"name\":\"X\"}")).await.is(403);
}

/// However many try at once, one hash is made at a time, and whoever has no place is asked to come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_sign_in_at_once_take_one_place_after_the_other() {
    let room = std::sync::Arc::new(Room::open().await);
    come_in(&room, "oak@mfa.example", "contributor", json!("KAZ")).await;
    let tries: Vec<_> = (0..40)
        .map(|number| {
            let room = std::sync::Arc::clone(&room);
            let body = json!({"mail": format!("{number}@mfa.example"), "password": GOOD});
            tokio::spawn(async move { room.post(STRANGER, "/sessions", body).await.status.as_u16() })
        })
        .collect();
    let mut counts = std::collections::BTreeMap::new();
    for one in tries {
        *counts.entry(one.await.unwrap()).or_insert(0) += 1;
    }
    // The thirty that one place may try, and nothing but the three answers there are.
    assert_eq!(counts.get(&401), Some(&30), "{counts:?}");
    assert!(counts.keys().all(|status| [401, 429, 503].contains(status)), "{counts:?}");
}
