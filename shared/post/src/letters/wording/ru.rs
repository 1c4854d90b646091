//! Русский.

use std::borrow::Cow;

use super::{Labels, Mover, News, Step, Tongue};

pub(super) const TONGUE: Tongue = Tongue { news, mover, step, labels: &LABELS };

const LABELS: Labels = Labels {
    whose: "Чей ход:",
    yours: "ваш",
    any_of_you: "ваш или другого человека с той же задачей",
    next: "Что сделать:",
    by: "Не позднее:",
    more_waiting: "Возможно, ждут и другие записи. Мы напишем снова, когда вы прочтёте входящие, или завтра.",
    why: "Вы получили это письмо в соответствии с вашим назначением.",
    wanted: "В учётной записи вы выбираете, какие письма приходят по почте: все, только когда ход за вами, или никакие.",
};

fn news(news: News) -> Cow<'static, str> {
    Cow::Borrowed(match news {
        News::Submitted => "Запись представлена",
        News::ClearanceAsked => "Запись ждёт национального согласования",
        News::Cleared => "Запись согласована и представлена",
        News::ClearanceReturned => "Публикующий орган вернул запись",
        News::ClearanceRecalled => "Запись отозвана до согласования",
        News::RecallAsked => "Ваша организация попросила вернуть запись",
        News::Recalled => "Запись снова стала черновиком по просьбе её организации",
        News::WithdrawalAsked => "Ваша организация попросила снять запись",
        News::Withdrawn => "Запись снята её организацией",
        News::RequestTooLate => "Просьба пришла слишком поздно: решение уже принято",
        News::ChangesRequested { count } => return format!("Запрошены изменения ({count})").into(),
        News::Commented => "Появился новый комментарий к записи",
        News::ChangeReopened => "Ответ на запрошенное изменение не принят",
        News::Held => "Рассмотрение приостановлено",
        News::Resumed => "Рассмотрение продолжается",
        News::Approved => "Запись одобрена",
        News::Refused => "Запись отклонена",
        News::MarkedDuplicate => "Запись признана повтором опубликованной",
        News::AppealAsked => "Ваша организация обжаловала отказ",
        News::Scheduled => "Назначена дата публикации",
        News::Published { edition } => return format!("Запись опубликована (издание {edition})").into(),
        News::PublicationDeclined => "Запись не удалось опубликовать",
        News::Corrected { edition } => {
            return format!(
                "В опубликованную запись внесено исправление (издание {edition}); её организация может возразить"
            )
            .into();
        }
        News::CorrectionObjected => "Организация возражает против исправления",
        News::RetractionProposed => "Отзыв опубликованной записи ждёт национального согласования",
        News::RetractionAsked => "Запрошен отзыв опубликованной записи",
        News::RetractionReturned => "Публикующий орган не согласовал отзыв",
        News::RetractionDeclined => "В отзыве отказано",
        News::Suspended => "Показ опубликованной записи приостановлен",
        News::Reinstated => "Опубликованная запись снова показывается",
        News::Superseded => "Опубликованную запись заменила другая",
        News::Retracted => "Опубликованная запись отозвана",
        News::Expired => "Срок истёк: запись снова стала черновиком",
        News::Reminded { days_left } => {
            return format!("Напоминание: ожидается ответ, осталось дней: {days_left}").into();
        }
        News::Waiting => "Запись ждёт",
        News::Answered => "На запрошенные вами изменения дан ответ",
        News::Assigned => "Вам поручено рассмотрение",
        News::AppealedAgainst => "Организация обжаловала ваше решение; решит другой человек",
        News::CorrectionProposed => "Исправление ждёт второго человека",
        News::CorrectionConfirmed => "Предложенное вами исправление подтверждено",
        News::CorrectionRejected => "Предложенное вами исправление отклонено",
    })
}

fn mover(mover: Mover) -> &'static str {
    match mover {
        Mover::Contributor => "организации, которой принадлежит запись",
        Mover::PublishingAuthority => "публикующего органа",
        Mover::Moderator => "модератора",
        Mover::Reviewer => "рецензента",
        Mover::Publisher => "публикатора",
        Mover::Others => "третьей стороны",
        Mover::System => "ничей; это произойдёт само",
        Mover::Nobody => "ничей",
    }
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Submit => "закончить черновик и представить его",
        Step::Answer => "ответить на запрос и представить снова",
        Step::Clear => "согласовать запись или вернуть её",
        Step::Decide => "принять решение",
        Step::GiveOpinion => "дать заключение",
        Step::Resume => "сделать то, чего ждут; затем рассмотрение продолжится",
        Step::Publish => "опубликовать",
        Step::DecideRetraction => "решить вопрос об отзыве",
        Step::ClearRetraction => "согласовать отзыв или вернуть его",
        Step::ConfirmCorrection => "подтвердить исправление или отклонить его",
        Step::Reinstate => "снова показать запись или отозвать её",
        Step::Nothing => "ничего",
    }
}
