//! Mail addresses: what is taken as one, and when two are the same.

use unicode_normalization::UnicodeNormalization;

use super::AccountsError;

/// What an address looks like, for whoever gave none.
const FORM: &str = "an address such as a.oak@example.org, at most 254 characters";
/// Characters of an address (RFC 5321, section 4.5.3.1.3, less the brackets).
const CHARACTERS_MAX: usize = 254;
/// Characters that may stand before the sign @ beside letters and digits: those of RFC 5322's `atext` and the dot.
const BESIDE_LETTERS: &str = "!#$%&'*+/=?^_`{|}~.-";

/// Whether somebody could be written to there. Nothing that ends a header or a list of addresses is taken (blanks, brackets, commas,
/// quotation marks, control characters), and nothing that cannot be seen: what is written to is what was read.
pub(super) fn checked(text: &str) -> Result<&str, AccountsError> {
    let fits = text.chars().count() <= CHARACTERS_MAX && looks_like_one(text);
    if fits { Ok(text) } else { Err(AccountsError::Text { what: "a mail address", form: FORM }) }
}

fn looks_like_one(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let local_fits = local.chars().all(|c| c.is_alphanumeric() || BESIDE_LETTERS.contains(c)) && has_parts(local);
    let part_fits = |part: &str| !part.starts_with('-') && !part.ends_with('-');
    let domain_fits = domain.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-')
        && has_parts(domain)
        && domain.contains('.')
        && domain.split('.').all(part_fits);
    local_fits && domain_fits
}

/// Not empty, and no dot without something on both sides.
fn has_parts(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty())
}

/// The form in which two addresses are compared: compatibility characters and capitals make no difference. It is for looking somebody
/// up alone: mail always goes to the address as it was given when the account was made, never to one that somebody typed.
pub(super) fn folded(text: &str) -> String {
    text.trim().nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::{checked, folded};

    #[test]
    fn addresses_are_taken_and_what_could_be_more_than_one_is_not() {
        for good in ["a.oak@example.org", "o'neil+dossier@mfa.gov.kz", "жанна@пример.рф", "a@b.c", "A.Oak@EXAMPLE.org"]
        {
            assert!(checked(good).is_ok(), "{good}");
        }
        let bad = [
            "",
            "oak",
            "@example.org",
            "oak@",
            "oak@localhost",
            "o ak@example.org",
            " oak@example.org",
            "oak@example.org ",
            "oak@example.org\r\nBcc: all@example.org",
            "oak@example.org,elm@example.org",
            "Oak <oak@example.org>",
            "\"o ak\"@example.org",
            "oak@example@org.net",
            "oak.@example.org",
            ".oak@example.org",
            "o..ak@example.org",
            "oak@example..org",
            "oak@-example.org",
            "oak@example.org.",
            "o\u{200b}ak@example.org",
            "oak@exam\u{202e}ple.org",
            "oak@[127.0.0.1]",
            "oak\u{0}@example.org",
            "oak;elm@example.org",
            "oak@exa_mple.org",
        ];
        for text in bad {
            assert!(checked(text).is_err(), "{text:?}");
        }
        assert!(checked(&format!("{}@example.org", "x".repeat(254))).is_err());
    }

    #[test]
    fn capitals_and_compatibility_characters_make_no_difference() {
        let one = folded("a.oak@example.org");
        for same in ["A.Oak@Example.ORG", " a.oak@example.org ", "ａ.oak@example.org", "a.oa\u{212a}@example.org"] {
            assert_eq!(folded(same), one, "{same}");
        }
        // A letter that only looks alike, or has no capital, is another one.
        for other in ["а.oak@example.org", "a.oak@examp1e.org", "a.oak@example.org.evil.net", "aoak@example.org"] {
            assert_ne!(folded(other), one, "{other}");
        }
        assert_ne!(folded("m\u{131}ke@example.org"), folded("mike@example.org"), "the dotless i is no i");
    }
}
