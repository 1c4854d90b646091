//! A service that stands still, under load: the others go on, or refuse what they must not decide alone, and everything recovers
//! by itself.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{
    env,
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use dossier_faults::{
    load::{Person, Reply, Town},
    notes::{Act, Asked, Note},
};
use dossier_nats::{
    Installation, Plan,
    asking::{Said, post},
    installation::told,
    until,
};
use dossier_proto::Origin;
use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// Authority is heard of for ten seconds; a little more is given to who has to notice.
const NOTICED_WITHIN: Duration = Duration::from_secs(30);
const HEALED_WITHIN: Duration = Duration::from_secs(60);

/// A service that has not heard moderation for ten seconds refuses decisions that need authority, says so, and recovers.
#[test]
fn authority_that_is_not_heard_is_not_assumed() {
    let seed = 201;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let mut contributor = Contributor::of(&installation);
    let mut begin = |key: &str| contributor.begin(key);
    assert_eq!(begin("before").unwrap().status, 201);
    let workers = installation.workers();
    installation.service(Origin::Moderation).freeze();
    let frozen = Instant::now();
    let (refused, _) = until("submission refuses", NOTICED_WITHIN, || {
        let said = begin(&format!("meanwhile-{}", frozen.elapsed().as_millis()))?;
        if said.status == 503 { Ok(said) } else { Err(format!("{said:?}")) }
    });
    told("until submission refused", frozen.elapsed());
    // One that was heard a moment before it stood still is believed for ten seconds.
    assert!(frozen.elapsed() >= Duration::from_secs(8), "{:?}", frozen.elapsed());
    assert!(refused.text.contains("authority-not-heard"), "{refused:?}");
    assert!(refused.retry_after.is_some(), "{refused:?}");
    let others = [Origin::Submission, Origin::Publication, Origin::Audit];
    for origin in others {
        let what = format!("{origin} says in its readiness that moderation is not heard");
        until(&what, NOTICED_WITHIN, || {
            let said = installation.service(origin).get("/readyz")?;
            if said.status == 503 && said.text.contains("moderation") { Ok(()) } else { Err(format!("{said:?}")) }
        });
    }
    // Readers of the public record need nobody's authority.
    let public = installation.service(Origin::Publication).get("/api/v1/entries").unwrap();
    assert_eq!(public.status, 200, "{public:?}");
    sleep(longer()); // as long as it stands still
    installation.service(Origin::Moderation).thaw();
    let ((), recovered) = until("submission decides again", HEALED_WITHIN, || {
        let said = begin(&format!("after-{}", frozen.elapsed().as_millis()))?;
        if said.status == 201 { Ok(()) } else { Err(format!("{said:?}")) }
    });
    told("until submission decided again", recovered);
    installation.doors.ready(HEALED_WITHIN);
    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
    let verdict = installation.close();
    assert_eq!(verdict.acknowledged as u64, answered + contributor.begun);
}

/// Somebody who takes no for an answer, and notes it.
struct Contributor {
    town: Arc<Town>,
    person: Person,
    url: String,
    begun: u64,
}

impl Contributor {
    fn of(installation: &Installation) -> Self {
        let person = installation.people().of("contributor-kz").clone();
        let url = installation.service(Origin::Submission).url();
        Self { town: Arc::clone(&installation.town), person, url, begun: 0 }
    }

    fn begin(&mut self, key: &str) -> Result<Said, String> {
        let content = json!({"title": {"en": format!("Begun {key}")}});
        let body = json!({"type": "event", "language": "en", "content": content});
        let (subject, key) = (self.person.subject.clone(), key.to_owned());
        let asked = Asked { subject: subject.clone(), key: key.clone(), act: Act::Start, entry: None, digest: None };
        self.town.note(&Note::Asked(asked));
        let said = post(&format!("{}/contribute/api/v1/entries", self.url), &self.person.token, &key, &body)?;
        if said.status == 201 {
            self.begun += 1;
            let reply = Reply { status: said.status, etag: None, body: said.json() };
            self.town.note(&Note::Answered(reply.facts(&subject, &key)));
        }
        Ok(said)
    }
}

/// Any other one stands still for a while, under load: those who have to do with it wait, and then it catches up.
#[test]
fn who_stood_still_catches_up() {
    let seed = 202;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let workers = installation.workers();
    for origin in [Origin::Submission, Origin::Publication, Origin::Audit] {
        installation.service(origin).freeze();
        sleep(Duration::from_secs(4) + longer()); // as long as it stands still
        installation.service(origin).thaw();
        let heads = installation.doors.heads();
        told(&format!("{origin} stood still; all read on"), installation.doors.read_up_to(&heads, HEALED_WITHIN));
    }
    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
    let verdict = installation.close();
    assert_eq!(verdict.acknowledged as u64, answered);
}

/// The minute, when there is time: `DOSSIER_NATS_STILL=48`.
fn longer() -> Duration {
    let more = env::var("DOSSIER_NATS_STILL").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(0);
    Duration::from_secs(more)
}
