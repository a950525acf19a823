//! JPEG scans: every coefficient of every component is coded once, so that all readers show the same picture.
//!
//! A file can hold a component's scan twice. One reader keeps the first, another the last: the marked picture would be verified here and another one shown
//! elsewhere. libjpeg lets the last one win without a word (ITU-T T.81 allows each component one scan, and one first scan of each band where it is progressive).

use crate::error::DecodeError;
use crate::format::Format;

/// Coefficients of a block.
const COEFFICIENTS: usize = 64;

/// Which coefficients of which components have been coded so far.
#[derive(Debug, Default)]
pub(crate) struct Scans {
    pub(crate) count: u32,
    /// Bit `k` set: coefficient `k` of the component.
    begun: Vec<u64>,
}

impl Scans {
    /// Takes note of one scan header's `body`; `components` are the frame's identifiers.
    pub(crate) fn add(&mut self, body: &[u8], components: &[u8], progressive: bool) -> Result<(), DecodeError> {
        let damaged = |detail: String| DecodeError::Damaged { format: Format::Jpeg, detail };
        let too_short = || damaged("a scan header is too short".into());
        self.count += 1;
        self.begun.resize(components.len(), 0);
        let (&named, rest) = body.split_first().ok_or_else(too_short)?;
        let (named, rest) = rest.split_at_checked(2 * usize::from(named)).ok_or_else(too_short)?;
        let &[first, last, approximation, ..] = rest else { return Err(too_short()) };
        let band = if progressive { usize::from(first)..=usize::from(last) } else { 0..=COEFFICIENTS - 1 };
        if *band.end() >= COEFFICIENTS || band.is_empty() {
            return Err(damaged(format!("a scan codes the coefficients {first} to {last}, of 0 to 63")));
        }
        // The scans that refine a coefficient say which bit was the last.
        if progressive && approximation >> 4 != 0 {
            return Ok(());
        }
        let mask = band.fold(0u64, |mask, k| mask | 1 << k);
        for &[name, _] in named.as_chunks().0 {
            let component = components.iter().position(|&c| c == name);
            let component =
                component.ok_or_else(|| damaged(format!("a scan codes component {name}, which the frame lacks")))?;
            if self.begun[component] & mask != 0 {
                return Err(damaged(format!(
                    "component {name} is coded more than once, so programs differ in what picture they show"
                )));
            }
            self.begun[component] |= mask;
        }
        Ok(())
    }

    /// Refuses a picture some component of which is nowhere coded.
    pub(crate) fn finish(&self, components: &[u8]) -> Result<(), DecodeError> {
        let begun = |i: usize| self.begun.get(i).is_some_and(|begun| begun & 1 == 1);
        match components.iter().enumerate().find(|(i, _)| !begun(*i)) {
            Some((_, name)) => {
                Err(DecodeError::Damaged { format: Format::Jpeg, detail: format!("component {name} is in no scan") })
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(names: &[u8], first: u8, last: u8, approximation: u8) -> Vec<u8> {
        let named = names.iter().flat_map(|&name| [name, 0]);
        std::iter::once(names.len() as u8).chain(named).chain([first, last, approximation]).collect()
    }

    fn refused(progressive: bool, scans: &[Vec<u8>]) -> Option<String> {
        let mut all = Scans::default();
        let added = scans.iter().try_for_each(|body| all.add(body, &[1, 2, 3], progressive));
        added.and_then(|()| all.finish(&[1, 2, 3])).err().map(|error| error.to_string())
    }

    #[test]
    fn each_component_is_coded_once() {
        let whole = |names: &[u8]| scan(names, 0, 63, 0);
        assert_eq!(refused(false, &[whole(&[1, 2, 3])]), None);
        assert_eq!(refused(false, &[whole(&[1]), whole(&[2, 3])]), None);
        for (scans, why) in [
            (vec![whole(&[1, 2, 3]), whole(&[1, 2, 3])], "component 1 is coded more than once"),
            (vec![whole(&[1]), whole(&[2]), whole(&[3]), whole(&[2])], "component 2 is coded more than once"),
            (vec![whole(&[1]), whole(&[3])], "component 2 is in no scan"),
            (vec![whole(&[1, 2, 3, 4])], "component 4, which the frame lacks"),
            (vec![vec![3, 1, 0]], "too short"),
            (vec![], "component 1 is in no scan"),
        ] {
            let refused = refused(false, &scans).unwrap_or_default();
            assert!(refused.contains(why), "{scans:?}: {refused}");
        }
    }

    #[test]
    fn each_band_of_a_progressive_picture_begins_once() {
        let all = scan(&[1, 2, 3], 0, 0, 1);
        let usual = vec![
            all.clone(),
            scan(&[1], 1, 5, 2),
            scan(&[1], 6, 63, 2),
            scan(&[1], 1, 63, 0x21),
            scan(&[1], 0, 0, 0x10),
        ];
        assert_eq!(refused(true, &usual), None);
        for (more, why) in [
            (scan(&[1], 0, 0, 0), "component 1 is coded more than once"),
            (scan(&[1], 5, 5, 0), "component 1 is coded more than once"),
            (scan(&[2], 1, 64, 0), "coefficients 1 to 64"),
            (scan(&[2], 9, 8, 0), "coefficients 9 to 8"),
        ] {
            let scans = [usual.clone(), vec![more]].concat();
            assert!(refused(true, &scans).is_some_and(|refused| refused.contains(why)), "{why}");
        }
    }
}
