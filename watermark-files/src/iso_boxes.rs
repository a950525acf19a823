//! ISO base media boxes and the items in them (ISO/IEC 14496-12 and 23008-12), as far as still pictures use them.
//!
//! Every count is held to a limit and every offset to the file; nothing is copied but items that lie in pieces.

use std::borrow::Cow;

use crate::container::take;
use crate::error::DecodeError;
use crate::format::Format;

const FORMAT: Format = Format::Avif;
/// Far above what any still picture has; they keep hostile counts of empty entries from costing time.
const MAX_ITEMS: u64 = 4096;
const MAX_EXTENTS: u64 = 256;
/// Boxes whose cut end means a cut file; anything else may be data that was appended.
const TOP_LEVEL: [[u8; 4]; 5] = [*b"ftyp", *b"meta", *b"mdat", *b"moov", *b"free"];

/// Kind and content.
type IsoBox<'a> = ([u8; 4], &'a [u8]);

pub(crate) fn damaged(detail: impl Into<String>) -> DecodeError {
    DecodeError::Damaged { format: FORMAT, detail: detail.into() }
}

pub(crate) fn unsupported(feature: impl Into<String>) -> DecodeError {
    DecodeError::UnsupportedFeature { format: FORMAT, feature: feature.into() }
}

/// Big-endian fields, one after the other; `None` at the end of the box.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    fn uint(&mut self, bytes: u8) -> Option<u64> {
        let field = take(&mut self.0, usize::from(bytes))?;
        Some(field.iter().fold(0, |n, &b| n << 8 | u64::from(b)))
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.uint(1).map(|n| n as u8)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.uint(2).map(|n| n as u16)
    }

    fn u32(&mut self) -> Option<u32> {
        self.uint(4).map(|n| n as u32)
    }

    fn kind(&mut self) -> Option<[u8; 4]> {
        self.u32().map(u32::to_be_bytes)
    }

    /// Version and flags of a full box.
    fn version(&mut self) -> Option<(u8, u32)> {
        self.u32().map(|n| ((n >> 24) as u8, n & 0xff_ffff))
    }

    /// An identifier of 16 bits, or of 32 in newer versions of a box.
    fn id(&mut self, wide: bool) -> Option<u32> {
        self.uint(if wide { 4 } else { 2 }).map(|n| n as u32)
    }

    /// The next box. `Ok(None)` at the end, `Err` with its kind when it reaches beyond.
    fn next_box(&mut self) -> Result<Option<IsoBox<'a>>, [u8; 4]> {
        let whole = self.0;
        if whole.len() < 8 {
            return Ok(None);
        }
        let (short, kind) = (self.u32().unwrap_or(0), self.kind().unwrap_or_default());
        let (length, header) = match short {
            0 => (whole.len() as u64, 8),
            1 => (self.uint(8).ok_or(kind)?, 16),
            n => (u64::from(n), 8),
        };
        let body = usize::try_from(length).ok().and_then(|n| n.checked_sub(header)).ok_or(kind)?;
        take(&mut self.0, body).map(|data| Some((kind, data))).ok_or(kind)
    }

    /// All boxes to the end.
    fn boxes(mut self) -> Result<Vec<IsoBox<'a>>, DecodeError> {
        let mut found = Vec::new();
        while let Some(next) =
            self.next_box().map_err(|kind| damaged(format!("its {} box does not fit", kind.escape_ascii())))?
        {
            found.push(next);
        }
        Ok(found)
    }
}

/// An entry of the item list.
pub(crate) struct Item<'a> {
    pub(crate) id: u32,
    pub(crate) kind: [u8; 4],
    /// For `mime` items.
    pub(crate) content_type: &'a [u8],
}

/// A typed link between items.
struct Reference {
    kind: [u8; 4],
    from: u32,
    to: Vec<u32>,
}

/// Where an item lies.
struct Location {
    id: u32,
    /// 0 in the file, 1 in the `idat` box, 2 in another item.
    method: u8,
    /// Offset and length; length 0 means to the end.
    extents: Vec<(u64, u64)>,
}

/// The parsed `meta` box.
#[derive(Default)]
pub(crate) struct Meta<'a> {
    pub(crate) primary: u32,
    pub(crate) items: Vec<Item<'a>>,
    locations: Vec<Location>,
    references: Vec<Reference>,
    properties: Vec<IsoBox<'a>>,
    /// Item, property counted from one, whether it is essential.
    associations: Vec<(u32, u16, bool)>,
    idat: &'a [u8],
}

impl<'a> Meta<'a> {
    fn parse(data: &'a [u8]) -> Result<Self, DecodeError> {
        let mut fields = Fields(data);
        fields.version().ok_or_else(|| damaged("its meta box is empty"))?;
        let mut meta = Self::default();
        for (kind, data) in fields.boxes()? {
            let fields = Fields(data);
            let parsed = match &kind {
                b"pitm" => meta.primary_item(fields),
                b"iinf" => meta.item_list(fields)?,
                b"iloc" => meta.item_locations(fields),
                b"iref" => meta.item_references(fields)?,
                b"iprp" => meta.item_properties(fields)?,
                b"idat" => {
                    meta.idat = data;
                    Some(())
                }
                _ => Some(()),
            };
            parsed.ok_or_else(|| damaged(format!("its {} box is malformed", kind.escape_ascii())))?;
        }
        Ok(meta)
    }

    fn primary_item(&mut self, mut fields: Fields<'a>) -> Option<()> {
        let (version, _) = fields.version()?;
        self.primary = fields.id(version > 0)?;
        Some(())
    }

    fn item_list(&mut self, mut fields: Fields<'a>) -> Result<Option<()>, DecodeError> {
        if fields.version().and_then(|(version, _)| fields.id(version > 0)).is_none() {
            return Ok(None);
        }
        for (kind, data) in fields.boxes()? {
            if &kind == b"infe"
                && let Some(item) = Self::item(Fields(data))
            {
                self.items.push(item);
            }
        }
        Ok((self.items.len() as u64 <= MAX_ITEMS).then_some(()))
    }

    /// Versions before 2 have no item type and do not occur in AVIF.
    fn item(mut fields: Fields<'a>) -> Option<Item<'a>> {
        let (version, _) = fields.version()?;
        if version < 2 {
            return None;
        }
        let id = fields.id(version > 2)?;
        fields.u16()?;
        let kind = fields.kind()?;
        let content_type = fields.0.split(|&b| b == 0).nth(1).unwrap_or_default();
        Some(Item { id, kind, content_type })
    }

    fn item_locations(&mut self, mut fields: Fields<'a>) -> Option<()> {
        let (version, _) = fields.version()?;
        let sizes = fields.u16()?;
        let size = |shift: u16| Some((sizes >> shift & 15) as u8).filter(|n| matches!(n, 0 | 4 | 8));
        let (of_offset, of_length, of_base) = (size(12)?, size(8)?, size(4)?);
        let of_index = if version > 0 { size(0)? } else { 0 };
        let count = u64::from(fields.id(version > 1)?);
        if version > 2 || count > MAX_ITEMS {
            return None;
        }
        for _ in 0..count {
            let id = fields.id(version > 1)?;
            let method = if version > 0 { (fields.u16()? & 15) as u8 } else { 0 };
            fields.u16()?;
            let base = fields.uint(of_base)?;
            let extents = u64::from(fields.u16()?);
            if extents > MAX_EXTENTS {
                return None;
            }
            let extents = (0..extents).map(|_| {
                fields.uint(of_index)?;
                Some((base.checked_add(fields.uint(of_offset)?)?, fields.uint(of_length)?))
            });
            let extents = extents.collect::<Option<_>>()?;
            self.locations.push(Location { id, method, extents });
        }
        Some(())
    }

    fn item_references(&mut self, mut fields: Fields<'a>) -> Result<Option<()>, DecodeError> {
        let Some((version, _)) = fields.version() else { return Ok(None) };
        for (kind, data) in fields.boxes()? {
            let mut fields = Fields(data);
            let Some((from, count)) = fields.id(version > 0).zip(fields.u16()) else { return Ok(None) };
            let to: Option<_> = (0..count).map(|_| fields.id(version > 0)).collect();
            let Some(to) = to else { return Ok(None) };
            self.references.push(Reference { kind, from, to });
        }
        Ok((self.references.len() as u64 <= MAX_ITEMS).then_some(()))
    }

    fn item_properties(&mut self, fields: Fields<'a>) -> Result<Option<()>, DecodeError> {
        for (kind, data) in fields.boxes()? {
            match &kind {
                b"ipco" => self.properties = Fields(data).boxes()?,
                b"ipma" if self.property_associations(Fields(data)).is_none() => return Ok(None),
                _ => {}
            }
        }
        Ok(Some(()))
    }

    fn property_associations(&mut self, mut fields: Fields<'a>) -> Option<()> {
        let (version, flags) = fields.version()?;
        for _ in 0..fields.u32()? {
            let id = fields.id(version > 0)?;
            for _ in 0..fields.u8()? {
                let (index, essential) = if flags & 1 == 1 {
                    fields.u16().map(|n| (n & 0x7fff, n >> 15 == 1))?
                } else {
                    fields.u8().map(|n| (u16::from(n & 0x7f), n >> 7 == 1))?
                };
                self.associations.push((id, index, essential));
            }
        }
        Some(())
    }

    /// The properties of an item: kind, content, whether it is essential.
    pub(crate) fn properties_of(&self, id: u32) -> impl Iterator<Item = ([u8; 4], &'a [u8], bool)> {
        self.associations.iter().filter(move |(item, _, _)| *item == id).filter_map(|&(_, index, essential)| {
            let (kind, data) = self.properties.get(usize::from(index).checked_sub(1)?)?;
            Some((*kind, *data, essential))
        })
    }

    pub(crate) fn property(&self, id: u32, kind: [u8; 4]) -> Option<&'a [u8]> {
        self.properties_of(id).find(|(k, _, _)| *k == kind).map(|(_, data, _)| data)
    }

    pub(crate) fn linked(&self, kind: [u8; 4], from: u32, to: u32) -> bool {
        self.references.iter().any(|r| r.kind == kind && r.from == from && r.to.contains(&to))
    }

    /// The bytes of an item, copied only when they lie in pieces.
    pub(crate) fn content(&self, id: u32, file: &'a [u8]) -> Result<Cow<'a, [u8]>, DecodeError> {
        Ok(match self.pieces(id, file)?[..] {
            [whole] => Cow::Borrowed(whole),
            ref pieces => Cow::Owned(pieces.concat()),
        })
    }

    /// How many bytes an item has, nothing copied.
    pub(crate) fn length(&self, id: u32, file: &'a [u8]) -> Result<usize, DecodeError> {
        Ok(self.pieces(id, file)?.iter().map(|piece| piece.len()).sum())
    }

    /// Where the bytes of an item lie; not longer, all together, than what they lie in.
    fn pieces(&self, id: u32, file: &'a [u8]) -> Result<Vec<&'a [u8]>, DecodeError> {
        let location = self.locations.iter().find(|l| l.id == id).ok_or_else(|| damaged("an item has no place"))?;
        let (store, inside) = match location.method {
            0 => (file, "its picture data"),
            1 => (self.idat, "its idat box"),
            _ => return Err(unsupported("items inside items")),
        };
        let cut = || DecodeError::Truncated { format: FORMAT, length: file.len(), inside: inside.into() };
        let mut pieces = Vec::with_capacity(location.extents.len());
        for &(offset, length) in &location.extents {
            let start = usize::try_from(offset).map_err(|_| cut())?;
            let rest = store.get(start..).ok_or_else(cut)?;
            let length = if length == 0 { rest.len() } else { usize::try_from(length).map_err(|_| cut())? };
            pieces.push(rest.get(..length).ok_or_else(cut)?);
        }
        // Extents that overlap could make much out of little.
        if pieces.iter().map(|piece| piece.len()).fold(0, usize::saturating_add) > store.len() {
            return Err(damaged("the pieces of an item overlap"));
        }
        Ok(pieces)
    }
}

/// The `meta` box and how many bytes follow the last box of the file.
pub(crate) fn top_level(bytes: &[u8]) -> Result<(Meta<'_>, usize), DecodeError> {
    let cut = |kind: [u8; 4]| DecodeError::Truncated {
        format: FORMAT,
        length: bytes.len(),
        inside: format!("its {} box", kind.escape_ascii()),
    };
    let mut fields = Fields(bytes);
    let mut meta = None;
    let mut rest = bytes.len();
    loop {
        match fields.next_box() {
            Ok(Some((kind, data))) => {
                if &kind == b"meta" && meta.is_none() {
                    meta = Some(Meta::parse(data)?);
                }
                rest = fields.0.len();
            }
            Err(kind) if TOP_LEVEL.contains(&kind) => return Err(cut(kind)),
            Ok(None) | Err(_) => break,
        }
    }
    meta.map(|meta| (meta, rest)).ok_or_else(|| cut(*b"meta"))
}
