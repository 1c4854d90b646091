//! Where the services are.

use std::{fmt, str::FromStr};

use dossier_proto::Origin;
use http::uri::{Authority, Scheme, Uri};

/// `http://HOST:PORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAddress(Authority);

/// The addresses of all four.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAddresses {
    /// Submission's.
    pub submission: ServiceAddress,
    /// Moderation's.
    pub moderation: ServiceAddress,
    /// Publication's.
    pub publication: ServiceAddress,
    /// Audit's.
    pub audit: ServiceAddress,
}

impl ServiceAddresses {
    /// The address of one.
    pub const fn of(&self, origin: Origin) -> &ServiceAddress {
        match origin {
            Origin::Submission => &self.submission,
            Origin::Moderation => &self.moderation,
            Origin::Publication => &self.publication,
            Origin::Audit => &self.audit,
        }
    }
}

impl ServiceAddress {
    /// The same place under a path, which begins with a slash.
    pub(super) fn at(&self, path: &str) -> Result<Uri, http::Error> {
        Uri::builder().scheme(Scheme::HTTP).authority(self.0.clone()).path_and_query(path).build()
    }
}

impl FromStr for ServiceAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not where a service is: write http://HOST:PORT");
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let plain = uri.scheme() == Some(&Scheme::HTTP) && uri.path() == "/" && uri.query().is_none();
        match uri.into_parts().authority {
            Some(authority) if plain && !authority.as_str().contains('@') => Ok(Self(authority)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for ServiceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.0)
    }
}
