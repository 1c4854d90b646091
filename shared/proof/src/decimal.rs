//! Numbers as the C2SP formats write them: ASCII decimal digits without leading zeros.

/// Reads such a number; `None` for anything else (signs, spaces, leading zeros, more than 64 bits).
pub(crate) fn parse(text: &str) -> Option<u64> {
    let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if !digits_only || leading_zero {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn only_the_canonical_form_is_a_number() {
        assert_eq!(parse("0"), Some(0));
        assert_eq!(parse("70000"), Some(70_000));
        assert_eq!(parse("18446744073709551615"), Some(u64::MAX));
        for wrong in ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "0x1", "١", "18446744073709551616"] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }
}
