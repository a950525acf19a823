//! Comma-separated values (RFC 4180) that a spreadsheet cannot mistake for formulas.

/// One line with its line end.
pub(crate) fn line(cells: &[String]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\r\n"
}

fn quoted(cell: &str) -> String {
    // File names and directories come from strangers, and spreadsheets run cells that begin like this, unless an apostrophe
    // leads (OWASP, "CSV Injection"). Numbers stay numbers.
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        let cells = ["plain", "a,b", "say \"x\"\n", "=HYPERLINK(1)", "-2742.6", "@x,y", ""].map(str::to_owned);
        let expected = "plain,\"a,b\",\"say \"\"x\"\"\n\",'=HYPERLINK(1),-2742.6,\"'@x,y\",\r\n";
        assert_eq!(line(&cells), expected);
    }
}
