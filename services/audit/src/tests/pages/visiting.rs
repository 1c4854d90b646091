//! Going to a page with a browser's cookie.

use axum::body::Body;
use dossier_identity::Role;
use dossier_proto::{Actor, Origin, Payload, v1};
use dossier_vault::Purpose;
use http::{Request, header};

use crate::tests::house::{ENTRY, House, MODERATOR, Told};

/// What a browser would take for a tag, and a reader for another direction.
const HOSTILE: &str = "<script>alert(1)</script>\u{202e}\"onload=x";

impl House {
    /// The page at this address, for somebody who has signed in, or for nobody.
    pub(in crate::tests) async fn visit(&self, address: &str, by: Option<&str>) -> Told {
        let mut request = Request::builder().uri(address).header(header::ACCEPT, "text/html");
        if let Some(name) = by {
            request = request.header(header::COOKIE, format!("dossier-session={}", self.world.person(name).token));
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A form sent from a page of ours.
    pub(in crate::tests) async fn send_form(&self, address: &str, by: &str, fields: &str) -> Told {
        let request = Request::post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, format!("dossier-session={}", self.world.person(by).token))
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(fields.to_owned()));
        self.send(request.unwrap()).await
    }

    /// A published entry with a hostile comment, an auditor, one of another body, and a contributor.
    pub(in crate::tests) async fn open_to_auditors() -> Self {
        let house = Self::open().await.follow();
        let world = &house.world;
        world.designate("auditor", Role::Auditor, "");
        world.designate("auditor-of-kenya", Role::Auditor, "KEN");
        world.designate("writer", Role::Contributor, "KAZ");
        world.published();
        let comment = v1::Comment {
            field: "title".to_owned(),
            language: "en".to_owned(),
            text: Some(world.sealed(Purpose::Comment, HOSTILE)),
            ..v1::Comment::default()
        };
        let made = Payload::CommentMade(v1::CommentMade { command: Some(comment) });
        world.happens(Origin::Moderation, Actor::Person(MODERATOR), Some(ENTRY), made);
        house.level().await;
        house
    }
}
