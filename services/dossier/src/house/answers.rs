//! What a service answers others, besides events, checkpoints and keys; and how those answers are read.
//!
//! | question | asked of | answered |
//! |---|---|---|
//! | digests | every service, by audit | what `StateAsked` asks for, `StateTold`, both as JSON |
//! | known | every service, by whose journal it is | how far it has read it; audit its copies too, as JSON |
//! | known, with a body | every service, by whose journal it is | `KeptDesk`: what is kept of it, after a loss |
//! | people | moderation | `dossier_engine::PeopleDesk` signs it |
//! | file | submission by moderation, moderation by publication | `FileDesk`: a part of a file, under seal |

use std::sync::Arc;

use bytes::Bytes;
use dossier_audit::{AskService, Copies, DigestsOf, StateAsked, StateTold};
use dossier_engine::PeopleDesk;
use dossier_exchange::{Answerer, Question, Transport, files::FileDesk};
use dossier_journal::MirrorHead;
use dossier_proof::Hash;
use dossier_proto::{Digest, Origin};
use futures_util::{FutureExt, future::BoxFuture};
use serde::{Deserialize, Serialize};

use super::{following::Onlooker, kept::KeptDesk, machine::Machine, plot::fingerprint};

/// What a service answers.
pub(super) struct Answers {
    pub(super) machine: Arc<dyn Machine>,
    /// Only the audit service has some.
    pub(super) copies: Option<Arc<Copies>>,
    /// How far it has read the others.
    pub(super) read: Onlooker,
    /// Only moderation has them.
    pub(super) people: Option<PeopleDesk>,
    /// Only those have some who are asked for them.
    pub(super) files: Option<FileDesk>,
    /// What is kept here of others, for those who lost it.
    pub(super) kept: KeptDesk,
}

impl Answerer for Answers {
    fn answer(&self, asker: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, String>> {
        match question {
            Question::Digests => self.state(asker, body).boxed(),
            Question::Known if body.is_empty() => async move { self.known(asker) }.boxed(),
            Question::Known => self.give_back(asker, body).boxed(),
            Question::People => match &self.people {
                Some(desk) => desk.answer(asker, question, body),
                None => async { Err("nobody has accounts here".to_owned()) }.boxed(),
            },
            Question::File => match &self.files {
                Some(desk) => desk.answer(asker, body).boxed(),
                None => async { Err("no files are given from here".to_owned()) }.boxed(),
            },
        }
    }
}

impl Answers {
    async fn state(&self, asker: Origin, body: Bytes) -> Result<Bytes, String> {
        if asker != Origin::Audit {
            return Err("only the audit service is told".to_owned());
        }
        let asked = serde_json::from_slice(&body).map_err(|error| format!("this is no question: {error}"))?;
        written(&told(&*self.machine, &self.read, asked).await?)
    }

    async fn give_back(&self, asker: Origin, body: Bytes) -> Result<Bytes, String> {
        let kept = self.kept.clone();
        let given = tokio::task::spawn_blocking(move || kept.answer(asker, &body));
        given.await.map_err(|_panicked| "the reading failed".to_owned())?
    }

    fn known(&self, asker: Origin) -> Result<Bytes, String> {
        let copied = self.copies.iter().flat_map(|copies| copies.heads(asker));
        let read = self.read.read(asker);
        if self.copies.is_none() && read.is_none() {
            return Err("it has not begun to read yet".to_owned());
        }
        let heads: Vec<_> = copied.chain(read.filter(|head| head.size > 0)).map(KnownHead::from).collect();
        written(&heads)
    }
}

fn written(answer: &impl Serialize) -> Result<Bytes, String> {
    serde_json::to_vec(answer).map(Bytes::from).map_err(|error| error.to_string())
}

/// How far a service has read a journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownHead {
    epoch: u32,
    size: u64,
    root: Digest,
}

impl From<MirrorHead> for KnownHead {
    fn from(head: MirrorHead) -> Self {
        Self { epoch: head.epoch, size: head.size, root: Digest(*head.root.as_bytes()) }
    }
}

impl From<KnownHead> for MirrorHead {
    fn from(head: KnownHead) -> Self {
        Self { epoch: head.epoch, size: head.size, root: Hash::from(head.root.0) }
    }
}

/// Asks another service how far it has read our journal.
///
/// # Errors
/// In words: it does not answer, or not what this version reads.
pub(super) async fn known(transport: &dyn Transport, holder: Origin) -> Result<Vec<MirrorHead>, String> {
    let answer = transport.ask(holder, Question::Known, Bytes::new()).await;
    let answer = answer.map_err(|error| error.to_string())?;
    let heads: Vec<KnownHead> = serde_json::from_slice(&answer).map_err(|error| format!("its answer: {error}"))?;
    Ok(heads.into_iter().map(MirrorHead::from).collect())
}

/// What a service tells of itself.
async fn told(machine: &dyn Machine, read: &Onlooker, asked: StateAsked) -> Result<StateTold, String> {
    let stopped = || "it has stopped".to_owned();
    let (digests, heads) = match asked {
        StateAsked::Live => (Some(machine.digests().await.ok_or_else(stopped)?), Vec::new()),
        StateAsked::Snapshot => (machine.snapshot_digests().await, Vec::new()),
        StateAsked::Replay { until } => (Some(machine.replayed_digests(until).await?), Vec::new()),
        StateAsked::Heads => (None, read.heads()),
    };
    Ok(StateTold { fingerprint: fingerprint(), digests, heads })
}

/// Asks any service about itself: the others at a distance, our own engine here. One that has stopped or is away does not answer.
pub(super) fn ask_service(transport: Arc<dyn Transport>, own: Arc<OwnMachine>) -> AskService {
    Arc::new(move |origin, asked| {
        let (transport, own) = (Arc::clone(&transport), Arc::clone(&own));
        async move {
            if origin == Origin::Audit {
                let machine = own.get().ok_or("it has not begun")?;
                // How far it has read the others is what it has copied.
                return told(&**machine, &Onlooker::of(Origin::Audit), asked).await;
            }
            let body = written(&asked)?;
            let answer = transport.ask(origin, Question::Digests, body).await.map_err(|error| error.to_string())?;
            serde_json::from_slice(&answer).map_err(|error| format!("its answer: {error}"))
        }
        .boxed()
    })
}

/// Asks the others for their digests, and our own engine for its own. One that has stopped or is away does not answer.
pub(super) fn digests_of(ask: AskService) -> DigestsOf {
    Arc::new(move || {
        let ask = Arc::clone(&ask);
        async move {
            let mut digests = Vec::new();
            for origin in Origin::ALL {
                match ask(origin, StateAsked::Live).await {
                    Ok(told) => digests.extend(told.digests.map(|found| (origin, found))),
                    Err(reason) => tracing::warn!(%origin, reason, "no digests"),
                }
            }
            digests
        }
        .boxed()
    })
}

/// The audit service's own engine, known once it runs.
pub(super) type OwnMachine = std::sync::OnceLock<Arc<dyn Machine>>;
