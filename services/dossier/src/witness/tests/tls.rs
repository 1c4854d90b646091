//! HTTPS: who a server is says an authority that is trusted, and nobody else.

use std::{fs, sync::Arc};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use super::{
    super::{Looked, Looking, Troubles},
    server::{Server, showing},
    *,
};
use crate::{Exit, client::Reader};

/// A certificate for these names, and a server that has it.
fn server(names: &[&str]) -> (String, Server) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let tree = honest(300);
    (cert.pem(), Server::behind(showing(tree.clone(), signed(&tree)), Some(Arc::new(config))))
}

fn look(node: &Node, base: &str, ca: &str) -> Result<Looked, Exit> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    fs::write(&file, ca).unwrap();
    let looking = Looking::at(Reader::new(base, Some(&file)).unwrap());
    looking.look(node, &Troubles::default()).remove(0).1.map_err(|trouble| trouble.exit())
}

#[test]
fn a_server_is_followed_over_https_when_its_certificate_is_believed() {
    let directory = tempfile::tempdir().unwrap();
    let node = node_in(&directory);
    let (certificate, honest) = server(&["localhost"]);
    let base = format!("https://localhost:{}", honest.port());
    let (another, _other) = server(&["localhost"]);
    assert_eq!(look(&node, &base, &another), Err(Exit::Unreachable), "signed by an authority that is not trusted");
    assert!(node.kept(ORIGIN).is_none());
    assert!(matches!(look(&node, &base, &certificate), Ok(Looked::Cosigned { size: 300, .. })));
    let (certificate, elsewhere) = server(&["registry.example"]);
    let base = format!("https://localhost:{}", elsewhere.port());
    assert_eq!(look(&node, &base, &certificate), Err(Exit::Unreachable), "somebody else's certificate");
}

#[test]
fn a_file_without_certificates_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    let refused = Reader::new("https://registry.example", Some(&empty)).unwrap_err();
    assert_eq!(refused.exit_code(), Exit::NotThere as u8);
    for wrong in ["registry.example", "ftp://registry.example", "https://"] {
        assert_eq!(Reader::new(wrong, None).unwrap_err().exit_code(), Exit::Usage as u8, "{wrong}");
    }
}
