//! Stamping: pixels, claims and a signer in, marked pixels out.
//!
//! ```text
//! claims --sign--> payload --code--> codewords ------------------------------+
//! cover --luma--> plane --canonical--> pilot + lattice of the tile <---------+
//!                                      at the strength found                 |
//! stamped <--add to pixels-- stretch <-- change -----------------------------+
//! ```

use std::borrow::Cow;

use rustfft::FftPlanner;
use thiserror::Error;

use crate::block_dct::analyse;
use crate::canonical;
use crate::carrier::Carrier;
use crate::codes::{Codes, encode};
use crate::coding::CodeError;
use crate::color;
use crate::content;
use crate::extract::Extraction;
use crate::lattice::{self, Strengths};
use crate::layout;
use crate::payload::{Beacon, Claims, ContentHash, FieldError, Origin, Payload, SealClaims, Serial, StampedSize};
use crate::payload::{SystemTag, UnixSeconds};
use crate::pilot;
use crate::plane::Plane;
use crate::raster::Raster;
use crate::rehearsal::{self, Rehearsal};
use crate::signature::{PublicKey, SignError, Signature, Signer, sign, verify};
use crate::strength;
use crate::verdict::{Verdict, of_picture};

/// What the stamper states about a picture. Size, content hash and key id are filled in by [`embed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Generated, altered or possibly either.
    pub origin: Origin,
    /// Shows something a viewer could take for real.
    pub realistic: bool,
    /// Evidently artistic, satirical or fictional.
    pub artistic: bool,
    /// The stamper's number for this picture, never used twice with one key.
    pub serial: Serial,
    /// When it was made.
    pub time: UnixSeconds,
    /// Which system made it.
    pub system: SystemTag,
}

/// How strong the mark is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Strength {
    /// The least that reads after the reference attacks, within bounds that keep it invisible.
    Auto,
    /// The mark's amplitude over the mask step, [`Strength::MIN`] to [`Strength::MAX`]: 0.78 times the gain, which is the lattice step over the mask step.
    Fixed(f32),
}

impl Strength {
    /// Weakest strength that is ever used.
    pub const MIN: f32 = strength::MIN;
    /// Strongest strength that is ever used.
    pub const MAX: f32 = strength::MAX;
}

/// What the picture had room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Beacon and signed seal.
    Sealed,
    /// The beacon alone: what the picture claims can be read, who signed it cannot be proven.
    BeaconOnly,
}

/// A stamped picture.
#[derive(Clone, Debug)]
pub struct Stamped {
    /// The marked pixels; size, channels, depth and alpha of the cover.
    pub raster: Raster,
    /// What was embedded. With [`Profile::BeaconOnly`] the seal was signed but is not in the pixels.
    pub payload: Payload,
    /// What the picture had room for.
    pub profile: Profile,
    /// Strength used.
    pub strength: f32,
}

impl Stamped {
    /// Whether `found`, read from the file that this was written to, gives back exactly what `key` signed and nothing speaks against the picture: a verifier would
    /// say so.
    ///
    /// # Errors
    /// [`ReadBackError`] says what is amiss; the file should not be kept.
    pub fn read_back(&self, found: &Extraction, key: &PublicKey) -> Result<(), ReadBackError> {
        match self.profile {
            Profile::BeaconOnly if found.beacon == Some(self.payload.beacon) => Ok(()),
            Profile::BeaconOnly => Err(ReadBackError::Unread),
            Profile::Sealed => {
                let payload = found.payload().ok_or(ReadBackError::Unread)?;
                let authentic = verify(&payload, key).map_err(|_| ReadBackError::Another)?;
                if *authentic.claims() != self.payload.unverified_claims() {
                    return Err(ReadBackError::Another);
                }
                match of_picture(found) {
                    Verdict::Verified => Ok(()),
                    verdict => Err(ReadBackError::Accused(verdict.name())),
                }
            }
        }
    }
}

/// Why a written file is not what was made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadBackError {
    /// Nothing was read, or not all of it.
    #[error("the mark cannot be read from the written file")]
    Unread,
    /// Something else was read, or its signature does not hold.
    #[error("the written file carries another mark than the one made")]
    Another,
    /// The message holds, and the picture would be called altered or another one.
    #[error("verifiers would call the written file {0}")]
    Accused(&'static str),
}

/// Why a picture was not stamped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// Too few pixels for even the beacon.
    #[error(
        "cannot stamp a {width} x {height} px picture: the mark needs at least {least} px on the shorter side and {least_area} px in all; \
         stamp the picture before it is made smaller"
    )]
    TooSmall {
        /// Width, pixels.
        width: u32,
        /// Height, pixels.
        height: u32,
        /// Least side, pixels.
        least: u32,
        /// Least area, pixels.
        least_area: u64,
    },
    /// Nothing in the picture can carry a mark.
    #[error(
        "cannot stamp this picture: only {readable} of the {needed} blocks that the beacon needs can carry it, the rest is pure black, pure white \
         or transparent; add picture content, make it opaque if it is white paper, or label it in its metadata"
    )]
    TooFlat {
        /// Blocks that can carry the beacon.
        readable: usize,
        /// Blocks needed.
        needed: usize,
    },
    /// A strength out of range was asked for.
    #[error("strength {0} is out of range: choose {min} to {max}, or leave it to the search", min = Strength::MIN, max = Strength::MAX)]
    Strength(f32),
    /// A field cannot hold its value.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Signing failed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The codes could not be built.
    #[error(transparent)]
    Code(#[from] CodeError),
}

/// Codewords of one stamp.
pub(crate) struct Codewords {
    beacon: Vec<u8>,
    seal: Vec<u8>,
}

impl Codewords {
    /// The tile that a profile repeats over the picture.
    pub(crate) fn tile(&self, profile: Profile) -> Vec<u8> {
        layout::tile(&self.beacon, (profile == Profile::Sealed).then_some(self.seal.as_slice()))
    }
}

/// Stamps `cover` with `statement`, signed by `signer`, whose public key is `public_key`.
///
/// The caller should [`extract`](crate::extract()) from what its encoder wrote, and only keep a file that is [read back](Stamped::read_back).
///
/// # Errors
/// [`EmbedError`]; the cover is never changed.
pub fn embed<S>(
    cover: &Raster,
    statement: &Statement,
    signer: &S,
    public_key: &PublicKey,
    carrier: &Carrier,
    strength: Strength,
) -> Result<Stamped, EmbedError>
where
    S: Signer<Signature> + ?Sized,
{
    let size = StampedSize::new(cover.width(), cover.height())?;
    strength::check_size(cover)?;
    let cover = &*color::with_room(cover);
    let luma = color::luma(cover);
    let claims = claims(statement, public_key, size, content::hash(&luma));
    let payload = sign(signer, public_key, &claims)?;
    write(cover, luma, payload, carrier, strength)
}

/// Puts `payload` into the pixels of `cover`, whose luma is `luma`.
pub(crate) fn write(
    cover: &Raster,
    luma: Plane,
    payload: Payload,
    carrier: &Carrier,
    strength: Strength,
) -> Result<Stamped, EmbedError> {
    let native = (luma.width, luma.height);
    let plane = canonical::stretch(Cow::Owned(luma), canonical::size(native.0, native.1)).into_owned();
    let codes = Codes::new()?;
    let codewords = Codewords {
        beacon: encode(&codes.beacon, &payload.beacon.encode())?,
        seal: encode(&codes.seal, &payload.seal.encode())?,
    };
    let pitch = plane.width as f32 / native.0 as f32;
    let choose = |cover: &Plane| strength::choose(&analyse(cover, 0, 0), pitch, carrier, &codewords, strength);
    let modulate = |cover: &Plane, profile, strengths| modulate(cover, carrier, &codewords, profile, strengths);
    let factors = if strength == Strength::Auto { &rehearsal::FACTORS[..] } else { &[1.0] };
    let rehearsal = Rehearsal { cover: &plane, is_opaque: cover.transparent() == 0.0, carrier, codes: &codes };
    let (profile, strengths, mut change) = rehearsal.run(factors, choose, modulate)?;
    for (m, p) in change.data.iter_mut().zip(&plane.data) {
        *m -= p;
    }
    let change = canonical::stretch(Cow::Owned(change), native).into_owned();
    let mut raster = cover.clone();
    color::add_luma(&mut raster, &change);
    Ok(Stamped { raster, payload, profile, strength: strengths.amplitude })
}

fn claims(statement: &Statement, public_key: &PublicKey, size: StampedSize, content_hash: ContentHash) -> Claims {
    Claims {
        beacon: Beacon {
            origin: statement.origin,
            realistic: statement.realistic,
            artistic: statement.artistic,
            key_id: public_key.key_id(),
            serial: statement.serial,
        },
        seal: SealClaims { time: statement.time, system: statement.system, size, content_hash },
    }
}

/// The canonical plane with pilot and lattice in it, in this order: the lattice takes the pilot as part of the picture.
fn modulate(plane: &Plane, carrier: &Carrier, codewords: &Codewords, profile: Profile, strengths: Strengths) -> Plane {
    let mut marked = plane.clone();
    pilot::embed(&mut FftPlanner::new(), &mut marked, &carrier.pilot, strengths.pilot);
    lattice::embed(&mut marked, &carrier.lattice, &codewords.tile(profile), strengths);
    marked
}
