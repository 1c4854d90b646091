//! Español.

use super::Words;

pub(super) const WORDS: Words = Words {
    invitation_subject: "Invitación a {site}",
    invitation: "\
{name}:

Se le invita a {site} como {as}.

Para entrar, abra este enlace y elija una contraseña:

{link}

El enlace funciona una sola vez, hasta el {until}. Quien lo tenga puede entrar en su nombre: no lo comparta con nadie. Si no sabe de qué se trata, no haga nada.
",
    designated_subject: "Ha recibido una designación: {site}",
    designated: "\
{name}:

En {site} tiene ahora también la designación de {as}.

Inicie sesión como de costumbre.
",
    reset_subject: "Una nueva contraseña para {site}",
    reset: "\
{name}:

Alguien, probablemente usted, ha pedido una nueva contraseña para su cuenta en {site}. Para elegirla, abra este enlace:

{link}

El enlace funciona una sola vez, hasta el {until}. Si no fue usted, no haga nada: su contraseña sigue siendo la misma.
",
    role_of_body: "{role} de {body}",
    by_hand: "\
Si aún no hay ninguna página en esa dirección, use la línea de órdenes de Dossier. Le pedirá el secreto y la contraseña:

    {command}

Secreto: {secret}
",
    somebody: "miembro",
    roles: [
        "contribuyente",
        "autoridad de publicación",
        "evaluador",
        "moderador",
        "editor",
        "responsable del registro",
        "auditor",
        "responsable de archivos",
        "administrador",
        "punto focal nacional",
    ],
};
