//! Where somebody goes who has to sign in first, and where they go on.

use std::fmt::Write as _;

use axum::response::{IntoResponse, Redirect, Response};

use crate::{Cache, Problem};

/// The page on which people sign in; one for all services of an installation.
pub const SIGN_IN: &str = "/review/sign-in";
/// The page on which they sign out.
pub const SIGN_OUT: &str = "/review/sign-out";
/// An address of ours has at most so many bytes: filters of a queue and a cursor are below 2 KB.
const ADDRESS_BYTES_MAX: usize = 4_096;

/// The address, when it is a path of this site and cannot be taken for anything else: `//host` and `/\host` are addresses of others to a browser.
pub fn own_address(text: &str) -> Option<&str> {
    let is_path = text.starts_with('/') && !text[1..].starts_with(['/', '\\']);
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_path && is_plain && text.len() <= ADDRESS_BYTES_MAX).then_some(text)
}

/// The page on which to sign in, to come back to `address`.
pub fn sign_in_for(address: &str) -> String {
    let mut page = SIGN_IN.to_owned();
    let Some(address) = own_address(address) else { return page };
    page.push_str("?next=");
    for byte in address.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            page.push(char::from(byte));
        } else {
            let _ = write!(page, "%{byte:02X}");
        }
    }
    page
}

/// Why a page is not shown.
#[derive(Debug)]
pub enum SignInFirst {
    /// To whoever has signed in alone; the address to come back to.
    At(String),
    /// It cannot be found out who this is.
    Problem(Box<Problem>),
}

impl IntoResponse for SignInFirst {
    fn into_response(self) -> Response {
        match self {
            Self::At(address) => (Cache::Private, Redirect::to(&sign_in_for(&address))).into_response(),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}
