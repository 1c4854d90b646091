//! Français.

use super::Words;

pub(super) const WORDS: Words = Words {
    invitation_subject: "Invitation à {site}",
    invitation: "\
{name},

vous êtes invité(e) sur {site} en tant que {as}.

Pour entrer, ouvrez ce lien et choisissez un mot de passe :

{link}

Le lien fonctionne une seule fois, jusqu’au {until}. Quiconque le possède peut entrer à votre place : ne le transmettez à personne. Si ce message ne vous dit rien, n’en faites rien.
",
    designated_subject: "Vous êtes désigné(e) : {site}",
    designated: "\
{name},

sur {site}, vous êtes désormais aussi désigné(e) en tant que {as}.

Connectez-vous comme d’habitude.
",
    reset_subject: "Un nouveau mot de passe pour {site}",
    reset: "\
{name},

quelqu’un, probablement vous, a demandé un nouveau mot de passe pour votre compte sur {site}. Pour en choisir un, ouvrez ce lien :

{link}

Le lien fonctionne une seule fois, jusqu’au {until}. Si ce n’était pas vous, n’en faites rien : votre mot de passe reste le même.
",
    role_of_body: "{role} pour {body}",
    by_hand: "\
S’il n’y a pas encore de page à cette adresse, utilisez la ligne de commande de Dossier. Elle demande le secret et le mot de passe :

    {command}

Secret : {secret}
",
    somebody: "membre",
    roles: [
        "contributeur",
        "autorité de publication",
        "évaluateur",
        "modérateur",
        "éditeur",
        "responsable du registre",
        "auditeur",
        "responsable des archives",
        "administrateur",
        "point focal national",
    ],
};
