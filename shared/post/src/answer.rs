//! A server's "no" in numbers: what it means, without its words.

use std::fmt;

/// How far a mail had come when the server said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It was told for whom the mail is.
    Recipient,
    /// It was given the text.
    Text,
}

/// The numbers of an answer that is no: its code ([RFC 5321, 4.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.2)), and the one that
/// tells why, where the server gives one ([RFC 3463](https://www.rfc-editor.org/rfc/rfc3463)). Its words are not kept: they may repeat the
/// address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    code: u16,
    why: Option<Why>,
}

/// `5.1.1`: the class is that of the code; the subject, and the detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Why {
    class: u8,
    subject: u16,
    detail: u16,
}

impl Answer {
    /// A code, and the words that came with it.
    pub(crate) fn read(code: u16, said: &str) -> Self {
        Self { code, why: said.split_whitespace().next().and_then(Why::read) }
    }

    /// Whether it is about signing in: then no mail is taken.
    pub(crate) const fn wants_a_name(self) -> bool {
        matches!(self.code, 530 | 534 | 535 | 538)
    }

    /// Whether it says, for good, that nothing ever reaches the recipient.
    pub(crate) fn is_of_the_recipient(self, stage: Stage) -> bool {
        match (self.why, stage) {
            _ if !(500..600).contains(&self.code) => false,
            // RFC 3463, 3.2: x.1.7 to x.1.9 are about who writes.
            (Some(Why { class: 5, subject: 1, detail }), _) => !(7..=9).contains(&detail),
            // RFC 3463, 3.3: it is closed, or full.
            (Some(Why { class: 5, subject: 2, .. }), _) => true,
            (Some(_), _) => false,
            // RFC 5321, 4.2.3: no such mailbox, not here, not a name.
            (None, Stage::Recipient) => matches!(self.code, 550 | 551 | 553),
            (None, Stage::Text) => false,
        }
    }
}

impl Why {
    fn read(word: &str) -> Option<Self> {
        let mut numbers = word.split('.');
        let mut next = |digits: usize| numbers.next().filter(|number| (1..=digits).contains(&number.len()));
        let (class, subject, detail) = (next(1)?, next(3)?, next(3)?);
        let class = class.parse().ok().filter(|class| matches!(class, 2 | 4 | 5))?;
        let read = Self { class, subject: subject.parse().ok()?, detail: detail.parse().ok()? };
        numbers.next().is_none().then_some(read)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        let Some(Why { class, subject, detail }) = self.why else { return Ok(()) };
        write!(f, " {class}.{subject}.{detail}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_the_mailbox_is_final() {
        for (code, said, recipient, text) in [
            (550, "5.1.1 <a.oak@mfa.example>: no such user", true, true),
            (550, "<a.oak@mfa.example>: rejected", true, false),
            (551, "not local", true, false),
            (553, "not a name", true, false),
            (552, "5.2.2 full", true, true),
            (550, "5.2.1 closed", true, true),
            (550, "5.1.10 takes no mail", true, true),
            (550, "5.1.8 sender rejected", false, false),
            (550, "5.7.1 relaying denied", false, false),
            (554, "5.7.1 blocked", false, false),
            (554, "relay access denied", false, false),
            (552, "too long", false, false),
            (530, "sign in first", false, false),
            (450, "5.1.1 later", false, false),
            (550, "4.2.1 later", false, false),
            (554, "5.1.1.1 no such number", false, false),
        ] {
            let answer = Answer::read(code, said);
            let found = (answer.is_of_the_recipient(Stage::Recipient), answer.is_of_the_recipient(Stage::Text));
            assert_eq!(found, (recipient, text), "{code} {said}");
        }
    }

    #[test]
    fn an_answer_is_shown_in_numbers_alone() {
        assert_eq!(Answer::read(550, "5.1.1 <a.oak@mfa.example>: rejected").to_string(), "550 5.1.1");
        for said in
            ["<a.oak@mfa.example>: rejected", "", "192.168.1.1 a.oak", "5.1 short", "5.x.1 a.oak", "5.1.1234 long"]
        {
            assert_eq!(Answer::read(550, said).to_string(), "550", "{said}");
        }
    }
}
