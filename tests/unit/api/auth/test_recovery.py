"""Codes for a lost telephone: of digits, all different, known by a keyed hash."""

from uuid import UUID

from api.auth import recovery

USER, OTHER = UUID(int=1), UUID(int=2)


def test_codes_are_twelve_digits_and_differ() -> None:
    codes = recovery.new_codes()
    assert len(set(codes)) == recovery.CODES
    assert all(recovery.is_code(code) for code in codes)


def test_a_one_time_password_is_no_code() -> None:
    assert not recovery.is_code("123456")
    assert not recovery.is_code("123 456")
    assert not recovery.is_code("x23456789012")
    assert not recovery.is_code("١٢٣٤٥٦٧٨٩٠١٢")


def test_how_a_code_is_typed_does_not_matter_and_whose_it_is_does() -> None:
    hashed = recovery.hash_of(b"key", USER, "1234 5678 9012")
    assert recovery.hash_of(b"key", USER, "1234-56789012 ") == hashed
    assert recovery.hash_of(b"key", OTHER, "1234 5678 9012") != hashed
    assert recovery.hash_of(b"another", USER, "1234 5678 9012") != hashed
