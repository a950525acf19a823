//! A manifest store is looked through before the library sees it: `c2pa_cbor` 0.77 counts how deep arrays and maps nest, but
//! not tags, so 200 KB of them would end the whole program for want of stack.
//!
//! Box lengths: ISO/IEC 19566-5 (JUMBF). CBOR: RFC 8949, 3. What does not fit is refused rather than guessed at, so that the
//! library cannot find CBOR where none was looked for. Nothing here calls itself.

use anyhow::{Result, bail, ensure};

/// Deepest nesting of arrays, maps and tags. Honest manifests need some ten levels, the library takes 128 of arrays and maps.
const MAX_DEPTH: usize = 64;
/// Length and kind of a box.
const HEAD_BYTES: usize = 8;

/// Whether every box of a store ends inside the one around it, and no CBOR in them nests without end.
///
/// # Errors
/// What is wrong with the store. Compressed manifests (`brob`), which cannot be looked into, are refused too.
pub(super) fn check(store: &[u8]) -> Result<()> {
    // Where the boxes that are open here end, outermost first.
    let mut ends = vec![store.len()];
    let mut at = 0;
    loop {
        while ends.pop_if(|end| *end == at).is_some() {}
        let Some(&end) = ends.last() else { return Ok(()) };
        let rest = &store[at..end];
        let length = rest.first_chunk().map_or(0, |length| u32::from_be_bytes(*length) as usize);
        ensure!((HEAD_BYTES..=rest.len()).contains(&length), "its boxes do not fit into each other");
        let (head, content) = rest[..length].split_at(HEAD_BYTES);
        match &head[4..] {
            b"jumb" => {
                ends.push(at + length);
                at += HEAD_BYTES;
                continue;
            }
            b"cbor" => check_depth(content)?,
            b"brob" => bail!("it is compressed, and only plain manifests are read"),
            _ => {}
        }
        at += length;
    }
}

/// Walks the first CBOR item. Where it stops being well-formed it is not followed any further: no decoder gets past there.
fn check_depth(cbor: &[u8]) -> Result<()> {
    // Items still to come in each array, map or tag that is open; none where a break ends it.
    let mut open: Vec<Option<u64>> = Vec::new();
    let mut rest = cbor;
    while let Some((major, argument)) = head(&mut rest) {
        let inner = match (major, argument) {
            (2 | 3, Some(length)) => {
                let Some(behind) = usize::try_from(length).ok().and_then(|length| rest.get(length..)) else {
                    return Ok(());
                };
                rest = behind;
                None
            }
            (4, Some(items)) => Some(Some(items)),
            (5, Some(pairs)) => Some(Some(pairs.saturating_mul(2))),
            (6, Some(_)) => Some(Some(1)),
            (2..=5, None) => Some(None),
            // The break.
            (7, None) => {
                let Some(None) = open.pop() else { return Ok(()) };
                None
            }
            _ => None,
        };
        if let Some(items) = inner.filter(|items| *items != Some(0)) {
            open.push(items);
            ensure!(open.len() <= MAX_DEPTH, "its CBOR nests deeper than {MAX_DEPTH} levels");
            continue;
        }
        // One item ended, and with it each one whose last it was.
        loop {
            match open.last_mut() {
                None => return Ok(()),
                Some(None) => break,
                Some(Some(items)) => {
                    *items -= 1;
                    if *items > 0 {
                        break;
                    }
                    open.pop();
                }
            }
        }
    }
    Ok(())
}

/// Major type and argument of the next item, no argument where its length is indefinite; `None` at the end and where no item
/// begins like this.
fn head(rest: &mut &[u8]) -> Option<(u8, Option<u64>)> {
    let (&initial, behind) = rest.split_first()?;
    let (bytes, behind) = match initial & 31 {
        info @ 24..=27 => behind.split_at_checked(1 << (info - 24))?,
        28..=30 => return None,
        _ => behind.split_at(0),
    };
    *rest = behind;
    let argument = match initial & 31 {
        31 => None,
        info if bytes.is_empty() => Some(u64::from(info)),
        _ => Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))),
    };
    Some((initial >> 5, argument))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(HEAD_BYTES + content.len()).unwrap();
        [&length.to_be_bytes(), &kind, content].concat()
    }

    fn verdict(cbor: &[u8]) -> String {
        let store = boxed(*b"jumb", &[boxed(*b"jumd", b"x"), boxed(*b"cbor", cbor), boxed(*b"json", b"{}")].concat());
        check(&store).map_or_else(|error| error.to_string(), |()| "fine".to_owned())
    }

    #[test]
    fn nesting_counts_arrays_maps_tags_and_open_ends_together() {
        for unit in [&[0x81_u8][..], &[0xc1], &[0xd8, 0x2a], &[0xdb, 0, 0, 0, 0, 0, 0, 0, 1], &[0x9f], &[0xbf, 0]] {
            assert_eq!(verdict(&[&unit.repeat(MAX_DEPTH), &[0][..]].concat()), "fine", "{unit:x?}");
            assert!(verdict(&unit.repeat(MAX_DEPTH + 1)).contains("nests deeper"), "{unit:x?}");
        }
        // Map keys nest as values do, and the second item of an array as the first.
        assert!(verdict(&[0xa1].repeat(65)).contains("nests deeper"));
        assert!(verdict(&[0x82, 0].repeat(65)).contains("nests deeper"));
        // Deep by turns, never at once.
        let pairs = [[0x98, 200].to_vec(), [0xc1, 0x81, 0x00].repeat(200)].concat();
        assert_eq!(verdict(&pairs), "fine");
        // Text that looks like tags is text; behind the only item nothing is read.
        assert_eq!(verdict(&[&[0x58, 100][..], &[0xc1; 100]].concat()), "fine");
        assert_eq!(verdict(&[&[0x00][..], &[0xc1; 100]].concat()), "fine");
    }

    #[test]
    fn ill_formed_cbor_is_left_to_the_library() {
        for cbor in [&[][..], &[0x9a, 0xff], &[0x7a, 0xff, 0xff, 0xff, 0xff], &[0xff], &[0x81, 0xff], &[0x1c, 0xc1]] {
            assert_eq!(verdict(cbor), "fine", "{cbor:x?}");
        }
        assert_eq!(verdict(&[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]), "fine");
    }

    #[test]
    fn boxes_end_inside_the_one_around_them() {
        let inner = boxed(*b"jumb", &boxed(*b"cbor", &[0xc1; 100]));
        assert!(check(&boxed(*b"jumb", &inner)).unwrap_err().to_string().contains("nests deeper"));
        for store in [&[0_u8; 8][..], &[0, 0, 0, 1, 0, 0, 0, 0], b"\0\0\0\x09jumb", b"\0\0\0\x08jumb\0", b"abc"] {
            assert!(check(store).unwrap_err().to_string().contains("do not fit"), "{store:x?}");
        }
        let mut long = boxed(*b"jumb", &boxed(*b"free", b"abc"));
        long[11] += 1;
        assert!(check(&long).unwrap_err().to_string().contains("do not fit"));
        assert!(check(&boxed(*b"brob", b"")).unwrap_err().to_string().contains("compressed"));
        assert!(check(b"").is_ok());
    }
}
