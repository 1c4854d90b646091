//! Español.

use std::borrow::Cow;

use super::{Labels, Mover, News, Step, Tongue};

pub(super) const TONGUE: Tongue = Tongue { news, mover, step, labels: &LABELS };

const LABELS: Labels = Labels {
    whose: "Próximo paso a cargo de:",
    yours: "usted",
    any_of_you: "usted u otra persona con la misma tarea",
    next: "Qué hacer:",
    by: "A más tardar:",
    more_waiting: "Es posible que esperen otras fichas. Le escribiremos de nuevo cuando haya leído su bandeja de entrada, o mañana.",
    why: "Recibe esta carta por su designación.",
    wanted: "En su cuenta elige qué cartas llegan por correo: todas, solo cuando le toque a usted, o ninguna.",
};

fn news(news: News) -> Cow<'static, str> {
    Cow::Borrowed(match news {
        News::Submitted => "La ficha fue presentada",
        News::ClearanceAsked => "La ficha espera la autorización nacional",
        News::Cleared => "La ficha fue autorizada y presentada",
        News::ClearanceReturned => "La autoridad de publicación devolvió la ficha",
        News::ClearanceRecalled => "La ficha fue recuperada antes de ser autorizada",
        News::RecallAsked => "Su entidad pidió recuperar la ficha",
        News::Recalled => "La ficha vuelve a ser un borrador, como pidió su entidad",
        News::WithdrawalAsked => "Su entidad pidió retirar la ficha",
        News::Withdrawn => "La ficha fue retirada por su entidad",
        News::RequestTooLate => "La solicitud llegó tarde: la decisión ya estaba tomada",
        News::ChangesRequested { count } => return format!("Se pidieron cambios ({count})").into(),
        News::Commented => "Hay un nuevo comentario sobre la ficha",
        News::ChangeReopened => "No se aceptó una respuesta a un cambio pedido",
        News::Held => "La revisión está en espera",
        News::Resumed => "La revisión continúa",
        News::Approved => "La ficha fue aprobada",
        News::Refused => "La ficha fue rechazada",
        News::MarkedDuplicate => "La ficha fue marcada como duplicado de otra publicada",
        News::AppealAsked => "Su entidad recurrió el rechazo",
        News::Scheduled => "La publicación tiene fecha",
        News::Published { edition } => return format!("La ficha es pública (edición {edition})").into(),
        News::PublicationDeclined => "La ficha no pudo publicarse",
        News::Corrected { edition } => {
            return format!("La ficha pública fue corregida (edición {edition}); su entidad puede oponerse").into();
        }
        News::CorrectionObjected => "La entidad se opone a una corrección",
        News::RetractionProposed => "La retractación de la ficha pública espera la autorización nacional",
        News::RetractionAsked => "Se pidió la retractación de la ficha pública",
        News::RetractionReturned => "La autoridad de publicación no autorizó la retractación",
        News::RetractionDeclined => "La retractación fue denegada",
        News::Suspended => "La ficha pública fue suspendida",
        News::Reinstated => "La ficha pública se muestra de nuevo",
        News::Superseded => "Otra ficha ocupa el lugar de la ficha pública",
        News::Retracted => "La ficha pública fue retractada",
        News::Expired => "Pasó el plazo: la ficha vuelve a ser un borrador",
        News::Reminded { days_left } => {
            return format!("Recordatorio: se espera una respuesta, días restantes: {days_left}").into();
        }
        News::Waiting => "Una ficha espera",
        News::Answered => "Los cambios que usted pidió fueron respondidos",
        News::Assigned => "Se le asignó una revisión",
        News::AppealedAgainst => "La entidad recurrió su decisión; decidirá otra persona",
        News::CorrectionProposed => "Una corrección espera a una segunda persona",
        News::CorrectionConfirmed => "La corrección que usted propuso fue confirmada",
        News::CorrectionRejected => "La corrección que usted propuso fue rechazada",
    })
}

fn mover(mover: Mover) -> &'static str {
    match mover {
        Mover::Contributor => "la entidad de la ficha",
        Mover::PublishingAuthority => "la autoridad de publicación",
        Mover::Moderator => "la moderación",
        Mover::Reviewer => "una persona encargada de evaluar",
        Mover::Publisher => "una persona encargada de publicar",
        Mover::Others => "un tercero",
        Mover::System => "nadie; ocurre por sí solo",
        Mover::Nobody => "nadie",
    }
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Submit => "completar el borrador y presentarlo",
        Step::Answer => "responder a lo pedido y presentar de nuevo",
        Step::Clear => "autorizar la ficha o devolverla",
        Step::Decide => "decidir",
        Step::GiveOpinion => "dar una opinión",
        Step::Resume => "hacer lo que se espera; después la revisión continúa",
        Step::Publish => "publicar",
        Step::DecideRetraction => "decidir sobre la retractación",
        Step::ClearRetraction => "autorizar la retractación o devolverla",
        Step::ConfirmCorrection => "confirmar la corrección o rechazarla",
        Step::Reinstate => "mostrar la ficha de nuevo o retractarla",
        Step::Nothing => "nada",
    }
}
