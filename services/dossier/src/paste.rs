//! Commands as one pastes them into a shell: paths with spaces and quotes too.

use std::{env, path::Path};

/// A path as one types it.
pub fn typed(path: &Path) -> String {
    word(&path.display().to_string())
}

/// This program as it was called, so that what it prints can be pasted where it was called.
pub fn program() -> String {
    env::args_os().next().map_or_else(|| "dossier".to_owned(), |name| typed(Path::new(&name)))
}

/// A word of a POSIX shell: as it is when nothing in it means something to a shell, otherwise within single quotes.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_is_printed_to_be_pasted_reaches_the_program_as_it_was() {
        for text in ["plain/path-1.txt", "it's a $HOME dir", "a \"b\" `c` \\ d;e", "العربية x", "", "-x", "a\nb", "~"]
        {
            let said = Command::new("sh").arg("-c").arg(format!("printf %s {}", word(text))).output().unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), text, "{}", word(text));
        }
        assert_eq!(typed(Path::new("/tmp/data")), "/tmp/data", "what needs no quotes has none");
    }
}
