//! Every kind of problem an interface can answer with: its code, its status, what it means, what to do.
//!
//! Codes are for ever: programs branch on them. One table, so that the answers, the OpenAPI document and the page that
//! explains a problem say the same.

use std::fmt::Write as _;

use http::StatusCode;

macro_rules! catalogue {
    ($($kind:ident $status:literal $code:literal $title:literal $todo:literal)*) => {
        /// What went wrong, as a program sees it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind {
            $(
                #[doc = $title]
                #[doc = ""]
                #[doc = $todo]
                $kind,
            )*
        }

        impl ProblemKind {
            /// All kinds, by status.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The last part of the type's address: `/problems/<code>`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$kind => $code),* }
            }

            const fn status_number(self) -> u16 {
                match self { $(Self::$kind => $status),* }
            }

            /// What is, in one sentence; the same for every problem of this kind.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title),* }
            }

            /// What to do about it.
            pub const fn todo(self) -> &'static str {
                match self { $(Self::$kind => $todo),* }
            }
        }
    };
}

catalogue! {
    MalformedRequest 400 "malformed-request"
        "The request cannot be read."
        "Look at the detail, mend the request and send it again."
    MalformedJson 400 "malformed-json"
        "The body is not JSON."
        "The detail names the line and column. Mend it and send it again."
    MalformedQuery 400 "malformed-query"
        "A parameter of the address cannot be read."
        "The detail names the parameter. Mend it or leave it out."
    MalformedHeader 400 "malformed-header"
        "A header of the request cannot be read."
        "The detail names the header and the form it takes."
    Unauthenticated 401 "unauthenticated"
        "It is not known who is calling."
        "Send a valid token in the header Authorization, after the word Bearer."
    SignInFailed 401 "sign-in-failed"
        "Nobody has this address with this password."
        "Look at both and try again. If you forgot the password, ask for a new one: POST /review/api/v1/password-resets."
    NotEntitled 403 "not-entitled"
        "You are not designated to do this."
        "The detail says which designation is missing. An administrator, or the publishing authority of your body, grants it."
    OwnWords 403 "own-words"
        "You wrote part of this content, so you cannot decide on it."
        "Somebody who wrote no part of it decides. The event named here shows what you wrote."
    ConflictOfInterest 403 "conflict-of-interest"
        "You have a conflict of interest with this entry, so you cannot decide on it."
        "Release the review. Somebody without a conflict decides."
    Suspended 403 "suspended"
        "This entry is suspended."
        "Its page says since when and why. It may come back: ask again later at the same address."
    ForeignForm 403 "foreign-form"
        "This form was not sent by a page of this site."
        "Open the page here and send the form from it. A browser that hides where a form comes from cannot be told from somebody else's page."
    NotFound 404 "not-found"
        "There is nothing at this address that you can see."
        "Look at the address. What belongs to another body is not shown."
    LinkUnknown 404 "link-unknown"
        "This link is not known here, or a newer one was sent after it."
        "Use the newest mail. If it is the newest, ask whoever invited you for another link, or for a new password."
    MethodNotAllowed 405 "method-not-allowed"
        "This address does not take this method."
        "The header Allow names the methods it takes."
    TooSlow 408 "too-slow"
        "The request took too long to arrive."
        "Send it again over a better line, or send less at once."
    DigestMismatch 409 "digest-mismatch"
        "The content is not the one you read."
        "Look at the difference, then decide on the digest named here. Nothing was decided, and what you typed is kept."
    WrongState 409 "wrong-state"
        "This cannot be done as things stand."
        "The detail says how they stand. Read the entry again."
    TooLate 409 "too-late"
        "It was decided before your request arrived."
        "Read the entry again to see the decision."
    LinkUsed 409 "link-used"
        "This link was used already, and works once."
        "Sign in with the password that was chosen. If it was not you who used it, ask for a new password at once and tell the operator."
    NotSettled 409 "not-settled"
        "Not every service has passed the moment you ask about."
        "Ask again a little later, or about an earlier moment."
    NotReached 409 "not-reached"
        "The position you wait for has not been written yet."
        "Look at the number, or ask again a little later."
    Gone 410 "gone"
        "The text of this entry is no longer public."
        "The tombstone at the address of the entry says when and why."
    LinkExpired 410 "link-expired"
        "This link has expired."
        "Ask whoever invited you for another one, or ask for a new password."
    StaleVersion 412 "stale-version"
        "Somebody changed this after you read it."
        "Read it again, carry your changes over, and send the new ETag in If-Match."
    TooLarge 413 "too-large"
        "The request is larger than admitted."
        "The detail names the limit. Shorten the content, or attach the long part as a file."
    AddressTooLong 414 "address-too-long"
        "The address of the request is longer than admitted."
        "Use fewer parameters."
    UnsupportedMediaType 415 "unsupported-media-type"
        "The body is not of a type that this address takes."
        "Send JSON with Content-Type: application/json, or a file of a kind that the detail names."
    InvalidRequest 422 "invalid-request"
        "The request has a field that does not fit."
        "Each error names the place as a JSON pointer and what is expected there."
    InvalidContent 422 "invalid-content"
        "The content does not fit its record type."
        "Each error names the field and how to mend it."
    IdempotencyKeyReused 422 "idempotency-key-reused"
        "This Idempotency-Key was used for another request."
        "Use a new key for a new request. To repeat a request, send exactly the same one."
    PreconditionRequired 428 "precondition-required"
        "This write needs to know which version you read."
        "Send the ETag you read in If-Match."
    TooManyAttempts 429 "too-many-attempts"
        "There were too many failed attempts."
        "Wait for as long as Retry-After says, then use a valid token."
    Internal 500 "internal"
        "Something is wrong on our side."
        "Tell the operator the number of this problem. A write may or may not have been done: repeat it with the same Idempotency-Key."
    ServiceAway 502 "service-away"
        "The service behind this address is away."
        "Send the same request again after the time in Retry-After. The detail says whether it was reached: repeat a write with the same Idempotency-Key, then it is done once."
    Unavailable 503 "unavailable"
        "The service cannot answer at the moment."
        "Try again after the time in Retry-After. /readyz says what is missing."
    AuthorityNotHeard 503 "authority-not-heard"
        "It is not certain at the moment what you may do."
        "Nothing was decided; you still have what you typed. Send the same request again after Retry-After, with the same Idempotency-Key. The service goes on by itself once it hears moderation."
    AccountsNotHeard 503 "accounts-not-heard"
        "It cannot be looked up at the moment who is calling."
        "Your token may be valid: send the same request again after the time in Retry-After. The service goes on by itself once it hears moderation, which keeps the accounts."
    FileNotArrived 503 "file-not-arrived"
        "A file has not arrived here yet."
        "Files come after the text that names them, within moments mostly. Send the same request again after the time in Retry-After. One that does not come for long is for the operator to look into."
    ServiceLate 504 "service-late"
        "The service behind this address has not answered in time."
        "A write may or may not have been done: repeat it with the same Idempotency-Key."
    StorageFull 507 "storage-full"
        "There is no room left to store anything."
        "What you sent may not have been stored; you still have it. Once the operator has made room, send the same request again, with the same Idempotency-Key: it is done once."
}

impl ProblemKind {
    /// The status of the answer.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.status_number()).expect("every number in the table is a status; a test visits each")
    }

    /// The type's address, relative to the root of the installation.
    pub fn address(self) -> String {
        format!("/problems/{}", self.code())
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// The catalogue as Markdown, for the documentation.
pub fn as_markdown() -> String {
    let mut text = String::from("| status | type | what is | what to do |\n|---|---|---|---|\n");
    for kind in ProblemKind::ALL {
        // Writing into a String does not fail.
        let _ =
            writeln!(text, "| {} | `{}` | {} | {} |", kind.status_number(), kind.address(), kind.title(), kind.todo());
    }
    text
}
