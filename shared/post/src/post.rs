//! How a service reaches people: by which server, and where the links in a mail lead.

use std::fmt;

use crate::MailServer;

/// How a service reaches people.
#[derive(Clone, Default)]
pub struct Post {
    /// The mail server; without one there is no mail, and whatever is to be told waits in the inbox alone.
    pub server: Option<MailServer>,
    /// Where people reach the site, without a slash at the end.
    pub public_url: String,
}

impl Post {
    /// No mail; links lead here.
    pub fn off(public_url: impl Into<String>) -> Self {
        Self { server: None, public_url: public_url.into() }
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Post({:?}, {})", self.server, self.public_url)
    }
}
