//! The field `c2pa`.

use serde::Serialize;

/// The file's C2PA manifest: a layer of its own, which does not change the verdict on the mark.
#[derive(Clone, Debug, Default, Serialize)]
pub struct C2paFacts {
    pub present: bool,
    pub read: bool,
    pub valid: Option<bool>,
    pub signer: Option<String>,
    pub issuer: Option<String>,
    pub trusted: Option<bool>,
    pub generator: Option<String>,
    pub actions: Vec<String>,
    pub digital_source_type: Option<String>,
    pub soft_binding: Option<SoftBindingFacts>,
    pub problems: Vec<String>,
    pub contradictions: Vec<&'static str>,
    pub error: Option<String>,
}

impl C2paFacts {
    /// Of a manifest that was not read, or of none.
    pub fn unread(present: bool) -> Self {
        Self { present, ..Self::default() }
    }
}

/// What a manifest says that the pixels carry.
#[derive(Clone, Debug, Serialize)]
pub struct SoftBindingFacts {
    pub alg: Option<String>,
    pub value: String,
}
