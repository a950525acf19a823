#!/usr/bin/env bash
# Makes a C2PA signing certificate to try things with, under an authority of its own that nobody else trusts. Needs OpenSSL 1.1.1 or later.
# Usage: scripts/c2pa-test-authority.sh [FOLDER], default c2pa-test. Never for real: the authority's key lies beside the rest.
set -euo pipefail
folder=${1:-c2pa-test}
mkdir "$folder" || { printf 'choose another folder: nothing is overwritten\n' >&2; exit 2; }
cd "$folder"
umask 077

# The authority: verifiers trust root.pem.
openssl genpkey -algorithm ed25519 -out root.key
openssl req -new -x509 -key root.key -out root.pem -days 3650 -subj '/CN=C2PA test root/O=Test' \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign'

# The signing certificate. C2PA asks for these five lines: no authority, may sign, for documents or mail, names its issuer's key.
openssl genpkey -algorithm ed25519 -out c2pa.pem
openssl req -new -key c2pa.pem -out signer.csr -subj '/CN=C2PA test signer/O=Test'
cat > signer.ext <<'EXT'
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=emailProtection
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
EXT
openssl x509 -req -in signer.csr -CA root.pem -CAkey root.key -CAcreateserial -days 365 -extfile signer.ext -out chain.pem
rm signer.csr signer.ext

printf '\nSign:   watermark stamp --c2pa --cert %s/chain.pem --c2pa-key %s/c2pa.pem IN.png -o OUT.png\n' "$folder" "$folder"
printf 'Verify: watermark verify --c2pa-trust %s/root.pem OUT.png\n' "$folder"
