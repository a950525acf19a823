//! The few fields of an EXIF block (a TIFF structure, EXIF 2.32 section 4) that turning the pixels makes wrong.
//!
//! Everything is edited in place, so offsets inside maker notes stay valid. A block that does not parse is passed
//! on untouched and counts as upright.

use crate::orientation::Orientation;

const ORIENTATION: u16 = 0x0112;
const IMAGE_WIDTH: u16 = 0x0100;
const IMAGE_LENGTH: u16 = 0x0101;
const EXIF_IFD: u16 = 0x8769;
const GPS_IFD: u16 = 0x8825;
const INTEROP_IFD: u16 = 0xa005;
const PIXEL_X: u16 = 0xa002;
const PIXEL_Y: u16 = 0xa003;
const SHORT: u16 = 3;
const LONG: u16 = 4;

/// Bytes a value of each TIFF type takes, by type number.
const TYPE_SIZES: [usize; 14] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

/// One directory entry: where it stands and what it says.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) at: usize,
    pub(crate) tag: u16,
    kind: u16,
    pub(crate) count: u32,
}

/// A TIFF structure read through its byte order, every access checked.
pub(crate) struct Tiff<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Tiff<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        match bytes.get(..4)? {
            b"II*\0" => Some(Self { bytes, big_endian: false }),
            b"MM\0*" => Some(Self { bytes, big_endian: true }),
            _ => None,
        }
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let b = *self.bytes.get(at..)?.first_chunk::<2>()?;
        Some(if self.big_endian { u16::from_be_bytes(b) } else { u16::from_le_bytes(b) })
    }

    pub(crate) fn u32(&self, at: usize) -> Option<u32> {
        let b = *self.bytes.get(at..)?.first_chunk::<4>()?;
        Some(if self.big_endian { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) })
    }

    pub(crate) fn first_ifd(&self) -> Option<usize> {
        self.u32(4).map(|at| at as usize)
    }

    pub(crate) fn entries(&self, ifd: usize) -> Vec<Entry> {
        let count = self.u16(ifd).unwrap_or(0) as usize;
        (0..count)
            .map_while(|i| {
                let at = ifd + 2 + 12 * i;
                Some(Entry { at, tag: self.u16(at)?, kind: self.u16(at + 2)?, count: self.u32(at + 4)? })
            })
            .collect()
    }

    /// Where the offset of the directory after `ifd` is stored.
    fn next_link(&self, ifd: usize) -> Option<usize> {
        let at = ifd + 2 + 12 * self.u16(ifd)? as usize;
        self.u32(at).map(|_| at)
    }

    /// A single SHORT or LONG.
    fn number(&self, entry: Entry) -> Option<u32> {
        match (entry.kind, entry.count) {
            (SHORT, 1) => self.u16(entry.at + 8).map(u32::from),
            (LONG, 1) => self.u32(entry.at + 8),
            _ => None,
        }
    }

    fn sub_ifd(&self, entries: &[Entry], tag: u16) -> Option<usize> {
        entries.iter().find(|e| e.tag == tag && e.kind == LONG).and_then(|&e| self.number(e)).map(|at| at as usize)
    }

    /// One past the last byte that a directory and its values take.
    fn extent(&self, ifd: usize, entries: &[Entry]) -> usize {
        let table = ifd + 6 + 12 * entries.len();
        let values = entries.iter().filter_map(|e| {
            let size = TYPE_SIZES.get(e.kind as usize)?.checked_mul(e.count as usize)?;
            if size <= 4 { None } else { (self.u32(e.at + 8)? as usize).checked_add(size) }
        });
        values.fold(table, usize::max)
    }
}

/// What the orientation tag of the first directory says; upright when absent or out of range.
pub(crate) fn orientation(exif: &[u8]) -> Orientation {
    find_orientation(exif).map_or(Orientation::UPRIGHT, |(_, value)| value)
}

fn find_orientation(exif: &[u8]) -> Option<(Entry, Orientation)> {
    let tiff = Tiff::open(exif)?;
    let entry = tiff.entries(tiff.first_ifd()?).into_iter().find(|e| e.tag == ORIENTATION)?;
    let value = u16::try_from(tiff.number(entry)?).ok()?;
    Some((entry, Orientation::from_exif(value)?))
}

/// Makes the block describe upright pixels: orientation 1, stated sides exchanged where the turn exchanged them,
/// and no thumbnail, because that would now lie on its side. Returns whether a thumbnail was let go.
pub(crate) fn reset_orientation(exif: &mut [u8]) -> bool {
    let Some((entry, orientation)) = find_orientation(exif) else { return false };
    if orientation == Orientation::UPRIGHT {
        return false;
    }
    let big_endian = exif.starts_with(b"MM");
    write_number(exif, big_endian, entry, 1);
    if orientation.swaps_sides() {
        swap_stated_sides(exif, big_endian);
    }
    unlink_thumbnail(exif)
}

fn write_number(exif: &mut [u8], big_endian: bool, entry: Entry, value: u32) {
    let at = entry.at + 8;
    let wide = if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    // A SHORT fills the first two bytes of its four-byte slot: the low half of the value in either order.
    let bytes = match (entry.kind, big_endian) {
        (SHORT, true) => &wide[2..],
        (SHORT, false) => &wide[..2],
        _ => &wide[..],
    };
    if let Some(slot) = exif.get_mut(at..at + bytes.len()) {
        slot.copy_from_slice(bytes);
    }
}

fn swap_stated_sides(exif: &mut [u8], big_endian: bool) {
    let mut pairs = Vec::new();
    if let Some(tiff) = Tiff::open(exif)
        && let Some(ifd0) = tiff.first_ifd()
    {
        let entries = tiff.entries(ifd0);
        let sub = tiff.sub_ifd(&entries, EXIF_IFD).map(|at| tiff.entries(at)).unwrap_or_default();
        for (list, tags) in [(&entries, (IMAGE_WIDTH, IMAGE_LENGTH)), (&sub, (PIXEL_X, PIXEL_Y))] {
            let find = |tag| list.iter().find(|e| e.tag == tag).and_then(|&e| Some((e, tiff.number(e)?)));
            if let (Some((w, width)), Some((h, height))) = (find(tags.0), find(tags.1)) {
                pairs.push((w, height));
                pairs.push((h, width));
            }
        }
    }
    for (entry, value) in pairs {
        // A LONG above 65535 does not fit a SHORT slot; such sides are above every format's limit anyway.
        write_number(exif, big_endian, entry, value);
    }
}

/// Ends the chain of directories after the first, which leaves the thumbnail's bytes unreferenced.
fn unlink_thumbnail(exif: &mut [u8]) -> bool {
    let link = Tiff::open(exif).and_then(|t| {
        let at = t.next_link(t.first_ifd()?)?;
        (t.u32(at)? != 0).then_some(at)
    });
    let Some(at) = link else { return false };
    exif[at..at + 4].fill(0);
    true
}

/// The block without its thumbnail, shortened where the thumbnail stood last. `None` when there is none to remove.
pub(crate) fn without_thumbnail(exif: &[u8]) -> Option<Vec<u8>> {
    let mut kept = exif.to_vec();
    if !unlink_thumbnail(&mut kept) {
        return None;
    }
    let tiff = Tiff::open(&kept)?;
    let ifd0 = tiff.first_ifd()?;
    let entries = tiff.entries(ifd0);
    let mut end = tiff.extent(ifd0, &entries);
    for tag in [EXIF_IFD, GPS_IFD] {
        if let Some(at) = tiff.sub_ifd(&entries, tag) {
            let sub = tiff.entries(at);
            end = end.max(tiff.extent(at, &sub));
            if let Some(interop) = tiff.sub_ifd(&sub, INTEROP_IFD) {
                end = end.max(tiff.extent(interop, &tiff.entries(interop)));
            }
        }
    }
    kept.truncate(end);
    Some(kept)
}

/// Sets `tiff:Orientation` in an XMP packet to 1, in both ways of writing it. The length does not change.
pub(crate) fn reset_xmp_orientation(xmp: &mut [u8]) {
    for prefix in [&b"tiff:Orientation=\""[..], b"tiff:Orientation='", b"<tiff:Orientation>"] {
        let mut from = 0;
        while let Some(found) = xmp.get(from..).and_then(|rest| rest.windows(prefix.len()).position(|w| w == prefix)) {
            let at = from + found + prefix.len();
            if let Some(digit @ b'1'..=b'8') = xmp.get_mut(at) {
                *digit = b'1';
            }
            from = at;
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A block with orientation, sides 40 x 30, an Exif directory and a thumbnail directory with `thumbnail` bytes.
    pub(crate) fn sample(big_endian: bool, value: u16, thumbnail: usize) -> Vec<u8> {
        let w16 = |v: u16| if big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        let w32 = |v: u32| if big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        let mut b = if big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
        b.extend(w32(8));
        let entry = |b: &mut Vec<u8>, tag: u16, kind: u16, value: u32| {
            b.extend(w16(tag));
            b.extend(w16(kind));
            b.extend(w32(1));
            if kind == SHORT {
                b.extend(w16(value as u16));
                b.extend([0, 0]);
            } else {
                b.extend(w32(value));
            }
        };
        // IFD0 at 8: two entries and the link end at 38; the Exif directory at 38 takes 30; IFD1 at 68 takes 30.
        b.extend(w16(2));
        entry(&mut b, ORIENTATION, SHORT, value.into());
        entry(&mut b, EXIF_IFD, LONG, 38);
        b.extend(w32(68));
        b.extend(w16(2));
        entry(&mut b, PIXEL_X, LONG, 40);
        entry(&mut b, PIXEL_Y, SHORT, 30);
        b.extend(w32(0));
        b.extend(w16(2));
        entry(&mut b, 0x0201, LONG, 98);
        entry(&mut b, 0x0202, LONG, thumbnail as u32);
        b.extend(w32(0));
        b.extend(std::iter::repeat_n(0x55, thumbnail));
        b
    }

    fn sides(exif: &[u8]) -> (u32, u32) {
        let tiff = Tiff::open(exif).unwrap();
        let sub = tiff.entries(38);
        (tiff.number(sub[0]).unwrap(), tiff.number(sub[1]).unwrap())
    }

    #[test]
    fn reset_turns_the_stated_sides_and_lets_the_thumbnail_go() {
        for big_endian in [false, true] {
            for value in 1..=8 {
                let mut exif = sample(big_endian, value, 10);
                assert_eq!(orientation(&exif).to_exif(), value as u8);
                assert_eq!(reset_orientation(&mut exif), value != 1);
                assert_eq!(orientation(&exif), Orientation::UPRIGHT);
                assert_eq!(sides(&exif), if value >= 5 { (30, 40) } else { (40, 30) });
            }
        }
    }

    #[test]
    fn removing_the_thumbnail_shortens_the_block() {
        let exif = sample(false, 1, 70_000);
        assert_eq!(without_thumbnail(&exif).unwrap().len(), 68);
        assert!(without_thumbnail(&without_thumbnail(&exif).unwrap()).is_none());
    }

    #[test]
    fn every_cut_and_every_wild_offset_is_harmless() {
        let exif = sample(true, 6, 10);
        for cut in 0..exif.len() {
            let mut part = exif[..cut].to_vec();
            reset_orientation(&mut part);
            without_thumbnail(&part);
        }
        for at in 0..exif.len() {
            let mut wild = exif.clone();
            wild[at] = 0xff;
            reset_orientation(&mut wild);
            without_thumbnail(&wild);
        }
    }

    #[test]
    fn xmp_orientation_is_reset_in_both_spellings() {
        let mut xmp = b"<x tiff:Orientation=\"6\"/><tiff:Orientation>8</tiff:Orientation>".to_vec();
        reset_xmp_orientation(&mut xmp);
        assert_eq!(xmp, b"<x tiff:Orientation=\"1\"/><tiff:Orientation>1</tiff:Orientation>");
    }
}
