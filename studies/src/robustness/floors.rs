//! What the mark is meant to reach on the development images, in one table. What it misses stands under *Goals missed* in `docs/studies/robustness.md`.

use watermark_attacks::Attack;

use super::measure::{Class, Row};

/// Attacks, least share of the pictures that still verify of those that do when untouched (per cent), least share with any mark found.
/// The AVIF row of the acceptance suite is not among our attacks.
type Floor = (&'static [&'static str], f64, f64);

const FLOORS: &[Floor] = &[
    (&["identity", "jpeg90", "jpeg75", "webp80", "gray", "noise05", "sharpen"], 100.0, 100.0),
    (&["crop75", "crop50", "crop50_corner", "overlay10", "resize075_back", "resize075_left"], 100.0, 100.0),
    (&["jpeg50", "webp50", "noise10", "posterize4", "saltpepper1", "upscale150_left"], 95.0, 100.0),
    (&["bright060", "bright140", "contrast060", "contrast140"], 95.0, 98.0),
    (&["satur050", "satur150", "hue010", "gamma070", "gamma150"], 95.0, 98.0),
    (&["jpeg30", "crop25", "resize050_back", "resize050_left", "blur1", "median3"], 85.0, 100.0),
    (&["noise20"], 70.0, 100.0),
    (&["jpeg20"], 50.0, 100.0),
    (&["blur2", "resize025_back"], 0.0, 100.0),
    (&["jpeg10", "median5"], 0.0, 90.0),
];

/// Least share of the pictures that carry the seal, per cent.
const SEALED: f64 = 95.0;

/// A quality figure: its name, least mean, least value of any picture.
type Quality = (&'static str, fn(&Row) -> f64, f64, f64);

const QUALITY: [Quality; 3] = [
    ("PSNR", |r| r.psnr, 44.0, 40.0),
    ("SSIM", |r| r.ssim, 0.992, f64::NEG_INFINITY),
    ("SSIMULACRA 2", |r| r.ssimulacra2, 87.0, 78.0),
];

/// Least mean PSNR of pictures in the classes of 1024 px and more, dB.
const LARGE_PSNR_DB: f64 = 46.0;

/// Share in per cent; 100 of nothing.
pub(crate) fn share(count: usize, of: usize) -> f64 {
    if of == 0 { 100.0 } else { 100.0 * count as f64 / of as f64 }
}

/// Per cent of the pictures that verify after attack `i`, of those that do when untouched.
pub(crate) fn kept<'a>(rows: impl Iterator<Item = &'a Row> + Clone, i: usize) -> f64 {
    let able = rows.filter(|r| r.untouched.sealed);
    share(able.clone().filter(|r| r.held[i].sealed).count(), able.count())
}

/// Per cent of the pictures with a mark found after attack `i`.
pub(crate) fn marked<'a>(rows: impl Iterator<Item = &'a Row> + Clone, i: usize) -> f64 {
    share(rows.clone().filter(|r| r.held[i].marked).count(), rows.count())
}

/// The floors that `rows` miss, in words. Floors of attacks that were not run, and of figures that were left out, are passed over.
pub(crate) fn missed(rows: &[Row], attacks: &[&Attack]) -> Vec<String> {
    let mut out = Vec::new();
    let mut hold = |what: String, value: f64, floor: f64| {
        if value < floor {
            out.push(format!("{what}: {value:.3}, floor {floor}"));
        }
    };
    hold("pictures sealed, %".into(), share(rows.iter().filter(|r| r.untouched.sealed).count(), rows.len()), SEALED);
    for (name, of, least_mean, least) in QUALITY {
        hold(format!("{name} mean"), mean(rows.iter().map(of)), least_mean);
        hold(format!("{name} least"), rows.iter().map(of).fold(f64::INFINITY, f64::min), least);
    }
    let large: Vec<f64> = rows.iter().filter(|r| r.class > Class::Px512).map(|r| r.psnr).collect();
    if !large.is_empty() {
        hold("PSNR mean of 1024 px and more".into(), mean(large.into_iter()), LARGE_PSNR_DB);
    }
    for (names, least_kept, least_marked) in FLOORS {
        for (i, attack) in attacks.iter().enumerate().filter(|(_, a)| names.contains(&a.name)) {
            hold(format!("{} kept, %", attack.name), kept(rows.iter(), i), *least_kept);
            hold(format!("{} marked, %", attack.name), marked(rows.iter(), i), *least_marked);
        }
    }
    out
}

/// Arithmetic mean; `NaN` of nothing.
pub(crate) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), v| (sum + v, count + 1));
    sum / f64::from(count)
}

#[cfg(test)]
mod tests {
    use super::super::measure::Held;
    use super::*;

    fn row(psnr: f64, untouched: bool, held: Held) -> Row {
        let untouched = Held { sealed: untouched, beacon: true, marked: true };
        let class = Class::of(600, 600);
        Row {
            name: "x".into(),
            class,
            strength: 9.0,
            psnr,
            ssim: 0.995,
            ssimulacra2: 88.0,
            untouched,
            held: vec![held],
        }
    }

    #[test]
    fn every_floor_names_an_attack() {
        for name in FLOORS.iter().flat_map(|f| f.0) {
            assert!(watermark_attacks::find(name).is_some(), "{name}");
        }
    }

    #[test]
    fn what_is_kept_counts_only_what_was_sealed_when_untouched() {
        let held = Held { sealed: true, beacon: true, marked: true };
        let lost = Held { marked: true, ..Held::default() };
        let jpeg30 = [watermark_attacks::find("jpeg30").unwrap()];
        let mut rows = vec![row(45.0, true, held); 19];
        rows.push(row(45.0, false, lost));
        assert_eq!(missed(&rows, &jpeg30), Vec::<String>::new());
        rows.extend(vec![row(38.0, true, lost); 4]);
        let missed = missed(&rows, &jpeg30);
        assert_eq!(missed.len(), 3, "{missed:?}");
        assert!(missed[0].starts_with("PSNR mean") && missed[1].starts_with("PSNR least"));
        assert!(missed[2].starts_with("jpeg30 kept"), "{missed:?}");
    }
}
