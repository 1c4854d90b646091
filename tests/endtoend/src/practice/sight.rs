//! Who sees what of the practice: everything that can be read about it is read by everybody, and marked words are looked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, thread,
    time::{Duration, Instant},
};

use super::Scene;
use crate::{
    Entry,
    people::{
        ADMINISTRATOR, AUDITOR, AUTHORITY_KE, CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, MODERATOR_B, PUBLISHER,
        Person, REVIEWER_A, REVIEWER_B, REVIEWER_C, REVIEWER_D, REVIEWER_INTERNAL,
    },
};

/// What somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// What the entry says.
    Words,
    /// What only an edition later than the public one says.
    NextWords,
    /// The name of somebody who wrote it.
    Writer,
    /// The name of a moderator or reviewer.
    Judge,
    /// A note among moderators and reviewers.
    Note,
    /// A message to the body.
    Message,
    /// A personal value of the content.
    Personal,
}

use Mark::{Judge, Message, NextWords, Note, Personal, Words, Writer};

/// How long somebody may lack what they may see.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(20);
/// In the title of every version.
const WORDS: &str = "One desk for advice";
/// In what the body's second edition says first.
pub(super) const NEXT_WORDS: &str = "surveyed again in 2025";
/// In all that moderators and reviewers say among themselves.
pub(super) const NOTE: &str = "(among ourselves)";
/// In all that is said to the body.
pub(super) const MESSAGE: &str = "Dear colleagues of Kenya";
/// In the contact of the content.
const PERSONAL: &str = "desk@labour-mobility.example";
/// Who judges; the publisher is one of them to the body.
const JUDGES: [Person; 8] =
    [MODERATOR_A, MODERATOR_B, PUBLISHER, REVIEWER_INTERNAL, REVIEWER_A, REVIEWER_B, REVIEWER_C, REVIEWER_D];

/// How far it has come, for those who look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// With its body, which has heard nothing yet.
    OfItsBody,
    /// With moderation.
    Judged,
    /// What a publisher is asked about, or let through.
    ForPublishers,
    /// For everybody.
    Public,
    /// For everybody, while its body writes the next edition.
    PublicAndRevised,
    /// Gone, with a tombstone.
    Retracted,
}

/// Everybody sees what they may at this stage, and nothing else. `said` are the marks of what was said until now.
pub(super) fn check(scene: &Scene, entry: &Entry, stage: Stage, said: &[Mark]) {
    scene.settle();
    for (who, may) in rows(stage) {
        // What was published last holds the words of both editions of the body's.
        let also = (stage == Stage::Retracted && may.contains(&Words)).then_some(NextWords);
        // What was not said cannot be seen.
        let may: BTreeSet<Mark> = may
            .into_iter()
            .chain(also)
            .filter(|mark| !matches!(mark, Note | Message | Judge | NextWords) || said.contains(mark))
            .collect();
        let looker = Looker(who);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let seen = looker.look(scene, entry);
            let (is_all, is_late) = (seen == may, Instant::now() > deadline);
            // More than that is never all right; less may be a key that is on its way.
            assert!(
                is_all || (seen.is_subset(&may) && !is_late),
                "{looker} sees {seen:?} at {stage:?}, and should see {may:?}; at {:?}",
                looker.places(scene, entry)
            );
            if is_all {
                break;
            }
            thread::sleep(LOOK); // between looks
        }
    }
}

/// The rows of the table, for one stage.
fn rows(stage: Stage) -> Vec<(Option<Person>, Vec<Mark>)> {
    use Stage::{ForPublishers, Judged, OfItsBody, Public, PublicAndRevised, Retracted};
    let public = match stage {
        Public | PublicAndRevised => vec![Words],
        OfItsBody | Judged | ForPublishers | Retracted => vec![],
    };
    let mut of_the_body = vec![Words, Writer, Message, Personal];
    of_the_body.extend((stage == PublicAndRevised).then_some(NextWords));
    let judging = match stage {
        OfItsBody => vec![],
        Judged | ForPublishers | Public | PublicAndRevised | Retracted => {
            vec![Words, Writer, Judge, Note, Message, Personal]
        }
    };
    let publishing = match stage {
        OfItsBody | Judged => vec![],
        ForPublishers | Public | PublicAndRevised | Retracted => vec![Words, Writer, Judge, Message, Personal],
    };
    let auditing = match stage {
        // Of a draft the trail tells that it is there, and who wrote it; not a word of it.
        OfItsBody => vec![Writer],
        _ => judging.clone(),
    };
    vec![
        (None, public.clone()),
        (Some(CONTRIBUTOR_KZ), public.clone()),
        (Some(ADMINISTRATOR), public),
        (Some(CONTRIBUTOR_KE), of_the_body.clone()),
        (Some(AUTHORITY_KE), of_the_body),
        (Some(MODERATOR_B), judging.clone()),
        (Some(REVIEWER_D), judging),
        (Some(PUBLISHER), publishing),
        (Some(AUDITOR), auditing),
    ]
}

struct Looker(Option<Person>);

impl fmt::Display for Looker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.map_or("the public", |who| who.key))
    }
}

impl Looker {
    /// The marks in all that is answered.
    fn look(&self, scene: &Scene, entry: &Entry) -> BTreeSet<Mark> {
        self.places(scene, entry).into_keys().collect()
    }

    /// Where they are.
    fn places(&self, scene: &Scene, entry: &Entry) -> BTreeMap<Mark, Vec<String>> {
        let caller = self.0.map_or_else(|| scene.nobody(), |who| scene.caller(who));
        let mut seen = BTreeMap::<_, Vec<_>>::new();
        let mut addresses = addresses(entry);
        // Whoever else asks for it is refused, and that is on record: in the trail, with their name.
        addresses.extend((self.0 == Some(AUDITOR)).then(|| format!("{}?contents=true", entry.trail())));
        for address in addresses {
            let answer = caller.get(&address);
            assert!(answer.status < 500, "{answer}");
            let said = format!("{}\n{:?}", answer.text(), answer.headers);
            marks(&said).into_iter().for_each(|mark| seen.entry(mark).or_default().push(address.clone()));
        }
        seen
    }
}

fn marks(said: &str) -> Vec<Mark> {
    let names = |who: &[Person]| who.iter().any(|one| said.contains(one.name));
    let writers = [CONTRIBUTOR_KE, crate::people::EXPERT_KE, crate::people::FOCAL_POINT_KE];
    let found = [
        (Words, said.contains(WORDS)),
        (NextWords, said.contains(NEXT_WORDS)),
        (Writer, names(&writers)),
        (Judge, names(&JUDGES)),
        (Note, said.contains(NOTE)),
        (Message, said.contains(MESSAGE)),
        (Personal, said.contains(PERSONAL)),
    ];
    found.into_iter().filter_map(|(mark, is_there)| is_there.then_some(mark)).collect()
}

/// Every address at which something of the entry might be read.
fn addresses(entry: &Entry) -> Vec<String> {
    let mut all = vec![
        entry.draft(""),
        entry.draft("/history"),
        "/contribute/api/v1/entries".to_owned(),
        "/review/api/v1/reviews".to_owned(),
        "/review/api/v1/reviews?state=any".to_owned(),
        entry.review(""),
        entry.review("?against=submission"),
        "/api/v1/entries".to_owned(),
        "/api/v1/entries?text=advice".to_owned(),
        "/api/v1/entries.csv".to_owned(),
        "/api/v1/scheduled".to_owned(),
        "/api/v1/retraction-requests".to_owned(),
        entry.public(""),
        entry.public("/editions"),
        format!("/entries/{entry}"),
        "/".to_owned(),
    ];
    for edition in 1..=3 {
        all.push(entry.public(&format!("/editions/{edition}")));
        all.push(format!("/entries/{entry}/editions/{edition}"));
    }
    all
}
