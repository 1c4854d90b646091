//! A copy of accounts that another service keeps: in memory alone, replaced as a whole, and of use for a limited time.

mod asking;
mod rounds;

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use dossier_proto::SubjectId;
use tokio::time::Instant;
use zeroize::{Zeroize, Zeroizing};

use super::{
    Contact, TokenId, TokenText,
    copy::{CopiedContact, CopiedPerson, CopyError, Page, Then, Version},
    forgetting::{Forgetting, Told},
    ticket::{Door, Grant, Ticket},
    token::{Pepper, TokenHash},
};
use rounds::Rounds;

pub(super) use rounds::Asked;

/// How long a copy is of use while the holder is not heard: this is how long a token may be taken, and a name shown, after it was revoked
/// or erased where nobody here could hear of it. Commands of persons are refused after ten seconds of silence anyway; what an old copy lets
/// through is the reading of drafts and reviews. A minute is longer than a restart of the holder or of the broker takes, and not longer
/// than somebody whose token was stolen should have to wait. The public is not asked for tokens.
pub const COPY_LASTS: Duration = Duration::from_secs(60);

/// The accounts were not heard of late enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeopleNotHeard {
    /// Not since the start.
    #[error("the accounts were not heard from moderation since the start; nobody who calls is known")]
    Never,
    /// Too long ago.
    #[error(
        "the accounts were last heard from moderation {} seconds ago, and {} are allowed; nobody who calls is known",
        .0.as_secs(), COPY_LASTS.as_secs()
    )]
    LongAgo(Duration),
}

/// The copy and how it is renewed.
#[derive(Default)]
pub(super) struct Mirror {
    kept: RwLock<Option<Kept>>,
    rounds: Rounds,
    /// How many copies there were since the start.
    editions: AtomicU64,
    pub(super) forgetting: Mutex<Forgetting>,
}

/// A whole copy.
struct Kept {
    people: PeopleCopy,
    /// When it was last asked whether this is the newest version. (Not when it was answered: what changed in between is not in it.)
    heard: Instant,
    /// Which of those that were here since the start: the first is 1.
    edition: u64,
}

/// The people of one version.
pub(super) struct PeopleCopy {
    version: Version,
    pepper: Pepper,
    people: HashMap<SubjectId, Known>,
    /// By a keyed digest: how long a look-up takes tells nothing about a token.
    tokens: HashMap<TokenHash, (SubjectId, Grant)>,
    last: Option<SubjectId>,
}

struct Known {
    name: Option<Zeroizing<String>>,
    door: Door,
    contact: Option<CopiedContact>,
}

impl Drop for Known {
    fn drop(&mut self) {
        if let Some(contact) = &mut self.contact {
            contact.mail.zeroize();
        }
    }
}

impl Mirror {
    /// The token's name, and what it stands for.
    pub(super) fn ticket(&self, text: &TokenText) -> Result<(TokenId, Option<Ticket>), PeopleNotHeard> {
        self.with(|copy| {
            let hash = copy.pepper.hash(text);
            (hash.id(), copy.ticket(&hash))
        })
    }

    pub(super) fn name_of(&self, subject: SubjectId) -> Option<String> {
        let name = |copy: &PeopleCopy| Some(copy.people.get(&subject)?.name.as_deref()?.clone());
        self.with(name).ok().flatten()
    }

    pub(super) fn contact_of(&self, subject: SubjectId) -> Option<Contact> {
        let contact = |copy: &PeopleCopy| {
            let known = copy.people.get(&subject)?;
            let (name, contact) = (known.name.as_deref()?.clone(), known.contact.as_ref()?);
            Some(Contact { mail: contact.mail.clone(), name, language: contact.language, wanted: contact.wanted })
        };
        self.with(contact).ok().flatten()
    }

    /// Has the holder asked soon, and waits for that.
    pub(super) async fn ask_soon(&self) -> Asked {
        self.rounds.ask_soon().await
    }

    /// Has the holder asked soon.
    pub(super) fn wish(&self) {
        self.rounds.wish();
    }

    /// Whether there is a copy that is of use.
    pub(super) fn check(&self) -> Result<(), PeopleNotHeard> {
        self.with(|_copy| ())
    }

    /// For how long the holder was not heard.
    pub(super) fn silence(&self) -> Option<Duration> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(|kept| Instant::now().saturating_duration_since(kept.heard))
    }

    fn with<T>(&self, look: impl FnOnce(&PeopleCopy) -> T) -> Result<T, PeopleNotHeard> {
        // A panic while it was held cannot leave it half changed: a copy is put there whole.
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref().ok_or(PeopleNotHeard::Never)?;
        match Instant::now().saturating_duration_since(kept.heard) {
            silence if silence > COPY_LASTS => Err(PeopleNotHeard::LongAgo(silence)),
            _ => Ok(look(&kept.people)),
        }
    }

    /// Which copy is here.
    pub(super) fn edition(&self) -> Option<u64> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(|kept| kept.edition)
    }

    /// What the copy says of somebody, however old it is.
    pub(super) fn told(&self, subject: SubjectId) -> Option<Told> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref()?;
        let is_known = kept.people.people.contains_key(&subject);
        Some(Told { heard: kept.heard, edition: kept.edition, is_known })
    }

    pub(super) fn version(&self) -> Option<Version> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(|kept| kept.people.version)
    }

    /// Everybody in the copy, in the order of their subject ids.
    pub(super) fn people(&self) -> Option<(u64, Vec<CopiedPerson>)> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref()?;
        Some((kept.edition, kept.people.everybody()))
    }

    /// The copy is the newest, as of a moment.
    fn confirm(&self, version: Version, heard: Instant) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_mut().filter(|kept| kept.people.version == version) {
            kept.heard = heard;
        }
    }

    fn replace(&self, people: PeopleCopy, heard: Instant) {
        let edition = self.editions.fetch_add(1, Ordering::Relaxed) + 1;
        let kept = Kept { people, heard, edition };
        let former = self.kept.write().unwrap_or_else(PoisonError::into_inner).replace(kept);
        // Names of a whole installation are wiped here, after the lock was let go.
        drop(former);
    }

    /// Lets go of a copy that is of no use any more: nobody's name stays in memory for nothing.
    fn forget_if_old(&self) {
        if self.silence().is_some_and(|silence| silence > COPY_LASTS) {
            let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            let old = kept.as_ref().is_some_and(|kept| Instant::now() - kept.heard > COPY_LASTS);
            if let Some(former) = kept.take_if(|_| old) {
                drop(kept);
                drop(former);
            }
        }
    }
}

impl PeopleCopy {
    fn new(page: &Page) -> Self {
        Self {
            version: page.version,
            pepper: Pepper::from_bytes(&page.pepper),
            people: HashMap::new(),
            tokens: HashMap::new(),
            last: None,
        }
    }

    /// Adds the people of a page. Answers behind whom the next one begins, if there is one.
    fn add(&mut self, mut page: Page) -> Result<Option<SubjectId>, CopyError> {
        if page.version != self.version {
            return Err(CopyError::Malformed("its pages are of different versions"));
        }
        for person in std::mem::take(&mut page.people) {
            // In order, and so nobody twice, and a holder that repeats itself comes to an end.
            if self.last.is_some_and(|last| person.subject <= last) {
                return Err(CopyError::Malformed("its people are not in order"));
            }
            self.last = Some(person.subject);
            for (hash, grant) in person.tokens {
                self.tokens.insert(TokenHash::from_bytes(hash), (person.subject, grant));
            }
            let known = Known { name: person.name.map(Zeroizing::new), door: person.door, contact: person.contact };
            self.people.insert(person.subject, known);
        }
        match (page.then, self.last) {
            (Then::End, _) => Ok(None),
            (Then::More, Some(last)) => Ok(Some(last)),
            (Then::More, None) => Err(CopyError::Malformed("it begins with a page without people")),
        }
    }

    fn everybody(&self) -> Vec<CopiedPerson> {
        let mut people: std::collections::BTreeMap<_, _> =
            self.people.iter().map(|(subject, known)| (*subject, copied(*subject, known))).collect();
        for (hash, (subject, grant)) in &self.tokens {
            if let Some(person) = people.get_mut(subject) {
                person.tokens.push((hash.bytes(), grant.clone()));
            }
        }
        people.into_values().collect()
    }

    fn ticket(&self, hash: &TokenHash) -> Option<Ticket> {
        let (subject, grant) = self.tokens.get(hash)?;
        let known = self.people.get(subject)?;
        Some(Ticket { subject: *subject, account: known.door, token: grant.clone() })
    }
}

fn copied(subject: SubjectId, known: &Known) -> CopiedPerson {
    let name = known.name.as_deref().cloned();
    CopiedPerson { subject, name, door: known.door, tokens: Vec::new(), contact: known.contact.clone() }
}
