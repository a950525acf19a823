//! What is written elsewhere from the data files, held against them: the tables of `docs/LABELS.md`, and the notices that
//! the browser page shows. `WATERMARK_WRITE=1` writes them anew.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use watermark_label::{Condition, Notice, Place, Profile};

fn path(below: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(below)
}

fn held(below: &str, wanted: &str) {
    if std::env::var_os("WATERMARK_WRITE").is_some() {
        fs::write(path(below), wanted).unwrap();
    }
    let found = fs::read_to_string(path(below)).unwrap_or_default();
    assert!(
        found == wanted,
        "{below} differs from the data; WATERMARK_WRITE=1 cargo test -p watermark-label --test documents"
    );
}

/// `text` with what stands between two comments replaced.
fn between(text: &str, name: &str, table: &str) -> String {
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let (head, rest) = text.split_once(&begin).unwrap();
    let (_, tail) = rest.split_once(&end).unwrap();
    format!("{head}{begin}{table}{end}{tail}")
}

fn names<T: serde::Serialize>(list: &[T]) -> String {
    let names: Vec<_> =
        list.iter().map(|item| serde_json::to_value(item).unwrap().as_str().unwrap().to_owned()).collect();
    names.join(", ")
}

fn when(condition: &Condition) -> String {
    let parts = [
        (condition.exported, "exported", "inside the service"),
        (condition.realistic, "realistic", "not realistic"),
        (condition.artistic, "artistic", "not artistic"),
        (condition.badge, "with a visible label", "without a visible label"),
    ];
    let words = parts.iter().filter_map(|(wanted, yes, no)| wanted.map(|wanted| if wanted { *yes } else { *no }));
    let origins = condition.origin.iter().map(|origins| origins.join(" or "));
    let words: Vec<_> = words.map(str::to_owned).chain(origins).collect();
    if words.is_empty() { "always".to_owned() } else { words.join(", ") }
}

#[test]
fn the_tables_of_the_documentation() {
    let mut roles = String::from("| | provider | deployer | user |\n|---|---|---|---|\n");
    let mut clauses = String::new();
    for profile in Profile::all() {
        let who = &profile.roles;
        let _ = writeln!(roles, "| `{}` | {} | {} | {} |", profile.id, who.provider, who.deployer, who.user);
        let _ = writeln!(clauses, "### `{}`: {}\n{}\n{}\n", profile.id, profile.name, profile.status, profile.sources);
        clauses += "| clause | article | read | asks for | when | needs | found in the file |\n|---|---|---|---|---|---|---|\n";
        for clause in &profile.clauses {
            let mut needs = Vec::new();
            if !clause.any.is_empty() {
                needs.push(format!("any: {}", names(&clause.any)));
            }
            if !clause.all.is_empty() {
                needs.push(format!("all: {}", names(&clause.all)));
            }
            let place = match (clause.place, clause.or_outside) {
                (Place::Inside, false) => "yes",
                (Place::Inside, true) => "yes, or met outside it",
                (Place::Outside, _) => "no",
            };
            let _ = writeln!(
                clauses,
                "| `{}`{} | {} | {} | {} | {} | {} | {place} |",
                clause.id,
                if clause.encouraged { ", recommended" } else { "" },
                clause.article,
                if clause.verified { "yes" } else { "no" },
                clause.meaning,
                when(&clause.when),
                needs.join("; ")
            );
        }
        let alternatives: Vec<_> = profile
            .badge_words
            .iter()
            .map(|parts| parts.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(" with "))
            .collect();
        if !alternatives.is_empty() {
            let _ = writeln!(clauses, "\nA visible label counts that says {}.", alternatives.join(", or "));
        }
        let grounds: Vec<_> = profile
            .exemptions
            .iter()
            .map(|rule| format!("`{}` ({}): {}", rule.kind, rule.article, rule.meaning))
            .collect();
        if !grounds.is_empty() {
            let _ = writeln!(clauses, "\nExemptions that can be stated: {}.", grounds.join("; "));
        }
        clauses.push('\n');
    }
    let page = "docs/LABELS.md";
    let text = fs::read_to_string(path(page)).unwrap();
    held(page, &between(&between(&text, "roles", &roles), "clauses", &clauses));
}

#[test]
fn the_notices_of_the_browser_page() {
    held("web-demo/i18n/notices.json", &(serde_json::to_string_pretty(Notice::all()).unwrap() + "\n"));
}
