//! The multi-picture index of a JPEG (CIPA DC-007): is there one picture with helpers, or several of equal rank?
//!
//! A main picture with a preview or a gain map is read as that picture. A stereo pair or the parts of a panorama
//! would lose half of themselves, so they are refused.

use crate::error::DecodeError;
use crate::exif::Tiff;
use crate::format::Format;

const MP_ENTRY: u16 = 0xb002;
const ENTRY_LEN: usize = 16;

/// Refuses an index that lists panorama parts, a stereo pair or other views. One that does not parse passes.
pub(crate) fn refuse_equal_pictures(index: &[u8]) -> Result<(), DecodeError> {
    let listed = || {
        let tiff = Tiff::open(index)?;
        let entry = tiff.entries(tiff.first_ifd()?).into_iter().find(|e| e.tag == MP_ENTRY)?;
        let pictures = entry.count / ENTRY_LEN as u32;
        let table = tiff.u32(entry.at + 8)? as usize;
        // The type code is the low 24 bits of the attributes (DC-007 5.2.3.3.1).
        let kind = (0..pictures as usize).map_while(|i| tiff.u32(table.checked_add(ENTRY_LEN * i)?)).find_map(
            |attributes| match attributes & 0x00ff_ffff {
                0x02_0001 => Some("parts of a panorama"),
                0x02_0002 => Some("a stereo pair"),
                0x02_0003 => Some("views from several angles"),
                _ => None,
            },
        )?;
        Some((pictures, kind))
    };
    match listed() {
        Some((pictures, kind)) => Err(DecodeError::MultiPicture { format: Format::Jpeg, pictures, kind }),
        None => Ok(()),
    }
}
