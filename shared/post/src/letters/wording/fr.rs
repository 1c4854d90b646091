//! Français.

use std::borrow::Cow;

use super::{Labels, Mover, News, Step, Tongue};

pub(super) const TONGUE: Tongue = Tongue { news, mover, step, labels: &LABELS };

const LABELS: Labels = Labels {
    whose: "À qui d’agir :",
    yours: "à vous",
    any_of_you: "à vous, ou à une autre personne chargée de la même tâche",
    next: "À faire :",
    by: "Au plus tard :",
    more_waiting: "D’autres fiches attendent peut-être. Nous vous écrirons de nouveau quand vous aurez lu votre boîte de réception, ou demain.",
    why: "Vous recevez cette lettre en raison de votre désignation.",
    wanted: "Dans votre compte, vous choisissez les lettres reçues par courriel : toutes, seulement quand c’est à vous d’agir, ou aucune.",
};

fn news(news: News) -> Cow<'static, str> {
    Cow::Borrowed(match news {
        News::Submitted => "La fiche a été soumise",
        News::ClearanceAsked => "La fiche attend l’autorisation nationale",
        News::Cleared => "La fiche a été autorisée et soumise",
        News::ClearanceReturned => "L’autorité de publication a renvoyé la fiche",
        News::ClearanceRecalled => "La fiche a été reprise avant d’être autorisée",
        News::RecallAsked => "Votre entité a demandé à reprendre la fiche",
        News::Recalled => "La fiche est de nouveau un brouillon, à la demande de son entité",
        News::WithdrawalAsked => "Votre entité a demandé à retirer la fiche",
        News::Withdrawn => "La fiche a été retirée par son entité",
        News::RequestTooLate => "La demande est arrivée trop tard : la décision était prise",
        News::ChangesRequested { count } => return format!("Des modifications sont demandées ({count})").into(),
        News::Commented => "Il y a un nouveau commentaire sur la fiche",
        News::ChangeReopened => "Une réponse à une modification demandée n’a pas été acceptée",
        News::Held => "L’examen est suspendu",
        News::Resumed => "L’examen reprend",
        News::Approved => "La fiche a été approuvée",
        News::Refused => "La fiche a été refusée",
        News::MarkedDuplicate => "La fiche a été signalée comme doublon d’une fiche publiée",
        News::AppealAsked => "Votre entité a fait appel du refus",
        News::Scheduled => "La publication a une date",
        News::Published { edition } => return format!("La fiche est publique (édition {edition})").into(),
        News::PublicationDeclined => "La fiche n’a pas pu être publiée",
        News::Corrected { edition } => {
            return format!("La fiche publique a été corrigée (édition {edition}) ; son entité peut s’y opposer")
                .into();
        }
        News::CorrectionObjected => "L’entité s’oppose à une correction",
        News::RetractionProposed => "La rétractation de la fiche publique attend l’autorisation nationale",
        News::RetractionAsked => "La rétractation de la fiche publique est demandée",
        News::RetractionReturned => "L’autorité de publication n’a pas autorisé la rétractation",
        News::RetractionDeclined => "La rétractation a été rejetée",
        News::Suspended => "La fiche publique a été masquée",
        News::Reinstated => "La fiche publique est de nouveau visible",
        News::Superseded => "Une autre fiche remplace la fiche publique",
        News::Retracted => "La fiche publique a été rétractée",
        News::Expired => "Le délai est passé : la fiche est de nouveau un brouillon",
        News::Reminded { days_left } => {
            return format!("Rappel : une réponse est attendue, jours restants : {days_left}").into();
        }
        News::Waiting => "Une fiche attend",
        News::Answered => "Les modifications que vous avez demandées ont reçu une réponse",
        News::Assigned => "Un examen vous a été confié",
        News::AppealedAgainst => "L’entité a fait appel de votre décision ; une autre personne décidera",
        News::CorrectionProposed => "Une correction attend une deuxième personne",
        News::CorrectionConfirmed => "La correction que vous avez proposée a été confirmée",
        News::CorrectionRejected => "La correction que vous avez proposée a été rejetée",
    })
}

fn mover(mover: Mover) -> &'static str {
    match mover {
        Mover::Contributor => "à l’entité de la fiche",
        Mover::PublishingAuthority => "à l’autorité de publication",
        Mover::Moderator => "à la modération",
        Mover::Reviewer => "à une personne chargée d’évaluer",
        Mover::Publisher => "à une personne chargée de publier",
        Mover::Others => "à un tiers",
        Mover::System => "à personne ; cela se fait de soi-même",
        Mover::Nobody => "à personne",
    }
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Submit => "compléter le brouillon et le soumettre",
        Step::Answer => "répondre à ce qui est demandé et soumettre de nouveau",
        Step::Clear => "autoriser la fiche ou la renvoyer",
        Step::Decide => "décider",
        Step::GiveOpinion => "donner un avis",
        Step::Resume => "faire ce qui est attendu, puis l’examen reprendra",
        Step::Publish => "publier",
        Step::DecideRetraction => "décider de la rétractation",
        Step::ClearRetraction => "autoriser la rétractation ou la renvoyer",
        Step::ConfirmCorrection => "confirmer la correction ou la rejeter",
        Step::Reinstate => "rendre la fiche visible ou la rétracter",
        Step::Nothing => "rien",
    }
}
