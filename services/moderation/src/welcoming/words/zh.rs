//! 中文。

use super::Words;

pub(super) const WORDS: Words = Words {
    invitation_subject: "邀请您加入 {site}",
    invitation: "\
{name}：

您受邀以{as}的身份加入 {site}。

请打开以下链接并设置密码：

{link}

此链接只能使用一次，有效期至 {until}。任何持有此链接的人都可以您的名义进入，请勿转发给他人。如果您不清楚此邮件的来由，请不必理会。
",
    designated_subject: "您获得了新的指定：{site}",
    designated: "\
{name}：

您在 {site} 现在还被指定为{as}。

请照常登录。
",
    reset_subject: "为 {site} 设置新密码",
    reset: "\
{name}：

有人（可能是您本人）为您在 {site} 的账户申请了新密码。请打开以下链接设置新密码：

{link}

此链接只能使用一次，有效期至 {until}。如果不是您本人申请，请不必理会：您的密码保持不变。
",
    role_of_body: "{body}的{role}",
    by_hand: "\
如果该地址尚无页面，请使用 Dossier 的命令行。它会询问密钥和密码：

    {command}

密钥：{secret}
",
    somebody: "成员",
    roles: [
        "投稿人",
        "发布主管机构",
        "评审人",
        "审核人",
        "发布人",
        "登记人",
        "审计人",
        "档案管理人",
        "管理员",
        "国家联络人",
    ],
};
