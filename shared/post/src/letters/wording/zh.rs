//! 中文。

use std::borrow::Cow;

use super::{Labels, Mover, News, Step, Tongue};

pub(super) const TONGUE: Tongue = Tongue { news, mover, step, labels: &LABELS };

const LABELS: Labels = Labels {
    whose: "下一步由谁处理：",
    yours: "您",
    any_of_you: "您或承担同样任务的其他人",
    next: "需要做的事：",
    by: "最迟日期：",
    more_waiting: "可能还有其他条目在等待。您阅读收件箱之后，或明天，我们会再次来信。",
    why: "您收到此信，是因为您被指定承担相关职责。",
    wanted: "您可以在账户中选择通过邮件接收哪些信件：全部、仅在轮到您处理时，或不接收。",
};

fn news(news: News) -> Cow<'static, str> {
    Cow::Borrowed(match news {
        News::Submitted => "条目已提交",
        News::ClearanceAsked => "条目等待国家审核",
        News::Cleared => "条目已通过国家审核并提交",
        News::ClearanceReturned => "发布主管部门退回了条目",
        News::ClearanceRecalled => "条目在国家审核之前被收回",
        News::RecallAsked => "贵机构请求收回条目",
        News::Recalled => "应所属机构请求，条目已恢复为草稿",
        News::WithdrawalAsked => "贵机构请求撤回条目",
        News::Withdrawn => "条目已由所属机构撤回",
        News::RequestTooLate => "请求来得太迟：已作出决定",
        News::ChangesRequested { count } => return format!("要求作出修改（{count}）").into(),
        News::Commented => "条目有新的评论",
        News::ChangeReopened => "对修改要求的答复未被接受",
        News::Held => "审查已暂停",
        News::Resumed => "审查继续进行",
        News::Approved => "条目已获批准",
        News::Refused => "条目被拒绝",
        News::MarkedDuplicate => "条目被标记为与已发布条目重复",
        News::AppealAsked => "贵机构对拒绝提出了申诉",
        News::Scheduled => "已确定发布日期",
        News::Published { edition } => return format!("条目已公开（第 {edition} 版）").into(),
        News::PublicationDeclined => "条目未能发布",
        News::Corrected { edition } => {
            return format!("公开条目已更正（第 {edition} 版）；所属机构可以提出异议").into();
        }
        News::CorrectionObjected => "所属机构对更正提出异议",
        News::RetractionProposed => "撤销公开条目的提议等待国家审核",
        News::RetractionAsked => "已请求撤销公开条目",
        News::RetractionReturned => "发布主管部门未同意撤销",
        News::RetractionDeclined => "撤销请求被拒绝",
        News::Suspended => "公开条目已暂停显示",
        News::Reinstated => "公开条目恢复显示",
        News::Superseded => "公开条目已由另一条目取代",
        News::Retracted => "公开条目已撤销",
        News::Expired => "期限已过：条目恢复为草稿",
        News::Reminded { days_left } => return format!("提醒：正在等待答复，剩余天数：{days_left}").into(),
        News::Waiting => "有条目在等待",
        News::Answered => "您要求的修改已有答复",
        News::Assigned => "一项审查已分配给您",
        News::AppealedAgainst => "所属机构对您的决定提出申诉；由另一人决定",
        News::CorrectionProposed => "一项更正等待第二人确认",
        News::CorrectionConfirmed => "您提议的更正已获确认",
        News::CorrectionRejected => "您提议的更正被拒绝",
    })
}

fn mover(mover: Mover) -> &'static str {
    match mover {
        Mover::Contributor => "条目所属机构",
        Mover::PublishingAuthority => "发布主管部门",
        Mover::Moderator => "审核员",
        Mover::Reviewer => "评审员",
        Mover::Publisher => "发布员",
        Mover::Others => "外部人员",
        Mover::System => "无需任何人处理；将自动进行",
        Mover::Nobody => "无需任何人处理",
    }
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Submit => "完成草稿并提交",
        Step::Answer => "答复要求并重新提交",
        Step::Clear => "审核通过或退回",
        Step::Decide => "作出决定",
        Step::GiveOpinion => "提出意见",
        Step::Resume => "完成所等待的事项，然后审查继续",
        Step::Publish => "发布",
        Step::DecideRetraction => "就撤销作出决定",
        Step::ClearRetraction => "同意撤销或退回",
        Step::ConfirmCorrection => "确认更正或拒绝",
        Step::Reinstate => "恢复显示或撤销",
        Step::Nothing => "无",
    }
}
