//! Who visits a page, and forms that only pages of ours can send.
//!
//! - [`Visit`], [`OptionalVisit`]: who has signed in, by a cookie that holds the token of their session and nothing else. The JSON interfaces take no
//!   cookie: whoever wants something of them says who they are in a header, which no page of somebody else's can make a browser send.
//! - [`SentForm`]: a form as it was sent. It is taken when it came from a page of ours (`same_site`) *and* holds what only a page drawn for this
//!   session can hold ([`FormToken`]): two guards, so that neither an old browser nor a sibling host opens the way (CSRF).
//! - [`OpenForm`]: the same of somebody who has not signed in: the first guard alone, because there is no session to bind it to.
//! - [`Surroundings`]: what the one who serves the pages knows and they do not.

mod cookie;
mod form;
mod form_token;
mod kept;
mod next;
mod same_site;
mod surroundings;
#[cfg(test)]
mod tests;
mod visitor;

pub use cookie::{forget_session, keep_session};
pub use form::{FORM_BYTES_MAX, FORM_FIELDS_MAX, Field, NotTaken, OpenForm, SentForm};
pub use form_token::{FORM_TOKEN_FIELD, FormToken};
pub use kept::{KEPT_ADDRESS_FIELD, Keeper, KeptForm, SignedOut, kept_page};
pub use next::{SIGN_IN, SIGN_OUT, SignInFirst, own_address, sign_in_for};
pub use same_site::is_from_here;
pub use surroundings::{Line, Surroundings};
pub(crate) use visitor::visit_of;
pub use visitor::{OptionalVisit, Visit};
