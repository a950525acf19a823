//! One file per command: resolved arguments in, an outcome out.

pub(crate) mod audit;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod inspect;
pub(crate) mod keygen;
pub(crate) mod ledger;
pub(crate) mod man;
pub(crate) mod notice;
pub(crate) mod report;
pub(crate) mod stamp;
pub(crate) mod trust;
pub(crate) mod verify;
