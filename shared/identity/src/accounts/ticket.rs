//! What a token stands for, and whether it is taken: the same where accounts are kept and where a copy of them is.

use dossier_proto::{BodyCode, Micros, SubjectId};
use serde::{Deserialize, Serialize};

use super::{Authenticated, AuthenticationFailure, TokenId, record::Account, token::TokenHash};

/// What a token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) subject: SubjectId,
    pub(super) account: Door,
    pub(super) token: Grant,
}

/// Whether an account lets its holder in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Door {
    Open,
    Shut,
}

/// What was granted with a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) body: Option<BodyCode>,
    pub(super) expires: Option<Micros>,
    pub(super) standing: Standing,
}

/// Whether a token was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Standing {
    Valid,
    Revoked,
}

impl Door {
    pub(super) const fn of(account: &Account) -> Self {
        if account.disabled.is_some() || account.erased.is_some() { Self::Shut } else { Self::Open }
    }
}

impl Ticket {
    /// What one of an account's tokens stands for.
    pub(super) fn of(account: &Account, hash: &TokenHash) -> Option<Self> {
        let stored = account.tokens.iter().find(|stored| stored.hash == *hash)?;
        let standing = if stored.revoked.is_some() { Standing::Revoked } else { Standing::Valid };
        let token = Grant { body: stored.body.clone(), expires: stored.expires, standing };
        Some(Self { subject: account.subject, account: Door::of(account), token })
    }

    /// Who it is, if the token is taken at this moment.
    pub(super) fn present(self, token: TokenId, now: Micros) -> Result<Authenticated, AuthenticationFailure> {
        if self.token.standing == Standing::Revoked {
            return Err(AuthenticationFailure::Revoked);
        }
        if self.token.expires.is_some_and(|expires| expires <= now) {
            return Err(AuthenticationFailure::Expired);
        }
        if self.account == Door::Shut {
            return Err(AuthenticationFailure::Disabled);
        }
        Ok(Authenticated { subject: self.subject, body: self.token.body, token })
    }
}
