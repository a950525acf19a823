//! The command line as clap reads it: every flag with its help, values checked as far as they can be alone.

mod badge;
mod c2pa;
mod labels;
mod ledger;
mod ledger_report;
mod trust;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use watermark_core::payload::{self, Serial, SystemName, UnixSeconds};
use watermark_core::{Effort, Strength};

pub(crate) use self::c2pa::{C2paSigning, C2paTrust};
use crate::help;
use crate::signer::{self, SignerSpec};

pub(crate) use badge::BadgeArgs;
pub(crate) use labels::{Check, LabelArgs, Notice};
pub(crate) use ledger::{Ledger, LedgerAction, LedgerLookup, LedgerVerify};
pub(crate) use ledger_report::{Lang, Report};
pub(crate) use trust::{Trust, TrustAction, TrustAdd, TrustList, TrustRemove, TrustSign, TrustVerify};

/// Puts invisible, signed marks into images and reads them back.
#[derive(Debug, Parser)]
#[command(name = "watermark", version, about, long_about = help::ABOUT, after_help = help::EXIT_CODES, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a signing key, and the directory by which others verify its marks
    #[command(after_long_help = help::KEYGEN)]
    Keygen(Keygen),
    /// Put a signed mark into images
    #[command(after_long_help = help::STAMP)]
    Stamp(Box<Stamp>),
    /// Look for marks in images and check who signed them
    #[command(after_long_help = help::VERIFY)]
    Verify(Verify),
    /// Show every field of a mark, signed or merely claimed
    #[command(after_long_help = help::INSPECT)]
    Inspect(Inspect),
    /// Go through the clauses of a labelling law for images: met, not met, outside the file
    #[command(after_long_help = help::CHECK)]
    Check(Check),
    /// Print the notice that goes with a picture or a service
    #[command(after_long_help = help::NOTICE)]
    Notice(Notice),
    /// Examine a folder of images: one summary, CSV, JSON, a report
    #[command(after_long_help = help::AUDIT)]
    Audit(Audit),
    /// Keep the key directories that you trust, and sign your own
    #[command(after_long_help = help::TRUST)]
    Trust(Trust),
    /// Sum up a period of the ledger for whoever asks: what was stamped, labelled how, exempted why
    #[command(after_long_help = help::REPORT)]
    Report(Report),
    /// Check and search the ledger of stamps
    #[command(after_long_help = help::LEDGER)]
    Ledger(Ledger),
    /// Stamp a sample picture, attack copies of it, and verify each
    #[command(after_long_help = help::DEMO)]
    Demo(Demo),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Write manual pages
    Man(Man),
}

/// Arguments of `keygen`.
#[derive(Args, Debug)]
pub(crate) struct Keygen {
    /// File for the private key (PKCS#8 PEM, readable by its owner alone); never overwritten
    #[arg(short, long, value_name = "KEY.pem")]
    pub(crate) output: PathBuf,
    /// Name of the organisation, as verifiers will see it
    #[arg(long, required_unless_present = "into")]
    pub(crate) name: Option<String>,
    /// Its name in Korean
    #[arg(long)]
    pub(crate) name_ko: Option<String>,
    /// How to reach it: a mail address or a sentence
    #[arg(long)]
    pub(crate) contact: Option<String>,
    /// Permanent address of the organisation or of its directory
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// A system that makes pictures, to be listed in the directory; may be repeated
    #[arg(long, value_name = "NAME@VERSION")]
    pub(crate) system: Vec<SystemName>,
    /// Make no key, list this one (OpenSSH or SPKI PEM), which an agent or module holds; -o then names the directory
    #[arg(long, value_name = "KEY.pub")]
    pub(crate) public_key: Option<PathBuf>,
    /// List the new key in this directory, valid from now on, instead of making one: rotation. Sign the directory again then
    #[arg(
        long,
        value_name = "DIRECTORY.json",
        conflicts_with_all = ["name", "name_ko", "contact", "url", "system", "public_key"]
    )]
    pub(crate) into: Option<PathBuf>,
}

/// Arguments of `stamp`.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("destination").required(true).args(["output", "out_dir"]))]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct Stamp {
    /// Images, folders (searched through), patterns such as 'shots/*.png', or - for stdin
    #[arg(required = true, value_name = "IN")]
    pub(crate) inputs: Vec<PathBuf>,
    /// File for the stamped image, or - for stdout; its extension decides the format
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    /// Folder for the stamped images, made when missing; names and subfolders are kept. Inside a folder of IN it is not searched; where it
    /// is that folder, --overwrite replaces the images in place
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: Option<PathBuf>,
    /// Private key; without it a development key is made once in the configuration folder
    #[arg(short, long, value_name = "KEY.pem")]
    pub(crate) key: Option<PathBuf>,
    /// Have the stamp signed by who holds the key: ssh-agent:KEY.pub
    #[arg(long, value_name = "SIGNER", value_parser = signer::external, conflicts_with = "key")]
    pub(crate) signer: Option<SignerSpec>,
    /// Record every stamp in this ledger, made when missing; without the record there is no stamped file
    #[arg(long, value_name = "LEDGER")]
    pub(crate) ledger: Option<PathBuf>,
    /// System that made the image
    #[arg(long, value_name = "NAME@VERSION")]
    pub(crate) system: Option<SystemName>,
    /// Serial number of the first image, counted up for the next; random without it
    #[arg(long, value_name = "N", value_parser = serial)]
    pub(crate) id: Option<Serial>,
    /// When the image was made, e.g. 2026-01-31T18:30:00+09:00 [default: now]
    #[arg(long, value_name = "RFC3339")]
    pub(crate) time: Option<UnixSeconds>,
    /// How the image came to be
    #[arg(long, value_enum, default_value_t = Origin::Generated)]
    pub(crate) origin: Origin,
    /// State that a viewer could take what it shows for real
    #[arg(long)]
    pub(crate) realistic: bool,
    /// State that it is evidently artistic, satirical or fictional
    #[arg(long)]
    pub(crate) artistic: bool,
    #[command(flatten)]
    pub(crate) c2pa: C2paSigning,
    /// How strong the mark is: auto, or a number (see --help)
    #[arg(long, default_value = "auto", value_name = "auto|N", value_parser = strength)]
    pub(crate) strength: Strength,
    /// Private carrier: only who holds this file can find or read the mark
    #[arg(long, value_name = "FILE")]
    pub(crate) carrier_key: Option<PathBuf>,
    /// Quality of JPEG and lossy WebP output, 1 to 100 [default: as the source, within 90 to 95]
    #[arg(long, value_name = "Q", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) quality: Option<u8>,
    /// Stamp images that already carry a mark; the older mark becomes hard or impossible to read
    #[arg(long)]
    pub(crate) force: bool,
    /// Replace existing files, the input included when it is the output
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Images worked on at a time [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// Print one JSON object per image
    #[arg(long)]
    pub(crate) json: bool,
    /// Print errors and warnings only
    #[arg(short, long)]
    pub(crate) quiet: bool,
    // Last: their headings would go on over whatever follows.
    #[command(flatten)]
    pub(crate) badge: BadgeArgs,
    #[command(flatten)]
    pub(crate) labels: LabelArgs,
}

/// Arguments of `verify`.
#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// Images, folders (searched through), patterns such as 'shots/*.png', or - for stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    #[command(flatten)]
    pub(crate) auditing: Auditing,
    /// Draw the edit map of the one input over it: red where the mark is missing or the content differs, blue where nothing can be read
    #[arg(long, value_name = "OUT.png", value_parser = map_path)]
    pub(crate) map: Option<PathBuf>,
    /// Print one JSON object a line, in the order given
    #[arg(long)]
    pub(crate) json: bool,
    /// Images worked on at a time [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
}

/// Arguments of `audit`.
#[derive(Args, Debug)]
pub(crate) struct Audit {
    /// Folder to search through
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) reading: Reading,
    #[command(flatten)]
    pub(crate) auditing: Auditing,
    /// File for one line of comma-separated values per image
    #[arg(long, value_name = "OUT.csv", value_parser = csv_path)]
    pub(crate) csv: Option<PathBuf>,
    /// Print the summary as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Images worked on at a time [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
}

/// What an auditor adds to reading.
#[derive(Args, Debug)]
pub(crate) struct Auditing {
    /// Ledger in which to look up the serial that a mark names
    #[arg(long, value_name = "LEDGER")]
    pub(crate) ledger: Option<PathBuf>,
    /// File for a report of everything found: .html to read and print, .json for programs
    #[arg(long, value_name = "OUT.html|OUT.json", value_parser = report_path)]
    pub(crate) report: Option<PathBuf>,
    /// Sign the report with a key of your own: KEY.pem or ssh-agent:KEY.pub; the signature goes to OUT.sig
    #[arg(long, value_name = "KEY", requires = "report")]
    pub(crate) report_key: Option<SignerSpec>,
}

/// Arguments of `inspect`.
#[derive(Args, Debug)]
pub(crate) struct Inspect {
    /// Image, or - for stdin
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// What every reading command needs.
#[derive(Args, Debug)]
pub(crate) struct Reading {
    /// Key directory to trust; may be repeated [default: those of the configuration folder]
    #[arg(long, value_name = "DIRECTORY.json")]
    pub(crate) trust: Vec<PathBuf>,
    /// Private carrier that the image was stamped with
    #[arg(long, value_name = "FILE")]
    pub(crate) carrier_key: Option<PathBuf>,
    /// How far to search: fast reads images that kept their size and position only
    #[arg(long, value_enum, default_value_t = Search::Normal)]
    pub(crate) effort: Search,
    #[command(flatten)]
    pub(crate) c2pa: C2paTrust,
}

/// Arguments of `demo`.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Folder for the pictures, made when missing; files of earlier runs are replaced
    #[arg(long, value_name = "DIR", default_value = "watermark-demo")]
    pub(crate) out: PathBuf,
    /// Picture to use instead of the bundled one
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Option<PathBuf>,
    /// Every attack that this program knows, not only the everyday ones
    #[arg(long)]
    pub(crate) all: bool,
    /// How far to search: fast reads copies that kept their size and position only
    #[arg(long, value_enum, default_value_t = Search::Normal)]
    pub(crate) effort: Search,
}

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// Shell to complete for
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// Folder for the pages, made when missing
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// [`payload::Origin`] as words.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Origin {
    /// Made by a generative system
    Generated,
    /// An existing picture, substantially altered by a generative system
    Altered,
    /// Possibly either; the stamper does not know
    Possible,
}

impl From<Origin> for payload::Origin {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Generated => Self::Generated,
            Origin::Altered => Self::Altered,
            Origin::Possible => Self::Possible,
        }
    }
}

/// [`Effort`] as words.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Search {
    /// The image as it is
    Fast,
    /// Cropped, rotated, scaled, stretched and mirrored images too, where the mark's pilot shows clearly
    Normal,
    /// Fainter traces too; takes seconds
    Exhaustive,
}

impl From<Search> for Effort {
    fn from(search: Search) -> Self {
        match search {
            Search::Fast => Self::Fast,
            Search::Normal => Self::Normal,
            Search::Exhaustive => Self::Exhaustive,
        }
    }
}

fn serial(text: &str) -> Result<Serial, String> {
    let number = text.parse::<u64>().map_err(|_| format!("write a whole number, 0 to {}", Serial::MAX))?;
    Serial::new(number).map_err(|error| error.to_string())
}

fn strength(text: &str) -> Result<Strength, String> {
    if text == "auto" {
        return Ok(Strength::Auto);
    }
    let range = Strength::MIN..=Strength::MAX;
    match text.parse::<f32>() {
        Ok(number) if range.contains(&number) => Ok(Strength::Fixed(number)),
        _ => Err(format!("write auto, or a number from {} to {}", Strength::MIN, Strength::MAX)),
    }
}

impl Reading {
    /// Every file named here: all of them are read, none is to be written over.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.trust.iter().chain(&self.carrier_key).chain(&self.c2pa.c2pa_trust).map(PathBuf::as_path)
    }
}

impl Auditing {
    /// Every file named here that is read.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.ledger.as_deref().into_iter().chain(self.report_key.as_ref().map(SignerSpec::path))
    }
}

fn csv_path(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_csv = path.extension().is_some_and(|extension| extension == "csv");
    is_csv
        .then_some(path)
        .ok_or_else(|| "the table is comma-separated values; name a file that ends in .csv".to_owned())
}

fn map_path(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_png = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"));
    is_png.then_some(path).ok_or_else(|| "the map is a PNG; name a file that ends in .png".to_owned())
}

fn report_path(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let known = path.extension().is_some_and(|extension| extension == "html" || extension == "json");
    known.then_some(path).ok_or_else(|| "name a file that ends in .html or .json".to_owned())
}
