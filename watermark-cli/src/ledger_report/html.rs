//! The summary as one page: no script, nothing fetched, tables with captions and headers, black on white on paper.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use watermark_core::signature::PublicKey;

use super::chart;
use super::sum::Summary;
use super::words::{self, pick};
use crate::args::Lang;
use crate::audit_report::{directory_cell, escaped, outdated_cell};
use crate::evidence::key_status;
use crate::ledger::{Standings, listed};

const STYLE: &str = concat!(include_str!("../audit_report/report.css"), include_str!("ledger_report.css"));

/// The page's title in English and Korean, by which it is known again.
pub(crate) const TITLES: [&str; 2] = ["Labelling record of generated images", "생성 이미지 표시 기록 보고서"];

/// The whole page.
pub(super) fn page(summary: &Summary, lang: Lang, signer: Option<&PublicKey>) -> String {
    let title = pick(lang, TITLES[0], TITLES[1]);
    let mut page = Page { out: String::new(), lang, total: summary.total };
    page.add(&format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'\">\n<title>{title}, {} – {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<header>\n\
         <h1>{title}</h1>\n<p class=\"period\">{} – {} <span class=\"muted\">({})</span></p>\n</header>\n",
        pick(lang, "en", "ko"),
        escaped(&summary.from),
        escaped(&summary.to),
        escaped(&summary.from),
        escaped(&summary.to),
        escaped(&summary.zone),
    ));
    page.integrity(summary, signer);
    page.totals(summary);
    page.exemptions(summary);
    let heading = page.say("What this report does not say", "이 보고서로 알 수 없는 사항");
    page.add(&format!("<section>\n<h2>{heading}</h2>\n<ul>\n"));
    for limit in words::limits(lang) {
        page.add(&format!("<li>{limit}</li>\n"));
    }
    page.add("</ul>\n</section>\n</main>\n</body>\n</html>\n");
    page.out
}

struct Page {
    out: String,
    lang: Lang,
    total: u64,
}

impl Page {
    fn say(&self, english: &'static str, korean: &'static str) -> &'static str {
        pick(self.lang, english, korean)
    }

    fn add(&mut self, html: &str) {
        self.out.push_str(html);
    }

    /// A fact with its name; `value` is HTML.
    fn fact(&mut self, english: &'static str, korean: &'static str, value: &str) {
        let name = self.say(english, korean);
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>");
    }

    fn integrity(&mut self, summary: &Summary, signer: Option<&PublicKey>) {
        let (ledger, heading) = (&summary.ledger, self.say("What it rests on", "근거"));
        let doubts = summary.doubts();
        let sentence = words::integrity(self.lang, ledger.records, &doubts);
        let class = if doubts.is_empty() { "good" } else { "doubtful" };
        self.add(&format!(
            "<section class=\"{class}\">\n<h2>{heading}</h2>\n<p class=\"badge\">{sentence}</p>\n<table>\n"
        ));
        self.fact("ledger", "원장", &escaped(&ledger.file));
        self.standings(summary);
        for directory in &summary.directories {
            self.fact("directory", "키 목록", &directory_cell(directory, Some(self.lang.into())));
        }
        for outdated in &summary.directories_outdated {
            self.fact(
                "directory behind what is known",
                "뒤처진 키 목록",
                &outdated_cell(outdated, Some(self.lang.into())),
            );
        }
        self.fact("head", "머리값", &format!("<code>{}</code>", ledger.head));
        if let Some(noted) = &ledger.noted {
            let noted = format!("<code>{noted}</code>");
            self.fact("head noted earlier, found in the ledger", "미리 적어 둔 머리값(원장에서 확인됨)", &noted);
        }
        let range = summary.range.as_ref().map_or_else(
            || self.say("none", "없음").to_owned(),
            |range| {
                format!(
                    "{} – {}<br><code>{}</code><br><code>{}</code>",
                    range.first, range.last, range.first_sha256, range.last_sha256
                )
            },
        );
        self.fact(
            "records of the period, and SHA-256 of the first and the last",
            "해당 기간의 기록 번호와 첫·마지막 기록의 SHA-256",
            &range,
        );
        if ledger.torn_bytes > 0 {
            self.fact(
                "incomplete last line, in bytes; not counted",
                "불완전한 마지막 줄(바이트, 집계 제외)",
                &ledger.torn_bytes.to_string(),
            );
        }
        for (key, serial, records) in &summary.repeated_serials {
            let value = format!("{serial} ({}), {records:?}", escaped(key));
            self.fact("serial used more than once", "중복된 일련번호", &value);
        }
        self.fact("made", "작성", &format!("{}, {} {}", summary.created, summary.tool, summary.version));
        let signed = match signer {
            Some(key) => format!(
                "{}, <code>{}</code><br>{}",
                key.key_id(),
                key.to_hex(),
                self.say(
                    "the signature is in the file of this name with .sig behind it",
                    "서명은 같은 이름에 .sig가 붙은 파일에 있음"
                )
            ),
            None => self
                .say("nobody: this file can be changed unnoticed", "서명 없음: 이 파일은 변경되어도 알 수 없음")
                .to_owned(),
        };
        self.fact("signed by", "보고서 서명", &signed);
        self.add("</table>\n</section>\n");
    }

    /// Records whose key did not count at their time, or was revoked after it.
    fn standings(&mut self, summary: &Summary) {
        for key in &summary.keys {
            for of in &key.out_of_force {
                let value = self.standing(&key.key, of, &key_status(of.status, of.at.as_deref(), self.lang.into()));
                self.fact("records dated when their key did not count", "키의 효력이 없는 시각이 적힌 기록", &value);
            }
            for of in &key.revoked_later {
                let at = of.at.as_deref().unwrap_or_default();
                let why = match self.lang {
                    Lang::En => format!("revoked at {at}; whoever stole it can date records back"),
                    Lang::Ko => format!("{at}에 폐지됨. 키를 훔친 자가 실제보다 이른 시각으로 적을 수 있음"),
                };
                let value = self.standing(&key.key, of, &why);
                self.fact("records of a key that was revoked later", "나중에 폐지된 키의 기록", &value);
            }
        }
    }

    fn standing(&self, key: &str, of: &Standings, why: &str) -> String {
        let (key, records) = (escaped(key), listed(&of.records, of.stamps));
        match self.lang {
            Lang::En => format!("<strong>{}</strong>: key {key}, {why}; record no. {records}", of.stamps),
            Lang::Ko => format!("<strong>{}건</strong>(키 {key}, {why}; 기록 번호 {records})", of.stamps),
        }
    }

    fn totals(&mut self, summary: &Summary) {
        let lang = self.lang;
        let heading = match lang {
            Lang::En => format!("{} stamps", summary.total),
            Lang::Ko => format!("표식 {}건", summary.total),
        };
        self.add(&format!("<section>\n<h2>{heading}</h2>\n"));
        let title = match lang {
            Lang::En => format!("Stamps from {} to {}; the numbers are in the table of days", summary.from, summary.to),
            Lang::Ko => format!("{}부터 {}까지의 표식 건수. 수치는 날짜별 표에 있음", summary.from, summary.to),
        };
        self.add(&chart::over_time(&summary.by_day, &title));
        let same = |_: &str| "";
        self.table(("Layers", "표시 방법"), &summary.layers, |name| words::layer(lang, name));
        self.table(("Profiles", "적용 기준"), &summary.profiles, same);
        self.table(("Notices owed with the file", "파일과 함께 제공해야 하는 안내 문구"), &summary.notices, same);
        self.table(("Systems", "생성 시스템"), &summary.systems, same);
        self.table(("Origin", "생성 유형"), &summary.origins, |name| words::origin(lang, name));
        self.table(("Marks", "표식"), &summary.marks, |name| words::mark(lang, name));
        let unlisted = self.say("a key that no trusted directory lists", "신뢰하는 키 목록에 없는 키");
        let keys: Vec<_> = summary
            .keys
            .iter()
            .map(|key| {
                let korean = key.issuer_ko.as_ref().filter(|_| lang == Lang::Ko);
                let issuer = korean.or(key.issuer.as_ref()).map_or(unlisted, String::as_str);
                (key.key.clone(), issuer.to_owned(), key.stamps)
            })
            .collect();
        self.rows(("Keys", "키"), keys.iter().map(|(key, issuer, stamps)| (&**key, &**issuer, *stamps)));
        self.table(("Days", "날짜"), &summary.days, same);
        self.add("</section>\n");
    }

    fn table(
        &mut self,
        caption: (&'static str, &'static str),
        totals: &BTreeMap<String, u64>,
        meaning: impl Fn(&str) -> &'static str,
    ) {
        self.rows(caption, totals.iter().map(|(name, count)| (&**name, meaning(name), *count)));
    }

    /// A table of counts: name, what it means, how many, and a bar for the share of all stamps.
    fn rows<'a>(
        &mut self,
        (english, korean): (&'static str, &'static str),
        rows: impl Iterator<Item = (&'a str, &'a str, u64)>,
    ) {
        let (caption, stamps) = (self.say(english, korean), self.say("stamps", "건수"));
        let mut body = String::new();
        for (name, meaning, count) in rows {
            let meaning = if meaning.is_empty() {
                String::new()
            } else {
                format!(" <span class=\"muted\">{}</span>", escaped(meaning))
            };
            let _ = writeln!(
                body,
                "<tr><th scope=\"row\">{}{meaning}</th><td class=\"number\">{count}</td><td>{}</td></tr>",
                escaped(name),
                chart::share(count, self.total)
            );
        }
        if !body.is_empty() {
            self.add(&format!(
                "<table class=\"totals\">\n<caption>{caption}</caption>\n<thead><tr><th scope=\"col\">{caption}</th><th scope=\"col\" \
                 class=\"number\">{stamps}</th><td></td></tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
            ));
        }
    }

    fn exemptions(&mut self, summary: &Summary) {
        let heading = self.say("Exemptions stated, with their reasons", "예외로 기록된 건과 사유");
        self.add(&format!("<section>\n<h2>{heading}</h2>\n"));
        if summary.exemptions.is_empty() {
            let none = self.say("None.", "없음.");
            self.add(&format!("<p>{none}</p>\n</section>\n"));
            return;
        }
        let [kind, reason, stamps, records] = match self.lang {
            Lang::En => ["kind", "reason", "stamps", "records"],
            Lang::Ko => ["종류", "사유", "건수", "기록 번호"],
        };
        self.add(&format!(
            "<table class=\"exemptions\">\n<caption>{heading}</caption>\n<thead><tr><th scope=\"col\">{kind}</th><th \
             scope=\"col\">{reason}</th><th scope=\"col\" class=\"number\">{stamps}</th><th \
             scope=\"col\">{records}</th></tr></thead>\n<tbody>\n"
        ));
        for exemption in &summary.exemptions {
            self.add(&format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"number\">{}</td><td>{}</td></tr>\n",
                escaped(&exemption.kind),
                escaped(&exemption.reason),
                exemption.stamps,
                listed(&exemption.records, exemption.stamps)
            ));
        }
        self.add("</tbody>\n</table>\n</section>\n");
    }
}
