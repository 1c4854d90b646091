//! What a blank form says besides the registry, in the six languages.

use dossier_registry::Language;

/// A text of the form. In some, `{0}` and `{1}` are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Blank,
    BlankForm,
    HowTo,
    Required,
    Body,
    LanguageOfText,
    FirstOrRevision,
    New,
    RevisionOf,
    WhatChanged,
    CharactersAtMost,
    CharactersBetween,
    AnyLanguage,
    ValuesAtMost,
    ValuesMany,
    NumberBetween,
    NumberAtLeast,
    NumberAtMost,
    FileAtMost,
    DateAs,
    Personal,
    NotPublic,
    OnlyIf,
    Other,
    NameOrCode,
    From,
    To,
    Zone,
    Ongoing,
    City,
    Country,
    Platform,
    Address,
    TitleOfLink,
    FileEnclosed,
    FileLanguage,
    Name,
    Function,
    Organisation,
    Mail,
    Telephone,
    NumberOfEntry,
    Edition,
    Notices,
    NoticesWhy,
    Certification,
    Certified,
    Embargo,
    Signature,
    Date,
    Seal,
    Clearance,
    ClearedByStates,
    ClearedByAll,
    Secretariat,
    ReceivedAt,
    FiledBy,
    EntryId,
    Print,
}

/// A text in a language.
pub(super) fn say(word: Word, language: Language) -> &'static str {
    let [ar, zh, en, fr, ru, es] = texts(word);
    match language {
        Language::Ar => ar,
        Language::Zh => zh,
        Language::En => en,
        Language::Fr => fr,
        Language::Ru => ru,
        Language::Es => es,
    }
}

/// The same with `{0}`, `{1}` replaced.
pub(super) fn say_with(word: Word, language: Language, values: &[&str]) -> String {
    let mut text = say(word, language).to_owned();
    for (position, value) in values.iter().enumerate() {
        text = text.replace(&format!("{{{position}}}"), value);
    }
    text
}

/// In the order العربية 中文 English Français Русский Español.
pub(super) const fn texts(word: Word) -> [&'static str; 6] {
    use Word as W;
    match word {
        W::Blank => ["", "", "", "", "", ""],
        W::BlankForm => {
            ["استمارة فارغة", "空白表格", "Blank form", "Formulaire vierge", "Пустой бланк", "Formulario en blanco"]
        }
        W::HowTo
        | W::Required
        | W::Body
        | W::LanguageOfText
        | W::FirstOrRevision
        | W::New
        | W::RevisionOf
        | W::WhatChanged => of_the_head(word),
        W::CharactersAtMost
        | W::CharactersBetween
        | W::AnyLanguage
        | W::ValuesAtMost
        | W::ValuesMany
        | W::NumberBetween
        | W::NumberAtLeast
        | W::NumberAtMost
        | W::FileAtMost
        | W::DateAs
        | W::Personal
        | W::NotPublic
        | W::OnlyIf => of_rules(word),
        W::Notices
        | W::NoticesWhy
        | W::Certification
        | W::Certified
        | W::Embargo
        | W::Signature
        | W::Date
        | W::Seal
        | W::Clearance
        | W::ClearedByStates
        | W::ClearedByAll
        | W::Secretariat
        | W::ReceivedAt
        | W::FiledBy
        | W::EntryId
        | W::Print => of_the_end(word),
        _ => of_answers(word),
    }
}

const fn of_the_head(word: Word) -> [&'static str; 6] {
    match word {
        Word::HowTo => [
            "هذه الاستمارة لمن لا اتصال لديه. اكتب بخط واضح، وأضف أوراقًا عند الحاجة مع رقم السؤال، ووقّع في النهاية، ثم أرسلها إلى الأمانة التي تسجلها باسم جهتكم.",
            "本表格供无网络连接者使用。请字迹清楚；如需另附纸张，请注明题号；在末尾签字，并寄交秘书处，由其以贵方名义登记。",
            "This form is for those without a connection. Write clearly; add sheets where you need them, with the number of the question; sign at the end; and send it to the secretariat, which files it on behalf of your body.",
            "Ce formulaire est destiné à ceux qui n’ont pas de connexion. Écrivez lisiblement ; ajoutez au besoin des feuilles portant le numéro de la question ; signez à la fin ; envoyez-le au secrétariat, qui l’enregistrera au nom de votre entité.",
            "Этот бланк предназначен для тех, у кого нет подключения. Пишите разборчиво; при необходимости добавляйте листы с номером вопроса; подпишите в конце и отправьте в секретариат, который зарегистрирует его от имени вашей стороны.",
            "Este formulario es para quienes no tienen conexión. Escriba con claridad; añada hojas si hace falta, con el número de la pregunta; firme al final y envíelo a la secretaría, que lo registrará en nombre de su entidad.",
        ],
        Word::Required => ["إلزامي", "必填", "required", "obligatoire", "обязательно", "obligatorio"],
        Word::Body => [
            "الدولة أو المنظمة مقدمة الطلب",
            "提交国家或组织",
            "State or organisation that submits",
            "État ou organisation qui soumet",
            "Представляющее государство или организация",
            "Estado u organización que presenta",
        ],
        Word::LanguageOfText => {
            ["لغة النص", "文本语言", "Language of the text", "Langue du texte", "Язык текста", "Idioma del texto"]
        }
        Word::FirstOrRevision => ["نوع التقديم", "提交类型", "This is", "Il s’agit", "Это", "Se trata de"],
        Word::New => [
            "تقديم جديد",
            "首次提交",
            "a new submission",
            "d’une nouvelle soumission",
            "новая запись",
            "una nueva presentación",
        ],
        Word::RevisionOf => [
            "مراجعة للسجل المنشور رقم",
            "对已发布条目的修订，编号",
            "a revision of the published entry number",
            "d’une révision de l’entrée publiée numéro",
            "изменение опубликованной записи №",
            "una revisión de la entrada publicada número",
        ],
        _ => ["ما الذي تغيّر", "变更内容", "What has changed", "Ce qui a changé", "Что изменилось", "Qué ha cambiado"],
    }
}

const fn of_rules(word: Word) -> [&'static str; 6] {
    match word {
        Word::CharactersAtMost => [
            "{0} حرف على الأكثر.",
            "最多{0}个字符。",
            "At most {0} characters.",
            "{0} caractères au plus.",
            "Не более {0} знаков.",
            "Como máximo {0} caracteres.",
        ],
        Word::CharactersBetween => [
            "من {0} إلى {1} حرف.",
            "{0}至{1}个字符。",
            "From {0} to {1} characters.",
            "De {0} à {1} caractères.",
            "От {0} до {1} знаков.",
            "De {0} a {1} caracteres.",
        ],
        Word::AnyLanguage => [
            "يمكن إضافة ترجمات إلى اللغات الأخرى على ورقة مستقلة.",
            "可另纸附上其他语言的译文。",
            "Translations into the other languages may be added on a sheet of their own.",
            "Des traductions dans les autres langues peuvent être jointes sur une feuille à part.",
            "Переводы на другие языки можно приложить на отдельном листе.",
            "Se pueden añadir traducciones a los otros idiomas en una hoja aparte.",
        ],
        Word::ValuesAtMost => [
            "{0} إجابات على الأكثر.",
            "最多{0}项。",
            "At most {0} answers.",
            "{0} réponses au plus.",
            "Не более {0} ответов.",
            "Como máximo {0} respuestas.",
        ],
        Word::ValuesMany => [
            "يمكن تقديم أكثر من إجابة.",
            "可填多项。",
            "More than one answer is possible.",
            "Plusieurs réponses possibles.",
            "Можно дать несколько ответов.",
            "Se admiten varias respuestas.",
        ],
        Word::NumberBetween => {
            ["من {0} إلى {1}.", "{0}至{1}。", "From {0} to {1}.", "De {0} à {1}.", "От {0} до {1}.", "De {0} a {1}."]
        }
        Word::NumberAtLeast => {
            ["{0} على الأقل.", "不少于{0}。", "At least {0}.", "Au moins {0}.", "Не менее {0}.", "Al menos {0}."]
        }
        Word::NumberAtMost => {
            ["{0} على الأكثر.", "不超过{0}。", "At most {0}.", "Au plus {0}.", "Не более {0}.", "Como máximo {0}."]
        }
        Word::FileAtMost => [
            "ملف لا يتجاوز {0} ميغابايت.",
            "文件不超过{0} MB。",
            "A file of at most {0} MB.",
            "Un fichier de {0} Mo au plus.",
            "Файл не более {0} МБ.",
            "Un archivo de {0} MB como máximo.",
        ],
        Word::DateAs => [
            // Isolated: a date between Arabic letters is turned about otherwise.
            "اكتب التواريخ هكذا: \u{2066}{1}\u{2069} (أو \u{2066}{0}\u{2069} على الأقل).",
            "日期请写作：{1}（至少写明{0}）。",
            "Write dates as {1} (at least {0}).",
            "Écrivez les dates ainsi : {1} (au moins {0}).",
            "Пишите даты так: {1} (не короче {0}).",
            "Escriba las fechas así: {1} (al menos {0}).",
        ],
        Word::Personal => [
            "بيانات شخصية: تُحفظ منفصلة ولا تُنشر أبدًا.",
            "个人信息：单独保存，绝不公开。",
            "Personal: kept apart and never made public.",
            "Données personnelles : conservées à part, jamais publiées.",
            "Личные данные: хранятся отдельно и не публикуются.",
            "Datos personales: se guardan aparte y nunca se publican.",
        ],
        Word::NotPublic => {
            ["لا يُنشر.", "不公开。", "Not made public.", "Non publié.", "Не публикуется.", "No se publica."]
        }
        _ => [
            "فقط إذا كانت الإجابة عن «{0}»: {1}.",
            "仅当“{0}”的回答为：{1}。",
            "Only if the answer to “{0}” is: {1}.",
            "Uniquement si la réponse à « {0} » est : {1}.",
            "Только если на вопрос «{0}» дан ответ: {1}.",
            "Solo si la respuesta a «{0}» es: {1}.",
        ],
    }
}

const fn of_answers(word: Word) -> [&'static str; 6] {
    match word {
        Word::Other => ["غير ذلك", "其他", "Other", "Autre", "Другое", "Otro"],
        Word::NameOrCode => {
            ["الاسم أو الرمز", "名称或代码", "Name or code", "Nom ou code", "Название или код", "Nombre o código"]
        }
        Word::From => ["من", "从", "From", "Du", "С", "Desde"],
        Word::To => ["إلى", "至", "To", "Au", "По", "Hasta"],
        Word::Zone => [
            "المدينة التي يُتبع توقيتها",
            "时区（城市）",
            "Time of which city",
            "Heure de quelle ville",
            "По времени города",
            "Hora de qué ciudad",
        ],
        Word::Ongoing => [
            "مستمر (نعم/لا)",
            "仍在进行（是/否）",
            "Ongoing (yes/no)",
            "En cours (oui/non)",
            "Продолжается (да/нет)",
            "En curso (sí/no)",
        ],
        Word::City => ["المدينة", "城市", "City", "Ville", "Город", "Ciudad"],
        Word::Country => [
            "البلد أو المنطقة",
            "国家或地区",
            "Country or area",
            "Pays ou zone",
            "Страна или территория",
            "País o zona",
        ],
        Word::Platform => [
            "المنصة الإلكترونية",
            "线上平台",
            "Online platform",
            "Plateforme en ligne",
            "Онлайн-платформа",
            "Plataforma en línea",
        ],
        Word::Address => ["العنوان على الشبكة", "网址", "Web address", "Adresse web", "Веб-адрес", "Dirección web"],
        Word::TitleOfLink => ["ما هو", "说明", "What it is", "De quoi il s’agit", "Что это", "Qué es"],
        Word::FileEnclosed => [
            "اسم الملف المرفق",
            "所附文件名",
            "Name of the enclosed file",
            "Nom du fichier joint",
            "Имя приложенного файла",
            "Nombre del archivo adjunto",
        ],
        Word::FileLanguage => ["لغته", "其语言", "Its language", "Sa langue", "Его язык", "Su idioma"],
        Word::Name => ["الاسم", "姓名", "Name", "Nom", "Имя", "Nombre"],
        Word::Function => ["الوظيفة", "职务", "Function", "Fonction", "Должность", "Cargo"],
        Word::Organisation => ["المنظمة", "单位", "Organisation", "Organisation", "Организация", "Organización"],
        Word::Mail => ["البريد الإلكتروني", "电子邮件", "E-mail", "Courriel", "Эл. почта", "Correo electrónico"],
        Word::Telephone => ["الهاتف", "电话", "Telephone", "Téléphone", "Телефон", "Teléfono"],
        Word::NumberOfEntry => [
            "رقم السجل",
            "条目编号",
            "Number of the entry",
            "Numéro de l’entrée",
            "Номер записи",
            "Número de la entrada",
        ],
        _ => ["الطبعة", "版次", "Edition", "Édition", "Редакция", "Edición"],
    }
}

const fn of_the_end(word: Word) -> [&'static str; 6] {
    match word {
        Word::Notices => ["تنبيهات", "说明", "Notices", "Mentions", "Примечания", "Avisos"],
        Word::NoticesWhy => [
            "قد يحمل السجل المنشور ما يلي:",
            "发布的条目可能附有以下说明：",
            "A published entry may carry these:",
            "L’entrée publiée peut porter les mentions suivantes :",
            "Опубликованная запись может содержать следующее:",
            "La entrada publicada puede llevar lo siguiente:",
        ],
        Word::Certification => ["إقرار", "声明", "Certification", "Certification", "Заверение", "Certificación"],
        Word::Certified => [
            "أُقر بأن هذه الجهة تتبنى ما ورد في هذه الاستمارة، وأنه صحيح على حد علمي، وأن لي صلاحية تقديمه باسمها.",
            "本人确认，本单位对本表所述内容负责，据本人所知其属实，且本人有权代表本单位提交。",
            "I certify that the body stands behind what this form says, that it is true to the best of my knowledge, and that I am entitled to submit it in its name.",
            "Je certifie que l’entité se porte garante du contenu de ce formulaire, qu’il est exact à ma connaissance et que je suis habilité(e) à le soumettre en son nom.",
            "Я удостоверяю, что сторона отвечает за содержание этого бланка, что оно, насколько мне известно, верно и что я имею право представить его от её имени.",
            "Certifico que la entidad respalda lo que dice este formulario, que es cierto según mi leal saber y que estoy facultado(a) para presentarlo en su nombre.",
        ],
        Word::Embargo => [
            "لا يُنشر قبل (إن وُجد)",
            "在此日期之前不得公开（如有）",
            "Nothing to be public before (if any)",
            "Rien à publier avant le (le cas échéant)",
            "Не публиковать до (если нужно)",
            "No publicar antes de (si procede)",
        ],
        Word::Signature => ["التوقيع", "签字", "Signature", "Signature", "Подпись", "Firma"],
        Word::Date => ["التاريخ", "日期", "Date", "Date", "Дата", "Fecha"],
        Word::Seal => ["الختم", "盖章", "Seal", "Cachet", "Печать", "Sello"],
        Word::Clearance => [
            "الموافقة الوطنية",
            "国家核准",
            "National clearance",
            "Autorisation nationale",
            "Национальное согласование",
            "Autorización nacional",
        ],
        Word::ClearedByStates => [
            "للدول: توقيع السلطة المخولة بالنشر، وهي غير مقدم الطلب.",
            "国家须由其发布主管机关签字，签字人不得为提交人。",
            "For states: signed by the publishing authority of the state, who is not the person that submits.",
            "Pour les États : signé par l’autorité de publication de l’État, qui n’est pas la personne qui soumet.",
            "Для государств: подписывает орган, уполномоченный на публикацию; это не тот, кто представляет.",
            "Para los Estados: firma la autoridad de publicación del Estado, que no es quien presenta.",
        ],
        Word::ClearedByAll => [
            "توقيع السلطة المخولة بالنشر، وهي غير مقدم الطلب.",
            "须由发布主管机关签字，签字人不得为提交人。",
            "Signed by the publishing authority of the body, who is not the person that submits.",
            "Signé par l’autorité de publication de l’entité, qui n’est pas la personne qui soumet.",
            "Подписывает орган, уполномоченный на публикацию; это не тот, кто представляет.",
            "Firma la autoridad de publicación de la entidad, que no es quien presenta.",
        ],
        Word::Secretariat => [
            "تملؤه الأمانة",
            "由秘书处填写",
            "For the secretariat",
            "Réservé au secrétariat",
            "Заполняет секретариат",
            "Para la secretaría",
        ],
        Word::ReceivedAt => [
            "وردت في (اليوم والساعة)",
            "收到日期和时间",
            "Received (day and hour)",
            "Reçu le (jour et heure)",
            "Получено (день и час)",
            "Recibido (día y hora)",
        ],
        Word::FiledBy => ["سجّلها", "登记人", "Filed by", "Enregistré par", "Зарегистрировал(а)", "Registrado por"],
        Word::EntryId => ["رقم القيد", "条目标识", "Entry", "Identifiant de l’entrée", "Запись", "Entrada"],
        _ => [
            "اطبع هذه الصفحة من المتصفح.",
            "请用浏览器打印本页。",
            "Print this page from your browser.",
            "Imprimez cette page depuis votre navigateur.",
            "Распечатайте эту страницу из браузера.",
            "Imprima esta página desde el navegador.",
        ],
    }
}
