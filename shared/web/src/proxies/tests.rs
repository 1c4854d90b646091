use axum::{Router, body::Body, middleware, routing::get};
use http::HeaderValue;
use tower::ServiceExt;

use super::*;

fn proxies(networks: &[&str]) -> TrustedProxies {
    TrustedProxies::of(networks.iter().map(|text| text.parse().unwrap()))
}

fn source(proxies: &TrustedProxies, peer: &str, said: &[&str]) -> String {
    let mut headers = HeaderMap::new();
    for line in said {
        headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
    }
    proxies.source(peer.parse().unwrap(), &headers).to_string()
}

#[test]
fn a_stranger_is_whoever_connects_whatever_it_says() {
    for trusted in [TrustedProxies::default(), proxies(&["10.0.0.7"]), TrustedProxies::of_this_machine()] {
        assert_eq!(source(&trusted, "203.0.113.9", &["6.6.6.6"]), "203.0.113.9");
        assert_eq!(source(&trusted, "::ffff:203.0.113.9", &["127.0.0.1"]), "203.0.113.9");
    }
}

#[test]
fn a_proxy_is_believed_and_what_came_before_it_is_not() {
    let front = proxies(&["10.0.0.7"]);
    assert_eq!(source(&front, "10.0.0.7", &["203.0.113.9"]), "203.0.113.9");
    assert_eq!(source(&front, "10.0.0.7", &["6.6.6.6, 203.0.113.9"]), "203.0.113.9", "the caller said the first");
    assert_eq!(source(&front, "10.0.0.7", &["6.6.6.6", "203.0.113.9"]), "203.0.113.9", "in two lines");
    assert_eq!(source(&front, "::ffff:10.0.0.7", &["2001:db8::5"]), "2001:db8::5");
    // Two proxies, one after the other; and a caller who pretends to be a third.
    let two = proxies(&["10.0.0.7", "192.0.2.0/24"]);
    assert_eq!(source(&two, "10.0.0.7", &["6.6.6.6, 203.0.113.9, 192.0.2.33"]), "203.0.113.9");
    assert_eq!(source(&two, "10.0.0.7", &["192.0.2.34, 192.0.2.33"]), "192.0.2.34", "nobody else is named");
    assert_eq!(source(&front, "10.0.0.7", &[]), "10.0.0.7");
}

#[test]
fn what_is_no_address_ends_the_way() {
    let front = proxies(&["10.0.0.7"]);
    for said in ["nonsense", "", "6.6.6.6, unknown", "1.2.3.4, ", "for=1.2.3.4"] {
        assert_eq!(source(&front, "10.0.0.7", &[said]), "10.0.0.7", "{said}");
    }
    assert_eq!(source(&front, "10.0.0.7", &["203.0.113.9:5678"]), "203.0.113.9");
    assert_eq!(source(&front, "10.0.0.7", &["[2001:db8::5]:5678"]), "2001:db8::5");
    let long = ["10.0.0.7, "; 1000].concat();
    assert_eq!(source(&front, "10.0.0.7", &[&format!("6.6.6.6, {long}10.0.0.7")]), "10.0.0.7", "nobody walks for ever");
}

#[test]
fn networks_are_read_strictly() {
    for (network, inside, outside) in [
        ("10.0.0.7", "10.0.0.7", "10.0.0.6"),
        ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
        ("0.0.0.0/0", "203.0.113.9", "::1"),
        ("fd00::/8", "fdff::1", "fe00::1"),
        ("::/0", "2001:db8::1", "10.0.0.1"),
        ("::1", "::1", "::2"),
        ("::ffff:10.0.0.7", "10.0.0.7", "10.0.0.8"),
    ] {
        let proxies = proxies(&[network]);
        assert!(proxies.has(inside.parse().unwrap()), "{network} {inside}");
        assert!(!proxies.has(outside.parse().unwrap()), "{network} {outside}");
    }
    for bad in ["", "10.0.0", "10.0.0.0/33", "fd00::/129", "10.0.0.0/-1", "10.0.0.0/", "front", "*", "10.0.0.0/8/8"] {
        assert!(bad.parse::<Network>().unwrap_err().to_string().contains("10.0.0.0/8"), "{bad}");
    }
    let here = TrustedProxies::of_this_machine();
    for (address, is_here) in [("127.0.0.1", true), ("127.8.8.8", true), ("::1", true), ("128.0.0.1", false)] {
        assert_eq!(here.has(address.parse().unwrap()), is_here, "{address}");
    }
}

#[tokio::test]
async fn a_handler_learns_whose_request_it_is() {
    let said = async |request: Request| {
        request.extensions().get::<Source>().map(|source| source.0.to_string()).unwrap_or_default()
    };
    let layer = middleware::from_fn_with_state(proxies(&["10.0.0.7"]), note_source);
    let router = Router::new().route("/", get(said)).layer(layer);
    for (peer, expected) in [("10.0.0.7:1", "203.0.113.9"), ("10.0.0.8:1", "10.0.0.8")] {
        let mut request =
            Request::builder().uri("/").header("x-forwarded-for", "203.0.113.9").body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        let answer = router.clone().oneshot(request).await.unwrap();
        let body = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
        assert_eq!(body, expected.as_bytes());
    }
}
