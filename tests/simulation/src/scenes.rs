//! An entry in every place where one can stand, each brought there by commands alone.

use dossier_engine::{erasure::Scope, testing::Ask};
use dossier_moderation::domain::Command as Moderate;
use dossier_proto::{EntryId, Micros, Origin, SubjectId, v1};
use dossier_publication::domain::Command as Publish;
use dossier_submission::domain::Command as Write;

use crate::{
    Town,
    asking::{moderation, publication, submission},
    people::{ADMINISTRATOR, AIGERIM, DAMIR, EXTERNAL, INTERNAL, MARTA, NOOR, PAOLA, RECORDS},
};

/// An entry somewhere.
#[derive(Clone)]
pub struct Scene {
    /// What is particular about it.
    pub name: &'static str,
    /// The world around it.
    pub town: Town,
    /// The entry.
    pub id: EntryId,
}

impl Scene {
    fn begun(opened: &Town, name: &'static str, record_type: &str) -> Self {
        let mut town = opened.clone();
        let start = submission::start(&mut town, record_type, "KAZ");
        let events = town.ask_submission(Ask::by(AIGERIM, start)).unwrap();
        Self { name, id: events[0].head.entry.unwrap(), town }
    }

    fn named(&self, name: &'static str) -> Self {
        Self { name, ..self.clone() }
    }

    /// Somebody of the body does something, and everybody hears it.
    fn write(mut self, by: SubjectId, command: Write) -> Self {
        let version = submission::entry(&self.town, self.id).version;
        self.town.ask_submission(Ask::by(by, command).on(self.id).expecting(version)).unwrap();
        self.town.level();
        self
    }

    fn saved(mut self) -> Self {
        let text = self.town.words.text();
        let command = submission::save(&mut self.town, self.id, text, &["title"]);
        self.write(AIGERIM, command)
    }

    fn submitted(mut self) -> Self {
        let command = submission::submit(&mut self.town, self.id);
        self.write(AIGERIM, command)
    }

    fn cleared(mut self) -> Self {
        let command = submission::clear(&mut self.town, self.id);
        self.write(DAMIR, command)
    }

    /// Somebody at the review does something, and nobody else has heard of it yet.
    fn decided(mut self, by: SubjectId, command: impl FnOnce(&mut Town, EntryId) -> Moderate) -> Self {
        let command = command(&mut self.town, self.id);
        self.town.ask_moderation(Ask::by(by, command).on(self.id)).unwrap();
        self
    }

    fn heard(mut self) -> Self {
        self.town.level();
        self
    }

    fn reviewed(self, by: &[SubjectId]) -> Self {
        by.iter().fold(self, |scene, by| scene.decided(*by, moderation::approve))
    }

    fn published(self) -> Self {
        self.submitted().reviewed(&[MARTA]).heard()
    }

    fn settled(mut self, command: impl FnOnce(&mut Town, EntryId) -> Publish) -> Self {
        let command = command(&mut self.town, self.id);
        self.town.ask_publication(Ask::by(PAOLA, command).on(self.id)).unwrap();
        self.heard()
    }

    /// Its words are destroyed by everybody, and everybody hears so.
    fn erased(self) -> Self {
        let mut scene = self.decided(RECORDS, |town, id| moderation::erase(town, Scope::Words, id)).heard();
        for origin in [Origin::Publication, Origin::Submission, Origin::Moderation] {
            scene.town.erase(origin);
        }
        scene.heard()
    }

    fn corrected(self) -> Self {
        self.decided(MARTA, moderation::propose).decided(NOOR, moderation::confirm).heard()
    }
}

fn reason(town: &mut Town) -> Option<v1::Sealed> {
    Some(town.words.sealed())
}

/// All of them.
#[must_use]
pub fn all() -> Vec<Scene> {
    let mut opened = Town::opened();
    // Something that another entry can be a duplicate of, or be superseded by.
    opened = Scene::begun(&opened, "", "event").published().town;
    [with_the_body(&opened), in_review(&opened), decided(&opened), public(&opened)].concat()
}

fn with_the_body(opened: &Town) -> Vec<Scene> {
    let event = Scene::begun(opened, "an event", "event");
    let practice = Scene::begun(opened, "a practice", "practice");
    let awaiting = practice.named("a practice that awaits clearance").submitted();
    let mut filed = opened.clone();
    let paper = submission::file_paper(&mut filed, "event", "KAZ");
    let asked = Ask::by(RECORDS, paper).on_behalf_of("KAZ".parse().unwrap());
    let id = filed.ask_submission(asked).unwrap()[0].head.entry.unwrap();
    let digest = submission::entry(&awaiting.town, awaiting.id).working.digest.to_vec();
    let mut returned = awaiting.named("returned by its publishing authority");
    let give_back = Write::ReturnToBody(v1::ReturnToBody { digest, reason: reason(&mut returned.town) });
    let mut withdrawn = event.named("withdrawn");
    let withdraw = Write::Withdraw(v1::Withdraw { reason: reason(&mut withdrawn.town) });
    let mut left = event.named("withdrawn when changes were requested").submitted().decided(MARTA, request).heard();
    let leave = Write::Withdraw(v1::Withdraw { reason: reason(&mut left.town) });
    let mut granted = event.named("withdrawn from review").submitted();
    let withdraw_it = Write::Withdraw(v1::Withdraw { reason: reason(&mut granted.town) });
    let mut expired = event.named("expired").submitted().decided(MARTA, request).heard();
    let mut uncleared = awaiting.named("expired before it was cleared");
    for waiting in [&mut expired, &mut uncleared] {
        waiting.town.wait(8 * Micros::DAY);
        waiting.town.wait(76 * Micros::DAY);
    }
    vec![
        event.named("an event"),
        Scene { name: "filed on behalf of its body", town: filed, id },
        event.named("recalled").submitted().write(AIGERIM, Write::AskRecall),
        expired.heard(),
        uncleared.heard(),
        practice,
        awaiting,
        returned.write(DAMIR, give_back),
        withdrawn.write(AIGERIM, withdraw),
        granted.write(AIGERIM, withdraw_it),
        left.write(AIGERIM, leave),
    ]
}

fn request(town: &mut Town, id: EntryId) -> Moderate {
    moderation::request_changes(town, id, 1)
}

fn in_review(opened: &Town) -> Vec<Scene> {
    let event = Scene::begun(opened, "an event in review", "event").submitted();
    let desk = Scene::begun(opened, "a practice at the desk", "practice").submitted().cleared();
    let peer = desk.named("a practice before its peers").reviewed(&[MARTA]);
    let all_but_one = desk.named("a practice whose last peer is missing").reviewed(&[MARTA, INTERNAL[0], EXTERNAL[0]]);
    let publisher =
        desk.named("a practice before the publisher").reviewed(&[MARTA, INTERNAL[0], EXTERNAL[0], EXTERNAL[1]]);
    let mut asked = event.named("a recall on its way");
    let version = submission::entry(&asked.town, asked.id).version;
    let recall = Ask::by(AIGERIM, Write::AskRecall).on(asked.id).expecting(version);
    asked.town.ask_submission(recall).unwrap();
    let late = asked.named("a recall that came too late").reviewed(&[MARTA]).heard();
    let claimed = event.named("claimed").decided(crate::people::PIERRE, |_, _| Moderate::Claim(v1::Claim {})).heard();
    let mut lapsed = claimed.named("claimed, and the claim lapsed");
    lapsed.town.wait(10 * Micros::DAY);
    let mut revoked = event.named("with a reviewer less");
    let held = revoked.town.moderation.state().designations.of_subject(EXTERNAL[0]).next().unwrap();
    let designation = held.designation.id.to_vec();
    let revoke = Moderate::RevokeDesignation(v1::RevokeDesignation { designation });
    revoked.town.ask_moderation(Ask::by(ADMINISTRATOR, revoke)).unwrap();
    let mut resumed = event
        .named("resumed by itself")
        .decided(MARTA, |town, _| moderation::hold(town, "contributor", Some(Micros::DAY)));
    resumed.town.wait(2 * Micros::DAY);
    let held = event.named("on hold").decided(MARTA, |town, _| moderation::hold(town, "contributor", None)).heard();
    let refused = event.named("refused").decided(MARTA, moderation::refuse).heard();
    let mut appealed = refused.named("under appeal");
    let appeal = Write::AskAppeal(v1::AskAppeal { reason: reason(&mut appealed.town) });
    let answered = event.named("with an answered change").decided(MARTA, request).heard().saved().submitted();
    let spoken = answered.named("with a reopened change, and comments").decided(MARTA, reopen).decided(NOOR, speak);
    let spoken = spoken.decided(NOOR, finish).heard();
    vec![
        event,
        claimed,
        lapsed.heard(),
        revoked.heard(),
        resumed.heard(),
        desk,
        peer,
        all_but_one,
        publisher,
        asked,
        held,
        appealed.write(AIGERIM, appeal),
        answered,
        spoken,
        late,
    ]
}

fn reopen(town: &mut Town, id: EntryId) -> Moderate {
    let changes = moderation::entry(town, id).map(|entry| entry.changes.clone()).unwrap_or_default();
    let change = *changes.keys().next().expect("a change was asked for");
    moderation::settle(town, id, change, v1::settle_change::Outcome::Reopened)
}

fn speak(town: &mut Town, id: EntryId) -> Moderate {
    Moderate::Comment(moderation::comment(town, id, v1::Audience::Contributor))
}

fn finish(town: &mut Town, id: EntryId) -> Moderate {
    let comment = moderation::comment(town, id, v1::Audience::Contributor);
    Moderate::FinishReview(v1::FinishReview { digest: comment.digest.clone(), comments: vec![comment] })
}

fn decided(opened: &Town) -> Vec<Scene> {
    let event = Scene::begun(opened, "an event in review", "event").submitted();
    let refused = event.named("refused").decided(MARTA, moderation::refuse).heard();
    let mut again = refused.named("refused on appeal too");
    let appeal = Write::AskAppeal(v1::AskAppeal { reason: reason(&mut again.town) });
    let later = |town: &mut Town, id| match moderation::approve(town, id) {
        Moderate::Approve(mut approval) => {
            approval.approve.publish_at = Some(town.now().plus(10 * Micros::DAY).0);
            Moderate::Approve(approval)
        }
        _ => unreachable!("it approves"),
    };
    let scheduled = event.named("scheduled").decided(MARTA, later).heard();
    let mut on_time = scheduled.named("published at its time");
    on_time.town.wait(11 * Micros::DAY);
    let revised = event.named("declined").reviewed(&[MARTA]).heard().write(AIGERIM, Write::OpenRevision).saved();
    let declined = revised.submitted().decided(MARTA, later).heard().corrected();
    let mut waiting = scheduled.named("put off, and its time has passed");
    let version = waiting.town.publication.state().schedule.get(waiting.id).map(|one| one.version());
    let put_off = publication::reschedule(&mut waiting.town, waiting.id, 30 * Micros::DAY);
    let asked = Ask::by(PAOLA, put_off).on(waiting.id).expecting(version.unwrap());
    waiting.town.ask_publication(asked).unwrap();
    waiting.town.wait(11 * Micros::DAY);
    vec![
        event.named("changes requested").decided(MARTA, request).heard(),
        event.named("approved").reviewed(&[MARTA]).only(Origin::Submission),
        scheduled,
        waiting.heard(),
        on_time.heard(),
        declined,
        event.named("a duplicate").decided(MARTA, moderation::mark_duplicate).heard(),
        refused,
        again.write(AIGERIM, appeal).decided(NOOR, moderation::refuse).heard(),
    ]
}

impl Scene {
    /// One service has heard of what moderation decided, the others have not.
    fn only(mut self, reader: Origin) -> Self {
        while self.town.deliver(reader, Origin::Moderation) {}
        self
    }
}

fn public(opened: &Town) -> Vec<Scene> {
    let event = Scene::begun(opened, "public", "event").published();
    let stages = [MARTA, INTERNAL[0], EXTERNAL[0], EXTERNAL[1], PAOLA];
    let practice =
        Scene::begun(opened, "a public practice", "practice").submitted().cleared().reviewed(&stages).heard();
    let ask = |scene: &mut Scene| Write::AskRetraction(v1::AskRetraction { reason: reason(&mut scene.town) });
    let (mut proposed, mut asked) = (practice.named("a retraction proposed"), event.named("a retraction asked"));
    let (propose, retract) = (ask(&mut proposed), ask(&mut asked));
    let all = |index: usize| move |town: &mut Town, id| publication::all(town, id).swap_remove(index);
    let superseded = event.named("superseded").settled(publication::supersede);
    let revised = event.named("a revision begun").write(AIGERIM, Write::OpenRevision);
    let outdated = revised.named("a revision whose base is outdated").saved().corrected();
    let (asked, proposed) = (asked.write(AIGERIM, retract), proposed.write(AIGERIM, propose));
    let cleared = proposed.named("a retraction cleared");
    let clear = submission::clear_retraction(&cleared.town, cleared.id);
    let mut objected = event.named("a correction objected to").corrected();
    let object = Write::ObjectToCorrection(v1::ObjectToCorrection { reason: reason(&mut objected.town) });
    let suspended = event.named("suspended").settled(all(3));
    vec![
        asked.named("a retraction declined").settled(publication::decline_retraction),
        suspended.named("reinstated").settled(all(4)),
        event.named("public"),
        practice.named("a public practice"),
        cleared.write(DAMIR, clear),
        proposed,
        asked,
        event.named("a correction proposed").decided(MARTA, moderation::propose),
        event.named("corrected").corrected(),
        objected.write(AIGERIM, object),
        revised,
        outdated,
        suspended,
        superseded,
        event.named("retracted").settled(all(6)),
        event.named("retracted, and its words erased").settled(all(6)).erased(),
    ]
}
