//! Asking the holder, for as long as the service runs.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::{Mirror, PeopleCopy, rounds::Asked};
use crate::accounts::copy::{Answer, COPY_BYTES_MAX, CopyError, Question};

/// The holder is asked so often. What was revoked or erased is forgotten here after so long, and a round's time.
const EVERY: Duration = Duration::from_secs(1);
/// And at most so often, however many people call with tokens that are not known.
const NOT_BEFORE: Duration = Duration::from_millis(200);
/// How long one question may take. An answer is a few milliseconds' work of the holder.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// So often a copy is begun again because the accounts changed while it was made; then it waits for the next round.
const BEGINNINGS_MAX: usize = 4;

impl Mirror {
    /// Keeps the copy new. Never returns; drop the future to stop.
    pub(in crate::accounts) async fn keep<F>(&self, ask: impl Fn(Vec<u8>) -> F)
    where
        F: Future<Output = Result<Vec<u8>, String>>,
    {
        let mut trouble = None;
        loop {
            let began = Instant::now();
            self.rounds.begin();
            let outcome = self.round(&ask, began).await;
            self.rounds.end(if outcome.is_ok() { Asked::Answered } else { Asked::Silent });
            self.forget_if_old();
            tell(&mut trouble, outcome.err());
            sleep(NOT_BEFORE).await;
            tokio::select! {
                () = sleep_until(began + EVERY) => {}
                () = self.rounds.wished() => {}
            }
        }
    }

    /// Asks once, for all pages if there is something new.
    async fn round<F>(&self, ask: &impl Fn(Vec<u8>) -> F, began: Instant) -> Result<(), CopyError>
    where
        F: Future<Output = Result<Vec<u8>, String>>,
    {
        for _ in 0..BEGINNINGS_MAX {
            let known = self.version();
            match put(ask, Question::Newest { known }).await?.0 {
                Answer::Unchanged(version) if Some(version) == known => {
                    self.confirm(version, began);
                    return Ok(());
                }
                Answer::Page(first) => {
                    let mut copy = PeopleCopy::new(&first);
                    if gather(ask, &mut copy, first).await? == Gathered::Whole {
                        self.replace(copy, began);
                        return Ok(());
                    }
                }
                Answer::Unchanged(_) | Answer::Outdated => {
                    return Err(CopyError::Malformed("it does not answer the question"));
                }
            }
        }
        Err(CopyError::Restless(BEGINNINGS_MAX))
    }
}

#[derive(PartialEq, Eq)]
enum Gathered {
    Whole,
    /// The accounts changed meanwhile.
    Outdated,
}

/// Adds the first page and all that follow.
async fn gather<F>(
    ask: &impl Fn(Vec<u8>) -> F,
    copy: &mut PeopleCopy,
    first: crate::accounts::copy::Page,
) -> Result<Gathered, CopyError>
where
    F: Future<Output = Result<Vec<u8>, String>>,
{
    let mut next = copy.add(first)?;
    let mut room = COPY_BYTES_MAX;
    while let Some(person) = next {
        let (answer, bytes) = put(ask, Question::Behind { version: copy.version, person }).await?;
        room = room.checked_sub(bytes).ok_or(CopyError::TooLong { found: COPY_BYTES_MAX, max: COPY_BYTES_MAX })?;
        match answer {
            Answer::Page(page) => next = copy.add(page)?,
            Answer::Outdated => return Ok(Gathered::Outdated),
            Answer::Unchanged(_) => return Err(CopyError::Malformed("it does not answer the question")),
        }
        if next == Some(person) {
            return Err(CopyError::Malformed("a page has no people"));
        }
    }
    Ok(Gathered::Whole)
}

/// Puts one question. Answers how many bytes the answer has, too.
async fn put<F>(ask: &impl Fn(Vec<u8>) -> F, question: Question) -> Result<(Answer, usize), CopyError>
where
    F: Future<Output = Result<Vec<u8>, String>>,
{
    let answer = timeout(ANSWER_WITHIN, ask(question.encode())).await;
    let answer = answer.map_err(|_| CopyError::Silent(format!("no answer within {} s", ANSWER_WITHIN.as_secs())))?;
    let bytes = zeroize::Zeroizing::new(answer.map_err(CopyError::Silent)?);
    Ok((Answer::decode(&bytes)?, bytes.len()))
}

/// Logs when something begins or ends to be wrong, not every second.
fn tell(former: &mut Option<CopyError>, now: Option<CopyError>) {
    match (&*former, &now) {
        (None, Some(error)) => tracing::warn!(%error, "the accounts cannot be copied; asking again every second"),
        (Some(_), None) => tracing::info!("the accounts are heard again"),
        _ => {}
    }
    *former = now;
}
