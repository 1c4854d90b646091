//! العربية.

use std::borrow::Cow;

use super::{Labels, Mover, News, Step, Tongue};

pub(super) const TONGUE: Tongue = Tongue { news, mover, step, labels: &LABELS };

const LABELS: Labels = Labels {
    whose: "الخطوة التالية على:",
    yours: "عليكم",
    any_of_you: "عليكم أو على شخص آخر مكلف بالمهمة نفسها",
    next: "المطلوب:",
    by: "في موعد أقصاه:",
    more_waiting: "قد تكون هناك سجلات أخرى في الانتظار. سنكتب إليكم مجددا بعد قراءة صندوق الوارد، أو غدا.",
    why: "وصلتكم هذه الرسالة بحكم تكليفكم.",
    wanted: "يمكنكم في حسابكم اختيار الرسائل التي تصل بالبريد: جميعها، أو فقط عندما تكون الخطوة التالية عليكم، أو لا شيء.",
};

fn news(news: News) -> Cow<'static, str> {
    Cow::Borrowed(match news {
        News::Submitted => "قُدّم السجل",
        News::ClearanceAsked => "السجل ينتظر الموافقة الوطنية",
        News::Cleared => "حصل السجل على الموافقة وقُدّم",
        News::ClearanceReturned => "أعادت سلطة النشر السجل",
        News::ClearanceRecalled => "استُرجع السجل قبل الموافقة عليه",
        News::RecallAsked => "طلبت جهتكم استرجاع السجل",
        News::Recalled => "عاد السجل مسودة بناء على طلب جهته",
        News::WithdrawalAsked => "طلبت جهتكم سحب السجل",
        News::Withdrawn => "سُحب السجل من جانب جهته",
        News::RequestTooLate => "وصل الطلب متأخرا: كان القرار قد اتُّخذ",
        News::ChangesRequested { count } => return format!("طُلبت تعديلات ({count})").into(),
        News::Commented => "هناك تعليق جديد على السجل",
        News::ChangeReopened => "لم يُقبل رد على تعديل مطلوب",
        News::Held => "المراجعة معلّقة",
        News::Resumed => "استؤنفت المراجعة",
        News::Approved => "تمت الموافقة على السجل",
        News::Refused => "رُفض السجل",
        News::MarkedDuplicate => "اعتُبر السجل مكررا لسجل منشور",
        News::AppealAsked => "طعنت جهتكم في الرفض",
        News::Scheduled => "حُدّد موعد النشر",
        News::Published { edition } => return format!("السجل منشور (الطبعة {edition})").into(),
        News::PublicationDeclined => "تعذّر نشر السجل",
        News::Corrected { edition } => {
            return format!("صُحّح السجل المنشور (الطبعة {edition})؛ ولجهته أن تعترض").into();
        }
        News::CorrectionObjected => "تعترض الجهة على تصحيح",
        News::RetractionProposed => "إلغاء السجل المنشور ينتظر الموافقة الوطنية",
        News::RetractionAsked => "طُلب إلغاء السجل المنشور",
        News::RetractionReturned => "لم توافق سلطة النشر على الإلغاء",
        News::RetractionDeclined => "رُفض طلب الإلغاء",
        News::Suspended => "عُلّق عرض السجل المنشور",
        News::Reinstated => "عاد السجل المنشور إلى العرض",
        News::Superseded => "حلّ سجل آخر محل السجل المنشور",
        News::Retracted => "أُلغي السجل المنشور",
        News::Expired => "انقضت المهلة: عاد السجل مسودة",
        News::Reminded { days_left } => return format!("تذكير: الرد منتظر، الأيام المتبقية: {days_left}").into(),
        News::Waiting => "سجل في الانتظار",
        News::Answered => "ورد رد على التعديلات التي طلبتموها",
        News::Assigned => "أُسندت إليكم مراجعة",
        News::AppealedAgainst => "طعنت الجهة في قراركم؛ وسيقرر شخص آخر",
        News::CorrectionProposed => "تصحيح ينتظر شخصا ثانيا",
        News::CorrectionConfirmed => "تأكد التصحيح الذي اقترحتموه",
        News::CorrectionRejected => "رُفض التصحيح الذي اقترحتموه",
    })
}

fn mover(mover: Mover) -> &'static str {
    match mover {
        Mover::Contributor => "الجهة صاحبة السجل",
        Mover::PublishingAuthority => "سلطة النشر",
        Mover::Moderator => "المشرفين على المراجعة",
        Mover::Reviewer => "المقيّمين",
        Mover::Publisher => "القائمين على النشر",
        Mover::Others => "طرف آخر",
        Mover::System => "لا أحد؛ يتم تلقائيا",
        Mover::Nobody => "لا أحد",
    }
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Submit => "استكمال المسودة وتقديمها",
        Step::Answer => "الرد على المطلوب والتقديم مجددا",
        Step::Clear => "الموافقة على السجل أو إعادته",
        Step::Decide => "اتخاذ القرار",
        Step::GiveOpinion => "إبداء الرأي",
        Step::Resume => "القيام بالمنتظر، ثم تُستأنف المراجعة",
        Step::Publish => "النشر",
        Step::DecideRetraction => "البت في الإلغاء",
        Step::ClearRetraction => "الموافقة على الإلغاء أو إعادته",
        Step::ConfirmCorrection => "تأكيد التصحيح أو رفضه",
        Step::Reinstate => "إعادة عرض السجل أو إلغاؤه",
        Step::Nothing => "لا شيء",
    }
}
