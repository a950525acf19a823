//! The report as one page: no script, nothing fetched, black on white on paper. Whatever comes from files or directories is
//! escaped.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use watermark_core::Language;
use watermark_report::{OutdatedFacts, Record};

use super::{Both, DirectoryFacts, Finding, Report, is_out_of_force};
use crate::terminal::steers;

const STYLE: &str = include_str!("report.css");

/// The page's title, by which it is known again.
pub(crate) const TITLE: &str = "Image mark report";

/// The whole page.
pub(super) fn page(report: &Report<'_>) -> String {
    let mut out = String::with_capacity(4096 * (report.results.len() + 2));
    // Writing to a string cannot fail, here and below.
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         img-src data:; style-src 'unsafe-inline'\">\n<title>{TITLE}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    head(&mut out, report);
    if report.results.len() > 1 {
        overview(&mut out, report);
    }
    for (n, finding) in report.results.iter().enumerate() {
        section(&mut out, n + 1, finding);
    }
    meanings(&mut out, report);
    basis(&mut out, report);
    out += "</body>\n</html>\n";
    out
}

fn head(out: &mut String, report: &Report<'_>) {
    let _ = write!(
        out,
        "<header>\n<h1>{TITLE} <span lang=\"ko\">· 이미지 표식 검증 보고서</span></h1>\n<p class=\"muted\">{} {}, {}; {} \
         file(s) <span lang=\"ko\">파일 {}개</span></p>\n",
        report.tool.name,
        report.tool.version,
        report.created,
        report.results.len(),
        report.results.len()
    );
    out.push_str(
        "<p>The program used no network. A mark says who stamped a picture; no mark never means that a picture was not made \
         by AI.</p>\n<p lang=\"ko\">이 프로그램은 네트워크를 사용하지 않았습니다. 표식은 누가 넣었는지를 말해 줄 뿐이며, 표식이 \
         없다고 해서 AI가 만들지 않은 이미지라는 뜻은 아닙니다.</p>\n</header>\n",
    );
}

/// A verdict's name in both languages, and how it is to look.
fn label(verdict: &str) -> (&'static str, &'static str, &'static str) {
    match verdict {
        "verified" => ("Verified", "확인됨", "good"),
        "altered" => ("Altered", "변경됨", "doubtful"),
        "transplanted" => ("Transplanted", "옮겨진 표식", "bad"),
        "unknown-issuer" => ("Unknown issuer", "발행자 미확인", "doubtful"),
        "bad-signature" => ("Bad signature", "서명 불일치", "bad"),
        "marked" => ("Marked, not signed", "표식 있음 (서명 없음)", "doubtful"),
        "none" => ("No mark", "표식 없음", "none"),
        "error" => ("Not read", "읽지 못함", "bad"),
        _ => ("Other", "기타", "doubtful"),
    }
}

/// The label of a finding, which tells a key out of force from one that nobody lists.
fn label_of(record: &Record) -> (&'static str, &'static str, &'static str) {
    if is_out_of_force(record) { ("Key not in force", "효력 없는 키", "doubtful") } else { label(record.verdict) }
}

/// How many came to what, and a line for each file.
fn overview(out: &mut String, report: &Report<'_>) {
    out.push_str("<section>\n<h2>Overview <span lang=\"ko\">· 요약</span></h2>\n<table>\n");
    let mut counts = BTreeMap::new();
    for Finding { record, .. } in &report.results {
        // Strongest first, files that were not read last.
        *counts.entry((Reverse(record.judged), label_of(record))).or_insert(0) += 1;
    }
    for ((_, (english, korean, _)), count) in counts {
        row(out, english, korean, &format!("{count}"));
    }
    out.push_str(
        "</table>\n<table class=\"files\">\n<thead><tr><th scope=\"col\">file <span lang=\"ko\" class=\"muted\">파일</span></th><th \
         scope=\"col\">verdict <span lang=\"ko\" class=\"muted\">판정</span></th><th scope=\"col\">signed by <span lang=\"ko\" \
         class=\"muted\">서명자</span></th></tr></thead>\n<tbody>\n",
    );
    for (n, Finding { record, .. }) in report.results.iter().enumerate() {
        let (english, korean, class) = label_of(record);
        let signer = record.signature.issuer.as_ref().map_or("", |issuer| &issuer.name);
        let _ = writeln!(
            out,
            "<tr class=\"{class}\"><td><a href=\"#file-{}\">{}</a></td><td class=\"badge\">{english} <span lang=\"ko\">· \
             {korean}</span></td><td>{}</td></tr>",
            n + 1,
            escaped(&record.file),
            escaped(signer)
        );
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}

/// What each verdict of this report proves and what not: once, since it is the same for every file.
fn meanings(out: &mut String, report: &Report<'_>) {
    let mut once: BTreeMap<_, &Finding<'_>> = BTreeMap::new();
    for finding in report.results.iter().filter(|finding| finding.proves.is_some()) {
        once.insert((Reverse(finding.record.judged), label_of(finding.record)), finding);
    }
    if once.is_empty() {
        return;
    }
    out.push_str("<section>\n<h2>What the verdicts prove, and what not <span lang=\"ko\">· 판정이 증명하는 것과 증명하지 않는 것</span></h2>\n");
    for ((_, (english, korean, _)), finding) in once {
        let _ = writeln!(out, "<h3 id=\"{}\">{english} <span lang=\"ko\">· {korean}</span></h3>", anchor(english));
        both(out, "What it proves", "증명하는 것", finding.proves.as_ref());
        both(out, "What it does not prove", "증명하지 않는 것", finding.proves_not.as_ref());
    }
    out.push_str("</section>\n");
}

/// Where a verdict's meaning stands.
fn anchor(label: &str) -> String {
    label.chars().filter(char::is_ascii_alphabetic).collect()
}

fn section(out: &mut String, n: usize, finding: &Finding<'_>) {
    let record = finding.record;
    let (english, korean, class) = label_of(record);
    let _ = write!(
        out,
        "<section class=\"{class}\" id=\"file-{n}\">\n<h2>{}</h2>\n<p class=\"badge\">{english} <span lang=\"ko\">· {korean}</span></p>\n",
        escaped(&record.file)
    );
    for (language, sentences) in [("en", &record.conclusion.en), ("ko", &record.conclusion.ko)] {
        for sentence in sentences {
            let _ = writeln!(out, "<p lang=\"{language}\">{}</p>", escaped(sentence));
        }
    }
    if finding.proves.is_some() {
        let _ = writeln!(
            out,
            "<p class=\"muted\"><a href=\"#{}\">What this verdict proves, and what not <span lang=\"ko\">· 이 판정이 증명하는 것과 증명하지 않는 \
             것</span></a></p>",
            anchor(english)
        );
    }
    if let Some(map) = &finding.map {
        let _ = writeln!(
            out,
            "<figure><img alt=\"Edit map: where the mark is missing or the content differs\" src=\"{}\"><figcaption class=\"muted\">Edit \
             map. Red: the mark is missing or the content differs. Blue: flat or damaged, cannot be judged. <span lang=\"ko\">변경 \
             지도. 빨강: 표식이 없거나 내용이 다른 부분. 파랑: 무늬가 없거나 손상되어 판단할 수 없는 부분.</span></figcaption></figure>",
            escaped(map)
        );
    }
    out.push_str("<h3>Evidence <span lang=\"ko\">· 근거</span></h3>\n<table>\n");
    if let Some(sha256) = &record.sha256 {
        row(out, "SHA-256", "파일 해시", &format!("<code>{}</code>", escaped(sha256)));
    }
    if let Some(image) = &record.image {
        row(out, "image", "이미지", &format!("{}, {} x {} px", image.format, image.width, image.height));
    }
    for line in &finding.evidence {
        let value = format!("{}<br><span lang=\"ko\">{}</span>", escaped(&line.en), escaped(&line.ko));
        row(out, line.label, line.label_ko, &value);
    }
    out.push_str("</table>\n</section>\n");
}

fn both(out: &mut String, english: &str, korean: &str, said: Option<&Both>) {
    if let Some(Both { en, ko }) = said {
        let _ = write!(
            out,
            "<h4>{english} <span lang=\"ko\">· {korean}</span></h4>\n<p>{}</p>\n<p lang=\"ko\">{}</p>\n",
            escaped(en),
            escaped(ko)
        );
    }
}

/// A table row; `value` is HTML.
fn row(out: &mut String, english: &str, korean: &str, value: &str) {
    let _ = writeln!(
        out,
        "<tr><th scope=\"row\">{english} <span lang=\"ko\" class=\"muted\">{korean}</span></th><td>{value}</td></tr>"
    );
}

fn basis(out: &mut String, report: &Report<'_>) {
    out.push_str("<section>\n<h2>What it rests on <span lang=\"ko\">· 판단의 전제</span></h2>\n<table>\n");
    let (carrier, korean) = if report.private_carrier {
        ("private carrier", "비공개 반송파")
    } else {
        ("public carrier", "공개 반송파")
    };
    let effort = match report.effort {
        "fast" => "빠른 탐색",
        "normal" => "보통 탐색",
        _ => "철저한 탐색",
    };
    row(out, "search", "탐색", &format!("{}, {carrier} <span lang=\"ko\">({effort}, {korean})</span>", report.effort));
    if report.directories.is_empty() {
        row(
            out,
            "directories",
            "키 목록",
            "none: no signature could be checked <span lang=\"ko\">(없음: 서명을 확인할 수 없었음)</span>",
        );
    }
    for directory in &report.directories {
        row(out, "directory", "키 목록", &directory_cell(directory, None));
    }
    for outdated in report.directories_outdated {
        row(out, "behind what is known", "뒤처진 목록", &outdated_cell(outdated, None));
    }
    if let Some(ledger) = &report.ledger {
        row(out, "ledger", "원장", &format!("{}<br><code>{}</code>", escaped(&ledger.file), escaped(&ledger.sha256)));
    }
    match &report.auditor {
        Some(auditor) => row(
            out,
            "signed by",
            "보고서 서명",
            &format!(
                "key {}, <code>{}</code>; the signature is in the file of this name with .sig behind it <span lang=\"ko\">(서명은 같은 \
                 이름에 .sig가 붙은 파일에 있음)</span>",
                auditor.key, auditor.public_key
            ),
        ),
        None => row(
            out,
            "signed by",
            "보고서 서명",
            "nobody: this file can be changed unnoticed <span lang=\"ko\">(서명 없음: 이 파일은 변경되어도 알 수 없음)</span>",
        ),
    }
    out.push_str("</table>\n</section>\n");
}

/// In one language, or English with the Korean in brackets.
fn said(english: &str, korean: &str, language: Option<Language>) -> String {
    match language {
        Some(language) => language.choose(english, korean).to_owned(),
        None => format!("{english} <span lang=\"ko\">({korean})</span>"),
    }
}

/// A directory, in one language or both.
pub(crate) fn directory_cell(directory: &DirectoryFacts, language: Option<Language>) -> String {
    let mut cell = match (&directory.name_ko, language) {
        (Some(name), Some(Language::Korean)) => escaped(name),
        (Some(name), None) => said(&escaped(&directory.name), &escaped(name), None),
        _ => escaped(&directory.name),
    };
    if let Some(url) = &directory.url {
        let _ = write!(cell, ", {}", escaped(url));
    }
    let _ = match (&directory.root, directory.sequence, &directory.issued_at) {
        (Some(root), Some(sequence), Some(at)) => {
            let signed = said(
                &format!("edition {sequence} of {at}, signed by root"),
                &format!("제{sequence}판({at}), 루트 키 서명"),
                language,
            );
            write!(cell, "<br>{signed} <code>{root}</code>")
        }
        _ => write!(cell, "<br>{}", said("not signed by a root key", "루트 키의 서명 없음", language)),
    };
    let _ = write!(cell, "<br>{}, SHA-256 <code>{}</code>", escaped(&directory.file), directory.sha256);
    cell
}

/// What is behind in a directory, in one language or both.
pub(crate) fn outdated_cell(outdated: &OutdatedFacts, language: Option<Language>) -> String {
    let [english, korean] = [Language::English, Language::Korean].map(|l| escaped(&outdated.sentence(l)));
    let file = Path::new(&outdated.file).file_name().unwrap_or_default().to_string_lossy();
    format!("{}<br>{}", said(&english, &korean, language), escaped(&file))
}

/// Text for an element or a quoted attribute. Characters that steer instead of showing become replacement characters.
pub(crate) fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if steers(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        assert_eq!(
            escaped("<img src=x onerror='a'>&\"\u{1b}"),
            "&lt;img src=x onerror=&#39;a&#39;&gt;&amp;&quot;\u{fffd}"
        );
    }
}
