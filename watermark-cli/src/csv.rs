//! Comma-separated values (RFC 4180) that a spreadsheet cannot mistake for formulas.

use crate::terminal::{shown, steers};

/// One line with its line end.
pub(crate) fn line(cells: &[String]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\r\n"
}

fn quoted(cell: &str) -> String {
    // File names, directories and reasons come from strangers, and spreadsheets run cells that begin like this, in full width too,
    // unless an apostrophe leads (OWASP, "CSV Injection"). A plain number runs nothing and stays one.
    const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let formula = cell.starts_with(|c: char| FORMULA.contains(&c) || steers(c));
    let number = cell.parse::<f64>().is_ok_and(f64::is_finite);
    let cell = shown(cell);
    let cell = if formula && !number { format!("'{cell}") } else { cell };
    if cell.contains([',', '"']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        for (cell, expected) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"x\"\n", "\"say \"\"x\"\"\u{fffd}\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("+1+1", "'+1+1"),
            ("-1+1", "'-1+1"),
            ("-inf", "'-inf"),
            ("-2742.6", "-2742.6"),
            ("@x,y", "\"'@x,y\""),
            ("＝1+1", "'＝1+1"),
            ("\u{202e}gnp.exe", "'\u{fffd}gnp.exe"),
            ("\t=1+1", "'\u{fffd}=1+1"),
            ("\n=1+1", "'\u{fffd}=1+1"),
            ("\u{1b}[2Jx", "'\u{fffd}[2Jx"),
            ("x\u{1b}]0;y\u{7}", "x\u{fffd}]0;y\u{fffd}"),
        ] {
            let pair = [cell.to_owned(), "-1.5".to_owned()];
            assert_eq!(line(&pair), format!("{expected},-1.5\r\n"), "{cell:?}");
        }
    }
}
