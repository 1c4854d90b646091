//! The keys that a log has taken, as a server tells them: proofs that nobody has to be believed for.

use dossier_exchange::{TURN_BYTES_MAX, TURNS_PER_ANSWER};
use dossier_proof::{LogProof, history::MAX_TURNS};
use serde_json::Value;

use crate::client::{Reader, Unanswered};

/// Answers of one log: as many as all the keys that a log takes.
const ANSWERS_MAX: usize = MAX_TURNS.div_ceil(TURNS_PER_ANSWER);
/// 64 proofs of 8 KiB, each newline in them as two bytes of JSON: less than 1 MiB.
const ANSWER_BYTES_MAX: usize = 2 * TURNS_PER_ANSWER * TURN_BYTES_MAX;

/// Why a server's list of turns is none.
#[derive(Debug, thiserror::Error)]
pub enum NoTurns {
    /// Nobody answers.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// What came is no such list.
    #[error("{url}: {what}")]
    Unfit {
        /// What was asked for.
        url: String,
        /// What came.
        what: String,
    },
}

/// Asks for the turns of a service's log, from its first key on. A server that knows of no such list has none.
///
/// # Errors
/// [`NoTurns`]. Nothing that is answered here is believed yet: each proof has to hold.
pub fn fetch(server: &Reader, service: &str) -> Result<Vec<LogProof>, NoTurns> {
    let (mut turns, mut from) = (Vec::new(), 0);
    for _ in 0..ANSWERS_MAX {
        let path = format!("/audit/log/{service}/key-turns?from={from}");
        let unfit = |what: String| NoTurns::Unfit { url: format!("{}{path}", server.base()), what };
        let received = server.get(&path, ANSWER_BYTES_MAX)?;
        match received.status {
            200 => {}
            404 => return Ok(turns),
            status => return Err(unfit(format!("it answers {status}"))),
        }
        let document: Value = serde_json::from_slice(&received.body).map_err(|error| unfit(error.to_string()))?;
        turns.extend(read(&document).map_err(unfit)?);
        match document["next"].as_u64().and_then(|next| usize::try_from(next).ok()) {
            Some(next) if next > from => from = next,
            _ => return Ok(turns),
        }
    }
    Ok(turns)
}

fn read(document: &Value) -> Result<Vec<LogProof>, String> {
    let listed = document["turns"].as_array().ok_or("there is no list of turns in it")?;
    if listed.len() > TURNS_PER_ANSWER {
        return Err(format!("it has {} turns at once, and at most {TURNS_PER_ANSWER} may be", listed.len()));
    }
    let one = |turn: &Value| {
        let text = turn.as_str().ok_or("a turn in it is no text")?;
        text.parse().map_err(|error| format!("a turn in it is no proof: {error}"))
    };
    listed.iter().map(one).collect()
}
