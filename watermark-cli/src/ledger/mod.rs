//! The ledger: one record for every stamp, each line chained to the one before and signed (`docs/FORMAT.md`, Ledger).
//!
//! ```text
//! append: lock -> last line -> serial still new? -> record that names its hash -> sign -> one write -> flush to disk -> unlock
//! check:  every line in order -> number, link, signatures, fields -> intact, or the first record at fault
//! keys:   every intact record -> who lists its key, and did that count at the record's time
//! report: every intact record of a period -> totals (`ledger_report`)
//! search: key id and serial -> offsets of the lines
//! ```
//!
//! The file is only ever appended to, and no append reads more than its last line and what was appended since the one before, so record ten
//! thousand costs what the first one did. `stamp` reads it once a call, for the serials that are taken.

mod append;
mod check;
mod keys;
mod record;
mod search;

pub(crate) use append::{Ledger, repeated};
pub(crate) use check::{Chain, Fault, Head, check_each};
pub(crate) use keys::{Doubts, KeyTotal, KeyTotals, LISTED, Standings, listed, numbers};
pub(crate) use record::{Decoded, Labels, Margin, Stamp};
pub(crate) use search::{Index, scan};

#[cfg(test)]
mod tests;
