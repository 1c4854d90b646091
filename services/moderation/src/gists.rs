//! What the queue shows and filters of contents: title, objectives, languages.
//!
//! These are words, or are read from words, so no view may keep them: a view is folded from the journal alone, stands in snapshots on
//! disk, and would still hold them when the key is destroyed (P2, P11). They are opened when somebody asks and kept in memory, known
//! by where the content stands in the journal, where nothing ever changes. At each look the key is asked for first: what was erased
//! is gone from here too; what nobody looks at is gone over by and by. Another registry in force begins anew, as it may call other fields title and objectives.

mod index;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dossier_engine::{Engine, RecordError};
use dossier_proto::{Digest, EntryId, KeyId};
use dossier_registry::{Kind, Language, RecordType, Registry, languages_of, title};
use dossier_vault::Purpose;
use serde_json::Value;

use index::{Index, Term};

use crate::{
    domain::Moderation,
    reading,
    views::{LOOKED_AT_MAX, Reviews, Whereabouts},
    words::Words,
};

/// So many are kept, the oldest goes. With a title of 80 letters, three objectives and two languages one takes 400 bytes: 26 MB.
const KEPT_MAX: usize = 65_536;
/// A line of the queue shows so much of what the body says it changed: two lines. Of one that says more, 640 bytes are kept.
const WHAT_CHANGED_CHARACTERS: usize = 160;
/// Going among named entries costs several times as much for each as going along the queue: it pays where they are the fourth part of
/// all, or fewer.
const FEW: usize = 4;
/// The keys of so many are asked for at each request, by turns: 0.1 µs each.
const ASKED_FOR: usize = 256;
/// The vocabulary whose terms are the objectives of the Global Compact, whatever the fields are called.
const OBJECTIVES: &str = "gcm_objectives";

/// What is kept of one content.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Gist {
    /// The title, in English if there is one, else in the original language.
    pub(crate) title: Option<String>,
    /// What the body says it changed, cut at [`WHAT_CHANGED_CHARACTERS`].
    pub(crate) what_changed: Option<String>,
    /// The keys of the objectives it names.
    pub(crate) objectives: BTreeSet<String>,
    /// The languages that it can be read in.
    pub(crate) languages: Vec<Language>,
    /// Whose it is.
    entry: EntryId,
    /// The key that opens it.
    key: KeyId,
}

/// Titles are for those who may read them, not for logs.
impl fmt::Debug for Gist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gist({}, …)", self.entry)
    }
}

/// The gists opened last.
#[derive(Default)]
pub(crate) struct Gists {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    registry: Option<Digest>,
    gists: HashMap<Whereabouts, Arc<Gist>>,
    /// In the order in which they came.
    order: VecDeque<Whereabouts>,
    index: Index,
    /// Where in `order` the next keys are asked for.
    asked: usize,
}

/// Whether a content had to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// It was at hand.
    AtHand,
    /// It was read from the journal.
    FromJournal,
}

/// Opens contents.
pub(crate) struct Opener<'a> {
    pub(crate) engine: &'a Engine<Moderation, Reviews>,
    pub(crate) words: &'a Words,
    pub(crate) registry: &'a Registry,
    pub(crate) gists: &'a Gists,
}

impl Opener<'_> {
    /// What there is to know of the content that was submitted there; `None` when it cannot be read, now or for ever.
    ///
    /// # Errors
    /// [`RecordError`].
    pub(crate) fn gist(
        &self,
        entry: EntryId,
        record_type: &str,
        at: Whereabouts,
    ) -> Result<(Option<Arc<Gist>>, Came), RecordError> {
        if let Some(gist) = self.gists.get(self.registry.digest(), at) {
            if self.words.holds(gist.key) {
                return Ok((Some(gist), Came::AtHand));
            }
            self.gists.forget(at);
            return Ok((None, Came::AtHand));
        }
        let gist = self.open(entry, record_type, at)?.map(Arc::new);
        if let Some(gist) = &gist {
            self.gists.keep(self.registry.digest(), at, Arc::clone(gist));
        }
        Ok((gist, Came::FromJournal))
    }

    fn open(&self, entry: EntryId, record_type: &str, at: Whereabouts) -> Result<Option<Gist>, RecordError> {
        let Some(record_type) = self.registry.record_type(record_type) else { return Ok(None) };
        let submitted = reading::submitted_at(self.engine, at)?;
        let Some(submitted) = submitted else { return Ok(None) };
        let said = submitted.command.and_then(|command| command.what_changed);
        let Some(content) = submitted.content else { return Ok(None) };
        let key = content.sealed.as_ref().and_then(|sealed| KeyId::try_from(sealed.key_id.as_slice()).ok());
        let Some(key) = key else { return Ok(None) };
        match self.words.without_personal(entry, &content) {
            Ok(value) => {
                let said = self.words.text(entry, Purpose::WhatChanged, said.as_ref()).ok().flatten();
                let what_changed = said.map(|text| text.chars().take(WHAT_CHANGED_CHARACTERS).collect());
                Ok(Some(Gist { what_changed, ..gist_of(entry, record_type, &value, key) }))
            }
            Err(error) => {
                tracing::warn!(%entry, %error, "a content in the queue cannot be read");
                Ok(None)
            }
        }
    }
}

fn gist_of(entry: EntryId, record_type: &RecordType, content: &Value, key: KeyId) -> Gist {
    let title = title(record_type, content, Language::En).map(|shown| shown.text);
    let fields = record_type.fields.iter();
    let fields = fields.filter(|field| field.kind == Kind::Term && field.vocabulary.as_deref() == Some(OBJECTIVES));
    let objectives = fields.flat_map(|field| terms(content.get(&field.key))).map(str::to_owned).collect();
    Gist { title, what_changed: None, objectives, languages: languages_of(content), entry, key }
}

/// The terms of a field that takes one or several.
fn terms(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let values = match value {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    values.iter().filter_map(Value::as_str)
}

impl Gists {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, registry: Digest, at: Whereabouts) -> Option<Arc<Gist>> {
        let kept = self.lock();
        (kept.registry == Some(registry)).then(|| kept.gists.get(&at).map(Arc::clone)).flatten()
    }

    /// The entries in the queue that may name one of these objectives and be read in one of these languages; an empty list lets all
    /// through. Whoever is left out does not fit, for nobody; whoever is not may fit or not, and may be read by the caller or not.
    ///
    /// `None` where they are so many, or so many contents are not at hand, that the queue itself is the shorter way.
    pub(crate) fn naming(
        &self,
        registry: Digest,
        facts: &Reviews,
        objectives: &[String],
        languages: &[Language],
    ) -> Option<BTreeSet<EntryId>> {
        let mut kept = self.lock();
        if kept.registry != Some(registry) {
            return None;
        }
        let Kept { gists, index, .. } = &mut *kept;
        index.follow(facts, |at| gists.contains_key(&at));
        let objectives: Vec<_> = objectives.iter().cloned().map(Term::Objective).collect();
        let languages: Vec<_> = languages.iter().copied().map(Term::Language).collect();
        let wanted = [objectives, languages].into_iter().filter(|terms| !terms.is_empty());
        let fewest = wanted.min_by_key(|terms| index.count(terms))?;
        index.naming(&fewest, LOOKED_AT_MAX.min(facts.queue.entries().len() / FEW))
    }

    /// How many are kept.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> usize {
        self.lock().gists.len()
    }

    /// Drops what was erased, of the next few: nobody may ever look at it again.
    pub(crate) fn drop_erased(&self, words: &Words) {
        let mut kept = self.lock();
        if kept.asked >= kept.order.len() {
            kept.asked = 0;
        }
        let next: Vec<_> = kept.order.iter().skip(kept.asked).take(ASKED_FOR).copied().collect();
        kept.asked += next.len();
        let is_erased = |at: &Whereabouts| kept.gists.get(at).is_some_and(|gist| !words.holds(gist.key));
        let erased: Vec<_> = next.into_iter().filter(is_erased).collect();
        for at in &erased {
            kept.remove(*at);
        }
        if !erased.is_empty() {
            let Kept { gists, order, .. } = &mut *kept;
            order.retain(|at| gists.contains_key(at));
        }
    }

    /// Drops everything that was erased.
    pub(crate) fn drop_all_erased(&self, words: &Words) {
        let mut kept = self.lock();
        let is_erased = |at: &Whereabouts| kept.gists.get(at).is_some_and(|gist| !words.holds(gist.key));
        let erased: Vec<_> = kept.order.iter().filter(|at| is_erased(at)).copied().collect();
        for at in &erased {
            kept.remove(*at);
        }
        let Kept { gists, order, .. } = &mut *kept;
        order.retain(|at| gists.contains_key(at));
    }

    fn keep(&self, registry: Digest, at: Whereabouts, gist: Arc<Gist>) {
        let mut kept = self.lock();
        if kept.registry != Some(registry) {
            kept.begin(registry);
        }
        kept.index.add(at, &gist);
        if kept.gists.insert(at, gist).is_some() {
            return;
        }
        kept.order.push_back(at);
        if kept.order.len() > KEPT_MAX
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.remove(oldest);
        }
    }

    fn forget(&self, at: Whereabouts) {
        let mut kept = self.lock();
        if kept.remove(at) {
            kept.order.retain(|one| *one != at);
        }
    }
}

impl Kept {
    fn begin(&mut self, registry: Digest) {
        self.registry = Some(registry);
        self.gists.clear();
        self.order.clear();
        self.index.clear();
    }

    /// Answers whether it was there.
    fn remove(&mut self, at: Whereabouts) -> bool {
        let Some(gist) = self.gists.remove(&at) else { return false };
        self.index.remove(at, &gist);
        true
    }
}
