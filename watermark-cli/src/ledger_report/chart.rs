//! Charts as inline SVG: no script, nothing fetched, black enough on paper. The same numbers stand in a table beside them, so
//! for screen readers a chart is one image with a sentence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::sum::date;
use crate::audit_report::escaped;

/// Longest period that gets a bar a day; longer ones get a bar a month.
const DAYS: i64 = 92;
/// Of the drawing, in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 160.0;
/// Room for the numbers at the left and the dates below.
const LEFT: f64 = 44.0;
const BELOW: f64 = 22.0;

/// Stamps over time; nothing for an empty period.
pub(super) fn over_time(by_day: &BTreeMap<i64, u64>, title: &str) -> String {
    let (Some((&first, _)), Some((&last, _))) = (by_day.first_key_value(), by_day.last_key_value()) else {
        return String::new();
    };
    let mut bars: Vec<(String, u64)> = Vec::new();
    for day in first..=last {
        let count = by_day.get(&day).copied().unwrap_or_default();
        let name: String = date(day).chars().take(if last - first < DAYS { 10 } else { 7 }).collect();
        match bars.last_mut() {
            Some((month, sum)) if *month == name => *sum += count,
            _ => bars.push((name, count)),
        }
    }
    drawn(&bars, title)
}

fn drawn(bars: &[(String, u64)], title: &str) -> String {
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let step = (WIDTH - LEFT) / bars.len() as f64;
    // Bars of one or two days are not to fill the page.
    let thick = (step * 0.8).min(48.0);
    let mut out = format!(
        "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {WIDTH} {}\" aria-label=\"{}\">\n",
        HEIGHT + BELOW,
        escaped(title)
    );
    // Writing to a string cannot fail, here and below.
    for of in BTreeSet::from([0, most.div_ceil(2), most]) {
        let y = HEIGHT - (HEIGHT - 14.0) * of as f64 / most as f64;
        let _ = writeln!(
            out,
            "<path class=\"rule\" d=\"M{LEFT} {y:.1}H{WIDTH}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{of}</text>",
            LEFT - 6.0,
            y + 4.0
        );
    }
    for (n, (name, count)) in bars.iter().enumerate() {
        let height = (HEIGHT - 14.0) * *count as f64 / most as f64;
        let x = LEFT + step * n as f64 + (step - thick) / 2.0;
        if *count > 0 {
            let _ = writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{thick:.1}\" height=\"{height:.1}\"><title>{name}: {count}</title></rect>",
                HEIGHT - height
            );
        }
    }
    let last = bars.len() - 1;
    for n in if last == 0 { vec![0] } else { vec![0, last] } {
        let (x, anchor) = match n {
            0 if last > 0 => (LEFT, "start"),
            0 => (LEFT + step / 2.0, "middle"),
            _ => (WIDTH, "end"),
        };
        let _ =
            writeln!(out, "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>", HEIGHT + 16.0, bars[n].0);
    }
    out + "</svg>\n"
}

/// A bar for a table's cell: a share from 0 to 1. The number stands in the next cell.
pub(super) fn share(part: u64, of: u64) -> String {
    let width = 120.0 * part as f64 / of.max(1) as f64;
    format!(
        "<svg class=\"share\" aria-hidden=\"true\" viewBox=\"0 0 120 10\" width=\"120\" height=\"10\"><path class=\"rule\" \
         d=\"M0 9.5H120\"/><rect width=\"{width:.1}\" height=\"10\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_its_place_and_long_periods_go_by_months() {
        let chart = over_time(&BTreeMap::from([(20_400, 3), (20_402, 6)]), "a < b");
        assert_eq!(chart.matches("<rect").count(), 2, "a day without stamps has no bar");
        assert!(chart.contains("<title>2025-11-08: 3</title>") && chart.contains("a &lt; b"), "{chart}");
        assert!(chart.contains(">6</text>") && chart.contains(">3</text>"), "{chart}");
        let chart = over_time(&BTreeMap::from([(20_400, 3), (20_401, 6), (20_600, 1)]), "");
        assert!(chart.contains("<title>2025-11: 9</title>") && chart.contains("<title>2026-05: 1</title>"), "{chart}");
        assert_eq!(over_time(&BTreeMap::new(), ""), "");
        assert!(share(1, 0).contains("width=\"120.0\""), "{}", share(1, 0));
    }
}
