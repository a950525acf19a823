//! The data files hold together, and ask for what the laws are known to ask for.

use std::collections::BTreeSet;

use super::*;

#[expect(clippy::fn_params_excessive_bools, reason = "in the order of the struct's fields")]
fn at(exported: bool, realistic: bool, artistic: bool, badge: bool) -> Circumstances {
    Circumstances { exported, realistic, artistic, origin: Some(Origin::Generated), badge }
}

#[test]
fn the_files_hold_together() {
    let mut ids = BTreeSet::new();
    for profile in Profile::all() {
        for clause in &profile.clauses {
            let id = &clause.id;
            assert!(ids.insert(id), "{id} stands twice");
            assert!(id.starts_with(&format!("{}.", profile.id)), "{id}");
            assert!(clause.words.is_none() || clause.verified, "{id} quotes what was not read");
            let inside = clause.place == Place::Inside;
            assert_eq!(inside, !(clause.any.is_empty() && clause.all.is_empty()), "{id} needs something iff inside");
            assert!(inside || !clause.or_outside, "{id}");
            assert!(!clause.exemptible || !profile.exemptions.is_empty(), "{id}");
            for korean in [&clause.meaning_ko, &clause.remedy_ko] {
                assert!(korean.chars().any(|c| ('가'..='힣').contains(&c)), "{id}: {korean:?}");
            }
            // Commands and identifiers are the same in both.
            let command = |text: &str| text.split("watermark ").nth(1).map(|rest| rest.replace("--lang ko ", ""));
            assert_eq!(command(&clause.remedy), command(&clause.remedy_ko), "{id}");
            let texts = [&clause.article, &clause.meaning, &clause.remedy];
            for text in texts.into_iter().chain([&clause.article_ko, &clause.meaning_ko, &clause.remedy_ko]) {
                assert!(!text.is_empty() && text.trim() == text && !text.contains('\n'), "{id}: {text:?}");
            }
            if let Some(notice) = &clause.notice {
                assert_eq!(Notice::by_id(notice).map(|n| &n.profile), Some(&profile.id), "{id}");
            }
            for origin in clause.when.origin.iter().flatten() {
                assert!(["generated", "altered", "possible"].contains(&origin.as_str()), "{id}: {origin}");
            }
        }
        // A layer that is applied has words or fields to be applied with.
        if profile.layers.iter().any(|rule| rule.name == Layer::Badge) {
            assert!(profile.badges.last().is_some_and(|b| b.when == Condition::default()), "{}", profile.id);
            assert!(profile.badges.iter().all(|badge| profile.accepts_badge(&badge.text)), "{}", profile.id);
        }
    }
    assert_eq!(Profile::all().iter().map(|p| &*p.id).collect::<Vec<_>>(), ["kr", "eu", "cn", "us-ca"]);
    assert!(Profile::parse("us").unwrap_err().to_string().contains("kr, eu, cn, us-ca"));
}

/// A remedy is followed as it is printed, in whatever state the picture is: `stamp` refuses one that carries a mark already,
/// a visible label may stand there although its record is gone, and a stamp may state a merely possible origin.
#[test]
fn remedies_work_on_pictures_that_are_marked_already() {
    let options = |text: &str| -> BTreeSet<String> {
        text.split([' ', ';', ',', ':'])
            .filter(|word| word.starts_with("--") && *word != "--lang")
            .map(str::to_owned)
            .collect()
    };
    for clause in Profile::all().iter().flat_map(|profile| &profile.clauses) {
        let (id, both) = (&clause.id, [&clause.remedy, &clause.remedy_ko]);
        assert_eq!(options(both[0]), options(both[1]), "{id}");
        if clause.place == Place::Outside {
            continue;
        }
        let needs = |need| clause.any.contains(&need) || clause.all.contains(&need);
        assert!(both[0].contains("unmarked original") && both[1].contains("표식 없는 원본"), "{id}: {both:?}");
        assert!(!needs(Need::Badge) || both.iter().all(|text| text.contains("--badge-seen")), "{id}");
        let origin = clause.states_ai || needs(Need::Origin) || needs(Need::Metadata);
        assert!(!origin || both.iter().all(|text| text.contains("--origin generated")), "{id}");
    }
}

#[test]
fn korea_asks_for_a_badge_where_an_exported_picture_could_be_taken_for_real() {
    let kr = Profile::by_id("kr").unwrap();
    for (exported, realistic, artistic, wanted) in
        [(true, true, false, true), (true, false, false, false), (false, true, false, false), (true, true, true, false)]
    {
        let at = at(exported, realistic, artistic, false);
        assert_eq!(kr.asks(Layer::Badge, &at), wanted, "{at:?}");
        assert!(kr.asks(Layer::Mark, &at) && kr.asks(Layer::Metadata, &at));
    }
    assert!(kr.badge_text(&at(true, true, false, false)).unwrap().contains("가상의 이미지"));
}

#[test]
fn the_korean_notice_goes_with_a_machine_readable_label_alone() {
    let kr = Profile::by_id("kr").unwrap();
    let invisible = kr.notice(&at(true, false, false, false)).unwrap();
    assert_eq!(invisible.id, "kr.download.1");
    assert_eq!(kr.notice(&at(true, false, false, true)), None, "a visible label is sufficient alone");
    let eu = Profile::by_id("eu").unwrap();
    assert_eq!(eu.notice(&at(true, false, false, false)), None);
}

#[test]
fn a_visible_label_counts_in_the_words_of_the_law() {
    let counts = |text: &str| {
        let all = Profile::all().iter().filter(|profile| !profile.badge_words.is_empty());
        all.filter(|profile| profile.accepts_badge(text)).map(|profile| &*profile.id).collect::<Vec<_>>()
    };
    let cases: [(&str, &[&str]); 14] = [
        ("AI 생성", &["kr", "eu"]),
        ("AI로 생성된 가상의 이미지입니다", &["kr"]),
        ("인공지능이 만든 그림", &[]),
        ("인공지능 합성", &["kr"]),
        ("AI-Generated", &["kr", "eu"]),
        ("Made with AI", &["kr", "eu"]),
        ("AI", &["eu"]),
        ("AI GENERATED", &["kr", "eu"]),
        ("AI MODIFIED", &["eu"]),
        ("Ai generated", &[]),
        ("AI生成", &["cn"]),
        ("人工智能生成", &["cn"]),
        ("AIR GENERATED", &[]),
        ("AI로 생성된 가상의 이미지입니다 / AI GENERATED / AI生成", &["kr", "eu", "cn"]),
    ];
    for (text, profiles) in cases {
        assert_eq!(counts(text), profiles, "{text}");
    }
    assert!(Profile::by_id("us-ca").unwrap().accepts_badge("anything"), "no law asks for words there");
}

#[test]
fn a_broken_condition_is_named() {
    let condition = Condition { realistic: Some(true), origin: Some(vec!["altered".into()]), ..Condition::default() };
    assert_eq!(
        condition.broken(&at(true, false, false, false), Language::English),
        Some("it is for realistic pictures")
    );
    assert_eq!(
        condition.broken(&at(true, true, false, false), Language::English),
        Some("it is for pictures of another origin")
    );
    let altered = Circumstances { origin: Some(Origin::Altered), ..at(true, true, false, false) };
    assert!(condition.holds(&altered));
}
