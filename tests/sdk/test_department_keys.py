"""SM2 and Ed25519 keys of departments: the standard's own sample, OpenSSL's, and what is no key."""

import base64

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.sdk.department import keys
from backend.sdk.department.keys import KeyUnreadable, Sm2PrivateKey, Sm2PublicKey

# GB/T 32918.5-2017, annex A.2
SECRET = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
POINT = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA

# made by `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2` for this test, and good for nothing else;
# the signature is over `tianfu` with `-rawin -digest sm3 -pkeyopt distid:1234567812345678`
OPENSSL_PRIVATE = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQgovfdcA63GNZAB7ly
+cL1xKnMwqueoZWNRG0rvcwnalOhRANCAASaXkZX2IPDmv9T/Z4pRoFDS+xUZzMm
nQIqkW7vrpsJtKoH0rM1NBo0q20bRt4eeV8utigWj2/bdpBbOwS8DRl1
-----END PRIVATE KEY-----
"""
OPENSSL_PUBLIC = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAEml5GV9iDw5r/U/2eKUaBQ0vsVGcz
Jp0CKpFu766bCbSqB9KzNTQaNKttG0beHnlfLrYoFo9v23aQWzsEvA0ZdQ==
-----END PUBLIC KEY-----
"""
OPENSSL_SIGNATURE = base64.b64decode(
    "MEQCIFHX/wJJPkkYVi5vqNMvh2ulvKZwvC7FjUlN+WTe8tEYAiAdRd0dsWyZGlGVtxC0FwzAOIgx9GzpKioaJ8ldOz2mrw=="
)


def test_the_sample_of_the_standard() -> None:
    assert Sm2PrivateKey(SECRET).public_key().point == POINT
    Sm2PublicKey(POINT).verify(encode_dss_signature(R, S), b"message digest")
    with pytest.raises(InvalidSignature):
        Sm2PublicKey(POINT).verify(encode_dss_signature(R, S), b"message digesT")
    with pytest.raises(InvalidSignature):
        Sm2PublicKey(POINT).verify(encode_dss_signature(R, S + 1), b"message digest")


def test_what_openssl_makes_is_read_and_its_signature_is_believed() -> None:
    private, public = keys.private_key(OPENSSL_PRIVATE), keys.public_key(OPENSSL_PUBLIC)
    public.verify(OPENSSL_SIGNATURE, b"tianfu")
    public.verify(private.sign(b"tianfu"), b"tianfu")
    assert keys.public_pem(private.public_key()) == OPENSSL_PUBLIC == keys.public_pem(public)


@pytest.mark.parametrize("algorithm", keys.ALGORITHMS)
def test_a_pair_signs_and_verifies_and_is_told_apart(algorithm: keys.Algorithm) -> None:
    private_pem, public_pem = keys.new_pair(algorithm)
    other = keys.public_key(keys.new_pair(algorithm)[1])
    private, public = keys.private_key(private_pem), keys.public_key(public_pem)
    signature = private.sign(b"x")
    public.verify(signature, b"x")
    assert keys.algorithm_of(private) == keys.algorithm_of(public) == algorithm
    assert keys.fingerprint(public) == keys.fingerprint(private.public_key()) != keys.fingerprint(other)
    for key, text in ((other, b"x"), (public, b"y")):
        with pytest.raises(InvalidSignature):
            key.verify(signature, text)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=90))
def test_no_bytes_are_a_signature_by_luck(made: bytes) -> None:
    with pytest.raises(InvalidSignature):
        Sm2PublicKey(POINT).verify(made, b"message digest")


@pytest.mark.parametrize("change", [b"", b"\x00", b"more"])
def test_a_signature_has_one_way_to_be_written(change: bytes) -> None:
    good = encode_dss_signature(R, S)
    longer = good + change if change else bytes([good[0], 0x81]) + good[1:]
    with pytest.raises(InvalidSignature):
        Sm2PublicKey(POINT).verify(longer, b"message digest")


P256 = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/
m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
-----END PUBLIC KEY-----
"""


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "no key",
        P256,
        keys._pem("PUBLIC KEY", keys._SPKI + bytes([4]) + bytes(64)),
        keys._pem("PUBLIC KEY", keys._SPKI + POINT[:-1] + b"\x14"),
        keys._pem("PUBLIC KEY", keys._SPKI + POINT + b"\x00"),
        keys._pem("PUBLIC KEY", b"\x30"),
        keys.new_pair("sm2")[0],
        keys.new_pair()[0],
        "-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----",
    ],
)
def test_what_is_no_public_key_is_refused(pem: str) -> None:
    with pytest.raises(KeyUnreadable):
        keys.public_key(pem)


@pytest.mark.parametrize(
    "der",
    [
        keys._sm2_pkcs8(Sm2PrivateKey(SECRET))[:-1],
        keys._sm2_pkcs8(Sm2PrivateKey(SECRET)).replace(SECRET, bytes(32)),
        keys._sm2_pkcs8(Sm2PrivateKey(SECRET)).replace(SECRET, b"\xff" * 32),
        b"",
    ],
)
def test_what_is_no_private_key_is_refused(der: bytes) -> None:
    with pytest.raises(KeyUnreadable):
        keys.private_key(keys._pem("PRIVATE KEY", der))
