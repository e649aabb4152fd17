"""The manifest: each line is signed and names the one before; a changed line is noticed."""

import json

from cryptography.hazmat.primitives.asymmetric import ec

from identity import manifest

KEY = ec.generate_private_key(ec.SECP256R1())


def lines(number: int) -> list[str]:
    made: list[str] = []
    for sequence in range(1, number + 1):
        before = made[-1] if made else ""
        made.append(
            manifest.line(KEY, session=f"S{sequence}", fingerprint="F" * 16, sequence=sequence, line_before=before)
        )
    return made


def test_a_line_is_canonical_json_of_five_fields() -> None:
    line = lines(1)[0]
    body = json.loads(line)
    assert list(body) == ["fingerprint", "previous", "sequence", "session", "signature"]
    assert (body["previous"], json.dumps(body, separators=(",", ":"))) == ("", line)


def test_the_chain_holds_and_every_signature_verifies() -> None:
    before = ""
    for line in lines(4):
        body = json.loads(line)
        signature = body.pop("signature")
        assert body["previous"] == manifest.previous(before)
        assert manifest.signed(KEY.public_key(), body, signature)
        before = line


def test_a_changed_field_a_foreign_key_or_a_broken_signature_is_noticed() -> None:
    body = json.loads(lines(1)[0])
    signature = body.pop("signature")
    assert not manifest.signed(KEY.public_key(), {**body, "fingerprint": "G" * 16}, signature)
    assert not manifest.signed(ec.generate_private_key(ec.SECP256R1()).public_key(), body, signature)
    assert not manifest.signed(KEY.public_key(), body, "A")
