//! Limits of a packet's shape, held to its text before anything is built from it.
//!
//! The parser copies the namespaces that an element inherits, and compares every attribute of a tag with those in front of it, so that a
//! packet of a few kilobytes, unfolded, could keep it busy for minutes. Nodes are its own limit; the rest is counted here, in one pass. What is
//! not well-formed is left to the parser: it goes no further than this counted.

use super::XmpError;

/// Most elements inside each other; packets in use stay under 16.
const MAX_DEPTH: usize = 64;
/// Most attributes of one tag, declarations of namespaces included.
const MAX_ATTRIBUTES_OF_ONE: usize = 512;
/// Most attributes of all tags.
const MAX_ATTRIBUTES: usize = 1 << 16;
/// Most declarations of namespaces that hold at one place.
const MAX_IN_SCOPE: usize = 256;
/// Most declarations of namespaces; every stamp adds one.
const MAX_DECLARATIONS: usize = 1 << 12;

/// Refuses a packet whose shape is beyond the limits.
pub(super) fn check(text: &str) -> Result<(), XmpError> {
    // How many declarations each open element makes.
    let mut open: Vec<usize> = Vec::new();
    let (mut in_scope, mut attributes, mut declarations) = (0, 0, 0);
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        let passed = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("</", ">")];
        if let Some((begin, end)) = passed.into_iter().find(|(begin, _)| rest.starts_with(begin)) {
            if begin == "</" {
                in_scope -= open.pop().unwrap_or_default();
            }
            let Some(length) = rest[begin.len()..].find(end) else { break };
            rest = &rest[begin.len() + length + end.len()..];
            continue;
        }
        let tag = Tag::scan(rest);
        attributes += tag.attributes;
        declarations += tag.declarations;
        // Those of an empty element count too: it inherits as others do.
        hold("elements are inside each other", open.len() + 1, MAX_DEPTH)?;
        hold("attributes are in one tag", tag.attributes, MAX_ATTRIBUTES_OF_ONE)?;
        hold("attributes are in all tags", attributes, MAX_ATTRIBUTES)?;
        hold("namespaces are declared around one place", in_scope + tag.declarations, MAX_IN_SCOPE)?;
        hold("namespaces are declared", declarations, MAX_DECLARATIONS)?;
        if !tag.is_empty {
            in_scope += tag.declarations;
            open.push(tag.declarations);
        }
        rest = &rest[tag.length..];
    }
    Ok(())
}

fn hold(what: &str, count: usize, limit: usize) -> Result<(), XmpError> {
    if count > limit { Err(XmpError(format!("{count} or more {what}, the limit is {limit}"))) } else { Ok(()) }
}

/// A start tag.
#[derive(Default)]
struct Tag {
    attributes: usize,
    declarations: usize,
    is_empty: bool,
    /// Bytes up to and including its `>`, or all that there are.
    length: usize,
}

impl Tag {
    /// The tag at the beginning of `text`.
    fn scan(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut tag = Self { length: bytes.len(), ..Self::default() };
        let (mut quote, mut name) = (None, 1);
        for (at, &byte) in bytes.iter().enumerate().skip(1) {
            match (quote, byte) {
                (Some(end), _) if byte == end => (quote, name) = (None, at + 1),
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => {
                    // The first has the element's name in front of it.
                    let name = bytes[name..at].trim_ascii_end();
                    let begin = name.iter().rposition(u8::is_ascii_whitespace).map_or(0, |space| space + 1);
                    tag.attributes += 1;
                    tag.declarations += usize::from(name[begin..].starts_with(b"xmlns"));
                }
                (None, b'>') => {
                    (tag.is_empty, tag.length) = (bytes[at - 1] == b'/', at + 1);
                    break;
                }
                _ => {}
            }
        }
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize, open: impl Fn(usize) -> String) -> String {
        let opened: String = (0..depth).map(open).collect();
        opened + &"</a>".repeat(depth)
    }

    fn refusal(text: &str) -> String {
        check(text).expect_err("beyond a limit").to_string()
    }

    /// What a packet has too many of, the limit, and a packet with so many.
    type Case<'a> = (&'a str, usize, Box<dyn Fn(usize) -> String + 'a>);

    #[test]
    fn each_limit_is_the_last_that_passes() {
        let attributes = |count: usize| (0..count).map(|i| format!(" a{i} = '>'")).collect::<Vec<_>>().concat();
        let declared = |count: usize| (0..count).map(|i| format!(" xmlns:n{i}\n=\"/>\"")).collect::<Vec<_>>().concat();
        let siblings = |count: usize, tag: &str| format!("<r>{}</r>", tag.repeat(count));
        let cases: [Case<'_>; 5] = [
            ("inside each other", MAX_DEPTH, Box::new(|n| nested(n, |_| "<a>".to_owned()))),
            ("in one tag", MAX_ATTRIBUTES_OF_ONE, Box::new(|n| format!("<a{}/>", attributes(n)))),
            ("in all tags", MAX_ATTRIBUTES, Box::new(|n| siblings(n, "<b c=''/>"))),
            ("around one place", MAX_IN_SCOPE, Box::new(|n| format!("<a{}><b xmlns='c'/></a>", declared(n - 1)))),
            ("are declared", MAX_DECLARATIONS, Box::new(|n| siblings(n, "<b xmlns:c='d'></b>"))),
        ];
        for (what, limit, packet) in cases {
            assert_eq!(check(&packet(limit)), Ok(()), "{what}");
            let refusal = refusal(&packet(limit + 1));
            assert!(refusal.contains(what) && refusal.contains(&format!("the limit is {limit})")), "{refusal}");
        }
    }

    #[test]
    fn what_only_looks_like_tags_is_not_counted() {
        let tags = "<a b='c'>".repeat(MAX_DEPTH + 1);
        for packet in
            [format!("<r><!--{tags}--></r>"), format!("<r><![CDATA[{tags}]]></r>"), format!("<?x {tags}?><r/>")]
        {
            assert_eq!(check(&packet), Ok(()));
        }
        assert!(check(&format!("<!--{tags}-->{tags}")).is_err());
    }

    #[test]
    fn what_breaks_off_is_counted_up_to_there() {
        let declared: String = (0..=MAX_IN_SCOPE).map(|i| format!(" xmlns:n{i}='m'")).collect::<Vec<_>>().concat();
        assert!(check(&format!("<a{declared}")).is_err());
        for harmless in ["<", "<a b='", "</", "</a></a></a>", "<!--", "<?", "<![CDATA[", "<!DOCTYPE a>", "a"] {
            assert_eq!(check(harmless), Ok(()), "{harmless}");
        }
    }
}
