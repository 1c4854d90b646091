//! After its key is destroyed, nobody reads a file any more, wherever a copy of it lies.

use std::{fs, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use dossier::{Layout, Secrets, house::House};
use dossier_proto::{KeyId, Origin};
use dossier_vault::Vault;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::fixture::{Installation, open, sample, until};

const PDF: &[u8] = b"%PDF-1.7\nThe words of an annex, which are to be forgotten.";
/// Who gives files out.
const GIVING: [Origin; 3] = [Origin::Submission, Origin::Moderation, Origin::Publication];

/// A house that is asked.
struct Asking {
    doors: Router,
    house: House,
}

impl Asking {
    fn of(house: House) -> Self {
        let doors = house.submission.router().merge(house.moderation.router()).merge(house.publication.router());
        Self { doors, house }
    }

    async fn send(&self, who: &str, request: Request<Body>) -> (StatusCode, Vec<u8>) {
        let mut request = request;
        if let Some(token) = self.house.tokens.get(who) {
            request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        }
        let answer = self.doors.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        (status, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
    }

    async fn get(&self, who: &str, path: &str) -> (StatusCode, Vec<u8>) {
        self.send(who, Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn told(&self, who: &str, request: Request<Body>) -> Value {
        let (status, bytes) = self.send(who, request).await;
        assert!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap()
    }
}

fn json_to(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json")
}

/// Where the file is given out, at each of the three.
struct Published {
    entry: String,
    digest: String,
    doors: [(&'static str, String); 3],
}

/// A record with a file, from draft to published.
async fn publish(asking: &Asking) -> Published {
    let post = |path: String, body: Value| json_to("POST", &path).body(Body::from(body.to_string())).unwrap();
    let content = sample().content;
    let begun = json!({"type": "event", "language": "en", "content": content});
    let begun = asking.told("contributor-kz", post("/contribute/api/v1/entries".to_owned(), begun)).await;
    let (entry, etag) = (begun["id"].as_str().unwrap().to_owned(), begun["etag"].as_str().unwrap().to_owned());
    let at = format!("/contribute/api/v1/entries/{entry}");
    let upload = Request::post(format!("{at}/files?field=attachments&name=annex.pdf")).body(Body::from(PDF)).unwrap();
    let file = asking.told("contributor-kz", upload).await;
    let mut content = content;
    content["attachments"] = json!([file]);
    let body = json!({"content": content});
    let save = json_to("PUT", &format!("{at}/draft")).header(header::IF_MATCH, etag);
    asking.told("contributor-kz", save.body(Body::from(body.to_string())).unwrap()).await;
    let certified = json!({"what_changed": "The first one.", "certify": true});
    asking.told("contributor-kz", post(format!("{at}/submit"), certified)).await;
    let review = format!("/review/api/v1/reviews/{entry}");
    until("its file is there, and it is approved", async || {
        let (status, bytes) = asking.get("moderator-a", &review).await;
        let read: Value = serde_json::from_slice(&bytes).ok().filter(|_| status.is_success())?;
        let approval = json!({"digest": read["digest"]});
        let (status, _) = asking.send("moderator-a", post(format!("{review}/approve"), approval)).await;
        status.is_success().then_some(())
    })
    .await;
    let digest = file["digest"].as_str().unwrap().to_owned();
    let doors = [
        ("contributor-kz", format!("{at}/files/{digest}")),
        ("moderator-a", format!("{review}/files/{digest}")),
        ("nobody", format!("/api/v1/entries/{entry}/editions/1/files/{digest}")),
    ];
    Published { entry, digest, doors }
}

#[test]
fn after_its_key_is_destroyed_nobody_reads_a_file() {
    let installation = Installation::empty();
    let data = installation.data();
    let layout = Layout::of(&data);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let published = runtime.block_on(async {
        let asking = Asking::of(open(&data).await);
        let published = publish(&asking).await;
        for (who, path) in &published.doors {
            let given = async || Some(asking.get(who, path).await).filter(|(status, _)| *status == StatusCode::OK);
            assert_eq!(until(path, given).await.1, PDF, "{who}");
        }
        asking.house.close().await;
        published
    });
    installation.wait_until_closed();

    let file =
        |origin: Origin| layout.service(origin).join("attachments").join(&published.entry).join(&published.digest);
    let bytes = fs::read(file(Origin::Publication)).unwrap();
    let key = KeyId::try_from(&bytes[16..32]).unwrap();
    let master = Secrets::read(&layout).unwrap().master;
    for origin in GIVING {
        let vault = Vault::open_unthreaded(layout.service_keys(origin), &master).unwrap();
        assert!(vault.holds(key), "{origin} had it");
        vault.erase(key).unwrap();
    }

    runtime.block_on(async {
        let asking = Asking::of(open(&data).await);
        for ((who, path), status) in published.doors.iter().zip([404, 410, 410]) {
            let (found, bytes) = asking.get(who, path).await;
            assert_eq!(found.as_u16(), status, "{who}: {}", String::from_utf8_lossy(&bytes));
        }
        // What is left of it where it was fetched to is removed.
        for origin in [Origin::Moderation, Origin::Publication] {
            until("what is left is removed", async || (!file(origin).exists()).then_some(())).await;
        }
        tokio::time::timeout(Duration::from_secs(30), asking.house.close()).await.unwrap();
    });
}
