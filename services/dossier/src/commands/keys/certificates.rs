//! The installation's own certificate authority, and the broker's certificate.
//!
//! The services believe this authority alone, so no public one has to know of the broker, and none can pretend to be it.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use zeroize::Zeroizing;

use crate::{Exit, Failure};

/// Ten years: longer than that an installation makes new keys once.
const AUTHORITY_YEARS: i64 = 10;
/// The longest that public authorities gave when they gave it for long (825 days), so that every client takes it.
const SERVER_DAYS: i64 = 825;
/// More names than a broker of three nodes with a few addresses each has.
const HOSTS_MAX: usize = 32;
/// The longest name of a host (RFC 1035).
const HOST_BYTES_MAX: usize = 253;

/// Makes certificates.
pub(super) struct Authority {
    name: String,
    pair: KeyPair,
}

/// A certificate with its key.
pub(super) struct Certified {
    pub(super) certificate: String,
    pub(super) key: Zeroizing<String>,
    /// The day it ends.
    pub(super) ends: String,
}

impl Authority {
    /// A new one, named after the installation.
    pub(super) fn new(installation: &str) -> Result<Self, Failure> {
        let pair = KeyPair::generate().map_err(not_made)?;
        Ok(Self { name: installation.to_owned(), pair })
    }

    /// The one whose key was kept.
    pub(super) fn read(installation: &str, key: &str) -> Result<Self, Failure> {
        let pair = KeyPair::from_pem(key).map_err(|error| {
            Failure::damaged(format!(
                "the authority's key is none: {error}. Put authority/ca.key back from where it is kept"
            ))
        })?;
        Ok(Self { name: installation.to_owned(), pair })
    }

    /// Its key.
    pub(super) fn key(&self) -> Zeroizing<String> {
        Zeroizing::new(self.pair.serialize_pem())
    }

    /// Its certificate.
    pub(super) fn certificate(&self) -> Result<String, Failure> {
        let certificate = self.parameters().self_signed(&self.pair).map_err(not_made)?;
        Ok(certificate.pem())
    }

    /// A certificate for the broker under these names, with a new key.
    pub(super) fn certify_broker(&self, hosts: &[String]) -> Result<Certified, Failure> {
        let pair = KeyPair::generate().map_err(not_made)?;
        let mut parameters = CertificateParams::new(hosts.to_vec()).map_err(not_made)?;
        parameters.distinguished_name = named(&format!("{} broker", self.name));
        let ends = valid_for(&mut parameters, SERVER_DAYS.days());
        parameters.use_authority_key_identifier_extension = true;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        // The nodes of a cluster call each other, and are clients then.
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let issuer = Issuer::new(self.parameters(), &self.pair);
        let certificate: Certificate = parameters.signed_by(&pair, &issuer).map_err(not_made)?;
        Ok(Certified {
            certificate: certificate.pem(),
            key: Zeroizing::new(pair.serialize_pem()),
            ends: ends.to_string(),
        })
    }

    fn parameters(&self) -> CertificateParams {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = named(&format!("{} authority", self.name));
        valid_for(&mut parameters, (AUTHORITY_YEARS * 365).days());
        // It signs the broker's certificates and no further authority.
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        parameters
    }
}

/// Whether these can stand in a certificate.
pub(super) fn check_hosts(hosts: &[String]) -> Result<(), Failure> {
    let refuse = |text: String| Err(Failure::new(Exit::Usage, text));
    if hosts.is_empty() || hosts.len() > HOSTS_MAX {
        return refuse(format!("name the broker's hosts with --host: 1 to {HOSTS_MAX} names or addresses"));
    }
    let clean = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
    let sound = |host: &str| (1..=HOST_BYTES_MAX).contains(&host.len()) && host.chars().all(clean);
    let is_host = |host: &String| sound(host) && (!host.contains(':') || host.parse::<std::net::Ipv6Addr>().is_ok());
    match hosts.iter().find(|host| !is_host(host)) {
        None => Ok(()),
        Some(wrong) => {
            refuse(format!("{wrong:?} is no name or address of a host, such as nats.example.org or 192.0.2.7"))
        }
    }
}

/// From yesterday on, for machines whose clocks are a little behind. Gives the last day.
fn valid_for(parameters: &mut CertificateParams, span: jiff::Span) -> Date {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let (begin, end) = (today.saturating_sub(1.day()), today.saturating_add(span));
    let moment = |date: Date| date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs());
    (parameters.not_before, parameters.not_after) = (moment(begin), moment(end));
    end
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn not_made(error: rcgen::Error) -> Failure {
    Failure::new(Exit::Failed, format!("a certificate could not be made: {error}"))
}
