//! Who is calling.

use super::*;

#[tokio::test]
async fn callers_are_who_their_token_says() {
    let house = house();
    let bearer = format!("Bearer {}", house.token);
    let expected = format!("{} KAZ", house.subject);
    for text in [bearer.clone(), bearer.replace("Bearer ", "bearer  "), bearer.replace("Bearer", "BEARER")] {
        let answer = house.with_headers("/who", &[("authorization", text.as_bytes())]).await;
        assert_eq!(answer, (200, expected.clone()), "{text}");
    }
    let unknown = format!("Bearer dsr_{}", "0".repeat(64));
    let refused: [(&[&[u8]], u16); 11] = [
        (&[], 401),
        (&[b""], 401),
        (&[b"Bearer"], 401),
        (&[b"Bearer "], 401),
        (&[b"Basic dXNlcjpwYXNz"], 401),
        (&[house.token.as_bytes()], 401),
        (&[b"Bearer dsr_x"], 401),
        (&[unknown.as_bytes()], 401),
        (&[b"Bearer \xff\xfe"], 400),
        (&[bearer.as_bytes(), bearer.as_bytes()], 400),
        (&[bearer.as_bytes(), b"Bearer x"], 400),
    ];
    for (values, status) in refused {
        let headers: Vec<_> = values.iter().map(|value| ("authorization", *value)).collect();
        let (found, text) = house.with_headers("/who", &headers).await;
        assert_eq!(found, status, "{headers:?}: {text}");
        assert!(!text.contains(&house.token), "a refusal does not repeat a token");
    }
    assert_eq!(house.with_headers("/maybe", &[]).await, (200, "false".to_owned()));
    assert_eq!(house.with_headers("/maybe", &[("authorization", bearer.as_bytes())]).await, (200, "true".to_owned()));
    assert_eq!(
        house.with_headers("/maybe", &[("authorization", unknown.as_bytes())]).await.0,
        401,
        "never taken for nobody"
    );
}

#[tokio::test]
async fn a_refusal_says_how_to_authenticate_and_a_flood_is_slowed() {
    let house = house();
    let ask = async |token: &str| {
        let request = Request::get("/who").header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::empty());
        house.app.clone().oneshot(request.unwrap()).await.unwrap()
    };
    let response = house.app.clone().oneshot(Request::get("/who").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer realm=\"dossier\"");
    let response = ask("dsr_wrong0123456789").await;
    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer realm=\"dossier\", error=\"invalid_token\"");
    let mut last = response;
    for _ in 0..200 {
        last = ask("dsr_wrong0123456789").await;
    }
    assert_eq!(last.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(last.headers()[header::RETRY_AFTER].to_str().unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(ask(&house.token).await.status(), StatusCode::OK, "a valid token is taken all the same");
}

/// A service that has not heard the accounts does not know who is calling; it says so, and turns nobody away.
#[tokio::test(start_paused = true)]
async fn who_cannot_be_looked_up_is_asked_to_try_again() {
    let mirror = Arc::new(Accounts::mirrored());
    let who = async |bearer: Bearer| bearer.subject.to_string();
    let maybe = async |OptionalCaller(caller): OptionalCaller| format!("{}", caller.is_some());
    let app: Router = Router::new()
        .route("/who", get(who))
        .route("/maybe", get(maybe))
        .with_state(App { accounts: Arc::clone(&mirror) });
    let token = format!("dsr_{}", "0".repeat(64));
    let ask = async |address: &str, token: &str| {
        let request = Request::get(address).header(header::AUTHORIZATION, format!("Bearer {token}"));
        app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    };
    for address in ["/who", "/maybe"] {
        let response = ask(address, &token).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "3");
        assert!(!response.headers().contains_key(header::WWW_AUTHENTICATE), "it is no failure of the token");
        let text = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let problem: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(problem["type"], "/problems/accounts-not-heard");
        assert!(problem["detail"].as_str().unwrap().contains("moderation"), "{problem}");
        assert!(!problem.to_string().contains("dsr_"), "{problem}");
    }
    let nobody = app.clone().oneshot(Request::get("/maybe").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(nobody.status(), StatusCode::OK, "who says nothing is answered");
    assert_eq!(ask("/who", "nonsense").await.status(), StatusCode::UNAUTHORIZED);
}
