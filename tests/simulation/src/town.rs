//! Three journals, and the post between them: everybody hears the others late, in their order, and never before the cause.

use std::collections::{BTreeMap, BTreeSet};

use dossier_engine::{
    Decider, Refusal as _, View as _,
    erasure::{Order, Orders, scope::of_order},
    testing::{Ask, Dice, Story},
};
use dossier_identity::ReviewerKind;
use dossier_moderation::{
    domain::{Command as ModerationCommand, Moderation},
    views::Reviews,
};
use dossier_proto::{Actor, EntryId, Event, KeyId, Micros, Origin, Payload, v1};
use dossier_publication::domain::{Command as Publish, Publication};
use dossier_registry::Registry;
use dossier_submission::{
    domain::{Command as Write, Submission},
    views::Entries,
};

use crate::{
    asking::name,
    people::{Designated, designations},
    words::Words,
};

/// Who reads whom.
pub const POST: [(Origin, Origin); 6] = [
    (Origin::Submission, Origin::Moderation),
    (Origin::Submission, Origin::Publication),
    (Origin::Moderation, Origin::Submission),
    (Origin::Moderation, Origin::Publication),
    (Origin::Publication, Origin::Submission),
    (Origin::Publication, Origin::Moderation),
];

/// The services, at work together.
#[derive(Clone)]
pub struct Town {
    /// Submission's journal.
    pub submission: Story<Submission>,
    /// Moderation's journal.
    pub moderation: Story<Moderation>,
    /// Publication's journal.
    pub publication: Story<Publication>,
    /// What is said.
    pub words: Words,
    /// What submission's key desk goes by.
    pub entries: Entries,
    /// What moderation's key desk goes by.
    pub reviews: Reviews,
    viewed: (usize, usize),
    /// The keys that each has destroyed.
    destroyed: BTreeMap<Origin, BTreeSet<KeyId>>,
    read: BTreeMap<(Origin, Origin), u64>,
}

impl Town {
    /// Everybody is designated, the registry of the program is in force, and everybody has heard it.
    #[must_use]
    pub fn opened() -> Self {
        let mut town = Self::empty();
        let by = Actor::System(Origin::Moderation);
        for designated in designations() {
            town.moderation.given(Ask::by(by, grant(&designated)));
        }
        let registry = Registry::embedded();
        let adopt = v1::AdoptRegistry { document: registry.bytes().to_vec(), digest: registry.digest().to_vec() };
        town.moderation.given(Ask::by(by, ModerationCommand::AdoptRegistry(adopt)));
        town.level();
        town
    }

    fn empty() -> Self {
        Self {
            submission: Story::new(),
            moderation: Story::new(),
            publication: Story::new(),
            words: Words::default(),
            entries: Entries::default(),
            reviews: Reviews::default(),
            viewed: (0, 0),
            destroyed: BTreeMap::new(),
            read: POST.into_iter().map(|pair| (pair, 0)).collect(),
        }
    }

    /// The latest moment at which anything happened.
    #[must_use]
    pub fn now(&self) -> Micros {
        self.submission.now().max(self.moderation.now()).max(self.publication.now())
    }

    /// Time passes for everybody; what is due is done.
    pub fn wait(&mut self, micros: i64) {
        let to = self.now().plus(micros);
        reach(&mut self.submission, to);
        reach(&mut self.moderation, to);
        reach(&mut self.publication, to);
        self.look();
    }

    /// Asks submission.
    ///
    /// # Errors
    /// The code of the refusal.
    pub fn ask_submission(
        &mut self,
        ask: Ask<dossier_submission::domain::Command>,
    ) -> Result<Vec<Event>, &'static str> {
        let now = self.now();
        let answer = put(&mut self.submission, now, ask);
        self.look();
        answer
    }

    /// Asks moderation.
    ///
    /// # Errors
    /// The code of the refusal.
    pub fn ask_moderation(&mut self, ask: Ask<ModerationCommand>) -> Result<Vec<Event>, &'static str> {
        let now = self.now();
        let answer = put(&mut self.moderation, now, ask);
        self.look();
        answer
    }

    /// Asks publication.
    ///
    /// # Errors
    /// The code of the refusal.
    pub fn ask_publication(
        &mut self,
        ask: Ask<dossier_publication::domain::Command>,
    ) -> Result<Vec<Event>, &'static str> {
        let now = self.now();
        put(&mut self.publication, now, ask)
    }

    /// The next event of `origin` reaches `reader`, unless there is none, or its cause is not there yet.
    pub fn deliver(&mut self, reader: Origin, origin: Origin) -> bool {
        let Some(event) = self.next_for(reader, origin) else { return false };
        let now = self.now();
        match reader {
            Origin::Submission => receive(&mut self.submission, now, &event),
            Origin::Moderation => receive(&mut self.moderation, now, &event),
            Origin::Publication => receive(&mut self.publication, now, &event),
            Origin::Audit => unreachable!("the audit service is not part of the town"),
        }
        *self.read.get_mut(&(reader, origin)).unwrap() += 1;
        // What comes late is destroyed when it comes, as the engine's inbox does it.
        let late: Vec<Order> = self.orders(reader).covering(&event.head).cloned().collect();
        late.iter().filter(|order| order.confirmed.contains_key(&reader)).for_each(|order| self.destroy(reader, order));
        self.look();
        true
    }

    fn orders(&self, origin: Origin) -> &Orders {
        match origin {
            Origin::Submission => &self.submission.state().erasures,
            Origin::Moderation => &self.moderation.state().erasures,
            Origin::Publication => &self.publication.state().erasures,
            Origin::Audit => unreachable!("the audit service is not part of the town"),
        }
    }

    /// The keys that a service has destroyed.
    #[must_use]
    pub fn destroyed(&self, origin: Origin) -> &BTreeSet<KeyId> {
        static NONE: BTreeSet<KeyId> = BTreeSet::new();
        self.destroyed.get(&origin).unwrap_or(&NONE)
    }

    fn destroy(&mut self, origin: Origin, order: &Order) {
        let known = self.log(origin).iter().flat_map(|(event, beside)| [Some(event), beside.as_ref()]).flatten();
        let keys = of_order(order, known).keys;
        self.destroyed.entry(origin).or_default().extend(keys);
    }

    /// A service destroys what it has heard to be ordered, and says so: in this order, as its task does it.
    pub fn erase(&mut self, origin: Origin) {
        let pending: Vec<Order> = self.orders(origin).pending(origin).cloned().collect();
        for order in pending {
            self.destroy(origin, &order);
            let confirm = v1::ConfirmErasure { order: Some(order.place.into()), destroyed: 1, kept: Vec::new() };
            let by = Actor::System(origin);
            let done = match origin {
                Origin::Submission => {
                    self.ask_submission(about(Ask::by(by, Write::ConfirmErasure(confirm)), order.entry))
                }
                Origin::Moderation => {
                    self.ask_moderation(about(Ask::by(by, ModerationCommand::ConfirmErasure(confirm)), order.entry))
                }
                Origin::Publication => {
                    self.ask_publication(about(Ask::by(by, Publish::ConfirmErasure(confirm)), order.entry))
                }
                Origin::Audit => unreachable!("the audit service is not part of the town"),
            };
            assert_eq!(done.map(|events| events.len()), Ok(1), "an order is confirmed once");
        }
    }

    /// A few letters arrive, whichever.
    pub fn some_post(&mut self, dice: &mut Dice) {
        for _ in 0..dice.below(6) {
            let (reader, origin) = *dice.pick(&POST);
            self.deliver(reader, origin);
        }
    }

    /// Everybody hears everything.
    pub fn level(&mut self) {
        while POST.into_iter().fold(false, |moved, (reader, origin)| self.deliver(reader, origin) || moved) {}
        for (reader, origin) in POST {
            let read = usize::try_from(self.read[&(reader, origin)]).unwrap();
            assert_eq!(read, self.log(origin).len(), "{reader:?} waits for a cause of {origin:?} that never comes");
        }
    }

    /// The journal of a service, with the foreign event beside each `Received`.
    #[must_use]
    pub fn log(&self, origin: Origin) -> &[(Event, Option<Event>)] {
        match origin {
            Origin::Submission => self.submission.log(),
            Origin::Moderation => self.moderation.log(),
            Origin::Publication => self.publication.log(),
            Origin::Audit => &[],
        }
    }

    /// What happened to an entry, a line an event: to be read when a promise is broken.
    #[must_use]
    pub fn trail(&self, id: EntryId) -> String {
        let logs = POST.iter().map(|(reader, _)| *reader).collect::<BTreeSet<_>>();
        let mut events: Vec<_> = logs.into_iter().flat_map(|origin| self.log(origin)).map(|(event, _)| event).collect();
        events.retain(|event| event.head.entry == Some(id) && !matches!(event.payload, Some(Payload::Received(_))));
        events.sort_by_key(|event| event.head.recorded_at);
        let line = |event: &&Event| {
            let what = event.payload.as_ref().map(name).unwrap_or_default();
            format!("\n  {} {what} by {:?}", event.head.place, event.head.actor)
        };
        events.iter().map(line).collect()
    }

    fn next_for(&self, reader: Origin, origin: Origin) -> Option<Event> {
        let at = usize::try_from(self.read[&(reader, origin)]).unwrap();
        let (event, _) = self.log(origin).get(at)?;
        let is_known = event.head.cause.is_none_or(|cause| {
            cause.origin == reader || self.read.get(&(reader, cause.origin)).is_none_or(|read| *read > cause.sequence)
        });
        is_known.then(|| event.clone())
    }

    fn look(&mut self) {
        for (event, beside) in &self.submission.log()[self.viewed.0..] {
            self.entries.apply(event, beside.as_ref());
        }
        for (event, beside) in &self.moderation.log()[self.viewed.1..] {
            self.reviews.apply(event, beside.as_ref());
        }
        self.viewed = (self.submission.log().len(), self.moderation.log().len());
    }
}

fn about<C>(ask: Ask<C>, entry: Option<EntryId>) -> Ask<C> {
    match entry {
        Some(entry) => ask.on(entry),
        None => ask,
    }
}

fn reach<D: Decider>(story: &mut Story<D>, moment: Micros) {
    let wanting = moment.0 - story.now().0;
    if wanting > 0 {
        story.wait(wanting);
    }
}

fn put<D: Decider>(story: &mut Story<D>, now: Micros, ask: Ask<D::Command>) -> Result<Vec<Event>, &'static str> {
    reach(story, now);
    story.ask(ask).map_err(|refusal| refusal.facts().code)
}

/// A letter arrives. That the same one never counts twice is the engine's business (`Intake`), which knows every place it has read.
fn receive<D: Decider>(story: &mut Story<D>, now: Micros, event: &Event) {
    // What an event causes is recorded after it.
    reach(story, now.max(event.head.recorded_at.plus(1)));
    story.receive(event);
}

fn grant(designated: &Designated) -> ModerationCommand {
    ModerationCommand::GrantDesignation(v1::GrantDesignation {
        subject: designated.who.to_vec(),
        role: designated.role.number(),
        body: designated.body.to_owned(),
        reviewer_kind: designated.kind.map_or(0, ReviewerKind::number),
        ..v1::GrantDesignation::default()
    })
}
