//! What makes a repeated request the same request.

use dossier_proto::Digest;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// SHA-256 over method, path and body of a request. The body is taken as it was read, so that blanks in it, the order of its
/// members, and members that say nothing make no other request.
///
/// It may hold few words, which could be guessed: it is salted with the idempotency key before it is recorded.
pub fn digest_of_request(method: &str, path: &str, body: &impl Serialize) -> Digest {
    let body = serde_json::to_vec(body).expect("what was read from JSON can be written as JSON");
    let mut hash = Sha256::new();
    for part in [method.as_bytes(), path.as_bytes(), &body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Digest(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_path_and_body_each_make_another_request() {
        let of = |method, path, body: &str| digest_of_request(method, path, &body);
        let one = of("POST", "/a", "b");
        assert_eq!(one, of("POST", "/a", "b"));
        for other in [of("PUT", "/a", "b"), of("POST", "/ab", ""), of("POST", "/", "ab"), of("POST", "/a", "c")] {
            assert_ne!(one, other);
        }
    }
}
