//! Why a broker was not reached, in words for whoever runs it.
//!
//! The client says "IO error" in its events, and keeps why in what it knows of each server: that is asked for before each attempt. Its words
//! are those of [rustls](https://docs.rs/rustls/0.23/rustls/enum.CertificateError.html) and of the operating system.

use async_nats::{Server, ServerAddr};

/// What is wrong with each server that was tried and not reached; nothing when none was.
pub(crate) fn of_servers(servers: &[Server]) -> Option<String> {
    let said = servers.iter().filter_map(|server| Some(in_words(&server.addr, server.last_error.as_deref()?)));
    let said: Vec<_> = said.collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// A server's address as a configuration has it, without a name or password.
fn url(address: &ServerAddr) -> String {
    let scheme = if address.tls_required() { "tls" } else { "nats" };
    format!("{scheme}://{}:{}", address.host(), address.port())
}

fn in_words(address: &ServerAddr, error: &str) -> String {
    format!("{}: {}", url(address), cause(address, error))
}

fn cause(address: &ServerAddr, error: &str) -> String {
    let says = |words: &[&str]| words.iter().any(|word| error.contains(word));
    if says(&["UnknownIssuer", "UnknownCA", "BadSignature"]) {
        return "its certificate is not signed by the authority that is trusted here; put the deployment's tls/ca.pem where `nats.ca` of the \
                configuration says (without it the system's authorities are trusted)"
            .to_owned();
    }
    if says(&["not valid for name", "NotValidForName"]) {
        let only = error.split_once("certificate is ").map(|(_, only)| format!(" ({only})")).unwrap_or_default();
        return format!(
            "its certificate is not for the name {host}{only}; name the broker as its certificate does, or make another with \
             `dossier keys DIR --renew broker --host {host}`",
            host = address.host()
        );
    }
    if says(&["not valid yet", "NotValidYet"]) {
        return "its certificate is not valid yet: the clock of this machine is wrong, or the certificate is"
            .to_owned();
    }
    if says(&["certificate expired", "Expired"]) {
        return "its certificate has expired; `dossier keys DIR --renew broker --host NAME` makes another, which the broker reads when it \
                reloads (or the clock of this machine is wrong)"
            .to_owned();
    }
    if says(&["InvalidContentType", "InvalidMessage", "corrupt message"])
        || (address.tls_required() && says(&["eof", "UnexpectedEof"]))
    {
        return "it does not speak TLS, or no broker is there; give the broker nats-tls.conf, or write nats:// where nobody else can listen"
            .to_owned();
    }
    if says(&["expected INFO"]) {
        return "what listens there does not greet as a broker does".to_owned();
    }
    if says(&["Connection refused"]) {
        return "nothing listens there; start the broker, or name it where it is".to_owned();
    }
    if says(&["timed out"]) {
        return "it does not answer within two seconds: it hangs, or a firewall is in between".to_owned();
    }
    if says(&["unreachable", "No route"]) {
        return "no way leads there from this machine".to_owned();
    }
    error.strip_prefix("IO error: ").unwrap_or(error).to_owned()
}

/// What the client says of itself, where it knows nothing of a server.
pub(crate) fn of_client(error: &str, servers: &str) -> String {
    match error {
        "DNS error" => format!("{servers}: no address is known for this name"),
        error => format!("{servers}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_words_of_its_own() {
        let address: ServerAddr = "tls://ada:secret@broker.example:4222".parse().unwrap();
        let said = [
            ("IO error: invalid peer certificate: UnknownIssuer", "authority"),
            (
                "IO error: invalid peer certificate: certificate not valid for name \"broker.example\"; certificate is only valid for \
                 DnsName(\"localhost\")",
                "only valid for DnsName(\"localhost\")",
            ),
            ("IO error: invalid peer certificate: certificate expired: verification time 2 (UNIX)", "has expired"),
            (
                "IO error: invalid peer certificate: certificate not valid yet: verification time 2 (UNIX)",
                "not valid yet",
            ),
            ("IO error: received corrupt message of type InvalidContentType", "does not speak TLS"),
            ("IO error: tls handshake eof", "does not speak TLS"),
            ("IO error: Connection refused (os error 111)", "nothing listens there"),
            ("IO error: expected INFO, got nothing", "does not greet"),
            ("timed out", "within two seconds"),
            ("IO error: something else", "something else"),
        ];
        let mut words: Vec<_> = Vec::new();
        for (error, expected) in said {
            let told = in_words(&address, error);
            assert!(told.contains(expected), "{error}: {told}");
            assert!(told.starts_with("tls://broker.example:4222: ") && !told.contains("secret"), "{told}");
            words.push(told);
        }
        words.sort();
        words.dedup();
        assert_eq!(words.len(), said.len() - 1, "two of them are one cause");
    }
}
