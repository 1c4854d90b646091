//! English.

use super::Words;

pub(super) const WORDS: Words = Words {
    invitation_subject: "Invitation to {site}",
    invitation: "\
{name},

you are invited to {site} as {as}.

To come in, open this link and choose a password:

{link}

The link works once, until {until}. Whoever has it can come in as you, so pass it on to nobody. If you do not know what this is about, do nothing.
",
    designated_subject: "You are designated: {site}",
    designated: "\
{name},

at {site} you are now also designated as {as}.

Sign in as you always do.
",
    reset_subject: "A new password for {site}",
    reset: "\
{name},

somebody, probably you, asked for a new password for your account at {site}. To choose one, open this link:

{link}

The link works once, until {until}. If it was not you, do nothing: your password stays as it is.
",
    role_of_body: "{role} for {body}",
    by_hand: "\
If there is no page at that address yet, use Dossier's command line. It asks for the secret and for the password:

    {command}

Secret: {secret}
",
    somebody: "a member",
    roles: [
        "contributor",
        "publishing authority",
        "reviewer",
        "moderator",
        "publisher",
        "registrar",
        "auditor",
        "records manager",
        "administrator",
        "national focal point",
    ],
};
