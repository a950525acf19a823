//! Certificates and keys that cannot sign: refused before any work, with the remedy, and no file appears.

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ED25519, date_time_ymd};

use crate::authority::{Authority, Credential, leaf};
use crate::common::{png, street};
use crate::{STAMP, bench};

#[test]
fn certificates_that_c2pa_would_not_accept() {
    let authority = Authority::new();
    let good = authority.ed25519();
    let other = authority.ed25519();
    let like = |change: &dyn Fn(&mut CertificateParams)| {
        let mut params = leaf();
        change(&mut params);
        authority.issue(&params, &PKCS_ED25519)
    };
    let with = |chain: &str, key: &str| Credential { chain: chain.to_owned(), key: key.to_owned() };
    let alone = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let self_signed = with(&leaf().self_signed(&alone).unwrap().pem(), &alone.serialize_pem());
    let mut blocks: Vec<_> = good.chain.split_inclusive("-----END CERTIFICATE-----\n").collect();
    if blocks.len() != 2 {
        blocks = good.chain.split_inclusive("-----END CERTIFICATE-----\r\n").collect();
    }
    let reversed = format!("{}{}", blocks[1], blocks[0]);
    let root_first = format!("{}{}", authority.anchors(), good.chain);
    let broken_chain = format!("{}{}", blocks[0], authority.anchors());
    let cases = [
        ("self-signed", self_signed, "is self-signed, and C2PA accepts none that is"),
        ("root first", with(&root_first, &good.key), "put the signing certificate first"),
        ("reversed", with(&reversed, &good.key), "an authority's; put the signing certificate first"),
        ("gap", with(&broken_chain, &good.key), "its order is wrong"),
        ("authority", like(&|p| p.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained)), "an authority's"),
        ("other key", with(&good.chain, &other.key), "do they belong together?"),
        (
            "usage",
            like(&|p| p.key_usages = vec![KeyUsagePurpose::KeyEncipherment]),
            "lacks the key usage digitalSignature",
        ),
        ("no usage", like(&|p| p.key_usages.clear()), "lacks the key usage digitalSignature"),
        ("server", like(&|p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]), "for another purpose"),
        ("any", like(&|p| p.extended_key_usages.push(ExtendedKeyUsagePurpose::Any)), "and not any"),
        ("no purpose", like(&|p| p.extended_key_usages.clear()), "for another purpose"),
        ("expired", like(&|p| p.not_after = date_time_ymd(2021, 1, 1)), "get a new one"),
        ("early", like(&|p| p.not_before = date_time_ymd(2048, 1, 1)), "get a new one"),
        ("no issuer key", like(&|p| p.use_authority_key_identifier_extension = false), "authority key identifier"),
        ("key as chain", with(&good.key, &good.key), "it holds a PRIVATE KEY; put certificates alone into it"),
        ("chain as key", with(&good.chain, &good.chain), "--c2pa-key takes the private key"),
        ("no PEM", with("hello", &good.key), "it holds no certificate"),
        (
            "garbage",
            with("-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n", &good.key),
            "cannot be read",
        ),
        ("SEC1", with(&good.chain, &good.key.replace("PRIVATE", "EC PRIVATE")), "openssl pkcs8 -topk8 -nocrypt"),
        ("encrypted", with(&good.chain, &good.key.replace("PRIVATE", "ENCRYPTED PRIVATE")), "it is encrypted"),
    ];
    for (name, credential, reason) in cases {
        let bench = bench(&authority, &credential);
        bench.put("in.png", &png(&street()));
        let ran = bench.run(&[&STAMP[..], &["in.png", "-o", "out.png"]].concat());
        assert_eq!(ran.code, 2, "{name}: {}", ran.stderr);
        assert!(ran.stderr.contains(reason), "{name}: {}", ran.stderr);
        assert!(!bench.has("out.png"), "{name}");
    }
}

#[test]
fn requests_that_say_too_little() {
    let authority = Authority::new();
    let bench = bench(&authority, &authority.es256());
    bench.put("in.png", &png(&street()));
    bench.put("empty.pem", b"nothing");
    let out = ["in.png", "-o", "out.png"];
    let cases: &[(&[&str], &str)] = &[
        (&["stamp", "--key", "key.pem", "--c2pa"], "--cert"),
        (&["stamp", "--key", "key.pem", "--cert", "chain.pem", "--c2pa-key", "c2pa.pem"], "--c2pa"),
        (&[&STAMP[..], &["--origin", "possible"]].concat(), "pass --origin generated or altered"),
        (&["stamp", "--key", "key.pem", "--c2pa", "--cert", "no.pem", "--c2pa-key", "c2pa.pem"], "no.pem"),
        (&["verify", "--c2pa-trust", "empty.pem"], "it holds no certificate"),
    ];
    for (args, reason) in cases {
        let ran = bench.run(&[args, &out[..if args[0] == "verify" { 1 } else { 3 }]].concat());
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(reason), "{args:?}: {}", ran.stderr);
    }
    assert!(!bench.has("out.png"));
}
