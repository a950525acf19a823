//! A small certificate authority, made anew in every test.

use c2pa::{BoxedSigner, Context, Reader, SigningAlg, create_signer};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ED25519, SignatureAlgorithm, date_time_ymd,
};
use serde_json::json;

pub(crate) const SIGNER: &str = "Example Studio";
pub(crate) const ROOT: &str = "Test root";

/// A root and one authority below it.
pub(crate) struct Authority {
    root_pem: String,
    middle_pem: String,
    middle: Issuer<'static, KeyPair>,
}

/// A certificate chain and the key of its first certificate.
pub(crate) struct Credential {
    pub(crate) chain: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let (root_key, middle_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let root = authority(ROOT, 1);
        let root_pem = root.self_signed(&root_key).unwrap().pem();
        let root = Issuer::new(root, root_key);
        let middle = authority("Test authority", 0);
        let middle_pem = middle.signed_by(&middle_key, &root).unwrap().pem();
        Self { root_pem, middle_pem, middle: Issuer::new(middle, middle_key) }
    }

    /// What verifiers trust.
    pub(crate) fn anchors(&self) -> &str {
        &self.root_pem
    }

    pub(crate) fn ed25519(&self) -> Credential {
        self.issue(&leaf(), &PKCS_ED25519)
    }

    pub(crate) fn es256(&self) -> Credential {
        self.issue(&leaf(), &PKCS_ECDSA_P256_SHA256)
    }

    pub(crate) fn issue(&self, params: &CertificateParams, algorithm: &'static SignatureAlgorithm) -> Credential {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let leaf = params.signed_by(&key, &self.middle).unwrap().pem();
        Credential { chain: leaf + &self.middle_pem, key: key.serialize_pem() }
    }

    /// C2PA's own reader, which trusts this authority.
    pub(crate) fn reader(&self) -> Reader {
        let settings =
            json!({ "trust": { "user_anchors": self.root_pem }, "verify": { "remote_manifest_fetch": false } });
        Reader::from_context(Context::new().with_settings(settings).unwrap())
    }
}

impl Credential {
    pub(crate) fn signer(&self) -> BoxedSigner {
        create_signer::from_keys(self.chain.as_bytes(), self.key.as_bytes(), SigningAlg::Ed25519, None).unwrap()
    }
}

fn authority(name: &str, below: u8) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// A certificate as C2PA wants it.
pub(crate) fn leaf() -> CertificateParams {
    let mut params = named(SIGNER);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    params
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::OrganizationName, "Example");
    // After 2049 X.509 writes times in another form; certificates live no longer.
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2049, 1, 1));
    params.use_authority_key_identifier_extension = true;
    params
}
